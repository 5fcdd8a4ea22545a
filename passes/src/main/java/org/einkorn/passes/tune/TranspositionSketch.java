package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.tune.Steps.Cut;

/// The steps of a [Transposition].
///
/// ```text
/// (jo, ji) = split j.0 by 16
/// (io, ii) = split i.0 by 16
/// reorder jo io ji ii
/// parallel jo
/// ```
final class TranspositionSketch {
  private TranspositionSketch() {}

  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void take(MapNest nest, Transposition choice, Steps steps) {
    Cut read = steps.cut(choice.read(), choice.tile());
    Cut stored = steps.cut(choice.stored(), choice.tile());
    List<String> order = new ArrayList<>();
    List<Cut> cuts = new ArrayList<>();
    for (Axis axis : nest.loops()) {
      boolean isOfSquare = axis.equals(choice.read()) || axis.equals(choice.stored());
      Cut cut = axis.equals(choice.read()) ? read : isOfSquare ? stored : Cut.whole(axis);
      cuts.add(cut);
      if (!isOfSquare || !cut.isWhole()) {
        order.add(cut.outermost());
      }
    }
    order.add(read.inner());
    order.add(stored.inner());
    steps.reorder(cuts, order, nest.block());
    steps.take(new Step.Parallel(LoopName.of(order.getFirst())));
  }
}
