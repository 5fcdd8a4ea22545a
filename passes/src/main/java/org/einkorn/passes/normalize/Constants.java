package org.einkorn.passes.normalize;

import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// Arithmetic on literals, as a run would do it.
final class Constants {
  private Constants() {}

  /// The value of a join of two literals; nothing where it would trap, or is not a join.
  static Optional<Scalar> fold(BinaryOp op, Scalar.Literal left, Scalar.Literal right) {
    DType type = left.type();
    if (type.isFloat()) {
      return real(op, left.doubleValue(), right.doubleValue())
          .map(value -> Scalar.Literal.of(type, value));
    }
    try {
      return integer(op, left.longValue(), right.longValue())
          .filter(value -> type != DType.I32 || value == value.intValue())
          .map(value -> new Scalar.Literal(type, value));
    } catch (ArithmeticException overflow) {
      return Optional.empty();
    }
  }

  private static Optional<Double> real(BinaryOp op, double left, double right) {
    return switch (op) {
      case ADD -> Optional.of(left + right);
      case MULTIPLY -> Optional.of(left * right);
      case MINIMUM -> Optional.of(Math.min(left, right));
      case MAXIMUM -> Optional.of(Math.max(left, right));
      case SUBTRACT,
          DIVIDE,
          MODULO,
          POWER,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          Optional.empty();
    };
  }

  private static Optional<Long> integer(BinaryOp op, long left, long right) {
    return switch (op) {
      case ADD -> Optional.of(Math.addExact(left, right));
      case MULTIPLY -> Optional.of(Math.multiplyExact(left, right));
      case MINIMUM, AND -> Optional.of(Math.min(left, right));
      case MAXIMUM, OR -> Optional.of(Math.max(left, right));
      case XOR -> Optional.of(left ^ right);
      case SUBTRACT,
          DIVIDE,
          MODULO,
          POWER,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          Optional.empty();
    };
  }
}
