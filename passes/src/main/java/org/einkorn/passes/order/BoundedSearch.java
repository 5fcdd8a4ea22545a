package org.einkorn.passes.order;

import java.util.Arrays;
import java.util.Optional;

/// The best of all binary trees, outer products included, where a good one is known: it makes only
/// the subsets that may be part of a tree as cheap as that.
///
/// Subsets are made from pairs of smaller ones, by their number of tensors. One is kept if its best
/// tree, reading its tensor once, and the least that the steps after it cost stay within the bound.
/// A network that is near to a line or a tree keeps a few hundred of them, whatever [SubsetSearch]
/// would have to tabulate; the tree found is the same as there.
///
/// Source: Pfeifer, Haegeman, Verstraete, Physical Review E 90, 033315 (2014), sections II.B and
/// II.C, with one bound in place of one that grows.
final class BoundedSearch {
  /// The most tensors it takes: subsets are bits of an `int`.
  static final int LIMIT = 30;

  /// Nominal nanoseconds to look at a pair of subsets, and to price a new subset.
  private static final long NANOS_PAIR = 2;

  private static final long NANOS_SUBSET = 60;

  private static final int NOT_KEPT = -1;

  private final Hypergraph graph;
  private final Pricing pricing;
  private final SubsetCounts counts;
  private final int tensors;
  private final double bound;
  private final double pointFactor;
  private final double leastStep;
  private long budgetNanos;

  // The subsets kept, by their number of tensors; from `starts[n]` on those of n.
  private final int[] starts;
  private int kept;
  private int[] subsets = new int[64];
  private int[] halves = new int[64];
  private double[] touched = new double[64];
  private double[] closed = new double[64];
  private double[] sizes = new double[64];
  private double[] best = new double[64];

  /// Places of subsets of the size that is being made; of those passed over too.
  private final SubsetPlaces places = new SubsetPlaces();

  /// @param bound the cost of a tree that is known, scaled
  /// @param budgetNanos nominal nanoseconds it may take
  BoundedSearch(Hypergraph graph, Pricing pricing, double bound, long budgetNanos) {
    this.graph = graph;
    this.pricing = pricing;
    this.bound = bound * (1 + 1e-9);
    this.budgetNanos = budgetNanos;
    tensors = graph.operands();
    if (tensors < 2 || tensors > LIMIT) {
      throw new IllegalArgumentException("no search of subsets of " + tensors + " tensors");
    }
    counts = new SubsetCounts(graph, graph.leaves(), pricing);
    pointFactor = pricing.pointFactor();
    leastStep = pricing.node(0);
    starts = new int[tensors + 2];
  }

  /// The best tree; nothing where the search takes longer than it may.
  Optional<ContractionTree> run() {
    for (int tensor = 0; tensor < tensors; tensor++) {
      add(1 << tensor);
    }
    starts[1] = 0;
    starts[2] = kept;
    for (int size = 2; size <= tensors; size++) {
      places.clear();
      for (int part = 1; part <= size / 2; part++) {
        if (!join(part, size - part)) {
          return Optional.empty();
        }
      }
      dropDear(size);
      starts[size + 1] = kept;
    }
    return starts[tensors] < kept ? Optional.of(tree()) : Optional.empty();
  }

  /// Joins all pairs of disjoint subsets of two sizes.
  ///
  /// @return whether there was time for that
  private boolean join(int part, int other) {
    for (int one = starts[part]; one < starts[part + 1]; one++) {
      int first = part == other ? one + 1 : starts[other];
      budgetNanos -= NANOS_PAIR * (starts[other + 1] - first);
      for (int two = first; two < starts[other + 1]; two++) {
        if ((subsets[one] & subsets[two]) == 0) {
          join(subsets[one] | subsets[two], one, two);
        }
      }
      if (budgetNanos < 0) {
        return false;
      }
    }
    return true;
  }

  private void join(int subset, int one, int two) {
    int place = places.find(subset);
    if (place == SubsetPlaces.NONE) {
      place = add(subset);
      if (!(fixedCost(place) <= bound)) {
        kept--;
        place = NOT_KEPT;
      }
      places.put(subset, place);
    }
    if (place == NOT_KEPT) {
      return;
    }
    double cost = best[one] + best[two] + counts.points(touched[place], closed[one], closed[two]);
    // Of equals the half without the lowest tensor that is last in order, as in SubsetSearch.
    int lowest = subset & -subset;
    int half = (subsets[one] & lowest) == 0 ? subsets[one] : subsets[two];
    if (cost < best[place] || (cost == best[place] && half > halves[place])) {
      best[place] = cost;
      halves[place] = half;
    }
  }

  /// What a tree with this subset's tensor costs at least, whatever the subset is made from.
  private double fixedCost(int place) {
    boolean isLast = Integer.bitCount(subsets[place]) == tensors;
    double use = isLast ? 0 : pointFactor * sizes[place];
    return pricing.node(sizes[place]) + use + (tensors - 2) * leastStep;
  }

  /// Adds what each new subset's tensor costs by itself, and drops those that no tree within the
  /// bound has.
  private void dropDear(int size) {
    int end = kept;
    kept = starts[size];
    double after = (tensors - size) * leastStep;
    for (int place = starts[size]; place < end; place++) {
      best[place] += pricing.node(sizes[place]);
      double use = size == tensors ? 0 : pointFactor * sizes[place];
      if (best[place] + use + after <= bound) {
        move(place, kept++);
      }
    }
  }

  private void move(int from, int to) {
    subsets[to] = subsets[from];
    halves[to] = halves[from];
    touched[to] = touched[from];
    closed[to] = closed[from];
    sizes[to] = sizes[from];
    best[to] = best[from];
  }

  private int add(int subset) {
    budgetNanos -= NANOS_SUBSET;
    if (kept == subsets.length) {
      grow();
    }
    subsets[kept] = subset;
    halves[kept] = 0;
    counts.tabulate(subset, kept, touched, closed, sizes);
    boolean isSingle = (subset & (subset - 1)) == 0;
    best[kept] = isSingle ? 0 : Double.POSITIVE_INFINITY;
    return kept++;
  }

  private void grow() {
    int length = 2 * subsets.length;
    subsets = Arrays.copyOf(subsets, length);
    halves = Arrays.copyOf(halves, length);
    touched = Arrays.copyOf(touched, length);
    closed = Arrays.copyOf(closed, length);
    sizes = Arrays.copyOf(sizes, length);
    best = Arrays.copyOf(best, length);
  }

  private ContractionTree tree() {
    SubsetPlaces all = new SubsetPlaces();
    for (int place = 0; place < kept; place++) {
      all.put(subsets[place], place);
    }
    return ContractionOrder.tree(graph, (1 << tensors) - 1, subset -> halves[all.find(subset)]);
  }
}
