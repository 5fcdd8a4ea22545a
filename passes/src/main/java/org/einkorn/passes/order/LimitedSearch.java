package org.einkorn.passes.order;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.einkorn.passes.Objective;

/// Searches under a limit of memory.
///
/// With every index sliced, each step makes one number. In a tree that contracts one operand after
/// the other, two of them are live beside the result, or one if three operands are contracted, or
/// none if fewer are; and no tree has fewer. So that is the smallest limit with slices. Without,
/// less is possible in one case alone: the last step multiplies an operand that holds the whole
/// result by a single number made of all the others.
final class LimitedSearch {
  /// Up to so many operands, all orders are tried for that case.
  private static final int FEW = 7;

  /// What the first round takes; it is done whatever the budget.
  private static final long FIRST_ROUND_NANOS = 100_000_000;

  /// How much longer each round is than the one before.
  private static final long GROWTH = 3;

  private final Network network;
  private final Hypergraph graph;
  private final SearchOptions options;
  private final BigInteger limit;

  LimitedSearch(Network network, Hypergraph graph, SearchOptions options) {
    this.network = network;
    this.graph = graph;
    this.options = options;
    limit = BigInteger.valueOf(options.memoryLimitElements().orElse(Long.MAX_VALUE));
  }

  ContractionPlan run() {
    BigInteger output = PlanCounter.outputElements(network);
    BigInteger smallest = output.add(BigInteger.valueOf(Math.clamp(graph.operands() - 2L, 0, 2)));
    if (limit.compareTo(smallest) < 0) {
      List<Step> steps = options.holdsResult() ? List.of() : scaling(output.add(BigInteger.ONE));
      if (steps.isEmpty() || limit.compareTo(output) <= 0) {
        throw new MemoryLimitException(
            limit.longValueExact(), steps.isEmpty() ? smallest : output.add(BigInteger.ONE));
      }
      return ContractionPlan.of(network, steps, List.of(), false);
    }
    return best(smallest);
  }

  /// The best plan of rounds: in each the searches of trees go on, and what they have found is
  /// sliced anew. What a round does, and how long it may take, depends on the network and on the
  /// rounds before; so a larger budget does the same rounds and then more.
  private ContractionPlan best(BigInteger smallest) {
    Trees trees = new Trees(graph, options);
    Trees small = new Trees(graph, options.withObjective(Objective.SIZE));
    long budgetNanos = ContractionOrder.nanos(options.budget());
    Optional<ContractionPlan> best = Optional.empty();
    long roundNanos = FIRST_ROUND_NANOS;
    long slicedNanos = 0;
    long expectedNanos;
    do {
      ContractionTree tree = trees.best(roundNanos / 3);
      Slicing slicing = new Slicing(network, trees.pricing(), options, roundNanos / 6);
      ContractionPlan plan = slicing.fit(tree, trees.isOptimal(), true);
      long spentNanos = slicing.spentNanos();
      best = better(best, plan, slicing);
      if (plan.slices().isEmpty() && slicing.keepsLimit(plan) && trees.isOptimal()) {
        return plan;
      }
      // The first round is for a plan, whatever it is: the second tree may take as long again.
      if (best.isEmpty() || trees.isOptimal() || roundNanos > FIRST_ROUND_NANOS) {
        best = better(best, slicing.fit(small.best(roundNanos / 10), false, true), slicing);
        spentNanos += slicing.spentNanos();
      }
      if (best.isEmpty()) {
        best = better(best, slicing.fit(oneByOne(tree), false, false), slicing);
        spentNanos += slicing.spentNanos();
      }
      slicedNanos += spentNanos;
      roundNanos = GROWTH * Math.max(roundNanos, spentNanos);
      expectedNanos = Math.max(2 * roundNanos / 6, 2 * spentNanos);
    } while (roundNanos / 3 + roundNanos / 10 + slicedNanos + expectedNanos <= budgetNanos
        && !trees.isOptimal());
    return best.orElseThrow(() -> noneKeeps(smallest));
  }

  private Optional<ContractionPlan> better(
      Optional<ContractionPlan> best, ContractionPlan plan, Slicing slicing) {
    boolean isBetter =
        slicing.keepsLimit(plan) && (best.isEmpty() || score(plan).isBetterThan(score(best.get())));
    return isBetter ? Optional.of(plan) : best;
  }

  /// With slices of any index there is always a plan; with those of the output alone there may be
  /// none.
  private RuntimeException noneKeeps(BigInteger smallest) {
    return options.slicesOutputAlone()
        ? new MemoryLimitException(limit.longValueExact(), smallest)
        : new IllegalStateException("no slicing keeps the limit " + limit);
  }

  private Score score(ContractionPlan plan) {
    double flops = plan.cost().log10Flops();
    return switch (options.objective()) {
      case TIME -> new Score(plan.cost().seconds(), flops);
      case FLOPS -> new Score(flops, plan.cost().seconds());
      case SIZE -> new Score(plan.cost().log2Size(), flops);
    };
  }

  /// The tree that contracts the operands one after the other, as they stand in another tree.
  private ContractionTree oneByOne(ContractionTree tree) {
    ContractionTree line = new ContractionTree(graph);
    int[] order = tree.leafOrder();
    int made = order[0];
    for (int at = 1; at < order.length; at++) {
      made = line.join(made, order[at]);
    }
    return line;
  }

  /// Steps without slices that end by scaling an operand, and take no more than a limit.
  private List<Step> scaling(BigInteger most) {
    for (int last = 0; last < graph.operands() && graph.operands() > 3; last++) {
      if (isScaled(last)) {
        int scaled = last;
        List<Integer> others =
            IntStream.range(0, graph.operands()).filter(o -> o != scaled).boxed().toList();
        List<Step> steps = toNumber(others, most);
        if (!steps.isEmpty()) {
          List<Step> all = new ArrayList<>(steps);
          all.add(new Step(graph.operands() + steps.size() - 1, last));
          return all;
        }
      }
    }
    return List.of();
  }

  /// Whether an operand holds the whole result and shares nothing with any other.
  private boolean isScaled(int operand) {
    Legs legs = graph.leaves()[operand];
    Set<Integer> output = new HashSet<>();
    for (int index = 0; index < graph.indices(); index++) {
      boolean isWritten = network.output().contains(graph.members().get(index).getFirst());
      if (isWritten && graph.extents()[index] != 1) {
        output.add(index);
      }
    }
    for (int index : legs.indices()) {
      boolean isOutput = output.remove(index);
      if (graph.extents()[index] != 1 && graph.occurrences()[index] != (isOutput ? 2 : 1)) {
        return false;
      }
    }
    return output.isEmpty();
  }

  /// Steps, in this network's numbers, that contract operands to one number, or none.
  private List<Step> toNumber(List<Integer> operands, BigInteger most) {
    List<Step> steps = new ArrayList<>();
    if (operands.size() <= FEW) {
      boolean isFound = tryAll(new ArrayList<>(operands), steps, new ArrayList<>(), most);
      return isFound ? steps : List.of();
    }
    Network part =
        new Network(
            operands.stream().map(network.operands()::get).toList(), List.of(), network.extents());
    SearchOptions small = options.withObjective(Objective.SIZE);
    ContractionTree tree = ContractionOrder.find(Hypergraph.of(part), small).tree();
    ContractionPlan plan = ContractionPlan.of(part, tree.steps(), List.of(), false);
    if (plan.cost().peak().compareTo(most) > 0) {
      return List.of();
    }
    for (Step step : plan.steps()) {
      steps.add(new Step(numberOf(step.left(), operands), numberOf(step.right(), operands)));
    }
    return steps;
  }

  private int numberOf(int tensor, List<Integer> operands) {
    return tensor < operands.size()
        ? operands.get(tensor)
        : tensor - operands.size() + graph.operands();
  }

  /// @param live the tensors there are
  /// @param made what the steps so far made
  private boolean tryAll(List<Integer> live, List<Step> steps, List<Legs> made, BigInteger most) {
    if (live.size() == 1) {
      return true;
    }
    for (int one = 0; one < live.size(); one++) {
      for (int two = one + 1; two < live.size(); two++) {
        int left = live.get(one);
        int right = live.get(two);
        made.add(graph.contract(legs(left, made), legs(right, made)));
        BigInteger elements = elements(made.getLast());
        for (int tensor : live) {
          if (tensor >= graph.operands()) {
            elements = elements.add(elements(legs(tensor, made)));
          }
        }
        if (elements.compareTo(most) <= 0) {
          List<Integer> next = new ArrayList<>(live);
          next.removeAll(List.of(left, right));
          next.add(graph.operands() + steps.size());
          steps.add(new Step(left, right));
          if (tryAll(next, steps, made, most)) {
            return true;
          }
          steps.removeLast();
        }
        made.removeLast();
      }
    }
    return false;
  }

  private Legs legs(int tensor, List<Legs> made) {
    return tensor < graph.operands() ? graph.leaves()[tensor] : made.get(tensor - graph.operands());
  }

  private BigInteger elements(Legs legs) {
    BigInteger product = BigInteger.ONE;
    for (int index : legs.indices()) {
      for (int member : graph.members().get(index)) {
        product = product.multiply(BigInteger.valueOf(network.extent(member)));
      }
    }
    return product;
  }
}
