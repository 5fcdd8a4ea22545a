package org.einkorn.ir.elementary;

import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// Arithmetic of one `f32` at a time.
final class PlainSingles implements FloatArithmetic<Float, Integer, Boolean> {
  private static final Formulas<Float, Integer, Boolean> FORMULAS =
      new Formulas<>(new PlainSingles());

  private PlainSingles() {}

  /// The value of a function of `f32` that [Formulas] write out in steps of `f32`.
  static float apply(UnaryOp op, float x) {
    return FORMULAS.apply(op, DType.F32, x);
  }

  @Override
  public Float number(double value) {
    return (float) value;
  }

  @Override
  public Float add(Float left, Float right) {
    return left + right;
  }

  @Override
  public Float subtract(Float left, Float right) {
    return left - right;
  }

  @Override
  public Float multiply(Float left, Float right) {
    return left * right;
  }

  @Override
  public Float divide(Float left, Float right) {
    return left / right;
  }

  @Override
  public Float negate(Float operand) {
    return -operand;
  }

  @Override
  public Float magnitude(Float operand) {
    return Math.abs(operand);
  }

  @Override
  public Float withSignOf(Float magnitude, Float sign) {
    return Math.copySign(magnitude, sign);
  }

  @Override
  public Boolean compare(Comparison comparison, Float left, Float right) {
    float first = left;
    float second = right;
    return switch (comparison) {
      case LESS -> first < second;
      case GREATER -> first > second;
      case GREATER_EQUAL -> first >= second;
      case EQUAL -> first == second;
      case NOT_EQUAL -> first != second;
    };
  }

  @Override
  public Float select(Boolean condition, Float then, Float otherwise) {
    return condition ? then : otherwise;
  }

  @Override
  public Integer integer(long value) {
    return Math.toIntExact(value);
  }

  @Override
  public Integer plus(Integer left, Integer right) {
    return left + right;
  }

  @Override
  public Float multiplyAdd(Float left, Float right, Float more) {
    return Math.fma(left, right, more);
  }

  @Override
  public Integer minus(Integer left, Integer right) {
    return left - right;
  }

  @Override
  public Integer shiftLeft(Integer operand, int distance) {
    return operand << distance;
  }

  @Override
  public Integer shiftRight(Integer operand, int distance) {
    return operand >> distance;
  }

  @Override
  public Integer bits(Float operand) {
    return Float.floatToRawIntBits(operand);
  }

  @Override
  public Float ofBits(Integer operand) {
    return Float.intBitsToFloat(operand);
  }

  @Override
  public Float toNumber(Integer operand) {
    return (float) operand;
  }
}
