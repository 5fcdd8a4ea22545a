package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.einkorn.Einkorn;
import org.einkorn.Einsum;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// One contraction, five semirings, five algorithms: each agrees with the textbook's, as an einsum
/// and as an equation, on every target.
final class SemiringAlgorithmsTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261121L);
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 6);
  private static final List<Target> TARGETS =
      List.of(Target.interpreter(), Target.jvm(), Target.llvm());

  /// `C[i, k] = ⊕ over j of A[i, j] ⊗ B[j, k]`
  private interface Contract {
    double[][] of(double[][] a, double[][] b);

    /// The `count`-th power.
    default double[][] power(double[][] matrix, int count) {
      double[][] result = matrix;
      for (int done = 1; done < count; done++) {
        result = of(result, matrix);
      }
      return result;
    }
  }

  private interface Check {
    void run(Contract contract, Random random, String where);
  }

  /// The same contraction in the two ways a user writes it.
  private static void forAll(String plus, String times, boolean isLogic, Check check) {
    for (Target target : TARGETS) {
      Options options = Options.defaults().withTarget(target);
      Einsum einsum = Einsum.of("ij,jk->ik").over("(" + plus + ", " + times + ")").with(options);
      String type = isLogic ? "bool" : "f64";
      Program program =
          Einkorn.compile(
                  "one.ein",
                  """
                  semiring S = (%s, %s)
                  input A[i: I, j: J]: %s
                  input B[j: J, k: K]: %s
                  C[i, k] S= A[i, j] B[j, k]
                  """
                      .formatted(plus, times, type, type))
              .with(options);
      Map<String, Contract> ways =
          Map.of(
              "einsum",
              (a, b) -> rows(einsum.apply(tensor(a, isLogic), tensor(b, isLogic))),
              "equation",
              (a, b) ->
                  rows(
                      program
                          .with("A", tensor(a, isLogic))
                          .with("B", tensor(b, isLogic))
                          .run()
                          .get("C")));
      ways.forEach(
          (name, contract) -> {
            for (int round = 0; round < ROUNDS; round++) {
              long seed = SEED + round;
              String where = name + " on " + target.name() + ", seed " + seed;
              check.run(contract, new Random(seed), where);
            }
          });
    }
  }

  private static Tensor tensor(double[][] rows, boolean isLogic) {
    double[] all = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    int columns = rows[0].length;
    if (!isLogic) {
      return Tensor.wrap(all, rows.length, columns);
    }
    boolean[] truths = new boolean[all.length];
    for (int place = 0; place < all.length; place++) {
      truths[place] = all[place] != 0;
    }
    return Tensor.of(java.lang.foreign.Arena.ofAuto(), truths, rows.length, columns);
  }

  private static double[][] rows(Tensor tensor) {
    double[][] rows = new double[(int) tensor.extent(0)][(int) tensor.extent(1)];
    for (int row = 0; row < rows.length; row++) {
      for (int column = 0; column < rows[row].length; column++) {
        rows[row][column] = tensor.getReal(row, column);
      }
    }
    return rows;
  }

  private static double[][] whole(Random random, int rows, int columns) {
    double[][] matrix = new double[rows][columns];
    for (double[] row : matrix) {
      Arrays.setAll(row, _ -> random.nextInt(19) - 9);
    }
    return matrix;
  }

  private static void assertRows(double[][] expected, double[][] found, String where) {
    assertEquals(expected.length, found.length, where);
    for (int row = 0; row < expected.length; row++) {
      assertArrayEquals(expected[row], found[row], where + ", row " + row);
    }
  }

  @Test
  void sumsOfProductsMultiplyMatrices() {
    forAll(
        "+",
        "*",
        false,
        (contract, random, where) -> {
          double[][] a = whole(random, 1 + random.nextInt(7), 1 + random.nextInt(7));
          double[][] b = whole(random, a[0].length, 1 + random.nextInt(7));
          double[][] product = new double[a.length][b[0].length];
          for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b[0].length; k++) {
              for (int j = 0; j < b.length; j++) {
                product[i][k] += a[i][j] * b[j][k];
              }
            }
          }
          assertRows(product, contract.of(a, b), where);
        });
  }

  /// Floyd and Warshall: paths through the first nodes only, one more node at a time.
  @Test
  void leastSumsFindShortestPaths() {
    forAll(
        "min",
        "+",
        false,
        (contract, random, where) -> {
          int nodes = 2 + random.nextInt(8);
          double[][] roads = new double[nodes][nodes];
          for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
              boolean isRoad = random.nextInt(3) == 0;
              roads[from][to] =
                  from == to ? 0 : isRoad ? 1 + random.nextInt(20) : Double.POSITIVE_INFINITY;
            }
          }
          double[][] shortest = Arrays.stream(roads).map(double[]::clone).toArray(double[][]::new);
          for (int via = 0; via < nodes; via++) {
            for (int from = 0; from < nodes; from++) {
              for (int to = 0; to < nodes; to++) {
                shortest[from][to] =
                    Math.min(shortest[from][to], shortest[from][via] + shortest[via][to]);
              }
            }
          }
          assertRows(shortest, contract.power(roads, nodes), where);
        });
  }

  /// Viterbi: the best score of each state, and where it came from; the path is scored anew.
  @Test
  void greatestSumsFindTheBestPath() {
    forAll(
        "max",
        "+",
        false,
        (contract, random, where) -> {
          int states = 2 + random.nextInt(5);
          double[][] start = whole(random, 1, states);
          double[][][] steps = new double[1 + random.nextInt(6)][][];
          Arrays.setAll(steps, _ -> whole(random, states, states));
          double[] best = start[0].clone();
          int[][] from = new int[steps.length][states];
          double[][] found = start;
          for (int step = 0; step < steps.length; step++) {
            double[] next = new double[states];
            for (int to = 0; to < states; to++) {
              next[to] = Double.NEGATIVE_INFINITY;
              for (int state = 0; state < states; state++) {
                if (best[state] + steps[step][state][to] > next[to]) {
                  next[to] = best[state] + steps[step][state][to];
                  from[step][to] = state;
                }
              }
            }
            best = next;
            found = contract.of(found, steps[step]);
          }
          assertRows(new double[][] {best}, found, where);
          int end = 0;
          for (int state = 1; state < states; state++) {
            end = found[0][state] > found[0][end] ? state : end;
          }
          double score = 0;
          int at = end;
          for (int step = steps.length - 1; step >= 0; step--) {
            score += steps[step][from[step][at]][at];
            at = from[step][at];
          }
          assertEquals(score + start[0][at], found[0][end], where);
        });
  }

  /// Breadth first, from every node.
  @Test
  void truthValuesFindWhatCanBeReached() {
    forAll(
        "or",
        "and",
        true,
        (contract, random, where) -> {
          int nodes = 2 + random.nextInt(9);
          double[][] edges = new double[nodes][nodes];
          for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
              edges[from][to] = from == to || random.nextInt(5) == 0 ? 1 : 0;
            }
          }
          double[][] reached = new double[nodes][nodes];
          for (int source = 0; source < nodes; source++) {
            Deque<Integer> open = new ArrayDeque<>(List.of(source));
            reached[source][source] = 1;
            while (!open.isEmpty()) {
              int from = open.removeFirst();
              for (int to = 0; to < nodes; to++) {
                if (edges[from][to] == 1 && reached[source][to] == 0) {
                  reached[source][to] = 1;
                  open.addLast(to);
                }
              }
            }
          }
          assertRows(reached, contract.power(edges, nodes), where);
        });
  }

  /// The forward algorithm with probabilities, scaled to sum to 1 after each step.
  @Test
  void logarithmsOfSumsFindThePartitionFunction() {
    forAll(
        "lse",
        "+",
        false,
        (contract, random, where) -> {
          int states = 2 + random.nextInt(5);
          double[][] found = whole(random, 1, states);
          double[] forward = Arrays.stream(found[0]).map(Math::exp).toArray();
          double logScale = 0;
          for (int step = 1 + random.nextInt(6); step > 0; step--) {
            double[][] scores = whole(random, states, states);
            double[] next = new double[states];
            for (int state = 0; state < states; state++) {
              for (int to = 0; to < states; to++) {
                next[to] += forward[state] * Math.exp(scores[state][to]);
              }
            }
            double total = Arrays.stream(next).sum();
            logScale += Math.log(total);
            forward = Arrays.stream(next).map(value -> value / total).toArray();
            found = contract.of(found, scores);
          }
          for (int state = 0; state < states; state++) {
            assertEquals(Math.log(forward[state]) + logScale, found[0][state], 1e-9, where);
          }
          double[][] ones = new double[states][1];
          double partition = Math.log(Arrays.stream(forward).sum()) + logScale;
          assertEquals(partition, contract.of(found, ones)[0][0], 1e-9, where);
        });
  }
}
