package org.einkorn.backend.llvm;

import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.elementary.FloatArithmetic;

/// Arithmetic of `f64` or `f32` and of its bits as instructions of LLVM, on one number or on lanes.
final class Arithmetic implements FloatArithmetic<Value, Value, Value> {
  private final Code code;
  private final Builder builder;
  private final Type floats;
  private final Type integers;
  private final boolean isSingle;

  private Arithmetic(Code code, boolean isSingle) {
    this.code = code;
    this.builder = code.builder;
    this.isSingle = isSingle;
    this.floats = isSingle ? code.f32 : code.f64;
    this.integers = isSingle ? code.i32 : code.i64;
  }

  static Arithmetic ofDoubles(Code code) {
    return new Arithmetic(code, false);
  }

  static Arithmetic ofSingles(Code code) {
    return new Arithmetic(code, true);
  }

  Value widened(Value single) {
    return builder.extendFloat(single, code.f64);
  }

  Value narrowed(Value value) {
    return builder.truncateFloat(value, code.f32);
  }

  @Override
  public Value number(double value) {
    return isSingle ? code.f32(value) : code.f64(value);
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
    return code.intrinsic("llvm.fmuladd", floats, left, right, more);
  }

  @Override
  public Value negate(Value operand) {
    return builder.negateFloat(operand);
  }

  @Override
  public Value magnitude(Value operand) {
    return code.intrinsic("llvm.fabs", floats, operand);
  }

  @Override
  public Value withSignOf(Value magnitude, Value sign) {
    return code.intrinsic("llvm.copysign", floats, magnitude, sign);
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
  public Value integer(long value) {
    return isSingle ? code.i32(Math.toIntExact(value)) : code.i64(value);
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
    return builder.shiftLeft(operand, integer(distance));
  }

  @Override
  public Value shiftRight(Value operand, int distance) {
    return builder.shiftRightSigned(operand, integer(distance));
  }

  @Override
  public Value bits(Value operand) {
    return builder.reinterpret(operand, integers);
  }

  @Override
  public Value ofBits(Value operand) {
    return builder.reinterpret(operand, floats);
  }

  @Override
  public Value toNumber(Value operand) {
    Value whole = isSingle ? operand : builder.truncate(operand, code.i32);
    return builder.signedToFloat(whole, floats);
  }
}
