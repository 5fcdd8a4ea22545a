package org.einkorn.ir.algebra;

import java.util.Optional;
import org.einkorn.runtime.DType;

/// An elementwise operation of two operands of one type.
///
/// Integer arithmetic is exact: a result that is no number of the type traps. `min` and `max` of
/// floats return NaN when an operand is NaN and order −0.0 before 0.0 (IEEE 754-2019 *minimum* and
/// *maximum*). `%` has the sign of its divisor. `logaddexp(a, b)` is `log(exp(a) + exp(b))` without
/// overflow, with identity −∞. `complex(a, b)` is the number with the real part `a` and the
/// imaginary part `b`.
///
/// `follow(v, s)` is `v`, and has the derivative of `s`; `slope(x, g)` is `x`, and has the
/// derivative of `x` times `g`. With them a program says what a derivative is where it does not
/// follow from the value; derivatives are all that they are for. So `follow(f(x), slope(x, g(x)))`
/// is a function `f` whose derivative is given as `g`.
public enum BinaryOp {
  ADD("+", true, Domain.NUMBER_OR_COMPLEX),
  SUBTRACT("-", true, Domain.NUMBER_OR_COMPLEX),
  MULTIPLY("*", true, Domain.NUMBER_OR_COMPLEX),
  DIVIDE("/", true, Domain.FLOAT_OR_COMPLEX),
  MODULO("%", true, Domain.NUMBER),
  POWER("^", true, Domain.FLOAT),
  MINIMUM("min", false, Domain.NUMBER),
  MAXIMUM("max", false, Domain.NUMBER),
  LOG_ADD_EXP("logaddexp", false, Domain.FLOAT),
  COMPLEX("complex", false, Domain.FLOAT),
  FOLLOW("follow", false, Domain.FLOAT),
  SLOPE("slope", false, Domain.FLOAT),
  AND("and", true, Domain.BOOLEAN),
  OR("or", true, Domain.BOOLEAN),
  XOR("xor", true, Domain.BOOLEAN),
  EQUAL("==", true, Domain.ANY),
  NOT_EQUAL("!=", true, Domain.ANY),
  LESS("<", true, Domain.NUMBER),
  LESS_EQUAL("<=", true, Domain.NUMBER);

  private final String text;
  private final boolean infix;
  private final Domain domain;

  BinaryOp(String text, boolean infix, Domain domain) {
    this.text = text;
    this.infix = infix;
    this.domain = domain;
  }

  /// The sign or name in IR text.
  public String text() {
    return text;
  }

  /// Whether IR text writes the operation between its operands.
  public boolean isInfix() {
    return infix;
  }

  /// The operand types this operation is defined on.
  public Domain domain() {
    return domain;
  }

  /// Whether the operands may change places. Of two NaNs another one may come out.
  public boolean commutes() {
    return switch (this) {
      case ADD, MULTIPLY, MINIMUM, MAXIMUM, LOG_ADD_EXP, AND, OR, XOR, EQUAL, NOT_EQUAL -> true;
      case SUBTRACT, DIVIDE, MODULO, POWER, COMPLEX, FOLLOW, SLOPE, LESS, LESS_EQUAL -> false;
    };
  }

  public boolean isComparison() {
    return switch (this) {
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL -> true;
      case ADD,
          SUBTRACT,
          MULTIPLY,
          DIVIDE,
          MODULO,
          POWER,
          MINIMUM,
          MAXIMUM,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR ->
          false;
    };
  }

  /// Whether a comparison holds.
  ///
  /// @param isLess whether the first operand is less than the other; it is not if one is NaN
  /// @param isEqual whether they are equal; they are not if one is NaN
  /// @throws IllegalStateException if this is no comparison
  public boolean holds(boolean isLess, boolean isEqual) {
    return switch (this) {
      case EQUAL -> isEqual;
      case NOT_EQUAL -> !isEqual;
      case LESS -> isLess;
      case LESS_EQUAL -> isLess || isEqual;
      case ADD,
          SUBTRACT,
          MULTIPLY,
          DIVIDE,
          MODULO,
          POWER,
          MINIMUM,
          MAXIMUM,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR ->
          throw new IllegalStateException("`" + text + "` is no comparison");
    };
  }

  /// The type of the result for operands of type `operand`.
  public DType result(DType operand) {
    return isComparison() ? DType.BOOL : this == COMPLEX ? operand.complex() : operand;
  }

  /// The operation with this sign or name, if there is one.
  public static Optional<BinaryOp> of(String text) {
    for (BinaryOp op : values()) {
      if (op.text.equals(text)) {
        return Optional.of(op);
      }
    }
    return Optional.empty();
  }
}
