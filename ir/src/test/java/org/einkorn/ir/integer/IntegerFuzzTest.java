package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.einkorn.ir.expr.IndexExpr;
import org.junit.jupiter.api.Test;

/// Random expressions and conditions, held against their values at every point.
///
/// `-Deinkorn.integers=1000000` tries more of them, `-Deinkorn.seed=7` others.
class IntegerFuzzTest {
  static final int COUNT = Integer.getInteger("einkorn.integers", 20_000);
  static final long SEED = Long.getLong("einkorn.seed", 20261129);

  private static final int EXPRS_OF_A_SCOPE = 5;
  private static final int LONG_RUN = 1_000_000;
  private static final long MAX_NANOS = 20_000;

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
    // A short run is mostly that of code that is not compiled yet.
    assertTrue(
        COUNT < LONG_RUN || nanos[COUNT / 2] <= MAX_NANOS, "half of them took longer than 20 µs");
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
      RandomGenerator random = new SplittableRandom(SEED + number);
      RandomScope scope = new RandomScope(random);
      Condition condition = scope.condition(random.nextInt(3));
      String what = "seed %d: %s in %s".formatted(SEED + number, Text.of(condition), scope);
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
        COUNT / 2, SEED, proved, missed);
  }

  /// Numbers near the ends of 64 bits, held against whole numbers of any size: nothing that wraps
  /// round is proved, and what stays in 64 bits does so in canonical form.
  @Test
  void hugeNumbersDoNotWrapRound() {
    int fitting = 0;
    int proved = 0;
    for (int number = 0; number < COUNT / 2; number++) {
      RandomGenerator random = new SplittableRandom(SEED + number);
      RandomScope scope = new RandomScope(random, true);
      IndexExpr expr = scope.expr(1 + random.nextInt(4));
      Condition condition = scope.condition(random.nextInt(3));
      String what =
          "seed %d: %s, %s in %s"
              .formatted(SEED + number, Text.of(expr), Text.of(condition), scope);
      try {
        Simplifier simplifier = new Simplifier(scope.assumptions);
        boolean fits = simplifier.prover().fits(expr);
        IndexExpr simple = scope.assumptions.simplify(expr);
        assertEquals(Text.of(simple), Text.of(scope.assumptions.simplify(simple)), what);
        Interval bounds = scope.assumptions.bounds(expr);
        Condition simpler = scope.assumptions.simplify(condition);
        boolean isProved = scope.assumptions.proves(condition);
        for (Map<String, Long> point : scope.points()) {
          checkExactly(expr, simple, bounds, point, what);
          if (fits && ExactValues.value(expr, point).isPresent()) {
            RandomScope.value(simple, point);
          }
          Optional<Boolean> holds = ExactValues.holds(condition, point);
          if (holds.isPresent()) {
            assertEquals(holds, ExactValues.holds(simpler, point), what);
            assertTrue(holds.get() || !isProved, what + ": proved");
          }
        }
        fitting += fits ? 1 : 0;
        proved += isProved ? 1 : 0;
      } catch (RuntimeException fault) {
        throw new AssertionError(what, fault);
      }
    }
    System.out.printf(
        "integers: %d expressions and conditions with huge numbers from seed %d,"
            + " %d within 64 bits, %d proved%n",
        COUNT / 2, SEED, fitting, proved);
  }

  private static void checkExactly(
      IndexExpr expr, IndexExpr simple, Interval bounds, Map<String, Long> point, String what) {
    Optional<BigInteger> value = ExactValues.value(expr, point);
    if (value.isPresent()) {
      assertEquals(value, ExactValues.value(simple, point), what);
      boolean isBelow =
          bounds.least() != Interval.UNBOUNDED_BELOW
              && value.get().compareTo(BigInteger.valueOf(bounds.least())) < 0;
      boolean isAbove =
          bounds.greatest() != Interval.UNBOUNDED_ABOVE
              && value.get().compareTo(BigInteger.valueOf(bounds.greatest())) > 0;
      assertTrue(!isBelow && !isAbove, () -> what + ": " + value + " is not in " + bounds);
    }
  }
}
