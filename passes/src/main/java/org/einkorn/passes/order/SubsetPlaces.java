package org.einkorn.passes.order;

import java.util.Arrays;

/// A table from subsets, bits of an `int` of which some are set, to places.
final class SubsetPlaces {
  /// What is found of a subset that is not there.
  static final int NONE = Integer.MIN_VALUE;

  private int[] keys = new int[64];
  private int[] values = new int[64];
  private int count;

  void clear() {
    Arrays.fill(keys, 0);
    count = 0;
  }

  int find(int subset) {
    int slot = slot(subset);
    return keys[slot] == 0 ? NONE : values[slot];
  }

  void put(int subset, int place) {
    int slot = slot(subset);
    if (keys[slot] == 0) {
      keys[slot] = subset;
      count++;
    }
    values[slot] = place;
    if (2 * count > keys.length) {
      grow();
    }
  }

  private int slot(int subset) {
    int hash = subset * 0x9E3779B9;
    int slot = (hash ^ (hash >>> 15)) & (keys.length - 1);
    while (keys[slot] != 0 && keys[slot] != subset) {
      slot = (slot + 1) & (keys.length - 1);
    }
    return slot;
  }

  private void grow() {
    int[] oldKeys = keys;
    int[] oldValues = values;
    keys = new int[2 * oldKeys.length];
    values = new int[2 * oldKeys.length];
    for (int at = 0; at < oldKeys.length; at++) {
      if (oldKeys[at] != 0) {
        int slot = slot(oldKeys[at]);
        keys[slot] = oldKeys[at];
        values[slot] = oldValues[at];
      }
    }
  }
}
