package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;

/// Intervals near the ends of 64 bits, held against whole numbers of any size.
final class IntervalTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261129);
  private static final int COUNT = 20_000;

  private final SplittableRandom random = new SplittableRandom(SEED);

  private long number() {
    long near = random.nextLong(-3, 4);
    return switch (random.nextInt(5)) {
      case 0 -> near;
      case 1 -> Long.MAX_VALUE - Math.abs(near);
      case 2 -> Long.MIN_VALUE + Math.abs(near);
      case 3 -> (1L << random.nextInt(63)) + near;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  private record Sample(Interval interval, List<Long> members) {}

  private Sample sample(boolean isPositive) {
    long a = isPositive ? number() >>> 1 | 1 : number();
    long b = isPositive ? number() >>> 1 | 1 : number();
    long least = Math.min(a, b);
    long greatest = Math.max(a, b);
    return new Sample(
        new Interval(least, greatest),
        List.of(least, greatest, (least & greatest) + ((least ^ greatest) >> 1)));
  }

  private static BigInteger floorDiv(BigInteger x, BigInteger d) {
    return x.subtract(x.mod(d)).divide(d);
  }

  private void check(
      String name,
      boolean isDivision,
      BinaryOperator<Interval> operation,
      BinaryOperator<BigInteger> exact) {
    for (int number = 0; number < COUNT; number++) {
      Sample x = sample(false);
      Sample y = sample(isDivision);
      Interval result = operation.apply(x.interval(), y.interval());
      for (long a : x.members()) {
        for (long b : y.members()) {
          BigInteger value = exact.apply(BigInteger.valueOf(a), BigInteger.valueOf(b));
          boolean isAbove =
              result.least() == Interval.UNBOUNDED_BELOW
                  || value.compareTo(BigInteger.valueOf(result.least())) >= 0;
          boolean isBelow =
              result.greatest() == Interval.UNBOUNDED_ABOVE
                  || value.compareTo(BigInteger.valueOf(result.greatest())) <= 0;
          assertTrue(
              isAbove && isBelow,
              () ->
                  "seed %d: %s of %s and %s is %s without %s"
                      .formatted(SEED, name, x.interval(), y.interval(), result, value));
        }
      }
    }
  }

  @Test
  void resultsHoldEveryValue() {
    check("sum", false, Interval::plus, BigInteger::add);
    check("product", false, Interval::times, BigInteger::multiply);
    check("quotient", true, Interval::floorDiv, IntervalTest::floorDiv);
    check("remainder", true, Interval::floorMod, BigInteger::mod);
    check("minimum", false, Interval::min, BigInteger::min);
    check("maximum", false, Interval::max, BigInteger::max);
  }
}
