package org.einkorn.backend.llvm;

import java.util.List;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.integer.IntegerRange;
import org.einkorn.runtime.DType;

/// Writes arithmetic of `i32`, `i64` and `bool`: exact, or a trap.
final class IntegerOps {
  private final Code code;
  private final Builder builder;

  IntegerOps(Code code) {
    this.code = code;
    this.builder = code.builder;
  }

  /// @param range what the operand can be
  Value unary(UnaryOp op, DType dtype, Value operand, IntegerRange range) {
    Type type = code.register(dtype);
    Value zero = code.context.constant(type, 0);
    boolean isChecked = !IntegerRange.apply(op, dtype, range).fitsIn(dtype);
    return switch (op) {
      case NEGATE -> subtract(type, isChecked, zero, operand);
      case ABS -> {
        if (isChecked) {
          Value least = code.context.constant(type, IntegerRange.of(dtype).least());
          code.overflowIf(builder.compare(Comparison.EQUAL, operand, least));
        }
        yield builder.callPure(
            code.module.intrinsic("llvm.abs", List.of(type)),
            List.of(operand, code.single().bool(false)));
      }
      case SIGN ->
          builder.subtract(
              builder.extendUnsigned(builder.compare(Comparison.GREATER, operand, zero), type),
              builder.extendUnsigned(builder.compare(Comparison.LESS, operand, zero), type));
      case NOT -> builder.not(operand);
      case STOP -> operand;
      case MIX -> mix(type, operand);
      case FLOOR, CEIL, ROUND, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF, RE, IM, CONJ ->
          throw new IllegalArgumentException("`" + op.text() + "` of " + dtype);
    };
  }

  /// [org.einkorn.runtime.Elementary#mix]
  private Value mix(Type type, Value operand) {
    Value z =
        times(type, builder.add(operand, code.context.constant(type, 1)), 0x9E3779B97F4A7C15L);
    z = times(type, folded(type, z, 30), 0xBF58476D1CE4E5B9L);
    z = times(type, folded(type, z, 27), 0x94D049BB133111EBL);
    return folded(type, z, 31);
  }

  private Value times(Type type, Value value, long factor) {
    return builder.multiply(value, code.context.constant(type, factor));
  }

  private Value folded(Type type, Value value, int bits) {
    return builder.xor(value, builder.shiftRight(value, code.context.constant(type, bits)));
  }

  /// @param leftRange what the left operand can be
  Value binary(
      BinaryOp op,
      DType dtype,
      Value left,
      Value right,
      IntegerRange leftRange,
      IntegerRange rightRange) {
    Type type = code.register(dtype);
    boolean isChecked = !IntegerRange.apply(op, dtype, leftRange, rightRange).fitsIn(dtype);
    return switch (op) {
      case ADD -> add(type, isChecked, left, right);
      case SUBTRACT -> subtract(type, isChecked, left, right);
      case MULTIPLY -> multiply(dtype, isChecked, left, right);
      case MODULO -> modulo(type, left, right);
      case MINIMUM -> code.intrinsic("llvm.smin", type, left, right);
      case MAXIMUM -> code.intrinsic("llvm.smax", type, left, right);
      case AND -> builder.and(left, right);
      case OR -> builder.or(left, right);
      case XOR -> builder.xor(left, right);
      case EQUAL -> builder.compare(Comparison.EQUAL, left, right);
      case NOT_EQUAL -> builder.compare(Comparison.NOT_EQUAL, left, right);
      case LESS -> builder.compare(Comparison.LESS, left, right);
      case LESS_EQUAL -> builder.compare(Comparison.LESS_EQUAL, left, right);
      case DIVIDE, POWER, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE ->
          throw new IllegalArgumentException("`" + op.text() + "` of " + dtype);
    };
  }

  /// A sum is wrong where its sign is that of neither operand.
  private Value add(Type type, boolean isChecked, Value left, Value right) {
    Value sum = builder.add(left, right);
    if (isChecked) {
      Value wrong = builder.and(builder.xor(left, sum), builder.xor(right, sum));
      code.overflowIf(builder.compare(Comparison.LESS, wrong, code.context.constant(type, 0)));
    }
    return sum;
  }

  /// A difference is wrong where the signs of the operands differ and its sign is not the left
  /// one's.
  private Value subtract(Type type, boolean isChecked, Value left, Value right) {
    Value difference = builder.subtract(left, right);
    if (isChecked) {
      Value wrong = builder.and(builder.xor(left, right), builder.xor(left, difference));
      code.overflowIf(builder.compare(Comparison.LESS, wrong, code.context.constant(type, 0)));
    }
    return difference;
  }

  private Value multiply(DType dtype, boolean isChecked, Value left, Value right) {
    if (!isChecked) {
      return builder.multiply(left, right);
    }
    if (dtype == DType.I32) {
      Value wide =
          builder.multiply(
              builder.extendSigned(left, code.i64), builder.extendSigned(right, code.i64));
      Value product = builder.truncate(wide, code.i32);
      code.overflowIf(
          builder.compare(Comparison.NOT_EQUAL, builder.extendSigned(product, code.i64), wide));
      return product;
    }
    Value both = code.intrinsic("llvm.smul.with.overflow", code.i64, left, right);
    code.overflowIf(builder.member(both, 1));
    return builder.member(both, 0);
  }

  /// The remainder with the sign of the divisor. A divisor of −1 gives 0, as 1 does, and is
  /// replaced by it, since the CPU faults on the least number divided by −1; so is 0.
  private Value modulo(Type type, Value dividend, Value divisor) {
    Value zero = code.context.constant(type, 0);
    Value isZero = builder.compare(Comparison.EQUAL, divisor, zero);
    code.overflowIf(isZero);
    Value isMinusOne = builder.compare(Comparison.EQUAL, divisor, code.context.constant(type, -1));
    Value safe =
        builder.select(builder.or(isZero, isMinusOne), code.context.constant(type, 1), divisor);
    Value remainder = builder.remainder(dividend, safe);
    Value hasOtherSign = builder.compare(Comparison.LESS, builder.xor(remainder, safe), zero);
    Value isNotZero = builder.compare(Comparison.NOT_EQUAL, remainder, zero);
    return builder.select(
        builder.and(isNotZero, hasOtherSign), builder.add(remainder, safe), remainder);
  }
}
