package org.einkorn.ir.text;

import java.util.List;
import java.util.stream.Collectors;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Writes expressions as IR text.
public final class ExprPrinter {
  private ExprPrinter() {}

  /// An index expression; sums and products in parentheses where they stand inside another.
  public static String print(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> infix(left, "+", right);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> infix(left, "*", right);
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> infix(left, "floordiv", right);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> infix(left, "mod", right);
      case IndexExpr.Constant _,
          IndexExpr.Variable _,
          IndexExpr.Symbol _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          atom(expr);
    };
  }

  private static String infix(IndexExpr left, String sign, IndexExpr right) {
    return atom(left) + " " + sign + " " + atom(right);
  }

  private static String atom(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> Long.toString(value);
      case IndexExpr.Variable(String name) -> name;
      case IndexExpr.Symbol(String name) -> name;
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          "min(" + print(left) + ", " + print(right) + ")";
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          "max(" + print(left) + ", " + print(right) + ")";
      case IndexExpr.Fetch(String tensor, int axis, IndexExpr extent, Scalar source) ->
          "fetch<" + tensor + ", " + axis + ", " + print(extent) + ">(" + print(source) + ")";
      case IndexExpr.Sum _, IndexExpr.Product _, IndexExpr.FloorDiv _, IndexExpr.FloorMod _ ->
          "(" + print(expr) + ")";
    };
  }

  /// A list of index expressions in brackets: `[i, j + 1]`.
  public static String printIndices(List<IndexExpr> indices) {
    return indices.stream().map(ExprPrinter::print).collect(Collectors.joining(", ", "[", "]"));
  }

  /// `f32[P, 64]`
  public static String print(TensorType type) {
    return type.dtype() + printIndices(type.extents());
  }

  /// `0 <= x + dx < W`
  public static String print(Guard guard) {
    return "0 <= " + print(guard.index()) + " < " + print(guard.extent());
  }

  /// A scalar; every infix operation in parentheses.
  public static String print(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> number(literal) + ":" + literal.type();
      case Scalar.Read(String tensor, DType type, List<IndexExpr> indices) ->
          tensor + printIndices(indices);
      case Scalar.Position(IndexExpr index) -> "pos(" + print(index) + ")";
      case Scalar.Unary(var op, Scalar operand) -> op.text() + "(" + print(operand) + ")";
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          op.isInfix()
              ? "(" + print(left) + " " + op.text() + " " + print(right) + ")"
              : op.text() + "(" + print(left) + ", " + print(right) + ")";
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          "select(" + print(condition) + ", " + print(then) + ", " + print(otherwise) + ")";
      case Scalar.Cast(DType type, Scalar operand) -> type + "(" + print(operand) + ")";
    };
  }

  private static String number(Scalar.Literal literal) {
    if (literal.type() == DType.BOOL) {
      return literal.longValue() == 0 ? "false" : "true";
    }
    if (!literal.type().isFloat()) {
      return Long.toString(literal.longValue());
    }
    double value = literal.doubleValue();
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return literal.type() == DType.F32 ? Float.toString((float) value) : Double.toString(value);
  }
}
