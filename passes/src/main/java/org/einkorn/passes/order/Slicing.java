package org.einkorn.passes.order;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/// Chooses indices to loop over outside until a tree keeps a limit of memory: again and again the
/// index of the tensors live at the peak that makes the whole dearer by least for what it takes off
/// them, and after each the tree is reconfigured for what is left.
///
/// Source: dynamic slicing, Huang et al., Classical simulation of quantum supremacy circuits (arXiv
/// 2005.06787), interleaved with subtree reconfiguration as in Gray and Kourtis, Quantum 5, 410
/// (2021).
final class Slicing {
  /// What a tree may cost more for each bit it is nearer to the limit, as a logarithm.
  private static final double PENALTY = 2;

  /// Bits above the limit from which on a tree is sliced before it is annealed.
  private static final double FAR = 24;

  /// The width of reconfigurations between two slices.
  private static final int WIDTH = 5;

  /// Nominal nanoseconds to slice, and to count a plan, for each operand.
  private static final long NANOS_OPERAND_SLICED = 800;

  private static final long NANOS_OPERAND_COUNTED = 5_000;

  private final Network network;
  private final Pricing pricing;
  private final BigInteger limit;
  private final boolean holdsResult;
  private final boolean slicesOutputAlone;
  private final double log2Limit;
  private final long budgetNanos;
  private final SplittableRandom random;
  private long leftNanos;

  /// By how many bits the tree was above the limit before it was sliced, and one more.
  private double wayBits;

  /// @param budgetNanos nominal nanoseconds for each tree. What must be done for a plan at all is
  ///   done in any case
  Slicing(Network network, Pricing pricing, SearchOptions options, long budgetNanos) {
    long limitElements = options.memoryLimitElements().orElse(Long.MAX_VALUE);
    holdsResult = options.holdsResult();
    slicesOutputAlone = options.slicesOutputAlone();
    this.network = network;
    this.pricing = pricing;
    limit = BigInteger.valueOf(limitElements);
    log2Limit = Math.log((double) Math.max(1, limitElements)) / Math.log(2);
    this.budgetNanos = budgetNanos;
    random = new SplittableRandom(options.seed());
  }

  /// The tree, sliced until it keeps the limit, or with everything sliced if it never does.
  ///
  /// @param changes whether the tree may change as well
  ContractionPlan fit(ContractionTree start, boolean isOptimal, boolean changes) {
    ContractionTree tree = start;
    List<Integer> slices = new ArrayList<>();
    wayBits = 1;
    leftNanos = budgetNanos - NANOS_OPERAND_COUNTED * network.operands().size();
    ContractionPlan plan = ContractionPlan.of(network, tree.steps(), slices, isOptimal);
    if (keepsLimit(plan)) {
      return plan;
    }
    if (changes) {
      tree = better(tree, slices);
    }
    while (true) {
      if (log2Peak(tree, slices) <= log2Limit + 1e-9) {
        plan = ContractionPlan.of(network, tree.steps(), slices, false);
        if (keepsLimit(plan)) {
          break;
        }
      }
      int index = choose(tree, isHeld(slices));
      if (index < 0) {
        plan = ContractionPlan.of(network, tree.steps(), slices, false);
        break;
      }
      int member = nextMember(tree.graph(), index, slices);
      slices.add(member);
      tree = tree.over(tree.graph().sliced(index, network.extent(member)));
      leftNanos -= NANOS_OPERAND_SLICED * tree.graph().operands();
      tree = changes ? better(tree, slices) : tree;
    }
    return unsliced(plan);
  }

  /// The tree, or one near it that is nearer to the limit or cheaper, as far as the budget allows.
  /// It is spent in step with the way to the limit, and what one slice leaves the next has more.
  private ContractionTree better(ContractionTree tree, List<Integer> slices) {
    double excess = Math.max(0, log2Peak(tree, slices) - log2Limit);
    wayBits = Math.max(wayBits, 1 + excess);
    long allowance = leftNanos - (long) (budgetNanos * excess / wayBits);
    List<ContractionTree> trees = new ArrayList<>(List.of(tree));
    int operands = tree.graph().operands();
    long sweepNanos =
        operands * Reconfiguration.pieceWork(WIDTH) * TrialSearch.NANOS_RECONFIGURATION;
    if (allowance >= sweepNanos) {
      ContractionTree pieces = tree.copy();
      new Reconfiguration(pieces, pricing, WIDTH, random.split()).sweep();
      trees.add(pieces);
      allowance -= sweepNanos;
      leftNanos -= sweepNanos;
    }
    long annealNanos = operands * Annealing.moveWork(tree.graph()) * TrialSearch.NANOS_ANNEALING;
    int sweeps = Math.clamp(allowance / annealNanos, 0, 100_000);
    if (excess < FAR && sweeps > 1) {
      Annealing annealing = new Annealing(tree, pricing, random.split());
      annealing.avoid(log2Limit - 1);
      annealing.run(0.3, 0.04, sweeps);
      trees.add(annealing.tree());
      leftNanos -= sweeps * annealNanos;
    }
    return Collections.min(trees, Comparator.comparingDouble(one -> worth(one, slices)));
  }

  /// The nominal nanoseconds that the last tree took.
  long spentNanos() {
    return budgetNanos - leftNanos;
  }

  /// The logarithm of the cost, and a penalty for every bit above the limit.
  private double worth(ContractionTree tree, List<Integer> slices) {
    double sum = 0;
    for (int node : tree.bottomUp()) {
      sum += tree.cost(node, pricing);
    }
    return Math.log(sum) / Math.log(2) + PENALTY * Math.max(0, log2Peak(tree, slices) - log2Limit);
  }

  private double log2Peak(ContractionTree tree, List<Integer> slices) {
    double elements = isHeld(slices) ? PlanCounter.outputElements(network).doubleValue() : 0;
    double sum = elements;
    for (Legs legs : liveAtPeak(tree, isHeld(slices))) {
      sum += Pricing.power(Math.min(1_000, tree.graph().log2Size(legs)));
    }
    return Math.log(sum) / Math.log(2);
  }

  boolean keepsLimit(ContractionPlan plan) {
    BigInteger peak =
        holdsResult
            ? new PlanCounter(network, plan.steps(), plan.slices(), true).count().peak()
            : plan.cost().peak();
    return peak.compareTo(limit) <= 0;
  }

  /// Whether the result is live throughout.
  private boolean isHeld(List<Integer> slices) {
    return holdsResult || !slices.isEmpty();
  }

  /// Without those slices that turn out not to be needed.
  private ContractionPlan unsliced(ContractionPlan plan) {
    ContractionPlan best = plan;
    long most = leftNanos / (NANOS_OPERAND_COUNTED * network.operands().size());
    for (int index : plan.slices().size() > most ? List.<Integer>of() : plan.slices()) {
      List<Integer> fewer = new ArrayList<>(best.slices());
      fewer.remove(Integer.valueOf(index));
      leftNanos -= NANOS_OPERAND_COUNTED * network.operands().size();
      ContractionPlan without = ContractionPlan.of(network, best.steps(), fewer, false);
      if (keepsLimit(without)) {
        best = without;
      }
    }
    return best;
  }

  /// The smallest member of an index that is not sliced yet.
  private int nextMember(Hypergraph graph, int index, List<Integer> slices) {
    int next = -1;
    for (int member : graph.members().get(index)) {
      boolean isSmaller = next < 0 || network.extent(member) < network.extent(next);
      if (!slices.contains(member) && isSmaller) {
        next = member;
      }
    }
    if (next < 0) {
      throw new IllegalStateException("index " + index + " has nothing left to slice");
    }
    return next;
  }

  /// The index to slice next, or -1 if those live at the peak have none with an extent.
  private int choose(ContractionTree tree, boolean isHeld) {
    Hypergraph graph = tree.graph();
    List<Legs> live = liveAtPeak(tree, isHeld);
    double largest = live.stream().mapToDouble(graph::log2Size).max().orElse(0);
    double[] shares = new double[graph.indices()];
    for (Legs legs : live) {
      for (int index : legs.indices()) {
        shares[index] += Pricing.power(graph.log2Size(legs) - largest);
      }
    }
    double total = 0;
    double[] within = new double[graph.indices()];
    for (int node : tree.bottomUp()) {
      double cost = tree.cost(node, pricing);
      total += cost;
      for (int index : tree.legs(tree.left(node)).union(tree.legs(tree.right(node))).indices()) {
        within[index] += cost;
      }
    }
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int index = 0; index < shares.length; index++) {
      double extent = graph.extents()[index];
      if (shares[index] > 0 && extent > 1 && maySlice(graph, index)) {
        double growth = (within[index] + extent * (total - within[index])) / total;
        double price = Math.log(growth) / (shares[index] * Math.min(1, Math.log(extent)));
        // Of two that cost nothing, the one that takes off more.
        price = price > 1e-12 ? price : -shares[index];
        if (price < least || best < 0) {
          least = price;
          best = index;
        }
      }
    }
    return best;
  }

  private boolean maySlice(Hypergraph graph, int index) {
    return !slicesOutputAlone || network.output().contains(graph.members().get(index).getFirst());
  }

  /// The tensors made by steps that are live when most elements are; without the result where that
  /// is held, for then it is live throughout.
  private static List<Legs> liveAtPeak(ContractionTree tree, boolean isHeld) {
    List<Integer> order = tree.inOrder();
    double[] elements = new double[tree.nodes()];
    double live = 0;
    double most = -1;
    int worst = -1;
    for (int at = 0; at < order.size(); at++) {
      int node = order.get(at);
      if (!isHeld || at < order.size() - 1) {
        elements[node] = Pricing.power(Math.min(1_000, tree.log2Size(node)));
      }
      live += elements[node];
      if (live > most) {
        most = live;
        worst = at;
      }
      live -= elements[tree.left(node)] + elements[tree.right(node)];
    }
    boolean[] isRead = new boolean[tree.nodes()];
    List<Legs> atPeak = new ArrayList<>();
    for (int at = worst; at >= 0; at--) {
      int node = order.get(at);
      if (!isRead[node] && elements[node] > 0) {
        atPeak.add(tree.legs(node));
      }
      // What the step at the peak reads is live with what it makes; what others read is gone.
      boolean isGone = at < worst;
      isRead[tree.left(node)] |= isGone;
      isRead[tree.right(node)] |= isGone;
    }
    return atPeak;
  }
}
