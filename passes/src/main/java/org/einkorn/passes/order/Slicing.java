package org.einkorn.passes.order;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final Network network;
  private final Pricing pricing;
  private final BigInteger limit;
  private final SplittableRandom random;

  Slicing(Network network, Pricing pricing, long limitElements, long seed) {
    this.network = network;
    this.pricing = pricing;
    limit = BigInteger.valueOf(limitElements);
    random = new SplittableRandom(seed);
  }

  /// The tree, sliced until it keeps the limit, or with everything sliced if it never does.
  ///
  /// @param reconfigures whether the tree may change as well
  ContractionPlan fit(ContractionTree start, boolean isOptimal, boolean reconfigures) {
    ContractionTree tree = start;
    List<Integer> slices = new ArrayList<>();
    ContractionPlan plan = ContractionPlan.of(network, tree.steps(), slices, isOptimal);
    while (plan.cost().peak().compareTo(limit) > 0) {
      int index = choose(tree, !slices.isEmpty());
      if (index < 0) {
        break;
      }
      int member = nextMember(tree.graph(), index, slices);
      slices.add(member);
      Hypergraph graph = tree.graph().sliced(index, network.extent(member));
      ContractionTree same = tree.over(graph);
      ContractionTree other = same.copy();
      if (reconfigures) {
        new Reconfiguration(other, pricing, 6, random.split()).sweep();
      }
      ContractionPlan kept = ContractionPlan.of(network, same.steps(), slices, false);
      ContractionPlan changed = ContractionPlan.of(network, other.steps(), slices, false);
      boolean isSmaller = changed.cost().peak().compareTo(kept.cost().peak().max(limit)) <= 0;
      tree = isSmaller ? other : same;
      plan = isSmaller ? changed : kept;
    }
    return unsliced(plan);
  }

  boolean keepsLimit(ContractionPlan plan) {
    return plan.cost().peak().compareTo(limit) <= 0;
  }

  /// Without those slices that turn out not to be needed.
  private ContractionPlan unsliced(ContractionPlan plan) {
    ContractionPlan best = plan;
    for (int index : plan.slices()) {
      List<Integer> fewer = new ArrayList<>(best.slices());
      fewer.remove(Integer.valueOf(index));
      ContractionPlan without = ContractionPlan.of(network, best.steps(), fewer, best.isOptimal());
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
  private int choose(ContractionTree tree, boolean isSliced) {
    Hypergraph graph = tree.graph();
    List<Legs> live = liveAtPeak(tree, isSliced);
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
      if (shares[index] > 0 && extent > 1) {
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

  /// The tensors made by steps that are live when most elements are; with slices without the
  /// result, which is live throughout.
  private static List<Legs> liveAtPeak(ContractionTree tree, boolean isSliced) {
    List<Step> steps = tree.steps();
    int operands = tree.graph().operands();
    Legs[] tensors = Arrays.copyOf(tree.graph().leaves(), operands + steps.size());
    boolean[] isLive = new boolean[tensors.length];
    List<Legs> peak = List.of();
    double most = -1;
    for (int at = 0; at < steps.size(); at++) {
      Step step = steps.get(at);
      tensors[operands + at] = tree.graph().contract(tensors[step.left()], tensors[step.right()]);
      isLive[operands + at] = !isSliced || at < steps.size() - 1;
      double elements = 0;
      List<Legs> now = new ArrayList<>();
      for (int tensor = operands; tensor <= operands + at; tensor++) {
        if (isLive[tensor]) {
          now.add(tensors[tensor]);
          elements += Pricing.power(Math.min(1_000, tree.graph().log2Size(tensors[tensor])));
        }
      }
      if (elements > most) {
        most = elements;
        peak = now;
      }
      isLive[step.left()] = false;
      isLive[step.right()] = false;
    }
    return peak;
  }
}
