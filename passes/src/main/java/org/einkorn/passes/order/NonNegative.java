package org.einkorn.passes.order;

import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// Whether an expression can be seen never to be negative, whatever the data.
///
/// NaN counts as non-negative: every rewrite that asks carries NaN through.
final class NonNegative {
  private NonNegative() {}

  static boolean holds(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> isNonNegative(literal);
      case Scalar.Read read -> read.type() == DType.U8 || read.type() == DType.BOOL;
      case Scalar.Position _ -> false;
      case Scalar.Cast(var type, Scalar operand) -> type == DType.BOOL || holds(operand);
      case Scalar.Select(_, Scalar then, Scalar otherwise) -> holds(then) && holds(otherwise);
      case Scalar.Unary(var op, Scalar operand) ->
          switch (op) {
            case ABS, EXP, NOT -> true;
            case SQRT, FLOOR, CEIL, ROUND, SIGN -> holds(operand);
            default -> false;
          };
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          scalar.type() == DType.BOOL
              || switch (op) {
                case ADD, MINIMUM -> holds(left) && holds(right);
                case MULTIPLY -> left.equals(right) || holds(left) && holds(right);
                case MAXIMUM -> holds(left) || holds(right);
                default -> false;
              };
    };
  }

  /// −0.0 is negative: it makes a difference to a product by infinity's sign alone, but costs
  /// nothing to leave out.
  private static boolean isNonNegative(Scalar.Literal literal) {
    if (!literal.type().isFloat()) {
      return literal.longValue() >= 0;
    }
    double value = literal.doubleValue();
    return value > 0 || Double.isNaN(value) || Double.doubleToRawLongBits(value) == 0;
  }
}
