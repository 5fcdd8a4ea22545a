package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.runtime.DType;

/// The steps for an [EntryNest]: lanes along the rows of a block, which lie side by side in memory
/// of the round.
///
/// ```text
/// x.panel = cache-read x
/// compute-at x.panel at n.block
/// transform-layout x.panel (i0, i1) to (i1, i0)
/// set-scope x.panel local at n.block
/// reorder x.panel.1 x.panel.0
/// transform-layout Y.acc (i0, i1) to (i1, i0)
/// set-scope Y.acc local at n.block
/// set-dtype Y.acc f32
/// vectorize n.0
/// parallel n.block
/// ```
final class EntrySketch {
  private final EntryNest nest;
  private final LoopName block;
  private final Steps steps;

  private EntrySketch(EntryNest nest, Steps steps) {
    this.nest = nest;
    this.block = LoopName.of(nest.blocks().loop());
    this.steps = steps;
  }

  /// @param mayRound whether sums may be kept in another type
  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void take(EntryNest nest, boolean mayRound, Steps steps) {
    new EntrySketch(nest, steps).take(mayRound);
  }

  private void take(boolean mayRound) {
    Set<String> seen = new LinkedHashSet<>();
    for (Operand operand : nest.operands()) {
      if (seen.add(operand.tensor())) {
        panel(operand);
      }
    }
    String accumulator = nest.accumulator().tensor();
    steps.take(rowsLast(accumulator, nest.accumulator()));
    steps.take(new Step.SetScope(accumulator, Buffer.Scope.LOCAL, block));
    if (mayRound
        && nest.value() instanceof Scalar.Cast(DType wide, Scalar summand)
        && wide == DType.F64
        && summand.type() == DType.F32) {
      steps.take(new Step.SetType(accumulator, DType.F32));
    }
    steps.take(new Step.Parallel(block));
    steps.tryTo(new Step.Vectorize(LoopName.of(nest.fill().getLast())));
    steps.take(new Step.Vectorize(LoopName.of(nest.combine())));
    store();
  }

  /// Stores results in lanes along what lies side by side: a row, or the rows of a block.
  private void store() {
    List<String> loops = nest.store();
    boolean areRowsLast = EntryNest.axis(nest.output(), loops.getLast()) == loops.size() - 1;
    if (areRowsLast) {
      steps.tryTo(new Step.Vectorize(LoopName.of(loops.getLast())));
      return;
    }
    List<String> order = new ArrayList<>(List.of(loops.getLast()));
    order.addAll(loops.subList(0, loops.size() - 1));
    steps.tryAll(
        () -> {
          steps.reorder(order);
          steps.take(new Step.Vectorize(LoopName.of(order.getLast())));
        });
  }

  /// Copies the rows of a block, where they don't lie side by side already.
  private void panel(Operand operand) {
    int rows = EntryNest.axis(operand, nest.combine());
    int rank = operand.indices().size();
    if (rows == rank - 1) {
      return;
    }
    String name = steps.freeMemory(operand.tensor() + ".panel");
    steps.take(new Step.CacheRead(name, operand.tensor()));
    steps.take(new Step.ComputeAt(name, block));
    steps.take(rowsLast(name, operand));
    steps.take(new Step.SetScope(name, Buffer.Scope.LOCAL, block));
    // An axis of one element has no loop.
    Set<String> loops = new HashSet<>();
    steps.schedule().loops().forEach(loop -> loops.add(loop.variable()));
    List<String> order = new ArrayList<>();
    IntStream.range(0, rank)
        .filter(axis -> axis != rows)
        .mapToObj(axis -> name + "." + axis)
        .filter(loops::contains)
        .forEach(order::add);
    order.add(name + "." + rows);
    if (order.size() > 1) {
      steps.reorder(order);
    }
    steps.tryTo(new Step.Vectorize(LoopName.of(order.getLast())));
  }

  /// The layout in which rows are the last axis.
  private Step rowsLast(String buffer, Operand operand) {
    int rows = EntryNest.axis(operand, nest.combine());
    List<String> axes =
        IntStream.range(0, operand.indices().size()).mapToObj(axis -> "i" + axis).toList();
    List<IndexExpr> positions = new ArrayList<>();
    IntStream.range(0, axes.size())
        .filter(axis -> axis != rows)
        .forEach(axis -> positions.add(IndexExpr.variable(axes.get(axis))));
    positions.add(IndexExpr.variable(axes.get(rows)));
    return new Step.TransformLayout(buffer, axes, positions);
  }
}
