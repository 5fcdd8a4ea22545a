package org.einkorn.passes.order;

import java.util.Arrays;

/// The best of all trees whose leaves stand in a given order from left to right, by the programme
/// over intervals that every textbook has for chains of matrices, for any network.
///
/// Let D(i,j) be the product of the extents of the summed indices whose last holder is in [i,j) and
/// whose first is before i, and S(i,j) the elements of the interval's tensor. An index that
/// disappears in the step [i,k)·[k,j) → [i,j) has its last holder in [k,j), its first in [i,k); so
/// the step has S(i,j)·D(i,k)·D(k,j)/D(i,j) points, which is two products a triple (i,k,j). An
/// index of one operand alone counts into D of that operand, whose first step sums it.
///
/// Source: Godbole, On efficient computation of matrix chain products, IEEE Transactions on
/// Computers C-22 (1973), for the chain; the look-up for hypergraphs is ours.
final class IntervalSearch {
  /// The most operands it takes: its tables grow with their square.
  static final int LIMIT = 1_200;

  private final Hypergraph graph;
  private final Pricing pricing;
  private final int[] order;
  private final int length;
  private final int[] first;
  private final int[] last;

  /// By beginning, then end; and by end, then beginning.
  private final double[][] best;

  private final double[][] bestByEnd;
  private final double[][] crossing;
  private final double[][] crossingByEnd;
  private final double[][] sizes;
  private final int[][] choices;

  IntervalSearch(Hypergraph graph, int[] order, Pricing pricing) {
    this.graph = graph;
    this.pricing = pricing;
    this.order = order.clone();
    length = order.length;
    first = new int[graph.indices()];
    last = new int[graph.indices()];
    Arrays.fill(first, Integer.MAX_VALUE);
    int[] seen = new int[graph.indices()];
    for (int at = 0; at < length; at++) {
      for (int index : graph.leaves()[order[at]].indices()) {
        first[index] = Math.min(first[index], at);
        last[index] = at;
        seen[index]++;
      }
    }
    for (int index = 0; index < seen.length; index++) {
      if (seen[index] < graph.occurrences()[index]) {
        last[index] = Integer.MAX_VALUE;
      }
    }
    best = new double[length][length + 1];
    bestByEnd = new double[length + 1][length];
    crossing = new double[length][length + 1];
    crossingByEnd = new double[length + 1][length];
    sizes = new double[length][length + 1];
    choices = new int[length][length + 1];
  }

  /// Work done by [#run], in triples.
  static long work(int length) {
    return 20L * length * length + (long) length * length * length / 6;
  }

  ContractionTree run() {
    tabulate();
    switch (pricing.objective()) {
      case TIME, FLOPS -> minimizeSum(Double.POSITIVE_INFINITY);
      case SIZE -> {
        minimizeLargest();
        minimizeSum(best[0][length] * (1 + 1e-12));
      }
    }
    ContractionTree tree = new ContractionTree(graph);
    build(tree);
    return tree;
  }

  private void tabulate() {
    int[] seenFrom = new int[graph.indices()];
    Arrays.fill(seenFrom, -1);
    for (int begin = length - 1; begin >= 0; begin--) {
      Product size = new Product();
      Product cross = new Product();
      for (int end = begin + 1; end <= length; end++) {
        Product own = new Product();
        for (int index : graph.leaves()[order[end - 1]].indices()) {
          if (seenFrom[index] != begin) {
            seenFrom[index] = begin;
            size.multiply(index);
          }
          boolean ends = last[index] == end - 1;
          if (ends && first[index] < begin) {
            cross.multiply(index);
          } else if (ends && first[index] < end - 1) {
            size.divide(index);
          } else if (ends) {
            own.multiply(index);
          }
        }
        boolean isSingle = end == begin + 1;
        sizes[begin][end] = size.scaled();
        crossing[begin][end] = isSingle ? cross.value() * own.value() : cross.value();
        crossingByEnd[end][begin] = crossing[begin][end];
        size.divide(own);
      }
    }
  }

  /// A product that comes back into range after it has left it.
  private final class Product {
    private double value = 1;
    private double log2;

    void multiply(int index) {
      value *= graph.extents()[index];
      log2 += graph.log2Extents()[index];
    }

    void divide(int index) {
      value /= graph.extents()[index];
      log2 -= graph.log2Extents()[index];
    }

    void divide(Product other) {
      value /= other.value;
      log2 -= other.log2;
    }

    double value() {
      return value > 0 && value < Double.POSITIVE_INFINITY ? value : Pricing.power(log2);
    }

    double scaled() {
      return pricing.scale() == 0 ? value() : pricing.linear(log2);
    }
  }

  private void minimizeSum(double largest) {
    double pointFactor = pricing.pointFactor();
    for (int begin = length - 2; begin >= 0; begin--) {
      double[] left = best[begin];
      double[] leftCrossing = crossing[begin];
      for (int end = begin + 2; end <= length; end++) {
        double[] right = bestByEnd[end];
        double[] rightCrossing = crossingByEnd[end];
        double size = sizes[begin][end];
        double factor = pointFactor * size / leftCrossing[end];
        double cheapest = Double.POSITIVE_INFINITY;
        int choice = begin + 1;
        if (size <= largest) {
          for (int cut = begin + 1; cut < end; cut++) {
            double sum = left[cut] + right[cut] + factor * leftCrossing[cut] * rightCrossing[cut];
            if (sum < cheapest) {
              cheapest = sum;
              choice = cut;
            }
          }
          cheapest += pricing.node(size);
        }
        left[end] = cheapest;
        bestByEnd[end][begin] = cheapest;
        choices[begin][end] = choice;
      }
    }
  }

  private void minimizeLargest() {
    for (int begin = length - 2; begin >= 0; begin--) {
      double[] left = best[begin];
      for (int end = begin + 2; end <= length; end++) {
        double[] right = bestByEnd[end];
        double least = Double.POSITIVE_INFINITY;
        for (int cut = begin + 1; cut < end; cut++) {
          least = Math.min(least, Math.max(left[cut], right[cut]));
        }
        left[end] = Math.max(least, sizes[begin][end]);
        bestByEnd[end][begin] = left[end];
      }
    }
  }

  /// Makes the tree's nodes, those of inner intervals first.
  private void build(ContractionTree tree) {
    int[] stack = new int[4 * length + 4];
    int[] nodes = new int[length + 1];
    int depth = 0;
    int made = 0;
    stack[depth++] = 0;
    stack[depth++] = length;
    while (depth > 0) {
      int end = stack[--depth];
      int begin = stack[--depth];
      if (begin < 0) {
        int right = nodes[--made];
        int left = nodes[--made];
        nodes[made++] = tree.join(left, right);
      } else if (end == begin + 1) {
        nodes[made++] = order[begin];
      } else {
        int cut = choices[begin][end];
        stack[depth++] = -1;
        stack[depth++] = -1;
        stack[depth++] = cut;
        stack[depth++] = end;
        stack[depth++] = begin;
        stack[depth++] = cut;
      }
    }
  }
}
