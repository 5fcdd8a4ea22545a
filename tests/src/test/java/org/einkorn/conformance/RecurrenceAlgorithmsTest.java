package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Recurrences against the loops of a textbook, on random data and every target.
final class RecurrenceAlgorithmsTest {
  private static final List<Target> TARGETS =
      List.of(Target.interpreter(), Target.jvm(), Target.llvm());
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_128);

  private static Program on(Target target, String text) {
    return Einkorn.compile("recurrence", text).with(Options.defaults().withTarget(target));
  }

  private static long[] letters(Random random, int count) {
    return random.longs(count, 0, 3).toArray();
  }

  private static Tensor tensor(Arena arena, long... values) {
    Tensor tensor = Tensor.allocate(arena, DType.I64, values.length);
    for (int at = 0; at < values.length; at++) {
      tensor.setLong(values[at], at);
    }
    return tensor;
  }

  @Test
  void editDistance() {
    Random random = new Random(SEED);
    for (Target target : TARGETS) {
      Program program =
          on(
              target,
              """
              input A[a: A]: i64
              input B[b: B]: i64
              tensor D[A+1, B+1]: i64
              D[0, 0] min= 0
              D[a+1, 0] min= a + 1
              D[0, b+1] min= b + 1
              D[a+1, b+1] min= D[a, b] + where(A[a] == B[b], 0, 1)
              D[a+1, b+1] min= D[a, b+1] + 1
              D[a+1, b+1] min= D[a+1, b] + 1
              output Distance: i64
              Distance = D[A, B]
              """);
      for (int round = 0; round < 20; round++) {
        long[] one = letters(random, random.nextInt(12));
        long[] two = letters(random, random.nextInt(12));
        try (Arena arena = Arena.ofConfined()) {
          Results results =
              program.with("A", tensor(arena, one)).with("B", tensor(arena, two)).run(arena);
          assertEquals(
              distance(one, two), results.get("Distance").getLong(), "seed " + SEED + ", " + round);
        }
      }
    }
  }

  private static long distance(long[] one, long[] two) {
    long[][] table = new long[one.length + 1][two.length + 1];
    for (int row = 0; row <= one.length; row++) {
      for (int column = 0; column <= two.length; column++) {
        if (row == 0 || column == 0) {
          table[row][column] = (long) row + column;
          continue;
        }
        long replaced = table[row - 1][column - 1] + (one[row - 1] == two[column - 1] ? 0 : 1);
        table[row][column] =
            Math.min(replaced, 1 + Math.min(table[row - 1][column], table[row][column - 1]));
      }
    }
    return table[one.length][two.length];
  }

  /// The best path through a hidden Markov model: only the projection differs from its likelihood.
  @Test
  void viterbiAndLikelihood() {
    Random random = new Random(SEED);
    int states = 4;
    int steps = 9;
    double[][] moves = random(random, states, states);
    double[][] seen = random(random, steps, states);
    double best = 0;
    double total = 0;
    for (double value : forward(moves, seen, true)) {
      best = Math.max(best, value);
    }
    for (double value : forward(moves, seen, false)) {
      total += value;
    }
    for (Target target : TARGETS) {
      try (Arena arena = Arena.ofConfined()) {
        Results results =
            on(
                    target,
                    """
                    input M[i: S, j: S]: f64
                    input E[t: T, j: S]: f64
                    Best[0, i] max= 1.0 with i: S
                    Best[t+1, j] max= Best[t, i] M[i, j] E[t, j]
                    Sum[0, i] = 1.0 with i: S
                    Sum[t+1, j] = Sum[t, i] M[i, j] E[t, j]
                    Path max= Best[T, i]
                    All = Sum[T, i]
                    """)
                .with("M", tensor(arena, moves))
                .with("E", tensor(arena, seen))
                .run(arena);
        assertEquals(best, results.get("Path").getDouble(), 1e-12 * best, target.name());
        assertEquals(total, results.get("All").getDouble(), 1e-12 * total, target.name());
      }
    }
  }

  private static double[] forward(double[][] moves, double[][] seen, boolean isBest) {
    double[] state = new double[moves.length];
    java.util.Arrays.fill(state, 1);
    for (double[] step : seen) {
      double[] next = new double[state.length];
      for (int to = 0; to < state.length; to++) {
        for (int from = 0; from < state.length; from++) {
          double value = state[from] * moves[from][to] * step[to];
          next[to] = isBest ? Math.max(next[to], value) : next[to] + value;
        }
      }
      state = next;
    }
    return state;
  }

  private static double[][] random(Random random, int rows, int columns) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int column = 0; column < columns; column++) {
        row[column] = random.nextDouble();
      }
    }
    return values;
  }

  private static Tensor tensor(Arena arena, double[][] values) {
    Tensor tensor = Tensor.allocate(arena, DType.F64, values.length, values[0].length);
    for (int row = 0; row < values.length; row++) {
      for (int column = 0; column < values[row].length; column++) {
        tensor.set(values[row][column], row, column);
      }
    }
    return tensor;
  }

  /// What is written on a diagonal stays on it, though both of its axes are walked in rounds; sums
  /// begin at 0.0, so that −0.0 does not show; where there is no step, there is no last value.
  @Test
  void cornersAreWhatTheInterpreterSays() {
    try (Arena arena = Arena.ofConfined()) {
      for (Target target : TARGETS) {
        Results diagonal =
            on(
                    target,
                    """
                    input X[i: N]: i64
                    tensor D[N, N]: i64
                    D[i, i] += X[i]
                    D[i+1, j+1] += D[i, j+1] + D[i+1, j] with i: N-1, j: N-1
                    D?
                    """)
                .with("X", tensor(arena, 1, 2, 3, 4))
                .run(arena);
        long[] expected = {1, 0, 0, 0, 0, 2, 2, 2, 0, 2, 7, 9, 0, 2, 9, 22};
        assertEquals(
            java.util.Arrays.toString(expected),
            java.util.Arrays.toString(longs(diagonal.get("D"))),
            target.name());
        Results zero =
            on(target, "H[t+1] = H[t] * X[t]\nY[t] = 1 / H[t]\n")
                .with("X", Tensor.of(arena, new double[] {-1}, 1))
                .run(arena);
        assertEquals(Double.POSITIVE_INFINITY, zero.get("Y").getDouble(1), target.name());
        Program none =
            on(target, "S[*t] = X[t]\nS[*t] = 0.5 S[*t-1]\nY = 2 S\n")
                .with("X", Tensor.of(arena, new double[0], 0));
        assertThrows(DataException.class, () -> none.run(arena), target.name());
      }
    }
  }

  private static long[] longs(Tensor tensor) {
    Tensor flat = tensor.reshape(tensor.elementCount());
    long[] values = new long[Math.toIntExact(flat.elementCount())];
    for (int at = 0; at < values.length; at++) {
      values[at] = flat.getLong(at);
    }
    return values;
  }

  /// A recurrent network whose past is virtual takes the memory of two states, for any number of
  /// steps.
  @Test
  void memoryOfAVirtualIndexDoesNotGrow() {
    String network =
        """
        input X[t: T, k: K]: f64
        input W[i: N, j: N]: f64
        input U[i: N, k: K]: f64
        State[i, *t+1] = tanh(W[i, j] State[j, *t] + U[i, k] X[t, k])
        Y[i] = State[i]
        """;
    Random random = new Random(SEED);
    double[][] w = random(random, 3, 3);
    double[][] u = random(random, 3, 2);
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      long[] peaks = new long[2];
      int[] lengths = {1_000, 100_000};
      for (int run = 0; run < lengths.length; run++) {
        double[][] x = random(random, lengths[run], 2);
        try (Arena arena = Arena.ofConfined()) {
          Results results =
              on(target, network)
                  .with("X", tensor(arena, x))
                  .with("W", tensor(arena, w))
                  .with("U", tensor(arena, u))
                  .run(arena);
          peaks[run] = results.measuredPeakBytes();
          double[] expected = network(x, w, u);
          for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], results.get("Y").getDouble(i), 1e-9, target.name());
          }
        }
      }
      assertEquals(peaks[0], peaks[1], target.name());
      assertTrue(peaks[1] < 1_000, peaks[1] + " bytes on " + target.name());
    }
  }

  private static double[] network(double[][] x, double[][] w, double[][] u) {
    double[] state = new double[w.length];
    for (double[] input : x) {
      double[] next = new double[state.length];
      for (int i = 0; i < state.length; i++) {
        double sum = 0;
        for (int j = 0; j < state.length; j++) {
          sum += w[i][j] * state[j];
        }
        for (int k = 0; k < input.length; k++) {
          sum += u[i][k] * input[k];
        }
        next[i] = Math.tanh(sum);
      }
      state = next;
    }
    return state;
  }
}
