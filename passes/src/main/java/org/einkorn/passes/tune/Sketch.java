package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.passes.tune.ReductionNest.Axis;
import org.einkorn.passes.tune.ReductionNest.Operand;

/// The steps of a [Tiling], taken one after the other.
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
final class Sketch {
  private final ReductionNest nest;
  private final Tiling tiling;
  private final Set<String> taken;
  private Schedule schedule;

  private Sketch(ReductionNest nest, Tiling tiling, Schedule start) {
    this.nest = nest;
    this.tiling = tiling;
    schedule = start;
    taken = new HashSet<>(start.names());
    start.module().allBuffers().forEach(buffer -> taken.add(buffer.name()));
  }

  /// The function of the nest as the tiling says.
  ///
  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static Schedule apply(ReductionNest nest, Tiling tiling, Module module) {
    Sketch sketch = new Sketch(nest, tiling, Schedule.ofVerified(module, nest.function()));
    sketch.apply();
    return sketch.schedule;
  }

  private void take(Step step) {
    schedule = schedule.apply(step);
  }

  private void apply() {
    List<String> copies = new ArrayList<>();
    for (Operand operand : tiling.panels()) {
      copies.add(copy(operand));
    }
    Cut rows = tiling.rows().map(axis -> cut(axis, tiling.rowTile())).orElse(Cut.NONE);
    Cut columns = cut(tiling.columns(), tiling.columnTile());
    List<String> order = new ArrayList<>();
    for (Axis axis : tiling.outer()) {
      order.add(
          axis.equals(tiling.columns())
              ? columns.outer
              : tiling.rows().equals(Optional.of(axis)) ? rows.outer : axis.loop());
    }
    List<String> tile = new ArrayList<>(List.of(columns.inner));
    if (tiling.rows().isPresent()) {
      tile.add(rows.inner);
    }
    order.addAll(tile);
    if (!order.equals(current(rows, columns))) {
      take(new Step.Reorder(names(order)));
    }
    if (tiling.rows().isPresent()) {
      take(new Step.Unroll(LoopName.of(rows.inner)));
    }
    take(new Step.Vectorize(LoopName.of(columns.inner)));
    take(new Step.Lift(nest.accumulator().name(), LoopName.of(columns.inner)));
    take(new Step.Fission(LoopName.of(columns.inner), nest.init()));
    take(new Step.Fission(LoopName.of(columns.inner, nest.update()), nest.update()));
    List<String> reducing = new ArrayList<>(nest.reduce().stream().map(Axis::loop).toList());
    reducing.addAll(tile);
    take(new Step.Reorder(names(reducing)));
    tiling.sums().ifPresent(type -> take(new Step.SetType(nest.accumulator().name(), type)));
    if (tiling.fused()
        && schedule.attempt(new Step.Tensorize(nest.update(), "fma"))
            instanceof Schedule.Attempt.Applied(Schedule fused)) {
      schedule = fused;
    }
    if (tiling.parallel() && order.size() > tile.size()) {
      take(new Step.Parallel(LoopName.of(order.getFirst())));
    }
    copies.forEach(each -> take(new Step.Parallel(LoopName.of(each))));
  }

  // ---- loops

  /// A loop in two, or as it is: then it has no outer part.
  private record Cut(String outer, String inner) {
    static final Cut NONE = new Cut("", "");
  }

  private Cut cut(Axis axis, long tile) {
    if (Tiling.isWhole(axis, tile)) {
      return new Cut("", axis.loop());
    }
    String base = base(axis);
    String infix = base.contains(".") ? "." : "";
    Cut cut = new Cut(free(base + infix + "o"), free(base + infix + "i"));
    take(Step.split(LoopName.of(axis.loop()), List.of(cut.outer, cut.inner), IndexExpr.of(tile)));
    return cut;
  }

  /// The spatial loops as they stand after the cuts.
  private List<String> current(Cut rows, Cut columns) {
    List<String> current = new ArrayList<>();
    for (Axis axis : nest.spatial()) {
      Cut cut =
          axis.equals(tiling.columns())
              ? columns
              : tiling.rows().equals(Optional.of(axis)) ? rows : new Cut("", axis.loop());
      if (!cut.outer.isEmpty()) {
        current.add(cut.outer);
      }
      current.add(cut.inner);
    }
    return current;
  }

  /// The index that a loop runs over: `k` of `k.0`.
  private static String base(Axis axis) {
    String loop = axis.loop();
    return loop.endsWith(".0") ? loop.substring(0, loop.length() - 2) : loop;
  }

  private String free(String wanted) {
    String name = wanted;
    int number = 1;
    while (!taken.add(name)) {
      name = wanted + "." + number++;
    }
    return name;
  }

  private static List<LoopName> names(List<String> loops) {
    return loops.stream().map(LoopName::of).toList();
  }

  // ---- panels

  /// Copies an operand to panels as wide as a tile, and gives the outermost loop of that.
  private String copy(Operand operand) {
    String name = free(operand.tensor() + ".panels");
    take(new Step.CacheRead(name, operand.tensor()));
    List<String> axes = new ArrayList<>();
    List<IndexExpr> around = new ArrayList<>();
    List<IndexExpr> inside = new ArrayList<>();
    int lanes = 0;
    for (IndexExpr index : operand.indices()) {
      Axis axis = axis(index);
      IndexExpr position = IndexExpr.variable(base(axis));
      axes.add(base(axis));
      if (axis.equals(tiling.columns())) {
        lanes = axes.size() - 1;
      } else {
        (nest.reduce().contains(axis) ? inside : around).add(position);
      }
    }
    IndexExpr column = IndexExpr.variable(base(tiling.columns()));
    IndexExpr width = IndexExpr.of(tiling.columnTile());
    List<IndexExpr> positions = new ArrayList<>(around);
    positions.add(column.floorDiv(width));
    positions.addAll(inside);
    positions.add(column.floorMod(width));
    take(new Step.TransformLayout(name, axes, positions));
    String first = name + ".0";
    if (lanes != axes.size() - 1) {
      return first;
    }
    return cutCopy(name, lanes);
  }

  /// Lanes of the copy are cut as those of the tile.
  private String cutCopy(String name, int lanes) {
    String outer = free(name + ".o");
    String inner = free(name + ".i");
    take(
        Step.split(
            LoopName.of(name + "." + lanes),
            List.of(outer, inner),
            IndexExpr.of(tiling.columnTile())));
    List<String> order = new ArrayList<>(List.of(outer));
    for (int axis = 0; axis < lanes; axis++) {
      order.add(name + "." + axis);
    }
    order.add(inner);
    if (lanes > 0) {
      take(new Step.Reorder(names(order)));
    }
    take(new Step.Vectorize(LoopName.of(inner)));
    return outer;
  }

  private Axis axis(IndexExpr index) {
    String loop = ((IndexExpr.Variable) index).name();
    for (Axis axis : nest.spatial()) {
      if (axis.loop().equals(loop)) {
        return axis;
      }
    }
    return nest.reduce().stream()
        .filter(each -> each.loop().equals(loop))
        .findFirst()
        .orElseThrow();
  }
}
