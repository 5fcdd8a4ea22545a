package org.einkorn.ir.verify;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.text.ExprPrinter;

/// Measures expressions without recursion, so that one that is too deep for everything else is
/// found first.
final class Heights {
  private record Step(Object node, int height) {}

  private Heights() {}

  /// Whether an expression nests deeper than IR text may.
  static boolean isTooDeep(IndexExpr expr) {
    return tooDeep(expr);
  }

  static boolean isTooDeep(Scalar scalar) {
    return tooDeep(scalar);
  }

  private static boolean tooDeep(Object root) {
    Deque<Step> open = new ArrayDeque<>();
    open.push(new Step(root, 1));
    while (!open.isEmpty()) {
      Step step = open.pop();
      if (step.height() > ExprPrinter.MAX_HEIGHT) {
        return true;
      }
      List<?> children =
          step.node() instanceof Scalar scalar
              ? children(scalar)
              : children((IndexExpr) step.node());
      for (Object child : children) {
        open.push(new Step(child, step.height() + 1));
      }
    }
    return false;
  }

  private static List<?> children(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _ -> List.of();
      case IndexExpr.Sum(var left, var right) -> List.of(left, right);
      case IndexExpr.Product(var left, var right) -> List.of(left, right);
      case IndexExpr.FloorDiv(var left, var right) -> List.of(left, right);
      case IndexExpr.FloorMod(var left, var right) -> List.of(left, right);
      case IndexExpr.Minimum(var left, var right) -> List.of(left, right);
      case IndexExpr.Maximum(var left, var right) -> List.of(left, right);
      case IndexExpr.Fetch fetch -> List.of(fetch.extent(), fetch.source());
    };
  }

  private static List<?> children(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _ -> List.of();
      case Scalar.Read read -> read.indices();
      case Scalar.Position(var index) -> List.of(index);
      case Scalar.Unary(var op, var operand) -> List.of(operand);
      case Scalar.Binary(var op, var left, var right) -> List.of(left, right);
      case Scalar.Select(var condition, var then, var otherwise) ->
          List.of(condition, then, otherwise);
      case Scalar.Cast(var type, var operand) -> List.of(operand);
    };
  }
}
