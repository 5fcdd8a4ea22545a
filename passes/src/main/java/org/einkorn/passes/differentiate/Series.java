package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// The Taylor coefficients of an expression along a direction: `value + c₁ t + c₂ t² + …`.
///
/// Coefficients are of the type that the value computes in. One that is 0 everywhere is not there.
///
/// @param value of order 0, as it is computed without derivatives
/// @param coefficients from order 1
record Series(Scalar value, List<Optional<Scalar>> coefficients) {
  Series {
    coefficients = List.copyOf(coefficients);
  }

  /// A value with the coefficients from order 1 to `order`.
  static Series of(Scalar value, int order, IntFunction<Optional<Scalar>> coefficient) {
    List<Optional<Scalar>> all = new ArrayList<>();
    for (int n = 1; n <= order; n++) {
      all.add(coefficient.apply(n));
    }
    return new Series(value, all);
  }

  static Series constant(Scalar value, int order) {
    return of(value, order, _ -> Optional.empty());
  }

  int order() {
    return coefficients.size();
  }

  boolean isConstant() {
    return coefficients.stream().allMatch(Optional::isEmpty);
  }

  /// The type of the coefficients.
  DType type() {
    return value.type().compute();
  }

  /// The coefficient of an order.
  Optional<Scalar> at(int n) {
    return n == 0 ? Optional.of(Partial.convert(type(), value)) : coefficients.get(n - 1);
  }

  /// Another value, with coefficients that are each a function of these.
  Series map(Scalar other, UnaryOperator<Scalar> change) {
    return of(other, order(), n -> at(n).map(change));
  }

  // -------------------------------------------------------------------- arithmetic

  static Optional<Scalar> plus(Optional<Scalar> one, Optional<Scalar> two) {
    return one.isEmpty() || two.isEmpty()
        ? one.or(() -> two)
        : Optional.of(new Scalar.Binary(BinaryOp.ADD, one.get(), two.get()));
  }

  static Optional<Scalar> minus(Optional<Scalar> one, Optional<Scalar> two) {
    return one.isEmpty() || two.isEmpty()
        ? one.or(() -> two.map(Series::negated))
        : Optional.of(new Scalar.Binary(BinaryOp.SUBTRACT, one.get(), two.get()));
  }

  static Optional<Scalar> times(Optional<Scalar> one, Optional<Scalar> two) {
    return one.flatMap(left -> two.map(right -> new Scalar.Binary(BinaryOp.MULTIPLY, left, right)));
  }

  static Scalar times(double factor, Scalar scalar) {
    return factor == 1
        ? scalar
        : new Scalar.Binary(BinaryOp.MULTIPLY, Partial.number(scalar.type(), factor), scalar);
  }

  static Scalar negated(Scalar scalar) {
    return new Scalar.Unary(org.einkorn.ir.algebra.UnaryOp.NEGATE, scalar);
  }

  /// What a product has at order `n`: `Σ xᵢ yₙ₋ᵢ`, for `i` from `first` to `last`.
  static Optional<Scalar> product(
      IntFunction<Optional<Scalar>> x,
      IntFunction<Optional<Scalar>> y,
      int n,
      int first,
      int last) {
    Optional<Scalar> sum = Optional.empty();
    for (int i = first; i <= last; i++) {
      sum = plus(sum, times(x.apply(i), y.apply(n - i)));
    }
    return sum;
  }

  /// What `h` has at order `n` where `h' = slope · x'`: `Σ (m / n) xₘ slopeₙ₋ₘ`, for `m` from 1.
  static Optional<Scalar> integral(Series x, IntFunction<Optional<Scalar>> slope, int n) {
    return weighted(x, slope, n, m -> (double) m / n);
  }

  /// `Σ weight(m) xₘ yₙ₋ₘ`, for `m` from 1 to `n`.
  static Optional<Scalar> weighted(
      Series x, IntFunction<Optional<Scalar>> y, int n, IntFunction<Double> weight) {
    Optional<Scalar> sum = Optional.empty();
    for (int m = 1; m <= n; m++) {
      double factor = weight.apply(m);
      if (factor != 0) {
        sum = plus(sum, times(x.at(m), y.apply(n - m)).map(some -> times(factor, some)));
      }
    }
    return sum;
  }
}
