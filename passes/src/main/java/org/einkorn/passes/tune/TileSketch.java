package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.tune.Steps.Cut;

/// The steps of a [Tiling].
///
/// ```text
/// B.panels = cache-read B
/// transform-layout B.panels (k, j) to (j floordiv 32, k, j mod 32)
/// (io, ii) = split i.0 by 8
/// (jo, ji) = split j.0 by 32
/// reorder jo io ji ii
/// unroll ii
/// vectorize ji
/// lift acc above ji
/// fission ji after C.init
/// fission ji of C.update after C.update
/// reorder k.0 ji ii
/// set-dtype acc f32
/// tensorize C.update as fma
/// parallel jo
/// ```
final class TileSketch {
  private final ReductionNest nest;
  private final Tiling tiling;
  private final Steps steps;

  /// The loops that are cut and reordered, as they stand.
  private final List<Axis> spatial;

  private final PanelCopies copier;

  private TileSketch(ReductionNest nest, Tiling tiling, List<Axis> spatial, Steps steps) {
    this.nest = nest;
    this.tiling = tiling;
    this.spatial = spatial;
    this.steps = steps;
    copier = new PanelCopies(nest, steps);
  }

  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void take(ReductionNest nest, Tiling tiling, Steps steps) {
    TileSketch sketch = new TileSketch(nest, tiling, nest.spatial(), steps);
    steps.fuse(nest.loops());
    List<String> copies = sketch.copies();
    List<String> order = sketch.tile();
    if (order.size() > (tiling.rows().isPresent() ? 2 : 1)) {
      steps.take(new Step.Parallel(LoopName.of(order.getFirst())));
    }
    copies.forEach(each -> steps.take(new Step.Parallel(LoopName.of(each))));
  }

  /// Cuts tiles out of a block of rows.
  ///
  /// @param rows the loop over the rows of the block, around the nest
  /// @param around how many loops of the nest stand around the block; the last of them has the rows
  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void inBlock(ReductionNest nest, Tiling tiling, Axis rows, int around, Steps steps) {
    List<Axis> spatial = new ArrayList<>(List.of(rows));
    spatial.addAll(nest.spatial().subList(around, nest.spatial().size()));
    Axis whole = nest.spatial().get(around - 1);
    List<Axis> outer = new ArrayList<>();
    for (Axis axis : tiling.outer()) {
      Axis inside = axis.equals(whole) ? rows : axis;
      if (spatial.contains(inside)) {
        outer.add(inside);
      }
    }
    Tiling inBlock = tiling.withRows(rows, outer);
    TileSketch sketch = new TileSketch(nest, inBlock, spatial, steps);
    List<String> copies = sketch.copies();
    sketch.tile();
    copies.forEach(each -> steps.take(new Step.Parallel(LoopName.of(each))));
  }

  private List<String> copies() {
    return tiling.panels().stream().map(this::copy).toList();
  }

  /// Cuts and vectorizes tiles, and gives the loops that are then there, the outermost first.
  private List<String> tile() {
    String block = nest.update();
    Cut rows =
        tiling
            .rows()
            .map(axis -> steps.cut(axis, steps.named(axis.loop(), block), tiling.rowTile()))
            .orElse(Cut.NONE);
    Axis wide = tiling.columns();
    Cut columns = steps.cut(wide, steps.named(wide.loop(), block), tiling.columnTile());
    List<String> order = new ArrayList<>();
    for (Axis axis : tiling.outer()) {
      order.add(cut(axis, rows, columns).outermost());
    }
    List<String> tile = new ArrayList<>(List.of(columns.inner()));
    tiling.rows().ifPresent(_ -> tile.add(rows.inner()));
    order.addAll(tile);
    steps.reorder(spatial.stream().map(axis -> cut(axis, rows, columns)).toList(), order, block);
    if (tiling.rows().isPresent()) {
      steps.take(new Step.Unroll(steps.named(rows.inner(), block)));
    }
    LoopName lanes = steps.named(columns.inner(), block);
    steps.take(new Step.Vectorize(lanes));
    steps.take(new Step.Lift(nest.accumulator().name(), lanes));
    steps.take(new Step.Fission(lanes, nest.init()));
    steps.take(new Step.Fission(LoopName.of(columns.inner(), nest.update()), nest.update()));
    List<LoopName> reducing = new ArrayList<>();
    nest.reduce().forEach(axis -> reducing.add(steps.named(axis.loop(), block)));
    tile.forEach(loop -> reducing.add(LoopName.of(loop)));
    steps.take(new Step.Reorder(reducing));
    tiling.sums().ifPresent(type -> steps.take(new Step.SetType(nest.accumulator().name(), type)));
    if (tiling.fused()) {
      steps.tryTo(new Step.Tensorize(nest.update(), "fma"));
    }
    return order;
  }

  private Cut cut(Axis axis, Cut rows, Cut columns) {
    if (axis.equals(tiling.columns())) {
      return columns;
    }
    return tiling.rows().equals(Optional.of(axis)) ? rows : Cut.whole(axis);
  }

  // ---- panels

  /// Copies an operand to panels as wide as a tile, and gives the outermost loop of that.
  private String copy(Operand operand) {
    PanelCopies.Copy copy = copier.copy(operand);
    String name = copy.name();
    List<Axis> axes = copy.axes();
    int lanes = axes.indexOf(tiling.columns());
    List<IndexExpr> positions = new ArrayList<>();
    for (Axis axis : axes) {
      if (!axis.equals(tiling.columns()) && !nest.reduce().contains(axis)) {
        positions.add(axis.position());
      }
    }
    IndexExpr column = tiling.columns().position();
    IndexExpr width = IndexExpr.of(tiling.columnTile());
    positions.add(column.floorDiv(width));
    // As a tile reduces: straight on, whatever order the operand has them in.
    for (Axis axis : nest.reduce()) {
      if (axes.contains(axis)) {
        positions.add(axis.position());
      }
    }
    positions.add(column.floorMod(width));
    List<String> loops = copier.laidOut(copy, positions);
    if (tiling.columns().rounds() < tiling.columnTile()) {
      // Vectors then end in the row that they begin in, and need no mask to be read.
      steps.tryTo(new Step.StorageAlign(name, positions.size() - 2, tiling.columnTile(), 0));
    }
    return operand.isUnit(tiling.columns()) ? cutCopy(name, lanes, loops) : loops.getFirst();
  }

  /// Cuts the lanes of the copy as those of the tile, and makes them the innermost loop.
  private String cutCopy(String name, int lanes, List<String> loops) {
    Cut cut = steps.cut(LoopName.of(loops.get(lanes)), name, tiling.columnTile());
    if (loops.size() > 1) {
      List<String> order = new ArrayList<>(loops);
      order.remove(lanes);
      order.addFirst(cut.outer());
      order.add(cut.inner());
      steps.reorder(order);
    }
    steps.take(new Step.Vectorize(LoopName.of(cut.inner())));
    return cut.outer();
  }
}
