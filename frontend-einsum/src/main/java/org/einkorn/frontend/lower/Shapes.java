package org.einkorn.frontend.lower;

import java.util.List;
import org.einkorn.frontend.check.Extents;
import org.einkorn.frontend.check.Linear;
import org.einkorn.ir.expr.IndexExpr;

/// Extents and types as a user would write them, for messages and for printed programs.
final class Shapes {
  private Shapes() {}

  static String text(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> Long.toString(value);
      case IndexExpr.Variable(String name) -> name;
      case IndexExpr.Symbol(String name) -> Extents.isUnknown(name) ? "?" : name;
      case IndexExpr.Sum(IndexExpr left, IndexExpr.Constant(long value)) when value < 0 ->
          text(left) + " - " + -value;
      case IndexExpr.Sum(
              IndexExpr left,
              IndexExpr.Product(IndexExpr.Constant(long factor), IndexExpr right))
          when factor < 0 ->
          text(left) + " - " + text(right.times(-factor));
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> text(left) + " + " + text(right);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> tight(left) + " * " + tight(right);
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          tight(left) + " / " + tight(right);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          tight(left) + " % " + tight(right);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          "min(" + text(left) + ", " + text(right) + ")";
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          "max(" + text(left) + ", " + text(right) + ")";
      case IndexExpr.Fetch fetch -> "…";
    };
  }

  /// An extent without the factors that nothing shows yet.
  static IndexExpr known(IndexExpr extent) {
    return Linear.normalize(
        Linear.substitute(
            extent,
            leaf ->
                leaf instanceof IndexExpr.Symbol(String name) && Extents.isUnknown(name)
                    ? IndexExpr.Constant.ONE
                    : leaf));
  }

  private static String tight(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Sum _, IndexExpr.Product _, IndexExpr.FloorDiv _, IndexExpr.FloorMod _ ->
          "(" + text(expr) + ")";
      case IndexExpr.Constant(long value) when value < 0 -> "(" + value + ")";
      case IndexExpr.Constant _,
          IndexExpr.Variable _,
          IndexExpr.Symbol _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          text(expr);
    };
  }

  /// `A: f32[2, 3]`
  static String describe(Context context, TensorInfo tensor) {
    List<String> extents =
        tensor.extents().stream().map(extent -> text(context.extents.resolve(extent))).toList();
    return tensor.name() + ": " + tensor.dtype() + "[" + String.join(", ", extents) + "]";
  }
}
