package org.einkorn.ir.integer;

/// All integers from `least` to `greatest`.
///
/// The ends of the type stand for no end: [#UNBOUNDED_BELOW] as least, [#UNBOUNDED_ABOVE] as
/// greatest. Arithmetic is that of whole numbers of any size; an end that does not fit in 64 bits
/// becomes none, so an interval never leaves out a value through overflow.
public record Interval(long least, long greatest) {
  public static final long UNBOUNDED_BELOW = Long.MIN_VALUE;
  public static final long UNBOUNDED_ABOVE = Long.MAX_VALUE;

  /// Every integer.
  public static final Interval ALL = new Interval(UNBOUNDED_BELOW, UNBOUNDED_ABOVE);

  /// Everything from 0 on.
  public static final Interval NOT_NEGATIVE = new Interval(0, UNBOUNDED_ABOVE);

  public Interval {
    // So that an end that is a number is never taken for none.
    least = Math.min(least, Long.MAX_VALUE - 1);
    greatest = Math.max(greatest, Long.MIN_VALUE + 1);
  }

  public static Interval of(long value) {
    return value == Long.MIN_VALUE || value == Long.MAX_VALUE ? ALL : new Interval(value, value);
  }

  /// Whether both ends are numbers; then no value leaves 64 bits.
  public boolean isBounded() {
    return least != UNBOUNDED_BELOW && greatest != UNBOUNDED_ABOVE;
  }

  public boolean isSingle() {
    return least == greatest;
  }

  public boolean contains(long value) {
    return least <= value && value <= greatest;
  }

  /// What is in both. Where nothing is, the least is above the greatest.
  public Interval and(Interval other) {
    return new Interval(Math.max(least, other.least), Math.min(greatest, other.greatest));
  }

  public Interval plus(Interval other) {
    return new Interval(
        least == UNBOUNDED_BELOW || other.least == UNBOUNDED_BELOW
            ? UNBOUNDED_BELOW
            : sum(least, other.least),
        greatest == UNBOUNDED_ABOVE || other.greatest == UNBOUNDED_ABOVE
            ? UNBOUNDED_ABOVE
            : sum(greatest, other.greatest));
  }

  public Interval times(long factor) {
    return times(new Interval(factor, factor));
  }

  public Interval times(Interval other) {
    long a = product(least, other.least);
    long b = product(least, other.greatest);
    long c = product(greatest, other.least);
    long d = product(greatest, other.greatest);
    return new Interval(
        Math.min(Math.min(a, b), Math.min(c, d)), Math.max(Math.max(a, b), Math.max(c, d)));
  }

  /// The quotients by the positive numbers of `divisor`; everything where some are not positive.
  public Interval floorDiv(Interval divisor) {
    if (divisor.least < 1) {
      return ALL;
    }
    return new Interval(
        Math.min(quotient(least, divisor.least), quotient(least, divisor.greatest)),
        Math.max(quotient(greatest, divisor.least), quotient(greatest, divisor.greatest)));
  }

  /// The remainders by the positive numbers of `divisor`; everything where some are not positive.
  public Interval floorMod(Interval divisor) {
    if (divisor.least < 1) {
      return ALL;
    }
    if (least >= 0 && greatest < divisor.least) {
      return this;
    }
    if (divisor.isSingle() && isBounded()) {
      long block = Math.floorDiv(least, divisor.least);
      if (block == Math.floorDiv(greatest, divisor.least)) {
        return new Interval(
            Math.floorMod(least, divisor.least), Math.floorMod(greatest, divisor.least));
      }
    }
    long top = divisor.greatest == UNBOUNDED_ABOVE ? UNBOUNDED_ABOVE : divisor.greatest - 1;
    return new Interval(0, least >= 0 ? Math.min(greatest, top) : top);
  }

  public Interval min(Interval other) {
    return new Interval(Math.min(least, other.least), Math.min(greatest, other.greatest));
  }

  public Interval max(Interval other) {
    return new Interval(Math.max(least, other.least), Math.max(greatest, other.greatest));
  }

  private static boolean isEnd(long value) {
    return value == UNBOUNDED_BELOW || value == UNBOUNDED_ABOVE;
  }

  private static long sum(long a, long b) {
    long sum = a + b;
    boolean overflows = ((a ^ sum) & (b ^ sum)) < 0;
    return overflows ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
  }

  private static long product(long a, long b) {
    if (a == 0 || b == 0) {
      return 0;
    }
    if (!isEnd(a) && !isEnd(b)) {
      long high = Math.multiplyHigh(a, b);
      long low = a * b;
      if ((high == 0 && low >= 0) || (high == -1 && low < 0)) {
        return low;
      }
    }
    return (a < 0) == (b < 0) ? UNBOUNDED_ABOVE : UNBOUNDED_BELOW;
  }

  private static long quotient(long a, long divisor) {
    if (isEnd(a) && divisor != UNBOUNDED_ABOVE) {
      return a;
    }
    if (divisor == UNBOUNDED_ABOVE) {
      return a < 0 ? (a == UNBOUNDED_BELOW ? a : -1) : (a == UNBOUNDED_ABOVE ? a : 0);
    }
    return Math.floorDiv(a, divisor);
  }

  @Override
  public String toString() {
    return "["
        + (least == UNBOUNDED_BELOW ? "-∞" : least)
        + ", "
        + (greatest == UNBOUNDED_ABOVE ? "∞" : greatest)
        + "]";
  }
}
