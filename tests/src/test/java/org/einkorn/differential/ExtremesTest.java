package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The least and the greatest of all pairs of special numbers, and of rows of them, are those of
/// `Math.min` and `Math.max` bit for bit, but for what NaN holds: by elements, in lanes and in sums
/// of lanes.
final class ExtremesTest {
  private static final double[] SPECIAL = {
    0.0,
    -0.0,
    1,
    -1,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };

  private static Tensor tensor(Arena arena, String type, double[] values, int rows, int columns) {
    if (type.equals("f64")) {
      return Tensor.of(arena, values, rows, columns);
    }
    float[] singles = new float[values.length];
    for (int number = 0; number < values.length; number++) {
      singles[number] = (float) values[number];
    }
    return Tensor.of(arena, singles, rows, columns);
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32 llvm", "f64 llvm", "f32 jvm", "f64 jvm"})
  void specialNumbersAreOrdered(String what) {
    String type = what.substring(0, 3);
    Target target = Target.of(what.substring(4)).orElseThrow();
    // Long rows come to lanes, and each pair to each lane; columns have one pair each.
    for (int repeated : new int[] {1, 7, 320}) {
      int columns = SPECIAL.length * repeated;
      int rows = SPECIAL.length;
      double[] left = new double[rows * columns];
      double[] right = new double[rows * columns];
      for (int at = 0; at < left.length; at++) {
        left[at] = SPECIAL[at / columns];
        right[at] = SPECIAL[at % SPECIAL.length];
      }
      check(type, target, left, right, rows, columns);
      check(type, target, right, left, rows, columns);
    }
  }

  private static void check(
      String type, Target target, double[] left, double[] right, int rows, int columns) {
    Program program =
        Einkorn.compile(
                "extremes",
                """
                input A[i: N, j: M]: %1$s
                input B[i: N, j: M]: %1$s
                Least[i, j] = min(A[i, j], B[i, j])
                Greatest[i, j] = max(A[i, j], B[i, j])
                LeastOfRow[i] min= A[i, j]
                GreatestOfRow[i] max= A[i, j]
                LeastOfColumn[j] min= A[i, j]
                GreatestOfColumn[j] max= A[i, j]
                output Least
                output Greatest
                output LeastOfRow
                output GreatestOfRow
                output LeastOfColumn
                output GreatestOfColumn
                """
                    .formatted(type))
            .with(Options.defaults().withTarget(target));
    try (Arena arena = Arena.ofConfined()) {
      Results results =
          program
              .with("A", tensor(arena, type, left, rows, columns))
              .with("B", tensor(arena, type, right, rows, columns))
              .run();
      double[] least = results.get("Least").toDoubleArray();
      double[] greatest = results.get("Greatest").toDoubleArray();
      for (int at = 0; at < left.length; at++) {
        assertSame(
            Math.min(left[at], right[at]), least[at], "min of " + left[at] + ", " + right[at]);
        assertSame(
            Math.max(left[at], right[at]), greatest[at], "max of " + left[at] + ", " + right[at]);
      }
      for (int row = 0; row < rows; row++) {
        check(results, "Row", row, left, row * columns, 1, columns);
      }
      for (int column = 0; column < columns; column++) {
        check(results, "Column", column, left, column, columns, rows);
      }
    }
  }

  /// The extremes of `count` numbers, `step` apart.
  private static void check(
      Results results, String line, int number, double[] all, int first, int step, int count) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int at = 0; at < count; at++) {
      low = Math.min(low, all[first + at * step]);
      high = Math.max(high, all[first + at * step]);
    }
    String what = line + " " + number;
    assertSame(low, results.get("LeastOf" + line).toDoubleArray()[number], "least of " + what);
    assertSame(
        high, results.get("GreatestOf" + line).toDoubleArray()[number], "greatest of " + what);
  }

  private static void assertSame(double expected, double found, String what) {
    assertEquals(
        Double.doubleToLongBits(expected),
        Double.doubleToLongBits(found),
        () -> what + ": " + expected + ", found " + found);
  }
}
