package org.einkorn.conformance;

import java.util.function.BinaryOperator;

/// A complex number as a textbook has it.
record Pair(double re, double im) {
  static Pair real(double value) {
    return new Pair(value, 0);
  }

  Pair plus(Pair other) {
    return new Pair(re + other.re, im + other.im);
  }

  Pair times(Pair other) {
    return new Pair(re * other.re - im * other.im, re * other.im + im * other.re);
  }

  double size() {
    return Math.hypot(re, im);
  }

  /// The number where it is real; else something that is 0 where the number is.
  double truth() {
    return im == 0 ? re : 1;
  }

  static BinaryOperator<Pair> operation(String name) {
    return switch (name) {
      case "plus" -> Pair::plus;
      case "times" -> Pair::times;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
