package org.einkorn.passes.order;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/// Searches for a cheap order in which to contract a network.
public final class ContractionOrder {
  /// Up to so many operands all trees are searched.
  private static final int EXHAUSTIVE = 14;

  private ContractionOrder() {}

  /// A plan that is the best there is for small networks, and the best found for others.
  public static ContractionPlan search(Network network, SearchOptions options) {
    Hypergraph graph = Hypergraph.of(network);
    if (graph.operands() < 2) {
      return ContractionPlan.of(network, List.of(), List.of(), true);
    }
    ContractionTree tree = new GreedySearch(graph, 1, 0, new SplittableRandom(0)).run();
    Pricing pricing = pricing(tree, options);
    boolean isOptimal = graph.operands() <= EXHAUSTIVE;
    if (isOptimal) {
      tree = exhaustive(graph, pricing);
    }
    return ContractionPlan.of(network, tree.steps(), List.of(), isOptimal);
  }

  /// Counts are scaled down where the plan known has more operations than a double holds.
  private static Pricing pricing(ContractionTree known, SearchOptions options) {
    double most = 0;
    for (int node : known.bottomUp()) {
      most = Math.max(most, known.log2Points(node));
    }
    return new Pricing(options.objective(), CostModel.FITTED, most < 800 ? 0 : most - 400);
  }

  private static ContractionTree exhaustive(Hypergraph graph, Pricing pricing) {
    SubsetSearch search = new SubsetSearch(graph, graph.leaves(), pricing);
    search.run();
    ContractionTree tree = new ContractionTree(graph);
    // Down the tree to find the steps, then up to make them.
    Deque<Integer> open = new ArrayDeque<>(List.of(search.all()));
    Deque<Integer> made = new ArrayDeque<>();
    while (!open.isEmpty()) {
      int subset = open.pop();
      made.push(subset);
      if (Integer.bitCount(subset) > 1) {
        open.push(search.half(subset));
        open.push(subset ^ search.half(subset));
      }
    }
    Map<Integer, Integer> nodes = new HashMap<>();
    for (int subset : made) {
      boolean isLeaf = Integer.bitCount(subset) == 1;
      int half = isLeaf ? 0 : search.half(subset);
      nodes.put(
          subset,
          isLeaf
              ? Integer.numberOfTrailingZeros(subset)
              : tree.join(
                  Objects.requireNonNull(nodes.get(half)),
                  Objects.requireNonNull(nodes.get(subset ^ half))));
    }
    return tree;
  }
}
