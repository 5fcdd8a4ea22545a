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
    for (Axis axis : nest.loops()) {
      Cut cut =
          axis.equals(choice.read())
              ? read
              : axis.equals(choice.stored()) ? stored : Cut.whole(axis);
      if (cut.isWhole() && !axis.equals(choice.read()) && !axis.equals(choice.stored())) {
        order.add(axis.loop());
      } else if (!cut.isWhole()) {
        order.add(cut.outer());
      }
    }
    String outermost = order.isEmpty() ? read.inner() : order.getFirst();
    order.add(read.inner());
    order.add(stored.inner());
    if (!order.equals(current(nest, choice, read, stored))) {
      steps.reorder(order);
    }
    steps.take(new Step.Parallel(LoopName.of(outermost)));
  }

  private static List<String> current(MapNest nest, Transposition choice, Cut read, Cut stored) {
    List<String> current = new ArrayList<>();
    for (Axis axis : nest.loops()) {
      Cut cut =
          axis.equals(choice.read())
              ? read
              : axis.equals(choice.stored()) ? stored : Cut.whole(axis);
      if (!cut.isWhole()) {
        current.add(cut.outer());
      }
      current.add(cut.inner());
    }
    return current;
  }
}
