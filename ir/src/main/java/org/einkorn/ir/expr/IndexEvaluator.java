package org.einkorn.ir.expr;

import java.util.function.ToLongFunction;

/// Evaluates index expressions.
public final class IndexEvaluator {
  private IndexEvaluator() {}

  /// The value of an expression.
  ///
  /// @throws ArithmeticException where it is beyond 64 bits
  /// @param names the value of a variable or symbol
  /// @param fetches the checked value of a fetch
  public static long evaluate(
      IndexExpr expr, ToLongFunction<String> names, ToLongFunction<IndexExpr.Fetch> fetches) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> value;
      case IndexExpr.Variable(String name) -> names.applyAsLong(name);
      case IndexExpr.Symbol(String name) -> names.applyAsLong(name);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          Math.addExact(evaluate(left, names, fetches), evaluate(right, names, fetches));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          Math.multiplyExact(evaluate(left, names, fetches), evaluate(right, names, fetches));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          Math.floorDiv(evaluate(left, names, fetches), evaluate(right, names, fetches));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          Math.floorMod(evaluate(left, names, fetches), evaluate(right, names, fetches));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          Math.min(evaluate(left, names, fetches), evaluate(right, names, fetches));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          Math.max(evaluate(left, names, fetches), evaluate(right, names, fetches));
      case IndexExpr.Fetch fetch -> fetches.applyAsLong(fetch);
    };
  }

  /// The value of an extent, which reads no data.
  ///
  /// @param symbols the value of a symbol
  public static long extent(IndexExpr expr, ToLongFunction<String> symbols) {
    return evaluate(
        expr,
        symbols,
        fetch -> {
          throw new IllegalArgumentException("an extent can't be fetched from data");
        });
  }
}
