package org.einkorn.passes.cost;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// What operations on complex numbers take of operations on their parts.
final class ComplexCost {
  private static final ScalarCost FREE = new ScalarCost(0, 0, List.of());

  private ComplexCost() {}

  /// A product is `(ac − bd) + (ad + bc)i`; a quotient takes Smith's method.
  static ScalarCost of(BinaryOp op) {
    return switch (op) {
      case ADD, SUBTRACT -> new ScalarCost(0, 2, List.of());
      case MULTIPLY -> new ScalarCost(4, 2, List.of());
      case DIVIDE -> new ScalarCost(6, 3, List.of());
      case EQUAL, NOT_EQUAL -> FREE;
      case MODULO,
          POWER,
          MINIMUM,
          MAXIMUM,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR,
          LESS,
          LESS_EQUAL ->
          throw new IllegalArgumentException("`" + op.text() + "` of complex numbers");
    };
  }

  /// @param type that of the operand
  static ScalarCost of(UnaryOp op, DType type) {
    return switch (op) {
      case ABS -> new ScalarCost(type == DType.C64 ? 2 : 3, 1, List.of());
      case EXP -> new ScalarCost(2, 0, List.of());
      case NEGATE, CONJ, RE, IM, STOP -> FREE;
      case SIGN, FLOOR, CEIL, ROUND, SQRT, LOG, SIN, COS, TAN, TANH, ERF, NOT, MIX ->
          throw new IllegalArgumentException("`" + op.text() + "` of a complex number");
    };
  }
}
