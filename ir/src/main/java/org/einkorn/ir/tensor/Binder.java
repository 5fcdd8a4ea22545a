package org.einkorn.ir.tensor;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;

/// The axis of an input off which a symbol is read: the one rule that verifiers, backends and the
/// runtime go by.
///
/// The extent of the axis is `a + b · symbol` with `a` and `b` over the symbols declared before it.
/// An axis that is the symbol itself is taken first, then one where `b` is a number, then any:
/// where `b` comes from data and is 0, the axis shows nothing.
///
/// @param input the number of the input
/// @param axis the number of its axis
public record Binder(int input, int axis) {

  /// What an extent says about a symbol.
  private enum Evidence {
    THE_SYMBOL,
    MULTIPLE,
    PRODUCT,
    NOTHING
  }

  /// Where a symbol is read off, if anywhere.
  public static Optional<Binder> of(Signature signature, String symbol) {
    List<String> symbols = signature.symbols();
    Set<String> known = new HashSet<>(symbols.subList(0, Math.max(symbols.indexOf(symbol), 0)));
    Evidence best = Evidence.NOTHING;
    Optional<Binder> found = Optional.empty();
    List<Signature.Input> inputs = signature.inputs();
    for (int input = 0; input < inputs.size(); input++) {
      List<IndexExpr> extents = inputs.get(input).type().extents();
      for (int axis = 0; axis < extents.size(); axis++) {
        Evidence evidence = evidence(extents.get(axis), symbol, known);
        if (evidence.compareTo(best) < 0) {
          best = evidence;
          found = Optional.of(new Binder(input, axis));
        }
      }
    }
    return found;
  }

  private static Evidence evidence(IndexExpr extent, String symbol, Set<String> known) {
    if (extent.equals(IndexExpr.symbol(symbol))) {
      return Evidence.THE_SYMBOL;
    }
    Optional<IndexExpr> factor = factor(extent, symbol, known);
    if (factor.isEmpty() || factor.get().equals(IndexExpr.Constant.ZERO)) {
      return Evidence.NOTHING;
    }
    return factor.get() instanceof IndexExpr.Constant ? Evidence.MULTIPLE : Evidence.PRODUCT;
  }

  /// The `b` of `a + b · symbol`, 0 for what does not hold the symbol; empty for what is of no such
  /// form.
  private static Optional<IndexExpr> factor(IndexExpr expr, String symbol, Set<String> known) {
    return switch (expr) {
      case IndexExpr.Constant _ -> Optional.of(IndexExpr.Constant.ZERO);
      case IndexExpr.Symbol(String name) when name.equals(symbol) ->
          Optional.of(IndexExpr.Constant.ONE);
      case IndexExpr.Symbol(String name) ->
          known.contains(name) ? Optional.of(IndexExpr.Constant.ZERO) : Optional.empty();
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          factor(left, symbol, known)
              .flatMap(one -> factor(right, symbol, known).map(two -> one.plus(two)));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          factor(left, symbol, known)
              .flatMap(
                  one ->
                      factor(right, symbol, known).flatMap(two -> product(left, one, right, two)));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> free(left, right, symbol, known);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> free(left, right, symbol, known);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> free(left, right, symbol, known);
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> free(left, right, symbol, known);
      case IndexExpr.Variable _, IndexExpr.Fetch _ -> Optional.empty();
    };
  }

  /// `(a + b · s) · (c + d · s)` is linear where `b` or `d` is 0.
  private static Optional<IndexExpr> product(
      IndexExpr left, IndexExpr leftFactor, IndexExpr right, IndexExpr rightFactor) {
    if (rightFactor.equals(IndexExpr.Constant.ZERO)) {
      return Optional.of(leftFactor.times(right));
    }
    return leftFactor.equals(IndexExpr.Constant.ZERO)
        ? Optional.of(rightFactor.times(left))
        : Optional.empty();
  }

  private static Optional<IndexExpr> free(
      IndexExpr left, IndexExpr right, String symbol, Set<String> known) {
    boolean isFree =
        factor(left, symbol, known).equals(Optional.of(IndexExpr.Constant.ZERO))
            && factor(right, symbol, known).equals(Optional.of(IndexExpr.Constant.ZERO));
    return isFree ? Optional.of(IndexExpr.Constant.ZERO) : Optional.empty();
  }
}
