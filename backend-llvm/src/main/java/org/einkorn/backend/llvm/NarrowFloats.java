package org.einkorn.backend.llvm;

import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Type;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.runtime.DType;

/// Writes conversions between narrow floats and `f32` or `f64`, without branches and without calls.
///
/// The results are those of [org.einkorn.runtime.NarrowFloats]; a NaN may have another payload.
final class NarrowFloats {
  private static final int FRACTION_BITS = 23;
  private static final int BIAS = 127;
  private static final int INFINITY = 0x7F80_0000;
  private static final int QUIET_NAN = 0x7FC0_0000;

  private final Code code;
  private final Builder builder;

  NarrowFloats(Code code) {
    this.code = code;
    this.builder = code.builder;
  }

  /// The layout of a float of less than 32 bits.
  ///
  /// @param overflow the code of what is too large: infinity, or NaN where there is no infinity
  private record Format(int bits, int exponentBits, int fractionBits, int overflow, int nan) {
    static final Format F16 = new Format(16, 5, 10, 0x7C00, 0x7E00);
    static final Format E5M2 = new Format(8, 5, 2, 0x7C, 0x7E);
    static final Format E4M3 = new Format(8, 4, 3, 0x7F, 0x7F);

    int bias() {
      return (1 << exponentBits - 1) - 1;
    }

    int signBit() {
      return 1 << bits - 1;
    }
  }

  /// The `f32` that the bits of a narrow float stand for.
  Value toFloat(DType type, Value bits) {
    return switch (type) {
      case F16 ->
          code.traits.hasHalfConversions()
              ? builder.extendFloat(builder.reinterpret(bits, code.half), code.f32)
              : decode(Format.F16, bits);
      case BF16 ->
          builder.reinterpret(
              builder.shiftLeft(builder.extendUnsigned(bits, code.i32), code.i32(16)), code.f32);
      case F8E5M2 -> decode(Format.E5M2, bits);
      case F8E4M3 -> decode(Format.E4M3, bits);
      case F64, F32, I64, I32, I16, I8, U8, I4, BOOL, C64, C128 ->
          throw new IllegalArgumentException(type + " is no narrow float");
    };
  }

  /// The bits of the narrow float next to an `f32`.
  Value fromFloat(DType type, Value value) {
    return switch (type) {
      case F16 ->
          code.traits.hasHalfConversions()
              ? builder.reinterpret(builder.truncateFloat(value, code.half), code.i16)
              : encode(Format.F16, value);
      case BF16 -> toBrain(value);
      case F8E5M2 -> encode(Format.E5M2, value);
      case F8E4M3 -> encode(Format.E4M3, value);
      case F64, F32, I64, I32, I16, I8, U8, I4, BOOL, C64, C128 ->
          throw new IllegalArgumentException(type + " is no narrow float");
    };
  }

  /// The bits of the narrow float next to an `f64`, rounded once.
  Value fromDouble(DType type, Value value) {
    return fromFloat(type, roundToOdd(value));
  }

  /// The fraction is moved into place as if the exponent were an `f32`'s, and a multiplication by a
  /// power of two makes up for the difference of the biases; it is exact, for subnormals too.
  private Value decode(Format format, Value bits) {
    Value word = builder.extendUnsigned(bits, code.i32);
    Value magnitude = builder.and(word, code.i32(format.signBit() - 1));
    Value sign =
        builder.shiftLeft(
            builder.and(word, code.i32(format.signBit())), code.i32(32 - format.bits()));
    Value moved = builder.shiftLeft(magnitude, code.i32(FRACTION_BITS - format.fractionBits()));
    Value scaled =
        builder.multiplyFloat(
            builder.reinterpret(moved, code.f32), code.f32(Math.scalb(1.0, BIAS - format.bias())));
    boolean hasInfinity = format.overflow() != format.nan();
    Value special = hasInfinity ? builder.or(moved, code.i32(INFINITY)) : code.i32(QUIET_NAN);
    Value isSpecial =
        builder.compare(Comparison.GREATER_EQUAL, magnitude, code.i32(format.overflow()));
    Value result = builder.select(isSpecial, special, builder.reinterpret(scaled, code.i32));
    return builder.reinterpret(builder.or(result, sign), code.f32);
  }

  private Value encode(Format format, Value value) {
    Value bits = builder.reinterpret(value, code.i32);
    Value sign =
        builder.and(
            builder.shiftRight(bits, code.i32(32 - format.bits())), code.i32(format.signBit()));
    Value magnitude = builder.and(bits, code.i32(Integer.MAX_VALUE));
    Value smallestNormal = code.i32(BIAS + 1 - format.bias() << FRACTION_BITS);
    Value rounded =
        builder.select(
            builder.compare(Comparison.LESS, magnitude, smallestNormal),
            encodeSubnormal(format, magnitude),
            encodeNormal(format, magnitude));
    Value overflow = code.i32(format.overflow());
    Value finite =
        builder.select(builder.compare(Comparison.LESS, rounded, overflow), rounded, overflow);
    Value number =
        builder.select(
            builder.compare(Comparison.GREATER, magnitude, code.i32(INFINITY)),
            code.i32(format.nan()),
            finite);
    Type narrow = format.bits() == 16 ? code.i16 : code.i8;
    return builder.truncate(builder.or(number, sign), narrow);
  }

  /// Rounds to nearest by a carry out of the bits that are dropped.
  private Value encodeNormal(Format format, Value magnitude) {
    int dropped = FRACTION_BITS - format.fractionBits();
    Value odd = builder.and(builder.shiftRight(magnitude, code.i32(dropped)), code.i32(1));
    Value carried = builder.add(builder.add(magnitude, code.i32((1 << dropped - 1) - 1)), odd);
    return builder.subtract(
        builder.shiftRight(carried, code.i32(dropped)),
        code.i32(BIAS - format.bias() << format.fractionBits()));
  }

  /// Adds a number whose last bit has the weight of the smallest subnormal: the addition rounds.
  private Value encodeSubnormal(Format format, Value magnitude) {
    float anchor = Math.scalb(1f, 1 - format.bias() - format.fractionBits() + FRACTION_BITS);
    Value sum = builder.addFloat(builder.reinterpret(magnitude, code.f32), code.f32(anchor));
    return builder.subtract(
        builder.reinterpret(sum, code.i32), code.i32(Float.floatToRawIntBits(anchor)));
  }

  private Value toBrain(Value value) {
    Value bits = builder.reinterpret(value, code.i32);
    Value high = builder.shiftRight(bits, code.i32(16));
    Value carried =
        builder.shiftRight(
            builder.add(builder.add(bits, code.i32(0x7FFF)), builder.and(high, code.i32(1))),
            code.i32(16));
    // A NaN whose payload is all in the lower half must not become an infinity.
    Value nan = builder.or(high, code.i32(0x40));
    Value isNan =
        builder.compare(
            Comparison.GREATER, builder.and(bits, code.i32(Integer.MAX_VALUE)), code.i32(INFINITY));
    return builder.truncate(builder.select(isNan, nan, carried), code.i16);
  }

  /// The `f32` next to an `f64` in the direction that leaves the last bit set, unless the `f64` is
  /// an `f32`: rounding that further gives what rounding the `f64` itself would (Boldo and
  /// Melquiond, *Emulation of FMA and correctly rounded sums*, 2008).
  private Value roundToOdd(Value value) {
    Value nearest = builder.truncateFloat(value, code.f32);
    Value back = builder.extendFloat(nearest, code.f64);
    Value bits = builder.reinterpret(nearest, code.i32);
    Value isEven = builder.compare(Comparison.EQUAL, builder.and(bits, code.i32(1)), code.i32(0));
    Value isInexact = builder.compareFloat(Comparison.NOT_EQUAL, back, value);
    Value isAway =
        builder.compareFloat(
            Comparison.GREATER,
            code.intrinsic("llvm.fabs", code.f64, back),
            code.intrinsic("llvm.fabs", code.f64, value));
    Value neighbour =
        builder.select(isAway, builder.subtract(bits, code.i32(1)), builder.add(bits, code.i32(1)));
    Value odd = builder.select(builder.and(isEven, isInexact), neighbour, bits);
    return builder.reinterpret(odd, code.f32);
  }
}
