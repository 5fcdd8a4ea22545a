package org.einkorn.backend.llvm;

import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.integer.IntegerRange;
import org.einkorn.runtime.DType;

/// Writes conversions between element types, as [org.einkorn.ir.expr.Scalar.Cast] defines them.
final class Casts {
  private final Code code;
  private final Builder builder;
  private final NarrowFloats narrow;

  Casts(Code code) {
    this.code = code;
    this.builder = code.builder;
    this.narrow = new NarrowFloats(code);
  }

  Value cast(Value value, DType from, DType to) {
    return cast(
        value, from, to, from.isFloat() ? IntegerRange.of(DType.I64) : IntegerRange.of(from));
  }

  /// @param values what an integer can be
  Value cast(Value value, DType from, DType to, IntegerRange values) {
    if (from == to) {
      return value;
    }
    return switch (to) {
      case BOOL -> toBool(value, from);
      case F64, F32, F16, BF16, F8E4M3, F8E5M2 ->
          from.isFloat() ? floatToFloat(value, from, to) : integerToFloat(value, from, to);
      case I64, I32, I16, I8, U8, I4 ->
          switch (from.kind()) {
            case FLOAT -> floatToInteger(value, from, to);
            case BOOLEAN -> builder.extendUnsigned(value, code.register(to));
            case INTEGER -> integerToInteger(value, from, to, values);
            case COMPLEX -> throw new IllegalArgumentException("a cast of " + from);
          };
      case C64, C128 -> throw new IllegalArgumentException("a cast to " + to);
    };
  }

  private Value toBool(Value value, DType from) {
    if (from.isFloat()) {
      DType wide = from == DType.F64 ? DType.F64 : DType.F32;
      Value zero = code.context.constant(code.register(wide), 0.0);
      return builder.compareFloat(Comparison.NOT_EQUAL, floatToFloat(value, from, wide), zero);
    }
    return builder.compare(
        Comparison.NOT_EQUAL, value, code.context.constant(code.register(from), 0));
  }

  private Value floatToFloat(Value value, DType from, DType to) {
    if (from == to) {
      return value;
    }
    if (from == DType.F64) {
      return to == DType.F32
          ? builder.truncateFloat(value, code.f32)
          : narrow.fromDouble(to, value);
    }
    Value single = from == DType.F32 ? value : narrow.toFloat(from, value);
    return switch (to) {
      case F32 -> single;
      case F64 -> builder.extendFloat(single, code.f64);
      case F16, BF16, F8E4M3, F8E5M2, I64, I32, I16, I8, U8, I4, BOOL, C64, C128 ->
          narrow.fromFloat(to, single);
    };
  }

  /// To narrow floats by way of `f64`, as the reference semantics have it.
  private Value integerToFloat(Value value, DType from, DType to) {
    Value integer = from == DType.I64 ? value : widen(value, from, code.i32, 32);
    return switch (to) {
      case F32 -> builder.signedToFloat(integer, code.f32);
      case F64 -> builder.signedToFloat(integer, code.f64);
      case F16, BF16, F8E4M3, F8E5M2, I64, I32, I16, I8, U8, I4, BOOL, C64, C128 ->
          narrow.fromDouble(to, builder.signedToFloat(integer, code.f64));
    };
  }

  private Value floatToInteger(Value value, DType from, DType to) {
    DType wide = from == DType.F64 ? DType.F64 : DType.F32;
    Value real = floatToFloat(value, from, wide);
    Type type = code.register(wide);
    double least = IntegerRange.of(to).least();
    // What truncates to the least number is above it by less than 1 the other way, where the type
    // is
    // fine enough to have such numbers.
    boolean hasFractions =
        wide == DType.F64 ? least - 1 != least : (float) (least - 1) != (float) least;
    Value isHigh =
        hasFractions
            ? builder.compareFloat(Comparison.GREATER, real, code.context.constant(type, least - 1))
            : builder.compareFloat(
                Comparison.GREATER_EQUAL, real, code.context.constant(type, least));
    Value isLow =
        builder.compareFloat(
            Comparison.LESS,
            real,
            code.context.constant(type, IntegerRange.of(to).greatest() + 1.0));
    Value isInside = builder.and(isHigh, isLow);
    code.overflowIf(builder.not(isInside));
    Value safe = builder.select(isInside, real, code.context.constant(type, 0.0));
    if (to == DType.I64) {
      return builder.floatToSigned(safe, code.i64);
    }
    Value integer = builder.floatToSigned(safe, code.i32);
    return to == DType.I32 ? integer : builder.truncate(integer, code.register(to));
  }

  private Value integerToInteger(Value value, DType from, DType to, IntegerRange values) {
    boolean isLong = from == DType.I64 || to == DType.I64;
    Type type = isLong ? code.i64 : code.i32;
    int bits = isLong ? 64 : 32;
    Value wide = widen(value, from, type, bits);
    IntegerRange goal = IntegerRange.of(to);
    if (!(goal.holds(values.least()) && goal.holds(values.greatest()))) {
      // Not by a comparison with the ends: LLVM would make an operation of it that is no vector
      // code.
      Value below =
          code.intrinsic("llvm.smin", type, wide, code.context.constant(type, goal.greatest()));
      Value inside =
          code.intrinsic("llvm.smax", type, below, code.context.constant(type, goal.least()));
      code.overflowIf(builder.compare(Comparison.NOT_EQUAL, inside, wide));
      wide = inside;
    }
    return widthBits(to) == bits ? wide : builder.truncate(wide, code.register(to));
  }

  /// An integer or Boolean with its value in an integer type at least as wide.
  private Value widen(Value value, DType from, Type type, int bits) {
    if (widthBits(from) == bits) {
      return value;
    }
    return from == DType.U8 || from == DType.BOOL
        ? builder.extendUnsigned(value, type)
        : builder.extendSigned(value, type);
  }

  private static int widthBits(DType type) {
    return type == DType.BOOL ? 1 : 8 * type.byteSize();
  }
}
