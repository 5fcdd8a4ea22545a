package org.einkorn.passes.order;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Counts what a plan costs, exactly, and finds the indices of what its steps make.
final class PlanCounter {
  private final Network network;
  private final List<Step> steps;
  private final BigInteger[] extents;
  private final BigInteger slices;

  /// Whether some slice is of an index that the output doesn't have, so that slices add up.
  private final boolean isAccumulating;

  private final boolean isSliced;
  private final boolean isHeld;
  private final int[] occurrences;
  private final List<Legs> tensors = new ArrayList<>();

  private BigInteger flops = BigInteger.ZERO;
  private BigInteger multiplies = BigInteger.ZERO;
  private BigInteger adds = BigInteger.ZERO;
  private BigInteger largest = BigInteger.ZERO;
  private BigInteger peak = BigInteger.ZERO;
  private BigInteger written = BigInteger.ZERO;
  private double seconds;

  PlanCounter(Network network, List<Step> steps, List<Integer> slices) {
    this(network, steps, slices, false);
  }

  /// @param holdsResult whether the result counts into the peak throughout even without slices
  PlanCounter(Network network, List<Step> steps, List<Integer> slices, boolean holdsResult) {
    this.network = network;
    this.steps = steps;
    extents = network.extents().stream().map(BigInteger::valueOf).toArray(BigInteger[]::new);
    BigInteger product = BigInteger.ONE;
    for (int index : slices) {
      product = product.multiply(extents[index]);
      extents[index] = BigInteger.ONE;
    }
    this.slices = product;
    isSliced = !slices.isEmpty();
    isHeld = isSliced || holdsResult;
    isAccumulating = !network.output().containsAll(slices);
    occurrences = occurrences(network);
    for (List<Integer> operand : network.operands()) {
      tensors.add(Legs.ofOperand(operand.stream().mapToInt(Integer::intValue).toArray()));
    }
  }

  /// Of each index, the operands that have it, and one more if the output does.
  static int[] occurrences(Network network) {
    int[] occurrences = new int[network.extents().size()];
    for (List<Integer> operand : network.operands()) {
      Set<Integer> distinct = new HashSet<>(operand);
      distinct.forEach(index -> occurrences[index]++);
    }
    network.output().forEach(index -> occurrences[index]++);
    return occurrences;
  }

  PlanCost count() {
    int operands = network.operands().size();
    if (operands == 1) {
      countSingleOperand();
    }
    BigInteger live = isHeld ? outputElements() : BigInteger.ZERO;
    peak = peak.max(live);
    for (int at = 0; at < steps.size(); at++) {
      Step step = steps.get(at);
      boolean isLast = at == steps.size() - 1;
      Legs all = tensors.get(step.left()).union(tensors.get(step.right()));
      Legs result = all.summed(occurrences);
      tensors.add(result);
      BigInteger points = product(all);
      BigInteger writes = product(result);
      flops = flops.add(points);
      multiplies = multiplies.add(points);
      if (result.size() < all.size() || (isLast && isAccumulating)) {
        adds = adds.add(points);
      }
      written = written.add(writes);
      largest = largest.max(writes);
      if (!(isLast && isHeld)) {
        live = live.add(writes);
      }
      peak = peak.max(live);
      BigInteger left = product(tensors.get(step.left()));
      BigInteger right = product(tensors.get(step.right()));
      live = live.subtract(step.left() < operands ? BigInteger.ZERO : left);
      live = live.subtract(step.right() < operands ? BigInteger.ZERO : right);
      seconds +=
          CostModel.FITTED.seconds(
              points.doubleValue(), left.add(right).doubleValue(), writes.doubleValue());
    }
    return new PlanCost(
        flops.multiply(slices),
        multiplies.multiply(slices),
        adds.multiply(slices),
        isSliced ? largest.max(outputElements()) : largest,
        peak,
        written.multiply(slices),
        seconds * slices.doubleValue());
  }

  private void countSingleOperand() {
    Legs all = tensors.getFirst();
    Legs result = all.summed(occurrences);
    flops = product(all);
    if (result.size() < all.size() || isAccumulating) {
      adds = flops;
    }
    written = product(result);
    largest = written;
    peak = isHeld ? outputElements() : written;
    seconds =
        CostModel.FITTED.seconds(flops.doubleValue(), flops.doubleValue(), written.doubleValue());
  }

  /// The indices of the tensor each step makes, ascending.
  List<List<Integer>> results() {
    for (Step step : steps) {
      Legs all = tensors.get(step.left()).union(tensors.get(step.right()));
      tensors.add(all.summed(occurrences));
    }
    return tensors.subList(network.operands().size(), tensors.size()).stream()
        .map(legs -> Arrays.stream(legs.indices()).boxed().toList())
        .toList();
  }

  /// Of each step, the product of the extents of all its indices.
  List<BigInteger> points() {
    results();
    return steps.stream()
        .map(step -> product(tensors.get(step.left()).union(tensors.get(step.right()))))
        .toList();
  }

  /// Of each step, the elements of what it makes.
  List<BigInteger> elements() {
    results();
    return tensors.subList(network.operands().size(), tensors.size()).stream()
        .map(this::product)
        .toList();
  }

  private BigInteger product(Legs legs) {
    BigInteger product = BigInteger.ONE;
    for (int index : legs.indices()) {
      product = product.multiply(extents[index]);
    }
    return product;
  }

  /// Elements of the whole result.
  private BigInteger outputElements() {
    return outputElements(network);
  }

  static BigInteger outputElements(Network network) {
    BigInteger product = BigInteger.ONE;
    for (int index : network.output()) {
      product = product.multiply(BigInteger.valueOf(network.extent(index)));
    }
    return product;
  }
}
