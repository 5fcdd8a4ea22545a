package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.einkorn.ir.expr.IndexExpr;
import org.junit.jupiter.api.Test;

/// Random expressions and conditions, held against their values at every point.
///
/// `-Deinkorn.integers=1000000` tries more of them, `-Deinkorn.integers.seed=7` others.
class IntegerFuzzTest {
  static final int COUNT = Integer.getInteger("einkorn.integers", 20_000);
  static final long SEED = Long.getLong("einkorn.integers.seed", 20261129);

  private static final int EXPRS_OF_A_SCOPE = 5;

  @Test
  void expressionsKeepTheirValues() {
    long[] nanos = new long[COUNT];
    int shorter = 0;
    int tight = 0;
    for (int number = 0; number < COUNT; number += EXPRS_OF_A_SCOPE) {
      RandomGenerator random = new SplittableRandom(SEED + number);
      RandomScope scope = new RandomScope(random);
      List<Map<String, Long>> points = scope.points();
      for (int each = number; each < Math.min(COUNT, number + EXPRS_OF_A_SCOPE); each++) {
        IndexExpr expr = scope.expr(1 + random.nextInt(4));
        String what = "seed %d: %s in %s".formatted(SEED + number, Text.of(expr), scope);
        try {
          long start = System.nanoTime();
          IndexExpr simple = scope.assumptions.simplify(expr);
          nanos[each] = System.nanoTime() - start;
          shorter += Text.of(simple).length() < Text.of(expr).length() ? 1 : 0;
          tight += check(scope, points, expr, simple, what) ? 1 : 0;
        } catch (RuntimeException fault) {
          throw new AssertionError(what, fault);
        }
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        "integers: %d expressions from seed %d, %d shorter, %d with exact bounds,"
            + " simplified in %.1f µs (median), %.1f µs (99 of 100), %.1f ms (most)%n",
        COUNT,
        SEED,
        shorter,
        tight,
        nanos[COUNT / 2] / 1e3,
        nanos[COUNT * 99 / 100] / 1e3,
        nanos[COUNT - 1] / 1e6);
  }

  /// Whether the bounds are reached.
  private static boolean check(
      RandomScope scope,
      List<Map<String, Long>> points,
      IndexExpr expr,
      IndexExpr simple,
      String what) {
    assertEquals(Text.of(simple), Text.of(scope.assumptions.simplify(simple)), what);
    Interval bounds = scope.assumptions.bounds(expr);
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    for (Map<String, Long> point : points) {
      long value;
      try {
        value = RandomScope.value(expr, point);
      } catch (ArithmeticException undefined) {
        continue;
      }
      if (value != RandomScope.value(simple, point)) {
        fail("%s: %s is wrong at %s".formatted(what, Text.of(simple), point));
      }
      if (!bounds.contains(value)) {
        fail("%s: %d at %s is not in %s".formatted(what, value, point, bounds));
      }
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return least <= greatest && bounds.equals(new Interval(least, greatest));
  }

  @Test
  void proofsAreRight() {
    int proved = 0;
    int missed = 0;
    for (int number = 0; number < COUNT / 2; number++) {
      RandomGenerator random = new SplittableRandom(~SEED + number);
      RandomScope scope = new RandomScope(random);
      Condition condition = scope.condition(random.nextInt(3));
      String what = "seed %d: %s in %s".formatted(~SEED + number, Text.of(condition), scope);
      try {
        Condition simple = scope.assumptions.simplify(condition);
        assertEquals(Text.of(simple), Text.of(scope.assumptions.simplify(simple)), what);
        boolean isProved = scope.assumptions.proves(condition);
        boolean isSo = true;
        for (Map<String, Long> point : scope.points()) {
          boolean holds;
          try {
            holds = RandomScope.holds(condition, point);
          } catch (ArithmeticException undefined) {
            continue;
          }
          isSo &= holds;
          if (holds != RandomScope.holds(simple, point)) {
            fail("%s: %s is wrong at %s".formatted(what, Text.of(simple), point));
          }
        }
        assertTrue(isSo || !isProved, what + ": proved");
        proved += isProved ? 1 : 0;
        missed += isSo && !isProved ? 1 : 0;
      } catch (RuntimeException fault) {
        throw new AssertionError(what, fault);
      }
    }
    System.out.printf(
        "integers: %d conditions from seed %d, %d proved, %d hold without a proof%n",
        COUNT / 2, ~SEED, proved, missed);
  }
}
