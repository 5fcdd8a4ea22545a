package org.einkorn.passes.order;

import java.util.SplittableRandom;
import org.einkorn.passes.Objective;

/// Improves a tree by many small random changes, worse ones too while it is hot.
///
/// A move takes a node P = (A·B)·C and makes it (A·C)·B or (C·B)·A; nothing but the tensor between
/// changes. It is accepted with probability `2^-(Δ/temperature)`, where Δ is by how much the binary
/// logarithm of the two steps' cost grows: so cheap parts of the tree are kept in order too.
///
/// Source: Kalachev, Panteleev, Yung, Multi-tensor contraction for XEB verification of quantum
/// circuits (arXiv 2108.05665), and Liu et al., Computing solution space properties of
/// combinatorial optimization problems via generic tensor networks (SIAM J. Sci. Comput. 45, 2023):
/// TreeSA.
final class Annealing {
  private final Hypergraph graph;
  private final Pricing pricing;
  private final SplittableRandom random;
  private final int words;

  /// The binary logarithm of every extent where all are equal, else 0.
  private final double common;

  private final int[] left;
  private final int[] right;
  private final long[][] legs;
  private final double[] log2Sizes;
  private final double[] costs;
  private final int[] inner;
  private final int root;
  private final long[] middle;
  private double threshold = Double.POSITIVE_INFINITY;
  private final long moveWork;
  private long work;

  Annealing(ContractionTree tree, Pricing pricing, SplittableRandom random) {
    graph = tree.graph();
    this.pricing = pricing;
    this.random = random;
    words = (graph.indices() + 63) / 64;
    common = commonExtent(graph.log2Extents());
    moveWork = moveWork(graph);
    int nodes = 2 * graph.operands() - 1;
    left = new int[nodes];
    right = new int[nodes];
    legs = new long[nodes][words];
    log2Sizes = new double[nodes];
    costs = new double[nodes];
    inner = tree.bottomUp();
    root = tree.root();
    middle = new long[words];
    for (int node = 0; node < nodes; node++) {
      for (int index : tree.legs(node).indices()) {
        legs[node][index >> 6] |= 1L << index;
      }
      log2Sizes[node] = tree.log2Size(node);
      if (!tree.isLeaf(node)) {
        left[node] = tree.left(node);
        right[node] = tree.right(node);
        costs[node] = tree.cost(node, pricing);
      }
    }
    if (pricing.objective() == Objective.SIZE) {
      threshold = 0;
      for (int node : inner) {
        threshold = Math.max(threshold, log2Sizes[node]);
      }
      threshold -= 1;
    }
  }

  /// The work that one move takes.
  static long moveWork(Hypergraph graph) {
    long words = (graph.indices() + 63L) / 64;
    return 4 * words + (commonExtent(graph.log2Extents()) == 0 ? 100 : 40);
  }

  private static double commonExtent(double[] bits) {
    for (double own : bits) {
      if (own != bits[0]) {
        return 0;
      }
    }
    return bits.length == 0 ? 0 : bits[0];
  }

  /// Makes tensors past a size dearer, by 4 bits for each bit.
  void avoid(double log2Size) {
    threshold = log2Size;
  }

  /// Cools from one temperature to another, each sweep visiting every node once.
  void run(double hottest, double coldest, int sweeps) {
    for (int sweep = 0; sweep < sweeps; sweep++) {
      double share = sweeps == 1 ? 1 : (double) sweep / (sweeps - 1);
      double temperature = hottest * Math.pow(coldest / hottest, share);
      for (int node : inner) {
        move(node, temperature);
      }
    }
  }

  long work() {
    return work;
  }

  private void move(int parent, double temperature) {
    boolean isLeft = random.nextBoolean();
    int child = isLeft ? left[parent] : right[parent];
    int other = isLeft ? right[parent] : left[parent];
    if (child < graph.operands()) {
      if (other < graph.operands()) {
        return;
      }
      int swap = child;
      child = other;
      other = swap;
    }
    // (kept · moved) · other becomes (kept · other) · moved.
    boolean keepsLeft = random.nextBoolean();
    int kept = keepsLeft ? left[child] : right[child];
    int moved = keepsLeft ? right[child] : left[child];
    work += moveWork;
    long[] keptLegs = legs[kept];
    long[] otherLegs = legs[other];
    long[] movedLegs = legs[moved];
    long[] parentLegs = legs[parent];
    double childPoints = 0;
    double childSize = 0;
    double parentPoints = 0;
    int childPointBits = 0;
    int childSizeBits = 0;
    int parentPointBits = 0;
    for (int word = 0; word < words; word++) {
      long all = keptLegs[word] | otherLegs[word];
      long needed = all & (parentLegs[word] | movedLegs[word]);
      long top = needed | movedLegs[word];
      middle[word] = needed;
      if (common != 0) {
        childPointBits += Long.bitCount(all);
        childSizeBits += Long.bitCount(needed);
        parentPointBits += Long.bitCount(top);
      } else {
        childPoints += weigh(all, word);
        childSize += weigh(needed, word);
        parentPoints += weigh(top, word);
      }
    }
    if (common != 0) {
      childPoints = common * childPointBits;
      childSize = common * childSizeBits;
      parentPoints = common * parentPointBits;
    }
    double childCost = cost(childPoints, childSize);
    double parentCost = cost(parentPoints, log2Sizes[parent]);
    double before = costs[child] + costs[parent];
    double after = childCost + parentCost;
    double growth = log2(after / before);
    if (threshold < Double.POSITIVE_INFINITY) {
      growth +=
          4 * (Math.max(0, childSize - threshold) - Math.max(0, log2Sizes[child] - threshold));
    }
    if (growth <= 0 || random.nextDouble() < Math.exp(-growth / temperature)) {
      set(parent, child, moved);
      set(child, kept, other);
      System.arraycopy(middle, 0, legs[child], 0, words);
      log2Sizes[child] = childSize;
      costs[child] = childCost;
      costs[parent] = parentCost;
    }
  }

  private static double log2(double ratio) {
    return Math.log(ratio) * 1.4426950408889634;
  }

  private void set(int node, int one, int two) {
    left[node] = one;
    right[node] = two;
  }

  private double weigh(long bits, int word) {
    double sum = 0;
    for (long rest = bits; rest != 0; rest &= rest - 1) {
      sum += graph.log2Extents()[(word << 6) + Long.numberOfTrailingZeros(rest)];
    }
    return sum;
  }

  private double cost(double log2Points, double log2Size) {
    double points = pricing.pointFactor() * roughPower(log2Points - pricing.scale());
    return pricing.objective() == Objective.TIME
        ? points + pricing.node(roughPower(log2Size - pricing.scale()))
        : points;
  }

  /// `2^x` to six digits, which is enough to accept a move by, and several times faster.
  private static double roughPower(double x) {
    double bounded = Math.max(-1_000, Math.min(1_000, x));
    double whole = Math.floor(bounded);
    double rest = (bounded - whole) * 0.6931471805599453;
    // The series of the exponential to the seventh power.
    double series =
        1
            + rest
                * (1
                    + rest
                        * (1 / 2.0
                            + rest
                                * (1 / 6.0
                                    + rest * (1 / 24.0 + rest * (1 / 120.0 + rest / 720.0)))));
    return series * Double.longBitsToDouble(((long) whole + 1_023) << 52);
  }

  /// The tree as it is now.
  ContractionTree tree() {
    ContractionTree tree = new ContractionTree(graph);
    int[] order = new int[inner.length];
    int at = order.length;
    int[] stack = new int[inner.length + 1];
    int depth = 0;
    stack[depth++] = root;
    while (depth > 0) {
      int node = stack[--depth];
      if (node >= graph.operands()) {
        order[--at] = node;
        stack[depth++] = left[node];
        stack[depth++] = right[node];
      }
    }
    int[] numbers = new int[left.length];
    for (int leaf = 0; leaf < graph.operands(); leaf++) {
      numbers[leaf] = leaf;
    }
    for (int node : order) {
      numbers[node] = tree.join(numbers[left[node]], numbers[right[node]]);
    }
    return tree;
  }
}
