package org.einkorn.passes.order;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The least cost of all binary trees, by trying them all: for a set of operands, every way to cut
/// it in two. Written from the definition, with plain sets; shares nothing with the search.
final class ExhaustiveSearch {
  /// What a step costs, from the extents' products of all its indices, of the two tensors together
  /// and of the result.
  interface StepCost {
    double of(double points, double reads, double writes);
  }

  private final Network network;
  private final StepCost cost;
  private final ToDoubleFunction<double[]> combine;
  private final Map<Integer, Double> known = new HashMap<>();

  /// The operands that have each index, as bits.
  private final int[] readers;

  private final boolean[] isOutput;

  /// @param combine makes one cost of those of a step and of its two halves
  ExhaustiveSearch(Network network, StepCost cost, ToDoubleFunction<double[]> combine) {
    this.network = network;
    this.cost = cost;
    this.combine = combine;
    readers = new int[network.extents().size()];
    isOutput = new boolean[readers.length];
    for (int operand = 0; operand < network.operands().size(); operand++) {
      for (int index : network.operands().get(operand)) {
        readers[index] |= 1 << operand;
      }
    }
    network.output().forEach(index -> isOutput[index] = true);
  }

  double least() {
    return network.operands().size() < 2 ? 0 : least((1 << network.operands().size()) - 1);
  }

  private double least(int operands) {
    if (Integer.bitCount(operands) == 1) {
      return 0;
    }
    Double done = known.get(operands);
    if (done != null) {
      return done;
    }
    double least = Double.POSITIVE_INFINITY;
    for (int half = (operands - 1) & operands; half > 0; half = (half - 1) & operands) {
      int other = operands & ~half;
      double points = 1;
      for (int index = 0; index < network.extents().size(); index++) {
        if (has(half, index) || has(other, index)) {
          points *= network.extent(index);
        }
      }
      double own = cost.of(points, elements(half) + elements(other), elements(operands));
      least = Math.min(least, combine.applyAsDouble(new double[] {own, least(half), least(other)}));
    }
    known.put(operands, least);
    return least;
  }

  private double elements(int operands) {
    double elements = 1;
    for (int index = 0; index < network.extents().size(); index++) {
      elements *= has(operands, index) ? network.extent(index) : 1;
    }
    return elements;
  }

  /// Whether the tensor made of some operands has an index: one of them has it, and another operand
  /// or the output needs it. A single operand has all its own.
  private boolean has(int operands, int index) {
    boolean isNeeded =
        isOutput[index] || Integer.bitCount(operands) == 1 || (readers[index] & ~operands) != 0;
    return isNeeded && (readers[index] & operands) != 0;
  }
}
