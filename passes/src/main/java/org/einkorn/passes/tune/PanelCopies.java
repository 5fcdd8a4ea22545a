package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;

/// Copies operands of a [ReductionNest] to panels, from which tiles read straight on.
final class PanelCopies {
  private final ReductionNest nest;
  private final Steps steps;

  /// Operands whose tensor the nest reads at other positions too, and that it reads from panels.
  private final List<Operand> inPanels = new ArrayList<>();

  PanelCopies(ReductionNest nest, Steps steps) {
    this.nest = nest;
    this.steps = steps;
  }

  /// @param axes of the copy: those of the tensor, or, where the tensor is read at other positions
  ///   too, those that the block has, in its order
  record Copy(String name, List<Axis> axes) {
    Copy {
      axes = List.copyOf(axes);
    }
  }

  /// Copies an operand as it lies.
  Copy copy(Operand operand) {
    String name = steps.freeMemory(operand.tensor() + ".panels");
    List<Operand> reads =
        nest.operands().stream().filter(each -> each.tensor().equals(operand.tensor())).toList();
    if (reads.size() == 1) {
      steps.take(new Step.CacheRead(name, operand.tensor()));
      return new Copy(
          name, operand.indices().stream().map(index -> Axis.of(index, nest.loops())).toList());
    }
    List<Operand> left = new ArrayList<>(reads);
    left.removeAll(inPanels);
    // The block has its reads in the order in which the operands were found.
    OptionalInt read = OptionalInt.of(left.indexOf(operand));
    steps.take(new Step.Reindex(name, operand.tensor(), nest.update(), read));
    inPanels.add(operand);
    return new Copy(name, nest.loops().stream().filter(operand::changesWith).toList());
  }

  /// Lays a copy out, and gives its loops, the outermost first: one for each of its axes.
  ///
  /// @param positions over the [indices][Steps#index] of the loops of the nest
  List<String> laidOut(Copy copy, List<IndexExpr> positions) {
    List<String> names =
        copy.axes.stream().flatMap(axis -> axis.plain().stream()).map(Steps::index).toList();
    steps.take(new Step.TransformLayout(copy.name, names, positions));
    List<String> loops = new ArrayList<>();
    int first = 0;
    for (Axis axis : copy.axes) {
      List<LoopName> parts = new ArrayList<>();
      for (Axis _ : axis.plain()) {
        parts.add(LoopName.of(copy.name + "." + (first + parts.size())));
      }
      first += parts.size();
      String loop = parts.getFirst().variable();
      if (parts.size() > 1) {
        loop = steps.free(copy.name + "." + Steps.index(axis));
        steps.take(new Step.Fuse(loop, parts));
      }
      loops.add(loop);
    }
    return loops;
  }
}
