package org.einkorn.ir.integer;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;

/// The values of expressions as whole numbers of any size.
final class ExactValues {
  private ExactValues() {}

  /// Nothing where a divisor is not positive.
  static Optional<BigInteger> value(IndexExpr expr, Map<String, Long> point) {
    try {
      return Optional.of(evaluate(expr, point));
    } catch (ArithmeticException undefined) {
      return Optional.empty();
    }
  }

  /// Whether a condition holds; nothing where a part of it has no value.
  static Optional<Boolean> holds(Condition condition, Map<String, Long> point) {
    try {
      return Optional.of(evaluate(condition, point));
    } catch (ArithmeticException undefined) {
      return Optional.empty();
    }
  }

  private static BigInteger evaluate(IndexExpr expr, Map<String, Long> point) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> BigInteger.valueOf(value);
      case IndexExpr.Variable(String name) -> named(name, point);
      case IndexExpr.Symbol(String name) -> named(name, point);
      case IndexExpr.Sum(var left, var right) -> evaluate(left, point).add(evaluate(right, point));
      case IndexExpr.Product(var left, var right) ->
          evaluate(left, point).multiply(evaluate(right, point));
      case IndexExpr.FloorDiv(var left, var right) -> {
        BigInteger dividend = evaluate(left, point);
        BigInteger divisor = evaluate(right, point);
        yield dividend.subtract(dividend.mod(divisor)).divide(divisor);
      }
      // `mod` throws unless the divisor is positive, and is never negative.
      case IndexExpr.FloorMod(var left, var right) ->
          evaluate(left, point).mod(evaluate(right, point));
      case IndexExpr.Minimum(var left, var right) ->
          evaluate(left, point).min(evaluate(right, point));
      case IndexExpr.Maximum(var left, var right) ->
          evaluate(left, point).max(evaluate(right, point));
      case IndexExpr.Fetch _ -> throw new IllegalStateException("no data");
    };
  }

  private static BigInteger named(String name, Map<String, Long> point) {
    return BigInteger.valueOf(Objects.requireNonNull(point.get(name), name));
  }

  private static boolean evaluate(Condition condition, Map<String, Long> point) {
    return switch (condition) {
      case Condition.Constant(boolean value) -> value;
      case Condition.Comparison(var relation, IndexExpr left, IndexExpr right) ->
          relation.holds(evaluate(left, point).compareTo(evaluate(right, point)), 0);
      case Condition.All(List<Condition> parts) ->
          parts.stream().filter(part -> !evaluate(part, point)).count() == 0;
      case Condition.Any(List<Condition> parts) ->
          parts.stream().filter(part -> evaluate(part, point)).count() > 0;
    };
  }
}
