package org.einkorn.passes.order;

import java.util.Arrays;

/// A binary heap of operands by gain, the greatest on top. An operand may be in it several times.
final class GainHeap {
  private double[] gains;
  private int[] operands;
  private int count;

  GainHeap(int room) {
    gains = new double[Math.max(4, room)];
    operands = new int[gains.length];
  }

  boolean isEmpty() {
    return count == 0;
  }

  double top() {
    return gains[0];
  }

  void add(double gain, int operand) {
    if (count == gains.length) {
      gains = Arrays.copyOf(gains, 2 * count);
      operands = Arrays.copyOf(operands, 2 * count);
    }
    int at = count++;
    while (at > 0 && gains[(at - 1) / 2] < gain) {
      gains[at] = gains[(at - 1) / 2];
      operands[at] = operands[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    gains[at] = gain;
    operands[at] = operand;
  }

  /// Takes the top off.
  int remove() {
    int top = operands[0];
    double gain = gains[--count];
    int operand = operands[count];
    int at = 0;
    while (2 * at + 1 < count) {
      int child = 2 * at + 1;
      if (child + 1 < count && gains[child + 1] > gains[child]) {
        child++;
      }
      if (gains[child] <= gain) {
        break;
      }
      gains[at] = gains[child];
      operands[at] = operands[child];
      at = child;
    }
    gains[at] = gain;
    operands[at] = operand;
    return top;
  }
}
