package org.einkorn.backend.jvm;

import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.runtime.DType;

/// What vectors of the Vector API compute, and what it is called there.
final class LaneOperations {
  private LaneOperations() {}

  /// Whether there are vectors of a type. A Boolean is a byte of 0 or 1.
  static boolean hasLanes(DType type) {
    return vectorClass(type).isPresent();
  }

  /// The class of the Vector API.
  static Optional<String> vectorClass(DType type) {
    return switch (type) {
      case F32 -> Optional.of("FloatVector");
      case F64 -> Optional.of("DoubleVector");
      case I32 -> Optional.of("IntVector");
      case I64 -> Optional.of("LongVector");
      case BOOL -> Optional.of("ByteVector");
      case F16, BF16, F8E4M3, F8E5M2, I16, I8, U8, I4, C64, C128 -> Optional.empty();
    };
  }

  /// Whether vectors compute an operation: an elementary function as [Formulas] write it out, all
  /// others in the same bits as scalars do.
  static boolean computes(UnaryOp op, DType type, boolean ofMasks) {
    return switch (op) {
      case NEGATE, ABS, SQRT -> !ofMasks && type.isFloat();
      case NOT -> ofMasks || type == DType.BOOL;
      case EXP, LOG, TANH, ERF -> !ofMasks && Formulas.contain(op, type);
      case SIGN, FLOOR, CEIL, ROUND, SIN, COS, TAN, RE, IM, CONJ, STOP, MIX -> false;
    };
  }

  /// Whether vectors compute an operation, in the same bits as scalars do. Sums and products of
  /// integers may trap, which lanes cannot.
  static boolean computes(BinaryOp op, DType type, boolean ofMasks) {
    return switch (op) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE -> !ofMasks && type.isFloat();
      case MINIMUM, MAXIMUM, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> !ofMasks && type != DType.BOOL;
      case AND, OR -> ofMasks || type == DType.BOOL;
      case XOR -> !ofMasks && type == DType.BOOL;
      case MODULO, POWER, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE -> false;
    };
  }

  /// The method, or the comparison, of the Vector API.
  static String name(UnaryOp op) {
    return switch (op) {
      case NEGATE -> "neg";
      case ABS -> "abs";
      case SQRT -> "sqrt";
      case SIGN,
          FLOOR,
          CEIL,
          ROUND,
          EXP,
          LOG,
          SIN,
          COS,
          TAN,
          TANH,
          ERF,
          RE,
          IM,
          CONJ,
          NOT,
          STOP,
          MIX ->
          throw new IllegalStateException("vectors do not compute `" + op.text() + "`");
    };
  }

  /// The method, or the comparison, of the Vector API.
  static String name(BinaryOp op) {
    return switch (op) {
      case ADD -> "add";
      case SUBTRACT -> "sub";
      case MULTIPLY -> "mul";
      case DIVIDE -> "div";
      case MINIMUM -> "min";
      case MAXIMUM -> "max";
      case AND -> "and";
      case OR -> "or";
      case EQUAL -> "EQ";
      case NOT_EQUAL -> "NE";
      case LESS -> "LT";
      case LESS_EQUAL -> "LE";
      case XOR, MODULO, POWER, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE ->
          throw new IllegalStateException("vectors do not compute `" + op.text() + "`");
    };
  }
}
