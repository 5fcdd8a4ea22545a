package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Fixpoints and iterations against the loops of a textbook, on random data and every target.
@Execution(ExecutionMode.CONCURRENT)
final class IterationsTest {
  private static final List<Target> TARGETS =
      List.of(Target.interpreter(), Target.jvm(), Target.llvm());
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_128);
  private static final int GRAPHS = Integer.getInteger("einkorn.graphs", 15);

  private static double[][] graph(Random random, int nodes, double density, int most, double none) {
    double[][] weights = new double[nodes][nodes];
    for (double[] row : weights) {
      for (int to = 0; to < nodes; to++) {
        row[to] = random.nextDouble() < density ? 1 + random.nextInt(most) : none;
      }
    }
    return weights;
  }

  private static Tensor tensor(Arena arena, DType type, double[][] values) {
    Tensor tensor = Tensor.allocate(arena, type, values.length, values.length);
    for (int row = 0; row < values.length; row++) {
      for (int column = 0; column < values.length; column++) {
        tensor.set(values[row][column], row, column);
      }
    }
    return tensor;
  }

  private static double[][] run(
      String text, Target target, Map<String, Tensor> inputs, String output, int nodes) {
    Program program = Einkorn.compile("graph", text).with(Options.defaults().withTarget(target));
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      program = program.with(input.getKey(), input.getValue());
    }
    Tensor result = program.keeping(output).run().get(output);
    double[][] values = new double[nodes][nodes];
    for (int row = 0; row < nodes; row++) {
      for (int column = 0; column < nodes; column++) {
        values[row][column] = result.getDouble(row, column);
      }
    }
    return values;
  }

  /// Warshall's loops over a semiring.
  private static double[][] closure(
      double[][] weights, DoubleBinaryOperator sum, DoubleBinaryOperator product) {
    double[][] all = Arrays.stream(weights).map(double[]::clone).toArray(double[][]::new);
    for (int by = 0; by < all.length; by++) {
      for (int from = 0; from < all.length; from++) {
        for (int to = 0; to < all.length; to++) {
          double through = product.applyAsDouble(all[from][by], all[by][to]);
          all[from][to] = sum.applyAsDouble(all[from][to], through);
        }
      }
    }
    return all;
  }

  private static void check(
      String text,
      DType type,
      double none,
      DoubleBinaryOperator sum,
      DoubleBinaryOperator product) {
    Random random = new Random(SEED);
    for (int number = 0; number < GRAPHS; number++) {
      int nodes = random.nextInt(12);
      double[][] weights =
          graph(random, nodes, random.nextDouble() / 2, type == DType.BOOL ? 1 : 9, none);
      double[][] expected = closure(weights, sum, product);
      for (Target target : TARGETS) {
        try (Arena arena = Arena.ofConfined()) {
          Map<String, Tensor> inputs = Map.of("W", tensor(arena, type, weights));
          double[][] found = run(text, target, inputs, "D", nodes);
          String where = target.name() + ", graph " + number + " of seed " + SEED;
          for (int row = 0; row < nodes; row++) {
            assertArrayEquals(expected[row], found[row], where);
          }
        }
      }
    }
  }

  @Test
  void shortestPaths() {
    String text =
        """
        input W[i: N, j: N]: f64
        D[i, k] min= W[i, k]
        D[i, k] min= D[i, j] + W[j, k]
        """;
    check(text, DType.F64, Double.POSITIVE_INFINITY, Math::min, Double::sum);
  }

  @Test
  void shortestPathsBySquaring() {
    String text =
        """
        input W[i: N, j: N]: f64
        D[i, k] min= W[i, k]
        D[i, k] min= D[i, j] + D[j, k]
        """;
    check(text, DType.F64, Double.POSITIVE_INFINITY, Math::min, Double::sum);
  }

  @Test
  void widestPaths() {
    String text =
        """
        input W[i: N, j: N]: f64
        D[i, k] max= W[i, k]
        D[i, k] max= min(D[i, j], W[j, k])
        """;
    check(text, DType.F64, Double.NEGATIVE_INFINITY, Math::max, Math::min);
  }

  @Test
  void reachability() {
    String text =
        """
        input W[i: N, j: N]: bool
        D(x, z) <- W(x, z)
        D(x, z) <- D(x, y), W(y, z)
        """;
    check(text, DType.BOOL, 0, (a, b) -> a + b > 0 ? 1 : 0, (a, b) -> a * b > 0 ? 1 : 0);
  }

  /// Half of them with as many edges at each node, half scale-free: a new node prefers those that
  /// have many edges (Barabási and Albert, 1999).
  @Test
  void closureOfAThousandGraphs() {
    String text =
        """
        input W[i: N, j: N]: bool
        D(x, z) <- W(x, z)
        D(x, z) <- D(x, y), W(y, z)
        """;
    Random random = new Random(SEED);
    List<Program> programs =
        List.of(Target.jvm(), Target.llvm()).stream()
            .map(target -> Options.defaults().withTarget(target))
            .map(options -> Einkorn.compile("graph", text).with(options).keeping("D"))
            .toList();
    for (int number = 0; number < 1000; number++) {
      int nodes = 2 + random.nextInt(30);
      double[][] weights =
          number % 2 == 0
              ? graph(random, nodes, 2.0 * random.nextDouble() / nodes, 1, 0)
              : scaleFree(random, nodes);
      double[][] expected =
          closure(weights, (a, b) -> a + b > 0 ? 1 : 0, (a, b) -> a * b > 0 ? 1 : 0);
      for (Program program : programs) {
        try (Arena arena = Arena.ofConfined()) {
          Tensor found = program.with("W", tensor(arena, DType.BOOL, weights)).run().get("D");
          for (int row = 0; row < nodes; row++) {
            for (int column = 0; column < nodes; column++) {
              assertEquals(
                  expected[row][column],
                  found.getDouble(row, column),
                  "graph " + number + " of seed " + SEED);
            }
          }
        }
      }
    }
  }

  private static double[][] scaleFree(Random random, int nodes) {
    double[][] weights = new double[nodes][nodes];
    List<Integer> ends = new ArrayList<>(List.of(0));
    for (int node = 1; node < nodes; node++) {
      for (int edge = 0; edge < 2; edge++) {
        int other = ends.get(random.nextInt(ends.size()));
        boolean isOutward = random.nextBoolean();
        weights[isOutward ? node : other][isOutward ? other : node] = 1;
        ends.add(other);
      }
      ends.add(node);
    }
    return weights;
  }

  @Test
  void relationsThatNeedEachOther() {
    String text =
        """
        input W[i: N, j: N]: bool
        Odd(x, z) <- W(x, z)
        Odd(x, z) <- Even(x, y), W(y, z)
        Even(x, z) <- Odd(x, y), W(y, z)
        D(x, z) <- Odd(x, z)
        D(x, z) <- Even(x, z)
        """;
    check(text, DType.BOOL, 0, (a, b) -> a + b > 0 ? 1 : 0, (a, b) -> a * b > 0 ? 1 : 0);
  }

  private static double number(String text, Target target) {
    return Einkorn.compile("number", text)
        .with(Options.defaults().withTarget(target))
        .keeping("X")
        .run()
        .get("X")
        .getDouble();
  }

  private static void checkNumber(double expected, String text) {
    for (Target target : TARGETS) {
      assertEquals(expected, number(text, target), 1e-12, target.name() + ": " + text);
      String printed = Einkorn.compile("number", text).ir(Stage.EQUATIONS);
      assertEquals(expected, number(printed, target), 1e-12, target.name() + ": " + printed);
      assertEquals(printed, Einkorn.compile("number", printed).ir(Stage.EQUATIONS));
    }
  }

  @Test
  void steps() {
    checkNumber(1024, "X: i64 = 1\nX = 2 * X for 10 steps");
    checkNumber(1, "X: i64 = 1\nX = 2 * X for 0 steps");
    checkNumber(27, "X: i64 = 1\nX += 2 * X for 3 steps");
    checkNumber(0, "X = 2 * X for 3 steps");
    checkNumber(8, "let N = 3\nX: i64 = 1\nX = 2 * X for N steps");
    checkNumber(16, "N: i64 = 2 + 2\nX: i64 = 1\nX = 2 * X for N steps");
  }

  @Test
  void conditions() {
    checkNumber(Math.sqrt(2), "X: f64 = 1\nX = (X + 2 / X) / 2 until abs(X * X - 2) < 1e-12");
    checkNumber(128, "X: i64 = 1\nX = 2 * X until X > 100");
    checkNumber(1000, "X: i64 = 1000\nX = 2 * X until X > 100");
    checkNumber(128, "X: i64 = 1\nX = 2 * X until X > 100 for 7 steps");
    checkNumber(6, "A[i: 3] = i\nA[i] = A[i] + 1 until A[i] >= 2\nX: f32 = sum[i](A[i]) - 3");
  }

  @Test
  void stepsGoOnTogether() {
    checkNumber(55, "X: i64 = 0\nB: i64 = 1\nX = B for 10 steps\nB = X + B for 10 steps");
  }

  @Test
  void whatLiesBetweenIsThatOfTheLastRound() {
    checkNumber(2048, "A: i64 = 1\nA = X for 10 steps\nX: i64 = 2 * A");
  }

  @Test
  void descent() {
    checkNumber(
        5,
        """
        X: f64 = 0
        X = X - 0.25 * grad(Loss, X) until abs(X - 5) < 1e-13
        Loss: f64 = (X - 5)^2
        """);
  }

  @Test
  void anIterationThatDoesNotSettle() {
    String cycle =
        """
        input W[i: N, j: N]: f64
        X[i, k] min= W[i, k]
        X[i, k] min= X[i, j] + W[j, k]
        """;
    for (Target target : TARGETS) {
      try (Arena arena = Arena.ofConfined()) {
        Tensor weights = tensor(arena, DType.F64, new double[][] {{0, 1}, {-2, 0}});
        Map<String, Tensor> inputs = Map.of("W", weights);
        DataException failure =
            assertThrows(DataException.class, () -> run(cycle, target, inputs, "X", 2));
        assertEquals("E0558", failure.code());
      }
      String few = "X: i64 = 1\nX = 2 * X until X > 100 for 6 steps";
      assertEquals("E0558", assertThrows(DataException.class, () -> number(few, target)).code());
    }
  }
}
