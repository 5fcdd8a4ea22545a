package org.einkorn.passes.order;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// In which order to contract a network, and what that costs.
///
/// @param network what is contracted
/// @param steps in the order to carry them out; every operand and every tensor made is used once,
///   but for the last, the result. None for fewer than two operands.
/// @param slices indices to loop over outside, ascending
/// @param isOptimal whether the search knows that no binary tree without slices, outer products
///   included, is better for its objective
/// @param cost what carrying it out costs
public record ContractionPlan(
    Network network, List<Step> steps, List<Integer> slices, boolean isOptimal, PlanCost cost) {
  public ContractionPlan {
    steps = List.copyOf(steps);
    slices = List.copyOf(slices);
    requireSteps(network, steps);
    if (new HashSet<>(slices).size() != slices.size()) {
      throw new IllegalArgumentException("a slice is listed twice in " + slices);
    }
    slices.forEach(network::extent);
  }

  private static void requireSteps(Network network, List<Step> steps) {
    int operands = network.operands().size();
    if (steps.size() != Math.max(0, operands - 1)) {
      throw new IllegalArgumentException(
          steps.size() + " steps do not contract " + operands + " operands");
    }
    Set<Integer> used = new HashSet<>();
    for (int at = 0; at < steps.size(); at++) {
      for (int tensor : List.of(steps.get(at).left(), steps.get(at).right())) {
        if (tensor >= operands + at || !used.add(tensor)) {
          throw new IllegalArgumentException("step " + at + " has no tensor " + tensor);
        }
      }
    }
  }

  /// The plan with its cost counted.
  public static ContractionPlan of(
      Network network, List<Step> steps, List<Integer> slices, boolean isOptimal) {
    requireSteps(network, steps);
    List<Integer> ascending = slices.stream().sorted().toList();
    return new ContractionPlan(
        network, steps, ascending, isOptimal, PlanCost.of(network, steps, ascending));
  }

  /// The indices of the tensor that each step makes, ascending; slices included.
  public List<List<Integer>> results() {
    return new PlanCounter(network, steps, List.of()).results();
  }

  /// Of each step, the product of the extents of all its indices, for one slice.
  public List<BigInteger> points() {
    return new PlanCounter(network, steps, slices).points();
  }

  /// Of each step, the elements of what it makes, for one slice.
  public List<BigInteger> elements() {
    return new PlanCounter(network, steps, slices).elements();
  }

  /// The steps as `[[0, 1], …]`; see [Step#toLinearPath].
  public List<List<Integer>> linearPath() {
    return Step.toLinearPath(network.operands().size(), steps);
  }
}
