package org.einkorn.backend.llvm;

import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.runtime.DType;

/// Writes arithmetic of `f32` and `f64`, each operation rounded by itself.
final class FloatOps {
  private final Code code;
  private final Builder builder;
  private final ElementaryFunctions elementary;

  FloatOps(Code code) {
    this.code = code;
    this.builder = code.builder;
    this.elementary = new ElementaryFunctions(code);
  }

  Value unary(UnaryOp op, DType dtype, Value operand) {
    Type type = code.register(dtype);
    return switch (op) {
      case NEGATE -> builder.negateFloat(operand);
      case STOP -> operand;
      case ABS -> code.intrinsic("llvm.fabs", type, operand);
      case SIGN -> sign(type, operand);
      case FLOOR -> code.intrinsic("llvm.floor", type, operand);
      case CEIL -> code.intrinsic("llvm.ceil", type, operand);
      case ROUND -> code.intrinsic("llvm.roundeven", type, operand);
      case SQRT -> code.intrinsic("llvm.sqrt", type, operand);
      case EXP, LOG, TANH, ERF ->
          elementary.call(op, dtype, operand).orElseGet(() -> library(op, type, operand));
      case SIN -> code.intrinsic("llvm.sin", type, operand);
      case COS -> code.intrinsic("llvm.cos", type, operand);
      case TAN -> code.intrinsic("llvm.tan", type, operand);
      case RE, IM, CONJ, NOT, MIX ->
          throw new IllegalArgumentException("`" + op.text() + "` of " + dtype);
    };
  }

  /// `left · right + addend`, rounded once.
  Value multiplyAdd(DType dtype, Value left, Value right, Value addend) {
    return code.intrinsic("llvm.fma", code.register(dtype), left, right, addend);
  }

  /// A function of `f64` from the C library.
  private Value library(UnaryOp op, Type type, Value operand) {
    return code.pure(op.text(), type, operand);
  }

  Value binary(BinaryOp op, DType dtype, Value left, Value right) {
    Type type = code.register(dtype);
    return switch (op) {
      case ADD -> builder.addFloat(left, right);
      case SUBTRACT -> builder.subtractFloat(left, right);
      case MULTIPLY -> builder.multiplyFloat(left, right);
      case DIVIDE -> builder.divideFloat(left, right);
      case MODULO -> modulo(type, left, right);
      case POWER -> code.intrinsic("llvm.pow", type, left, right);
      case MINIMUM, MAXIMUM -> extreme(op, dtype, left, right);
      case LOG_ADD_EXP -> logAddExp(dtype, left, right);
      case EQUAL -> builder.compareFloat(Comparison.EQUAL, left, right);
      case NOT_EQUAL -> builder.compareFloat(Comparison.NOT_EQUAL, left, right);
      case LESS -> builder.compareFloat(Comparison.LESS, left, right);
      case LESS_EQUAL -> builder.compareFloat(Comparison.LESS_EQUAL, left, right);
      case FOLLOW, SLOPE -> left;
      case COMPLEX, AND, OR, XOR ->
          throw new IllegalArgumentException("`" + op.text() + "` of " + dtype);
    };
  }

  /// The least or the greatest, −0 being less than 0; NaN where either is.
  ///
  /// Where one is less or greater the processor's instruction is right. Else they are equal, and
  /// but for the signs of zeros so are their bits, or one is NaN, and so is what has all its bits
  /// but the sign. So the bits of both are the least, and the greatest but that its sign is one of
  /// both. That is three or four instructions of x86; `llvm.minimum` becomes six.
  private Value extreme(BinaryOp op, DType dtype, Value left, Value right) {
    boolean isLeast = op == BinaryOp.MINIMUM;
    boolean isSingle = dtype == DType.F32;
    Value less = builder.compareFloat(Comparison.LESS, left, right);
    Value greater = builder.compareFloat(Comparison.GREATER, left, right);
    Value differing = builder.select(isLeast ? less : greater, left, right);
    Type integers = isSingle ? code.i32 : code.i64;
    Value one = builder.reinterpret(left, integers);
    Value other = builder.reinterpret(right, integers);
    Value equal = builder.or(one, other);
    if (!isLeast) {
      Value magnitude = isSingle ? code.i32(Integer.MAX_VALUE) : code.i64(Long.MAX_VALUE);
      equal = builder.or(builder.and(equal, magnitude), builder.and(one, other));
    }
    return builder.select(
        builder.or(less, greater), differing, builder.reinterpret(equal, code.register(dtype)));
  }

  /// −1 or 1; zeros and NaN as they are.
  private Value sign(Type type, Value operand) {
    Value zero = code.context.constant(type, 0.0);
    Value one = code.context.constant(type, 1.0);
    Value isOther =
        builder.or(
            builder.compareFloat(Comparison.LESS, operand, zero),
            builder.compareFloat(Comparison.GREATER, operand, zero));
    return builder.select(isOther, code.intrinsic("llvm.copysign", type, one, operand), operand);
  }

  /// `x − y · ⌊x / y⌋` with the sign of `y`; NaN where `y` is 0.
  private Value modulo(Type type, Value dividend, Value divisor) {
    Value zero = code.context.constant(type, 0.0);
    Value remainder = builder.remainderFloat(dividend, divisor);
    Value hasOtherSign =
        builder.xor(
            builder.compareFloat(Comparison.LESS, remainder, zero),
            builder.compareFloat(Comparison.LESS, divisor, zero));
    Value moved = builder.select(hasOtherSign, builder.addFloat(remainder, divisor), remainder);
    Value signedZero = code.intrinsic("llvm.copysign", type, zero, divisor);
    return builder.select(
        builder.compareFloat(Comparison.EQUAL, remainder, zero), signedZero, moved);
  }

  /// `log(exp(a) + exp(b))` in `f64`: where the two cancel, `f32` would lose digits that the result
  /// has.
  private Value logAddExp(DType dtype, Value left, Value right) {
    boolean isSingle = dtype == DType.F32;
    Value a = isSingle ? builder.extendFloat(left, code.f64) : left;
    Value b = isSingle ? builder.extendFloat(right, code.f64) : right;
    Value greater = code.intrinsic("llvm.maximum", code.f64, a, b);
    Value distance = code.intrinsic("llvm.fabs", code.f64, builder.subtractFloat(a, b));
    Value lesserShare =
        elementary.call(UnaryOp.EXP, DType.F64, builder.negateFloat(distance)).orElseThrow();
    Value apart = builder.addFloat(greater, elementary.logOfOnePlus(lesserShare));
    // Equal infinities have no distance.
    Value equal = builder.addFloat(a, code.f64(Formulas.LOG_OF_2));
    Value result = builder.select(builder.compareFloat(Comparison.EQUAL, a, b), equal, apart);
    return isSingle ? builder.truncateFloat(result, code.f32) : result;
  }
}
