package org.einkorn.frontend.check;

import java.util.function.Function;
import org.einkorn.ir.expr.IndexExpr;

/// The least and the greatest value of a position, as expressions over symbols.
///
/// @param least never above any value the position takes
/// @param greatest never below any value the position takes
public record Ranges(IndexExpr least, IndexExpr greatest) {

  /// @param extents the extent of each variable; every variable runs from 0
  public static Ranges of(IndexExpr position, Function<String, IndexExpr> extents) {
    return switch (position) {
      case IndexExpr.Constant _, IndexExpr.Symbol _, IndexExpr.Fetch _ ->
          new Ranges(position, position);
      case IndexExpr.Variable(String name) ->
          new Ranges(IndexExpr.Constant.ZERO, extents.apply(name).plus(-1));
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> {
        Ranges one = of(left, extents);
        Ranges two = of(right, extents);
        yield new Ranges(one.least.plus(two.least), one.greatest.plus(two.greatest));
      }
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> product(left, right, extents);
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> {
        Ranges dividend = of(left, extents);
        yield new Ranges(dividend.least.floorDiv(right), dividend.greatest.floorDiv(right));
      }
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          new Ranges(IndexExpr.Constant.ZERO, right.plus(-1));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> {
        Ranges one = of(left, extents);
        Ranges two = of(right, extents);
        yield new Ranges(one.least.min(two.least), one.greatest.min(two.greatest));
      }
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> {
        Ranges one = of(left, extents);
        Ranges two = of(right, extents);
        yield new Ranges(one.least.max(two.least), one.greatest.max(two.greatest));
      }
    };
  }

  /// One factor has no variables; its sign is known where it is a number, and sizes are never
  /// negative.
  private static Ranges product(
      IndexExpr left, IndexExpr right, Function<String, IndexExpr> extents) {
    boolean leftIsSize = Linear.of(left).terms().values().stream().noneMatch(Ranges::varies);
    IndexExpr factor = leftIsSize ? left : right;
    Ranges range = of(leftIsSize ? right : left, extents);
    boolean isNegative = factor instanceof IndexExpr.Constant(long value) && value < 0;
    return isNegative
        ? new Ranges(range.greatest.times(factor), range.least.times(factor))
        : new Ranges(range.least.times(factor), range.greatest.times(factor));
  }

  private static boolean varies(Linear.Term term) {
    boolean[] found = {false};
    org.einkorn.ir.expr.Walk.ofIndices(expr -> found[0] |= expr instanceof IndexExpr.Variable)
        .visit(term.atom());
    return found[0];
  }

  /// Whether every value provably is in `0 … extent − 1`.
  public boolean isInside(IndexExpr extent) {
    return startsInside() && endsInside(extent);
  }

  public boolean startsInside() {
    return Linear.of(least).isNonNegative();
  }

  public boolean endsInside(IndexExpr extent) {
    try {
      return Linear.of(extent).plus(Linear.of(greatest), -1).plus(Linear.of(1), -1).isNonNegative();
    } catch (ArithmeticException beyond64Bits) {
      return false;
    }
  }
}
