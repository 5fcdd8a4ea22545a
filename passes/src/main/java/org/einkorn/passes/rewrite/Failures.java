package org.einkorn.passes.rewrite;

import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Which values can end a run with an error, so that they must not be computed where the program as
/// written does not compute them.
public final class Failures {
  private Failures() {}

  /// Whether evaluating a value may fail: a position from data outside its axis, a remainder by 0,
  /// a conversion of what does not fit. That sums and products of integers may overflow is another
  /// matter, which the laws of the type decide.
  public static boolean mayFail(Scalar scalar) {
    boolean[] found = {false};
    Walk.of(
            part -> found[0] |= isPartial(part),
            index -> found[0] |= index instanceof IndexExpr.Fetch)
        .visit(scalar);
    return found[0];
  }

  /// Whether testing a condition may fail: it takes a position from data, which may lie outside its
  /// axis.
  public static boolean mayFail(Guard guard) {
    return Walk.fetches(guard.index()) || Walk.fetches(guard.extent());
  }

  private static boolean isPartial(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Cast(DType type, Scalar operand) -> narrows(operand.type(), type);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar _) ->
          left.type().isInteger() && (op == BinaryOp.MODULO || op == BinaryOp.DIVIDE);
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _ ->
          false;
    };
  }

  private static boolean narrows(DType from, DType to) {
    if (!to.isInteger() || from == DType.BOOL) {
      return false;
    }
    return !from.isInteger() || least(from) < least(to) || greatest(from) > greatest(to);
  }

  private static long least(DType integer) {
    return switch (integer) {
      case I4 -> -8;
      case I8 -> Byte.MIN_VALUE;
      case I16 -> Short.MIN_VALUE;
      case I32 -> Integer.MIN_VALUE;
      case I64 -> Long.MIN_VALUE;
      case U8, BOOL, F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 -> 0;
    };
  }

  private static long greatest(DType integer) {
    return switch (integer) {
      case U8 -> 255;
      case BOOL -> 1;
      case I4, I8, I16, I32, I64 -> -(least(integer) + 1);
      case F64, F32, F16, BF16, F8E4M3, F8E5M2, C64, C128 -> 0;
    };
  }
}
