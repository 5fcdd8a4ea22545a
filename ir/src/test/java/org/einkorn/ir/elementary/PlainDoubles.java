package org.einkorn.ir.elementary;

import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// Arithmetic of one number at a time.
final class PlainDoubles implements FloatArithmetic<Double, Long, Boolean> {
  private static final Formulas<Double, Long, Boolean> FORMULAS =
      new Formulas<>(new PlainDoubles());

  private PlainDoubles() {}

  /// The value of a function that [Formulas] write out; that of `f32` may not be rounded yet.
  static double apply(UnaryOp op, DType type, double x) {
    return Formulas.steps(op, type) == DType.F32
        ? PlainSingles.apply(op, (float) x)
        : FORMULAS.apply(op, type, x);
  }

  @Override
  public Double number(double value) {
    return value;
  }

  @Override
  public Double add(Double left, Double right) {
    return left + right;
  }

  @Override
  public Double subtract(Double left, Double right) {
    return left - right;
  }

  @Override
  public Double multiply(Double left, Double right) {
    return left * right;
  }

  @Override
  public Double divide(Double left, Double right) {
    return left / right;
  }

  @Override
  public Double negate(Double operand) {
    return -operand;
  }

  @Override
  public Double magnitude(Double operand) {
    return Math.abs(operand);
  }

  @Override
  public Double withSignOf(Double magnitude, Double sign) {
    return Math.copySign(magnitude, sign);
  }

  @Override
  public Boolean compare(Comparison comparison, Double left, Double right) {
    double first = left;
    double second = right;
    return switch (comparison) {
      case LESS -> first < second;
      case GREATER -> first > second;
      case GREATER_EQUAL -> first >= second;
      case EQUAL -> first == second;
      case NOT_EQUAL -> first != second;
    };
  }

  @Override
  public Double select(Boolean condition, Double then, Double otherwise) {
    return condition ? then : otherwise;
  }

  @Override
  public Long integer(long value) {
    return value;
  }

  @Override
  public Long plus(Long left, Long right) {
    return left + right;
  }

  @Override
  public Double multiplyAdd(Double left, Double right, Double more) {
    return Math.fma(left, right, more);
  }

  @Override
  public Long minus(Long left, Long right) {
    return left - right;
  }

  @Override
  public Long shiftLeft(Long operand, int distance) {
    return operand << distance;
  }

  @Override
  public Long shiftRight(Long operand, int distance) {
    return operand >> distance;
  }

  @Override
  public Long bits(Double operand) {
    return Double.doubleToRawLongBits(operand);
  }

  @Override
  public Double ofBits(Long operand) {
    return Double.longBitsToDouble(operand);
  }

  @Override
  public Double toNumber(Long operand) {
    return (double) operand;
  }
}
