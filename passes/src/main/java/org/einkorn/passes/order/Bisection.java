package org.einkorn.passes.order;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Puts the operands of a network in a line by cutting them in two again and again so that few and
/// small indices cross each cut. What already lies to the left or right pulls its neighbours there.
///
/// Sources: the passes that move one operand at a time by its gain and keep the best prefix are
/// those of Fiduccia and Mattheyses, A linear-time heuristic for improving network partitions (DAC
/// 1982); the fixed ends are the terminal propagation of Dunlop and Kernighan (1985); cutting the
/// hypergraph for contraction orders: Gray and Kourtis, Quantum 5, 410 (2021), with the partitioner
/// of Schlag et al., High-quality hypergraph partitioning (ACM J. Exp. Algorithmics 27, 2022).
final class Bisection {
  private static final int PASSES = 8;

  private final Hypergraph graph;
  private final int[][] holders;
  private final SplittableRandom random;

  /// How far from the middle a cut may be, as a share.
  private final double slack;

  private final int starts;

  /// The part of each operand: its place in line so far, from which the left and the right of any
  /// part can be told.
  private final int[] place;

  private long work;

  // Of the part that is being cut: sides of operands, and pins on each side for each index.
  private final byte[] sides;
  private final int[][] pins;
  private final double[] gains;
  private final boolean[] isMoved;

  /// When each index was last looked at.
  private final int[] rounds;

  private int round;

  Bisection(Hypergraph graph, double slack, int starts, SplittableRandom random) {
    this.graph = graph;
    this.slack = slack;
    this.starts = starts;
    this.random = random;
    holders = Arrangement.holders(graph);
    place = new int[graph.operands()];
    sides = new byte[graph.operands()];
    pins = new int[2][graph.indices()];
    gains = new double[graph.operands()];
    isMoved = new boolean[graph.operands()];
    rounds = new int[graph.indices()];
  }

  /// The operands in line.
  int[] order() {
    int[] order = new int[graph.operands()];
    Arrays.setAll(order, at -> at);
    cut(order, 0, order.length);
    return order;
  }

  long work() {
    return work;
  }

  /// Orders `order[begin, end)`, whose operands all have the place `begin`.
  private void cut(int[] order, int begin, int end) {
    if (end - begin < 2) {
      return;
    }
    int[] part = Arrays.copyOfRange(order, begin, end);
    byte[] best = new byte[part.length];
    double least = Double.POSITIVE_INFINITY;
    for (int start = 0; start < starts; start++) {
      double cost = attempt(part, begin);
      if (cost < least) {
        least = cost;
        for (int at = 0; at < part.length; at++) {
          best[at] = sides[part[at]];
        }
      }
    }
    int middle = begin;
    for (int side = 0; side < 2; side++) {
      for (int at = 0; at < part.length; at++) {
        if (best[at] == side) {
          order[middle++] = part[at];
        }
      }
      if (side == 0) {
        int right = middle;
        for (int at = 0; at < part.length; at++) {
          place[part[at]] = best[at] == 0 ? begin : right;
        }
      }
    }
    int right = place[order[end - 1]];
    cut(order, begin, right);
    cut(order, right, end);
  }

  private double attempt(int[] part, int begin) {
    grow(part, begin);
    countPins(part, begin);
    int most = Math.min(part.length - 1, (int) Math.ceil(part.length * (0.5 + slack)));
    double cost = cost(part);
    for (int pass = 0; pass < PASSES; pass++) {
      double after = pass(part, begin, cost, most);
      if (after >= cost - 1e-9) {
        break;
      }
      cost = after;
    }
    return cost;
  }

  /// Grows the left side from a random operand, nearest first, up to about half.
  private void grow(int[] part, int begin) {
    for (int operand : part) {
      sides[operand] = 1;
    }
    double share = 0.5 + slack * (2 * random.nextDouble() - 1) * 0.8;
    int target = Math.clamp(Math.round(part.length * share), 1, part.length - 1);
    int[] queue = new int[part.length];
    int end = 0;
    int at = 0;
    int taken = 0;
    while (taken < target) {
      if (at == end) {
        int seed = part[random.nextInt(part.length)];
        while (sides[seed] == 0) {
          seed = part[random.nextInt(part.length)];
        }
        sides[seed] = 0;
        queue[end++] = seed;
        taken++;
      }
      int next = queue[at++];
      for (int index : graph.leaves()[next].indices()) {
        for (int other : holders[index]) {
          if (taken < target && place[other] == begin && sides[other] == 1) {
            sides[other] = 0;
            queue[end++] = other;
            taken++;
          }
        }
      }
    }
  }

  private void countPins(int[] part, int begin) {
    for (int operand : part) {
      for (int index : graph.leaves()[operand].indices()) {
        pins[0][index] = 0;
        pins[1][index] = 0;
      }
    }
    for (int operand : part) {
      for (int index : graph.leaves()[operand].indices()) {
        if (pins[0][index] + pins[1][index] == 0) {
          for (int holder : holders[index]) {
            int side = place[holder] == begin ? sides[holder] : place[holder] < begin ? 0 : 1;
            pins[side][index]++;
          }
          work += holders[index].length;
        }
      }
    }
  }

  /// Every index that crosses the cut, by its logarithm.
  private double cost(int[] part) {
    double sum = 0;
    round++;
    for (int operand : part) {
      for (int index : graph.leaves()[operand].indices()) {
        if (rounds[index] != round && pins[0][index] > 0 && pins[1][index] > 0) {
          sum += graph.log2Extents()[index];
        }
        rounds[index] = round;
      }
    }
    return sum;
  }

  private double gain(int operand) {
    int side = sides[operand];
    double gain = 0;
    for (int index : graph.leaves()[operand].indices()) {
      if (pins[1 - side][index] == 0) {
        gain -= graph.occurrences()[index] > 1 && pins[side][index] > 1 ? bits(index) : 0;
      } else if (pins[side][index] == 1) {
        gain += bits(index);
      }
    }
    return gain;
  }

  private double bits(int index) {
    return graph.log2Extents()[index];
  }

  private double pass(int[] part, int begin, double cost, int most) {
    GainHeap heap = new GainHeap(part.length * 4);
    int[] counts = new int[2];
    for (int operand : part) {
      isMoved[operand] = false;
      gains[operand] = gain(operand);
      heap.add(gains[operand] + 1e-7 * random.nextDouble(), operand);
      counts[sides[operand]]++;
    }
    int[] moves = new int[part.length];
    int moved = 0;
    int kept = 0;
    double current = cost;
    double least = cost;
    while (!heap.isEmpty()) {
      double gain = heap.top();
      int operand = heap.remove();
      if (isMoved[operand] || Math.abs(gain - gains[operand]) > 1e-6) {
        continue;
      }
      int to = 1 - sides[operand];
      if (counts[to] + 1 > most || counts[1 - to] == 1) {
        continue;
      }
      isMoved[operand] = true;
      current -= gains[operand];
      counts[to]++;
      counts[1 - to]--;
      move(operand, begin, heap);
      moves[moved++] = operand;
      if (current < least - 1e-9) {
        least = current;
        kept = moved;
      }
    }
    for (int at = moved - 1; at >= kept; at--) {
      undo(moves[at]);
    }
    return least;
  }

  private void move(int operand, int begin, GainHeap heap) {
    undo(operand);
    for (int index : graph.leaves()[operand].indices()) {
      // Only near the cut do gains change.
      if (Math.min(pins[0][index], pins[1][index]) <= 2) {
        for (int other : holders[index]) {
          if (place[other] == begin && !isMoved[other]) {
            double gain = gain(other);
            work += 8;
            if (gain != gains[other]) {
              gains[other] = gain;
              heap.add(gain + 1e-7 * random.nextDouble(), other);
            }
          }
        }
      }
    }
  }

  /// Puts an operand on the other side.
  private void undo(int operand) {
    int side = sides[operand];
    for (int index : graph.leaves()[operand].indices()) {
      pins[side][index]--;
      pins[1 - side][index]++;
    }
    sides[operand] = (byte) (1 - side);
    work += 4;
  }
}
