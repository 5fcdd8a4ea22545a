package org.einkorn;

/// In which order learning takes rows: one random order of all rows after the other, and from these
/// as many rows as a batch has, one batch after the other. A batch may therefore begin at the end
/// of one order and end at the start of the next; every batch is whole, and no row is passed over.
///
/// An order is a shuffle (Fisher and Yates) by SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), seeded
/// by the seed of the run, the number of the `learn` and the number of the order.
final class RowOrder {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final long seed;
  private final int rows;
  private final int[] order;
  private long round = -1;

  /// @param lesson the number of the `learn`
  RowOrder(long seed, int lesson, int rows) {
    this.seed = mix(mix(seed) + lesson * GOLDEN);
    this.rows = rows;
    this.order = new int[rows];
  }

  /// The rows of a step, from 1.
  void batch(long step, int[] found) {
    long place = Math.multiplyExact(step - 1, (long) found.length);
    for (int number = 0; number < found.length; number++) {
      shuffle((place + number) / rows);
      found[number] = order[(int) ((place + number) % rows)];
    }
  }

  private void shuffle(long number) {
    if (number == round) {
      return;
    }
    round = number;
    for (int row = 0; row < rows; row++) {
      order[row] = row;
    }
    long state = mix(seed + number * GOLDEN);
    for (int last = rows - 1; last > 0; last--) {
      state += GOLDEN;
      int other = (int) Long.remainderUnsigned(mix(state), last + 1);
      int kept = order[last];
      order[last] = order[other];
      order[other] = kept;
    }
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
