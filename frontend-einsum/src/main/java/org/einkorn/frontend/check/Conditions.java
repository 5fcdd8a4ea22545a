package org.einkorn.frontend.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;

/// What the conditions around an expression say of positions: in `where(i > 0, X[i-1], 0)` the read
/// is evaluated only where `i − 1 ≥ 0`.
///
/// @param nonNegative expressions that are at least 0 here
public record Conditions(List<Linear> nonNegative) {
  public static final Conditions NONE = new Conditions(List.of());

  public Conditions {
    nonNegative = List.copyOf(nonNegative);
  }

  /// These facts, and those that follow where `condition` is `truth`.
  public Conditions and(Scalar condition, boolean truth) {
    List<Linear> more = new ArrayList<>(nonNegative);
    collect(condition, truth, more);
    return more.size() == nonNegative.size() ? this : new Conditions(more);
  }

  /// Whether `0 ≤ position < extent` follows.
  ///
  /// @param extents the extent of each variable; every variable runs from 0
  public boolean keepInside(
      IndexExpr position, IndexExpr extent, Function<String, IndexExpr> extents) {
    Linear low = Linear.of(position);
    Linear high = Linear.of(extent).plus(low, -1).plus(Linear.of(1), -1);
    return follows(low, extents) && follows(high, extents);
  }

  private boolean follows(Linear goal, Function<String, IndexExpr> extents) {
    return isNonNegative(goal, extents)
        || nonNegative.stream().anyMatch(fact -> isNonNegative(goal.plus(fact, -1), extents));
  }

  private static boolean isNonNegative(Linear value, Function<String, IndexExpr> extents) {
    return Linear.of(Ranges.of(value.expr(), extents).least()).isNonNegative();
  }

  private static void collect(Scalar condition, boolean truth, List<Linear> found) {
    switch (condition) {
      case Scalar.Unary(UnaryOp op, Scalar operand) when op == UnaryOp.NOT ->
          collect(operand, !truth, found);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
          when op == (truth ? BinaryOp.AND : BinaryOp.OR) -> {
        collect(left, truth, found);
        collect(right, truth, found);
      }
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
          when op == BinaryOp.LESS || op == BinaryOp.LESS_EQUAL -> {
        long strict = (op == BinaryOp.LESS) == truth ? 1 : 0;
        Scalar least = truth ? left : right;
        Scalar greatest = truth ? right : left;
        difference(greatest, least).ifPresent(gap -> found.add(gap.plus(Linear.of(strict), -1)));
      }
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
          when op == BinaryOp.EQUAL && truth -> {
        difference(left, right).ifPresent(found::add);
        difference(right, left).ifPresent(found::add);
      }
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ -> {}
    }
  }

  private static Optional<Linear> difference(Scalar greater, Scalar less) {
    Optional<Linear> high = greater.asIndex().map(Linear::of);
    Optional<Linear> low = less.asIndex().map(Linear::of);
    return high.flatMap(one -> low.map(two -> one.plus(two, -1)));
  }
}
