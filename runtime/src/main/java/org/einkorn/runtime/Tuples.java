package org.einkorn.runtime;

import java.util.Arrays;

/// Lists of tuples of positions, one after the other in an array.
public final class Tuples {
  private Tuples() {}

  /// The different tuples, in order.
  ///
  /// @param positions those of one tuple after those of another, none negative
  /// @param width how many positions a tuple has
  public static long[] distinct(long[] positions, int width) {
    if (width == 0) {
      return positions;
    }
    int rows = positions.length / width;
    long[] factors = factors(positions, width);
    return factors.length == 0
        ? compared(positions, width, rows)
        : packed(positions, factors, rows);
  }

  /// By how much each column counts where a tuple is one number; nothing where that is too large.
  private static long[] factors(long[] positions, int width) {
    long[] largest = new long[width];
    for (int at = 0; at < positions.length; at++) {
      largest[at % width] = Math.max(largest[at % width], positions[at]);
    }
    long[] factors = new long[width];
    try {
      long factor = 1;
      for (int column = width - 1; column >= 0; column--) {
        factors[column] = factor;
        factor = Math.multiplyExact(factor, Math.addExact(largest[column], 1));
      }
    } catch (ArithmeticException tooLarge) {
      return new long[0];
    }
    return factors;
  }

  private static long[] packed(long[] positions, long[] factors, int rows) {
    int width = factors.length;
    long[] keys = new long[rows];
    for (int row = 0, at = 0; row < rows; row++) {
      long key = 0;
      for (int column = 0; column < width; column++) {
        key += positions[at++] * factors[column];
      }
      keys[row] = key;
    }
    Arrays.parallelSort(keys);
    long[] result = new long[positions.length];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      if (row > 0 && keys[row] == keys[row - 1]) {
        continue;
      }
      long rest = keys[row];
      for (int column = 0; column < width; column++) {
        result[at++] = rest / factors[column];
        rest %= factors[column];
      }
    }
    return Arrays.copyOf(result, at);
  }

  private static long[] compared(long[] positions, int width, int rows) {
    Integer[] order = new Integer[rows];
    Arrays.setAll(order, row -> row);
    Arrays.sort(
        order,
        (one, other) ->
            Arrays.compare(
                positions,
                one * width,
                (one + 1) * width,
                positions,
                other * width,
                (other + 1) * width));
    long[] result = new long[positions.length];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      int from = order[row] * width;
      boolean isNew =
          row == 0
              || !Arrays.equals(
                  positions,
                  from,
                  from + width,
                  positions,
                  order[row - 1] * width,
                  (order[row - 1] + 1) * width);
      if (isNew) {
        System.arraycopy(positions, from, result, at, width);
        at += width;
      }
    }
    return Arrays.copyOf(result, at);
  }
}
