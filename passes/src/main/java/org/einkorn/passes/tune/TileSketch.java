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

  private TileSketch(ReductionNest nest, Tiling tiling, Steps steps) {
    this.nest = nest;
    this.tiling = tiling;
    this.steps = steps;
  }

  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void take(ReductionNest nest, Tiling tiling, Steps steps) {
    new TileSketch(nest, tiling, steps).take();
  }

  private void take() {
    List<String> copies = new ArrayList<>();
    for (Operand operand : tiling.panels()) {
      copies.add(copy(operand));
    }
    Cut rows = tiling.rows().map(axis -> steps.cut(axis, tiling.rowTile())).orElse(Cut.NONE);
    Cut columns = steps.cut(tiling.columns(), tiling.columnTile());
    List<String> order = new ArrayList<>();
    for (Axis axis : tiling.outer()) {
      order.add(cut(axis, rows, columns).outermost());
    }
    List<String> tile = new ArrayList<>(List.of(columns.inner()));
    tiling.rows().ifPresent(_ -> tile.add(rows.inner()));
    order.addAll(tile);
    steps.reorder(nest.spatial().stream().map(axis -> cut(axis, rows, columns)).toList(), order);
    if (tiling.rows().isPresent()) {
      steps.take(new Step.Unroll(LoopName.of(rows.inner())));
    }
    LoopName lanes = LoopName.of(columns.inner());
    steps.take(new Step.Vectorize(lanes));
    steps.take(new Step.Lift(nest.accumulator().name(), lanes));
    steps.take(new Step.Fission(lanes, nest.init()));
    steps.take(new Step.Fission(LoopName.of(columns.inner(), nest.update()), nest.update()));
    List<String> reducing = new ArrayList<>(nest.reduce().stream().map(Axis::loop).toList());
    reducing.addAll(tile);
    steps.reorder(reducing);
    tiling.sums().ifPresent(type -> steps.take(new Step.SetType(nest.accumulator().name(), type)));
    if (tiling.fused()) {
      steps.tryTo(new Step.Tensorize(nest.update(), "fma"));
    }
    if (order.size() > tile.size()) {
      steps.take(new Step.Parallel(LoopName.of(order.getFirst())));
    }
    copies.forEach(each -> steps.take(new Step.Parallel(LoopName.of(each))));
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
    String name = steps.freeMemory(operand.tensor() + ".panels");
    steps.take(new Step.CacheRead(name, operand.tensor()));
    List<String> axes = new ArrayList<>();
    List<IndexExpr> around = new ArrayList<>();
    List<IndexExpr> inside = new ArrayList<>();
    int lanes = 0;
    for (IndexExpr index : operand.indices()) {
      Axis axis = axis(index);
      IndexExpr position = IndexExpr.variable(Steps.index(axis));
      axes.add(Steps.index(axis));
      if (axis.equals(tiling.columns())) {
        lanes = axes.size() - 1;
      } else {
        (nest.reduce().contains(axis) ? inside : around).add(position);
      }
    }
    IndexExpr column = IndexExpr.variable(Steps.index(tiling.columns()));
    IndexExpr width = IndexExpr.of(tiling.columnTile());
    List<IndexExpr> positions = new ArrayList<>(around);
    positions.add(column.floorDiv(width));
    positions.addAll(inside);
    positions.add(column.floorMod(width));
    steps.take(new Step.TransformLayout(name, axes, positions));
    return lanes == axes.size() - 1 ? cutCopy(name, lanes) : name + ".0";
  }

  /// Cuts the lanes of the copy as those of the tile.
  private String cutCopy(String name, int lanes) {
    Cut cut = steps.cut(LoopName.of(name + "." + lanes), name, tiling.columnTile());
    if (lanes > 0) {
      List<String> order = new ArrayList<>(List.of(cut.outer()));
      for (int axis = 0; axis < lanes; axis++) {
        order.add(name + "." + axis);
      }
      order.add(cut.inner());
      steps.reorder(order);
    }
    steps.take(new Step.Vectorize(LoopName.of(cut.inner())));
    return cut.outer();
  }

  private Axis axis(IndexExpr index) {
    return nest.loops().stream()
        .filter(axis -> index.equals(IndexExpr.variable(axis.loop())))
        .findFirst()
        .orElseThrow();
  }
}
