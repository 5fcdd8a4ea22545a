package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.tune.Steps.Cut;

/// The steps of a [DotTiling].
///
/// ```text
/// B.panels = cache-read B
/// transform-layout B.panels (k, j) to (j, k)
/// (io, ii) = split i.0 by 3
/// (ko, ki) = split k.0 by 16
/// C.lanes = rfactor C.update at ki
/// set-dtype C.acc f32
/// set-dtype C.lanes f32
/// lift C.acc above ii
/// fission ii after C.init
/// lift C.lanes above ii of C.update
/// fission ii of C.update after C.lanes.init
/// fission ii of C.update after C.update
/// reorder ko ii of C.update j.0 of C.update ki of C.update
/// unroll ii of C.update
/// unroll j.0 of C.update
/// vectorize ki of C.lanes.init
/// vectorize ki of C.update
/// tensorize C.update as fma
/// parallel io
/// ```
final class DotTilingSketch {
  private final ReductionNest nest;
  private final DotTiling tiling;
  private final Steps steps;

  private DotTilingSketch(ReductionNest nest, DotTiling tiling, Steps steps) {
    this.nest = nest;
    this.tiling = tiling;
    this.steps = steps;
  }

  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void take(ReductionNest nest, DotTiling tiling, Steps steps) {
    new DotTilingSketch(nest, tiling, steps).take();
  }

  private void take() {
    steps.fuse(nest.loops());
    PanelCopies copier = new PanelCopies(nest, steps);
    List<String> copies = tiling.panels().stream().map(each -> copy(each, copier)).toList();
    List<String> outer = new ArrayList<>();
    List<String> tile = new ArrayList<>();
    cut(outer, tile);
    dots(tile);
    if (!outer.isEmpty()) {
      steps.take(new Step.Parallel(LoopName.of(outer.getFirst())));
    }
    copies.forEach(each -> steps.take(new Step.Parallel(LoopName.of(each))));
  }

  /// Copies an operand so that lanes lie side by side, and gives the outermost loop of that.
  private String copy(Operand operand, PanelCopies copier) {
    PanelCopies.Copy copy = copier.copy(operand);
    List<IndexExpr> positions = new ArrayList<>();
    for (Axis axis : copy.axes()) {
      if (!axis.equals(tiling.sum())) {
        positions.add(axis.position());
      }
    }
    positions.add(tiling.sum().position());
    return copier.laidOut(copy, positions).getFirst();
  }

  /// Cuts the tile out of the loops over elements.
  ///
  /// @param outer the loops around it, the outermost first, are added to
  /// @param tile its loops, the outermost first, are added to
  private void cut(List<String> outer, List<String> tile) {
    List<Cut> cuts = new ArrayList<>();
    for (Axis axis : nest.spatial()) {
      long size =
          tiling.tile().stream()
              .filter(side -> side.axis().equals(axis))
              .mapToLong(DotTiling.Side::rounds)
              .findFirst()
              .orElse(1);
      Cut cut = size > 1 ? steps.cut(axis, size) : Cut.whole(axis);
      cuts.add(cut);
      if (size == 1) {
        outer.add(cut.inner());
      } else {
        tile.add(cut.inner());
        if (!cut.isWhole()) {
          outer.add(cut.outer());
        }
      }
    }
    List<String> order = new ArrayList<>(outer);
    order.addAll(tile);
    steps.reorder(cuts, order, nest.update());
  }

  private void dots(List<String> tile) {
    String update = nest.update();
    String lanes = steps.free(nest.function() + ".lanes");
    Axis sum = tiling.sum();
    Cut cut = steps.cut(sum, steps.named(sum.loop(), update), tiling.lanes());
    String lane = cut.inner();
    steps.take(new Step.FactorReduction(lanes, update, steps.named(lane, update)));
    if (tiling.sums().isPresent()) {
      steps.take(new Step.SetType(nest.accumulator().name(), tiling.sums().get()));
      steps.take(new Step.SetType(lanes, tiling.sums().get()));
    }
    String first = tile.getFirst();
    steps.take(new Step.Lift(nest.accumulator().name(), LoopName.of(first)));
    steps.take(new Step.Fission(LoopName.of(first), nest.init()));
    LoopName around = LoopName.of(first, update);
    steps.take(new Step.Lift(lanes, around));
    steps.take(new Step.Fission(around, lanes + ".init"));
    steps.take(new Step.Fission(around, update));
    List<LoopName> order = new ArrayList<>();
    nest.reduce().stream()
        .filter(axis -> !axis.equals(sum))
        .forEach(axis -> order.add(steps.named(axis.loop(), update)));
    if (!cut.isWhole()) {
      order.add(steps.named(cut.outer(), update));
    }
    tile.forEach(loop -> order.add(LoopName.of(loop, update)));
    order.add(LoopName.of(lane, update));
    steps.take(new Step.Reorder(order));
    tile.forEach(loop -> steps.take(new Step.Unroll(LoopName.of(loop, update))));
    steps.take(new Step.Vectorize(LoopName.of(lane, lanes + ".init")));
    steps.take(new Step.Vectorize(LoopName.of(lane, update)));
    if (tiling.fused()) {
      steps.tryTo(new Step.Tensorize(update, "fma"));
    }
  }
}
