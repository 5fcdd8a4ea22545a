package org.einkorn.passes.order;

import java.util.Arrays;
import java.util.Comparator;

/// Puts the operands of a network in a line so that those that share indices stand near each other:
/// breadth first from one end, neighbours with few neighbours first. A network that is a line comes
/// out as that line.
///
/// Source: Cuthill and McKee, Reducing the bandwidth of sparse symmetric matrices, 1969; the end is
/// found as by Gibbs, Poole and Stockmeyer, 1976, by going to the farthest operand until that does
/// not get farther.
final class Arrangement {
  private final Hypergraph graph;
  private final int[][] holders;
  private final int[] degrees;

  Arrangement(Hypergraph graph) {
    this.graph = graph;
    holders = holders(graph);
    degrees = new int[graph.operands()];
    for (int operand = 0; operand < degrees.length; operand++) {
      for (int index : graph.leaves()[operand].indices()) {
        degrees[operand] += holders[index].length - 1;
      }
    }
  }

  /// Of each index, the operands that have it.
  static int[][] holders(Hypergraph graph) {
    int[] counts = new int[graph.indices()];
    for (Legs legs : graph.leaves()) {
      for (int index : legs.indices()) {
        counts[index]++;
      }
    }
    int[][] holders = new int[graph.indices()][];
    Arrays.setAll(holders, index -> new int[counts[index]]);
    for (int operand = graph.operands() - 1; operand >= 0; operand--) {
      for (int index : graph.leaves()[operand].indices()) {
        holders[index][--counts[index]] = operand;
      }
    }
    return holders;
  }

  /// The operands in line, component after component.
  int[] order() {
    int[] order = new int[graph.operands()];
    boolean[] isPlaced = new boolean[order.length];
    int placed = 0;
    for (int operand = 0; operand < order.length; operand++) {
      if (!isPlaced[operand]) {
        int[] component = walk(farthest(operand));
        for (int member : component) {
          isPlaced[member] = true;
          order[placed++] = member;
        }
      }
    }
    return order;
  }

  /// Whether every index that two operands share is shared by neighbours in line alone.
  boolean isLine() {
    int[] order = order();
    int[] places = new int[order.length];
    for (int at = 0; at < order.length; at++) {
      places[order[at]] = at;
    }
    for (int[] shared : holders) {
      if (shared.length > 2
          || (shared.length == 2 && Math.abs(places[shared[0]] - places[shared[1]]) > 1)) {
        return false;
      }
    }
    return true;
  }

  private int farthest(int operand) {
    int end = operand;
    int depth = -1;
    for (int attempt = 0; attempt < 8; attempt++) {
      int[] depths = new int[graph.operands()];
      int[] walk = walk(end, depths);
      int last = walk[walk.length - 1];
      if (depths[last] <= depth) {
        break;
      }
      depth = depths[last];
      end = last;
    }
    return end;
  }

  private int[] walk(int start) {
    return walk(start, new int[graph.operands()]);
  }

  private int[] walk(int start, int[] depths) {
    boolean[] isSeen = new boolean[graph.operands()];
    boolean[] isOpened = new boolean[graph.indices()];
    int[] queue = new int[graph.operands()];
    int end = 0;
    queue[end++] = start;
    isSeen[start] = true;
    for (int at = 0; at < end; at++) {
      int begin = end;
      for (int index : graph.leaves()[queue[at]].indices()) {
        if (!isOpened[index]) {
          isOpened[index] = true;
          for (int next : holders[index]) {
            if (!isSeen[next]) {
              isSeen[next] = true;
              depths[next] = depths[queue[at]] + 1;
              queue[end++] = next;
            }
          }
        }
      }
      sortByDegree(queue, begin, end);
    }
    return Arrays.copyOf(queue, end);
  }

  private void sortByDegree(int[] queue, int begin, int end) {
    Integer[] fresh = Arrays.stream(queue, begin, end).boxed().toArray(Integer[]::new);
    Arrays.sort(
        fresh,
        Comparator.<Integer>comparingInt(operand -> degrees[operand])
            .thenComparingInt(Integer::intValue));
    for (int at = begin; at < end; at++) {
      queue[at] = fresh[at - begin];
    }
  }
}
