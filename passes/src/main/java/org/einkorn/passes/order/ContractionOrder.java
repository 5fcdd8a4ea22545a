package org.einkorn.passes.order;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/// Searches for a cheap order in which to contract a network.
public final class ContractionOrder {
  /// Up to so many operands all trees are searched.
  static final int EXHAUSTIVE = 14;

  /// Nominal nanoseconds for one pair of subsets.
  static final long NANOS_PAIR = 3;

  private static final Duration LONGEST = Duration.ofDays(365);

  private ContractionOrder() {}

  /// A plan that is the best there is for small networks, and the best found for others.
  ///
  /// @throws MemoryLimitException if no plan keeps the limit of memory
  public static ContractionPlan search(Network network, SearchOptions options) {
    Hypergraph graph = Hypergraph.of(network);
    if (options.memoryLimitElements().isPresent()) {
      return new LimitedSearch(network, graph, options).run();
    }
    Found found = find(graph, options);
    return ContractionPlan.of(network, found.tree.steps(), List.of(), found.isOptimal);
  }

  /// A tree, and whether it is known to be the best.
  record Found(ContractionTree tree, boolean isOptimal) {}

  /// The best tree, or the best found, whatever memory it takes.
  static Found find(Hypergraph graph, SearchOptions options) {
    Trees trees = new Trees(graph, options);
    ContractionTree best = trees.best(nanos(options.budget()));
    return new Found(best, trees.isOptimal());
  }

  static ContractionTree greedy(Hypergraph graph) {
    return new GreedySearch(graph, 1, 0, new SplittableRandom(0)).run();
  }

  static long nanos(Duration budget) {
    return budget.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : budget.toNanos();
  }

  /// Counts are scaled down where the plan known has more operations than a double holds.
  static Pricing pricing(ContractionTree known, SearchOptions options) {
    double most = 0;
    for (int node : known.bottomUp()) {
      most = Math.max(most, known.log2Points(node));
    }
    return new Pricing(options.objective(), CostModel.FITTED, most < 800 ? 0 : most - 400);
  }

  /// The best tree, by trying all.
  static ContractionTree exhaustive(SubsetSearch search) {
    search.run();
    return tree(search.graph(), search.all(), search::half);
  }

  /// The tree over all operands, by the half of each of its subsets.
  static ContractionTree tree(Hypergraph graph, int all, IntUnaryOperator halves) {
    ContractionTree tree = new ContractionTree(graph);
    // Down the tree to find the steps, then up to make them.
    Deque<Integer> open = new ArrayDeque<>(List.of(all));
    Deque<Integer> made = new ArrayDeque<>();
    while (!open.isEmpty()) {
      int subset = open.pop();
      made.push(subset);
      if (Integer.bitCount(subset) > 1) {
        open.push(halves.applyAsInt(subset));
        open.push(subset ^ halves.applyAsInt(subset));
      }
    }
    Map<Integer, Integer> nodes = new HashMap<>();
    for (int subset : made) {
      boolean isLeaf = Integer.bitCount(subset) == 1;
      int half = isLeaf ? 0 : halves.applyAsInt(subset);
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
