package org.einkorn.passes.order;

import java.util.Arrays;

/// The best of all binary trees over a few tensors, outer products included, by dynamic programming
/// over their subsets.
///
/// Its numbers are those of [SubsetCounts], one table look-up each. There are 3ⁿ/2 pairs of a
/// subset and what a tree joins it with.
///
/// Source: the classical programme over subsets for join and contraction orders, as in Pfeifer,
/// Haegeman, Verstraete, Physical Review E 90, 033315 (2014), without the restriction to connected
/// subsets.
final class SubsetSearch {
  /// The most tensors it takes.
  static final int LIMIT = 20;

  private final Hypergraph graph;
  private final int tensors;
  private final Pricing pricing;
  private final SubsetCounts counts;

  /// The number of elements of the tensor a subset makes, scaled.
  private final double[] sizes;

  /// T(S) scaled, and C(S); as logarithms if wide.
  private final double[] touched;

  private final double[] closed;

  private final double[] best;
  private final int[] choices;
  private double largest;

  /// What no tree needs to beat: subsets that cost more by themselves are passed over.
  private final double bound;

  SubsetSearch(Hypergraph graph, Legs[] legs, Pricing pricing) {
    this(graph, legs, pricing, Double.POSITIVE_INFINITY);
  }

  /// @param legs the tensors; those that are operands may have indices of their own, which their
  ///   first step sums
  /// @param bound the cost of a tree that is known, scaled, or infinity
  SubsetSearch(Hypergraph graph, Legs[] legs, Pricing pricing, double bound) {
    this.bound = bound * (1 + 1e-9);
    this.graph = graph;
    tensors = legs.length;
    if (tensors == 0 || tensors > LIMIT) {
      throw new IllegalArgumentException("no programme over subsets of " + tensors + " tensors");
    }
    this.pricing = pricing;
    int subsets = 1 << tensors;
    sizes = new double[subsets];
    touched = new double[subsets];
    closed = new double[subsets];
    best = new double[subsets];
    choices = new int[subsets];
    counts = new SubsetCounts(graph, legs, pricing);
    for (int subset = 1; subset < subsets; subset++) {
      counts.tabulate(subset, subset, touched, closed, sizes);
    }
  }

  /// Work done by [#run] without a bound, in pairs.
  static long work(int tensors) {
    return Math.round(Math.pow(3, tensors) / 2) + 1;
  }

  /// Work that [#run] will do, in pairs.
  long work() {
    long pairs = 0;
    for (int subset = 1; subset < sizes.length; subset++) {
      pairs += isWorthMaking(subset) ? 1L << (Integer.bitCount(subset) - 1) : 1;
    }
    return pairs;
  }

  /// Whether making a subset's tensor, and reading it in a later step, stays within the bound. Both
  /// steps have at least as many points as it has elements.
  private boolean isWorthMaking(int subset) {
    double uses = subset == sizes.length - 1 ? 1 : 2;
    double least = pricing.node(sizes[subset]) + uses * pricing.pointFactor() * sizes[subset];
    return least <= bound;
  }

  /// Finds the best tree.
  void run() {
    switch (pricing.objective()) {
      case TIME, FLOPS -> minimizeSum(Double.POSITIVE_INFINITY);
      case SIZE -> {
        minimizeLargest();
        largest = best[best.length - 1];
        minimizeSum(largest * (1 + 1e-12));
      }
    }
  }

  private void minimizeSum(double most) {
    for (int subset = 1; subset < best.length; subset++) {
      if ((subset & (subset - 1)) == 0) {
        continue;
      }
      double cheapest = Double.POSITIVE_INFINITY;
      // The half with the lowest tensor, so that each pair comes once.
      int rest = subset & (subset - 1);
      int choice = rest;
      if (sizes[subset] <= most && isWorthMaking(subset)) {
        for (int half = rest; half > 0; half = (half - 1) & rest) {
          double sum = best[half] + best[subset ^ half];
          if (sum < cheapest) {
            double points = counts.points(touched[subset], closed[half], closed[subset ^ half]);
            if (sum + points < cheapest) {
              cheapest = sum + points;
              choice = half;
            }
          }
        }
        cheapest += pricing.node(sizes[subset]);
      }
      best[subset] = cheapest;
      choices[subset] = choice;
    }
  }

  private void minimizeLargest() {
    for (int subset = 1; subset < best.length; subset++) {
      if ((subset & (subset - 1)) == 0) {
        continue;
      }
      double least = Double.POSITIVE_INFINITY;
      int rest = subset & (subset - 1);
      for (int half = rest; half > 0; half = (half - 1) & rest) {
        least = Math.min(least, Math.max(best[half], best[subset ^ half]));
      }
      best[subset] = Math.max(least, sizes[subset]);
    }
  }

  /// The cost of the best tree under the objective, scaled; with [Objective#SIZE] its operations.
  double cost() {
    return best[best.length - 1];
  }

  /// Under [Objective#SIZE], the elements of the best tree's largest tensor, scaled.
  double largest() {
    return largest;
  }

  Hypergraph graph() {
    return graph;
  }

  /// The half of a subset (bits are tensors) that the best tree contracts with the other half.
  int half(int subset) {
    return choices[subset];
  }

  int all() {
    return best.length - 1;
  }

  @Override
  public String toString() {
    return tensors + " tensors, best " + Arrays.toString(best);
  }
}
