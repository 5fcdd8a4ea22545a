package org.einkorn.ir.algebra;

import org.einkorn.runtime.Elementary;

/// Arithmetic on integers and truth values, exact; the types that results are kept in may have
/// fewer numbers.
public final class Integers {
  private Integers() {}

  /// An operation on an integer or a truth value.
  ///
  /// @throws ArithmeticException where the result is no `i64`
  public static long apply(UnaryOp op, long x) {
    return switch (op) {
      case NEGATE -> Math.negateExact(x);
      case STOP -> x;
      case MIX -> Elementary.mix(x);
      case ABS -> Math.absExact(x);
      case SIGN -> Long.signum(x);
      case NOT -> 1 - x;
      case FLOOR, CEIL, ROUND, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF, RE, IM, CONJ ->
          throw new IllegalStateException("`" + op.text() + "` of an integer");
    };
  }

  /// An operation on integers or truth values; a comparison gives 0 or 1.
  ///
  /// @throws ArithmeticException where the result is no `i64`
  public static long apply(BinaryOp op, long x, long y) {
    return switch (op) {
      case ADD -> Math.addExact(x, y);
      case SUBTRACT -> Math.subtractExact(x, y);
      case MULTIPLY -> Math.multiplyExact(x, y);
      case MODULO -> Math.floorMod(x, y);
      case MINIMUM -> Math.min(x, y);
      case MAXIMUM -> Math.max(x, y);
      case AND -> x & y;
      case OR -> x | y;
      case XOR -> x ^ y;
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> op.holds(x < y, x == y) ? 1 : 0;
      case DIVIDE, POWER, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE ->
          throw new IllegalStateException("`" + op.text() + "` gives no integer");
    };
  }
}
