package org.einkorn.passes.normalize;

import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Integers;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// Arithmetic on literals, as a run would do it.
final class Constants {
  /// The joins of integers and of truth values.
  private static final Set<BinaryOp> JOINS =
      Set.of(
          BinaryOp.ADD,
          BinaryOp.MULTIPLY,
          BinaryOp.MINIMUM,
          BinaryOp.MAXIMUM,
          BinaryOp.AND,
          BinaryOp.OR,
          BinaryOp.XOR);

  private Constants() {}

  /// The value of a join of two literals; nothing where it would trap, or is not a join.
  static Optional<Scalar> fold(BinaryOp op, Scalar.Literal left, Scalar.Literal right) {
    DType type = left.type();
    if (type.isFloat()) {
      return real(op, left.doubleValue(), right.doubleValue())
          .map(value -> Scalar.Literal.of(type, value));
    }
    if (!JOINS.contains(op)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Integers.apply(op, left.longValue(), right.longValue()))
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
      default -> Optional.empty();
    };
  }
}
