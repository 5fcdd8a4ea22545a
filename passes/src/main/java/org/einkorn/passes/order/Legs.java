package org.einkorn.passes.order;

import java.util.Arrays;

/// The indices of one tensor, ascending, and in how many of the operands it was made from each is.
/// An index has served when that is all of them and the output doesn't have it.
///
/// @param indices ascending, each once
/// @param counts beside each index, the operands within that have it
record Legs(int[] indices, int[] counts) {
  /// The legs of an operand.
  static Legs ofOperand(int[] indices) {
    int[] sorted = Arrays.stream(indices).sorted().distinct().toArray();
    int[] counts = new int[sorted.length];
    Arrays.fill(counts, 1);
    return new Legs(sorted, counts);
  }

  int size() {
    return indices.length;
  }

  /// All indices of a step that contracts this with another; none are summed yet.
  Legs union(Legs other) {
    int[] merged = new int[indices.length + other.indices.length];
    int[] sums = new int[merged.length];
    int at = 0;
    int one = 0;
    int two = 0;
    while (one < indices.length || two < other.indices.length) {
      int left = one < indices.length ? indices[one] : Integer.MAX_VALUE;
      int right = two < other.indices.length ? other.indices[two] : Integer.MAX_VALUE;
      merged[at] = Math.min(left, right);
      sums[at++] = (left <= right ? counts[one++] : 0) + (right <= left ? other.counts[two++] : 0);
    }
    return new Legs(Arrays.copyOf(merged, at), Arrays.copyOf(sums, at));
  }

  /// What is left when every index is summed that is needed nowhere else.
  ///
  /// @param occurrences of each index, the operands that have it, and one more for the output
  Legs summed(int[] occurrences) {
    int[] kept = new int[indices.length];
    int[] sums = new int[indices.length];
    int at = 0;
    for (int leg = 0; leg < indices.length; leg++) {
      if (counts[leg] < occurrences[indices[leg]]) {
        kept[at] = indices[leg];
        sums[at++] = counts[leg];
      }
    }
    return at == indices.length ? this : new Legs(Arrays.copyOf(kept, at), Arrays.copyOf(sums, at));
  }

  boolean shares(Legs other) {
    int one = 0;
    int two = 0;
    while (one < indices.length && two < other.indices.length) {
      int difference = indices[one] - other.indices[two];
      if (difference == 0) {
        return true;
      }
      if (difference < 0) {
        one++;
      } else {
        two++;
      }
    }
    return false;
  }

  /// The sum of a weight over all legs.
  double sum(double[] weights) {
    double total = 0;
    for (int index : indices) {
      total += weights[index];
    }
    return total;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Legs(int[] theirs, int[] theirCounts)
        && Arrays.equals(indices, theirs)
        && Arrays.equals(counts, theirCounts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(indices) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return Arrays.toString(indices);
  }
}
