package org.einkorn.backend.jvm;

/// The numbers from `low` to `high`, both included. The ends of `long` stand for "unknown".
record Interval(long low, long high) {
  static final Interval ANY = new Interval(Long.MIN_VALUE, Long.MAX_VALUE);
  static final Interval NATURAL = new Interval(0, Long.MAX_VALUE);

  static Interval of(long value) {
    return new Interval(value, value);
  }

  boolean isNatural() {
    return low >= 0;
  }

  /// Whether every number is in `0 … bound − 1`.
  boolean isBelow(long bound) {
    return low >= 0 && high < bound;
  }

  Interval plus(Interval other) {
    return new Interval(addLow(low, other.low), addHigh(high, other.high));
  }

  private static long addLow(long left, long right) {
    if (left == Long.MIN_VALUE || right == Long.MIN_VALUE) {
      return Long.MIN_VALUE;
    }
    return saturatedSum(left, right);
  }

  private static long addHigh(long left, long right) {
    if (left == Long.MAX_VALUE || right == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    return saturatedSum(left, right);
  }

  private static long saturatedSum(long left, long right) {
    long sum = left + right;
    if (((left ^ sum) & (right ^ sum)) < 0) {
      return left < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return sum;
  }

  Interval times(Interval other) {
    long a = product(low, other.low);
    long b = product(low, other.high);
    long c = product(high, other.low);
    long d = product(high, other.high);
    return new Interval(
        Math.min(Math.min(a, b), Math.min(c, d)), Math.max(Math.max(a, b), Math.max(c, d)));
  }

  private static long product(long left, long right) {
    if (left == 0 || right == 0) {
      return 0;
    }
    boolean isNegative = left < 0 != right < 0;
    boolean isUnknown = isEnd(left) || isEnd(right);
    long high = Math.multiplyHigh(left, right);
    long product = left * right;
    if (isUnknown || high != product >> 63) {
      return isNegative ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return product;
  }

  private static boolean isEnd(long value) {
    return value == Long.MIN_VALUE || value == Long.MAX_VALUE;
  }

  Interval min(Interval other) {
    return new Interval(Math.min(low, other.low), Math.min(high, other.high));
  }

  Interval max(Interval other) {
    return new Interval(Math.max(low, other.low), Math.max(high, other.high));
  }

  /// Of the quotient, rounded down, by a positive number.
  Interval floorDiv(long divisor) {
    return new Interval(
        low == Long.MIN_VALUE ? low : Math.floorDiv(low, divisor),
        high == Long.MAX_VALUE ? high : Math.floorDiv(high, divisor));
  }
}
