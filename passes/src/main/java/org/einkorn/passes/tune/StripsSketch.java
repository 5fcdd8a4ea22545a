package org.einkorn.passes.tune;

import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.tune.Steps.Cut;

/// The steps of [Strips].
///
/// ```text
/// (jo, ji) = split j.0 by 64
/// vectorize ji
/// parallel i.0
/// ```
final class StripsSketch {
  private StripsSketch() {}

  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void take(MapNest nest, Strips strips, Steps steps) {
    steps.fuse(nest.loops());
    Cut cut = strips(strips, LoopName.of(strips.axis().loop()), steps);
    Axis outermost = nest.loops().getFirst();
    if (!outermost.equals(strips.axis())) {
      steps.take(new Step.Parallel(LoopName.of(outermost.loop())));
    } else if (!cut.isWhole()) {
      steps.take(new Step.Parallel(LoopName.of(cut.outer())));
    }
  }

  /// Cuts and vectorizes the loop alone.
  ///
  /// @param loop that of the axis, by the name that it has now
  static Cut strips(Strips strips, LoopName loop, Steps steps) {
    Cut cut = steps.cut(strips.axis(), loop, strips.lanes());
    steps.take(new Step.Vectorize(cut.isWhole() ? loop : LoopName.of(cut.inner())));
    return cut;
  }
}
