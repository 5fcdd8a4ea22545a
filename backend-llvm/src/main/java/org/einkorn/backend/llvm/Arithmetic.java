package org.einkorn.backend.llvm;

import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.elementary.DoubleArithmetic;

/// Arithmetic of `f64` and of its bits as instructions of LLVM, on one number or on lanes.
final class Arithmetic implements DoubleArithmetic<Value, Value, Value> {
  private final Code code;
  private final Builder builder;

  Arithmetic(Code code) {
    this.code = code;
    this.builder = code.builder;
  }

  Value widened(Value single) {
    return builder.extendFloat(single, code.f64);
  }

  Value narrowed(Value value) {
    return builder.truncateFloat(value, code.f32);
  }

  @Override
  public Value f64(double value) {
    return code.f64(value);
  }

  @Override
  public Value add(Value left, Value right) {
    return builder.addFloat(left, right);
  }

  @Override
  public Value subtract(Value left, Value right) {
    return builder.subtractFloat(left, right);
  }

  @Override
  public Value multiply(Value left, Value right) {
    return builder.multiplyFloat(left, right);
  }

  @Override
  public Value divide(Value left, Value right) {
    return builder.divideFloat(left, right);
  }

  @Override
  public Value multiplyAdd(Value left, Value right, Value more) {
    return code.intrinsic("llvm.fmuladd", code.f64, left, right, more);
  }

  @Override
  public Value negate(Value operand) {
    return builder.negateFloat(operand);
  }

  @Override
  public Value magnitude(Value operand) {
    return code.intrinsic("llvm.fabs", code.f64, operand);
  }

  @Override
  public Value withSignOf(Value magnitude, Value sign) {
    return code.intrinsic("llvm.copysign", code.f64, magnitude, sign);
  }

  @Override
  public Value compare(Comparison comparison, Value left, Value right) {
    return builder.compareFloat(
        switch (comparison) {
          case LESS -> org.einkorn.backend.llvm.binding.Comparison.LESS;
          case GREATER -> org.einkorn.backend.llvm.binding.Comparison.GREATER;
          case GREATER_EQUAL -> org.einkorn.backend.llvm.binding.Comparison.GREATER_EQUAL;
          case EQUAL -> org.einkorn.backend.llvm.binding.Comparison.EQUAL;
          case NOT_EQUAL -> org.einkorn.backend.llvm.binding.Comparison.NOT_EQUAL;
        },
        left,
        right);
  }

  @Override
  public Value select(Value condition, Value then, Value otherwise) {
    return builder.select(condition, then, otherwise);
  }

  @Override
  public Value i64(long value) {
    return code.i64(value);
  }

  @Override
  public Value plus(Value left, Value right) {
    return builder.add(left, right);
  }

  @Override
  public Value minus(Value left, Value right) {
    return builder.subtract(left, right);
  }

  @Override
  public Value shiftLeft(Value operand, int distance) {
    return builder.shiftLeft(operand, code.i64(distance));
  }

  @Override
  public Value shiftRight(Value operand, int distance) {
    return builder.shiftRightSigned(operand, code.i64(distance));
  }

  @Override
  public Value bits(Value operand) {
    return builder.reinterpret(operand, code.i64);
  }

  @Override
  public Value ofBits(Value operand) {
    return builder.reinterpret(operand, code.f64);
  }

  @Override
  public Value toF64(Value operand) {
    return builder.signedToFloat(builder.truncate(operand, code.i32), code.f64);
  }
}
