package org.einkorn.passes.tune;

import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.tune.Steps.Cut;

/// The steps of [Partials].
///
/// ```text
/// (jo, ji) = split j.0 by 64
/// S.lanes = rfactor S.update at ji
/// set-dtype S.acc f32
/// set-dtype S.lanes f32
/// (S.lanes.o, S.lanes.i) = split ji of S.lanes by 16
/// S.sums = rfactor S.lanes at S.lanes.i
/// vectorize ji of S.lanes.init
/// vectorize ji of S.update
/// vectorize S.lanes.i of S.sums.init
/// vectorize S.lanes.i of S.lanes
/// tensorize S.update as fma
/// parallel i.0
/// ```
final class PartialsSketch {
  private PartialsSketch() {}

  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void take(ReductionNest nest, Partials partials, Steps steps) {
    steps.fuse(nest.loops());
    reduce(nest, partials, LoopName.of(partials.axis().loop()), steps);
    if (!nest.spatial().isEmpty()) {
      steps.take(new Step.Parallel(LoopName.of(nest.spatial().getFirst().loop())));
    }
  }

  /// Schedules what stands inside of the loops over elements.
  ///
  /// @param loop that of the axis, by the name that it has now
  static void reduce(ReductionNest nest, Partials partials, LoopName loop, Steps steps) {
    Cut cut = steps.cut(partials.axis(), loop, partials.lanes());
    String lanes = steps.free(nest.function() + ".lanes");
    String lane = cut.inner();
    steps.take(
        new Step.FactorReduction(lanes, nest.update(), cut.isWhole() ? loop : LoopName.of(lane)));
    if (partials.sums().isPresent()) {
      steps.take(new Step.SetType(nest.accumulator().name(), partials.sums().get()));
      steps.take(new Step.SetType(lanes, partials.sums().get()));
    }
    if (partials.combined() < partials.lanes()) {
      Cut vectors = steps.cut(LoopName.of(lane, lanes), lanes, partials.combined());
      String sums = steps.free(nest.function() + ".sums");
      steps.take(new Step.FactorReduction(sums, lanes, LoopName.of(vectors.inner())));
      vectorize(vectors.inner(), sums + ".init", steps);
      vectorize(vectors.inner(), lanes, steps);
    }
    vectorize(lane, lanes + ".init", steps);
    vectorize(lane, nest.update(), steps);
    steps.tryTo(new Step.Tensorize(nest.update(), "fma"));
  }

  private static void vectorize(String loop, String block, Steps steps) {
    steps.take(new Step.Vectorize(LoopName.of(loop, block)));
  }
}
