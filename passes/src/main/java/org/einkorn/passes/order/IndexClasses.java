package org.einkorn.passes.order;

import java.util.Arrays;

/// The indices of a few tensors, those that the same tensors have taken together: their product
/// counts as one.
final class IndexClasses {
  private final int[] masks;
  private final double[] extents;
  private final double[] bits;
  private final boolean[] isClosing;
  private int count;

  IndexClasses(Hypergraph graph, Legs[] tensors) {
    int most = Arrays.stream(tensors).mapToInt(Legs::size).sum();
    masks = new int[most];
    extents = new double[most];
    bits = new double[most];
    isClosing = new boolean[most];
    int[] next = new int[tensors.length];
    int index = least(tensors, next);
    while (index < Integer.MAX_VALUE) {
      int mask = 0;
      int seen = 0;
      for (int tensor = 0; tensor < tensors.length; tensor++) {
        Legs legs = tensors[tensor];
        if (next[tensor] < legs.size() && legs.indices()[next[tensor]] == index) {
          mask |= 1 << tensor;
          seen += legs.counts()[next[tensor]++];
        }
      }
      boolean closes = seen == graph.occurrences()[index];
      add(mask, closes, graph.extents()[index], graph.log2Extents()[index]);
      index = least(tensors, next);
    }
  }

  private static int least(Legs[] tensors, int[] next) {
    int least = Integer.MAX_VALUE;
    for (int tensor = 0; tensor < tensors.length; tensor++) {
      if (next[tensor] < tensors[tensor].size()) {
        least = Math.min(least, tensors[tensor].indices()[next[tensor]]);
      }
    }
    return least;
  }

  private void add(int mask, boolean closes, double extent, double log2) {
    int slot = 0;
    while (slot < count && (masks[slot] != mask || isClosing[slot] != closes)) {
      slot++;
    }
    if (slot == count) {
      masks[slot] = mask;
      isClosing[slot] = closes;
      extents[slot] = 1;
      count++;
    }
    extents[slot] *= extent;
    bits[slot] += log2;
  }

  int count() {
    return count;
  }

  /// The tensors that have a class's indices, as bits.
  int mask(int slot) {
    return masks[slot];
  }

  /// Whether the indices are summed once all those tensors are one.
  boolean isClosing(int slot) {
    return isClosing[slot];
  }

  double extent(int slot) {
    return extents[slot];
  }

  double bits(int slot) {
    return bits[slot];
  }
}
