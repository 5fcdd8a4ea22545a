package org.einkorn.backend.llvm;

import java.util.List;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// Writes arithmetic of `i32`, `i64` and `bool`: exact, or a trap.
final class IntegerOps {
  private final Code code;
  private final Builder builder;

  IntegerOps(Code code) {
    this.code = code;
    this.builder = code.builder;
  }

  Value unary(UnaryOp op, DType dtype, Value operand) {
    Type type = code.register(dtype);
    Value zero = code.context.constant(type, 0);
    return switch (op) {
      case NEGATE -> checked("llvm.ssub.with.overflow", type, zero, operand);
      case ABS -> {
        long least = dtype == DType.I64 ? Long.MIN_VALUE : Integer.MIN_VALUE;
        code.trapOverflowIf(
            builder.compare(Comparison.EQUAL, operand, code.context.constant(type, least)));
        yield builder.call(
            code.module.intrinsic("llvm.abs", List.of(type)), List.of(operand, code.bool(true)));
      }
      case SIGN ->
          builder.subtract(
              builder.extendUnsigned(builder.compare(Comparison.GREATER, operand, zero), type),
              builder.extendUnsigned(builder.compare(Comparison.LESS, operand, zero), type));
      case NOT -> builder.not(operand);
      case FLOOR, CEIL, ROUND, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF ->
          throw new IllegalArgumentException("`" + op.text() + "` of " + dtype);
    };
  }

  Value binary(BinaryOp op, DType dtype, Value left, Value right) {
    Type type = code.register(dtype);
    return switch (op) {
      case ADD -> checked("llvm.sadd.with.overflow", type, left, right);
      case SUBTRACT -> checked("llvm.ssub.with.overflow", type, left, right);
      case MULTIPLY -> checked("llvm.smul.with.overflow", type, left, right);
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
      case DIVIDE, POWER, LOG_ADD_EXP ->
          throw new IllegalArgumentException("`" + op.text() + "` of " + dtype);
    };
  }

  private Value checked(String intrinsic, Type type, Value left, Value right) {
    Value both = code.intrinsic(intrinsic, type, left, right);
    code.trapOverflowIf(builder.member(both, 1));
    return builder.member(both, 0);
  }

  /// The remainder with the sign of the divisor. A divisor of −1 gives 0, as 1 does, and is
  /// replaced by it: the CPU faults on the least number divided by −1.
  private Value modulo(Type type, Value dividend, Value divisor) {
    Value zero = code.context.constant(type, 0);
    Value minusOne = code.context.constant(type, -1);
    code.trapOverflowIf(builder.compare(Comparison.EQUAL, divisor, zero));
    Value safe =
        builder.select(
            builder.compare(Comparison.EQUAL, divisor, minusOne),
            code.context.constant(type, 1),
            divisor);
    Value remainder = builder.remainder(dividend, safe);
    Value hasOtherSign = builder.compare(Comparison.LESS, builder.xor(remainder, safe), zero);
    Value isNotZero = builder.compare(Comparison.NOT_EQUAL, remainder, zero);
    return builder.select(
        builder.and(isNotZero, hasOtherSign), builder.add(remainder, safe), remainder);
  }
}
