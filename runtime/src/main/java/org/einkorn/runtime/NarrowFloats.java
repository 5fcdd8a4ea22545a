package org.einkorn.runtime;

/// Conversions between the narrow float types and `float` or `double`, in plain static form for
/// generated code.
///
/// | type | sign, exponent, fraction bits | largest | smallest | infinities | source |
/// |---|---|---|---|---|---|
/// | f16 | 1, 5, 10 | 65504 | 2^−24 | yes | IEEE 754-2019 binary16 |
/// | bf16 | 1, 8, 7 | 2^127 · (2 − 2^−7) | 2^−133 | yes | the upper half of binary32 |
/// | f8e4m3 | 1, 4, 3 | 448 | 2^−9 | no; NaN is 0x7F and 0xFF | OCP 8-bit Floating Point Specification 1.0, E4M3 |
/// | f8e5m2 | 1, 5, 2 | 57344 | 2^−16 | yes | the same, E5M2 |
///
/// Decoding is exact. Encoding rounds once, to nearest with ties to even, also from `double`:
/// rounding to `float` in between would round some values twice and get them wrong. What is too
/// large becomes an infinity, and NaN in f8e4m3 (the non-saturating mode of the OCP specification).
/// A NaN stays a NaN of the same sign; its payload may change.
public final class NarrowFloats {
  private static final int FLOAT_FRACTION_BITS = 23;
  private static final int FLOAT_BIAS = 127;
  private static final int FLOAT_INFINITY = 0x7F80_0000;
  private static final int FLOAT_QUIET_NAN = 0x7FC0_0000;

  private static final int E4M3_NAN = 0x7F;
  private static final int E5M2_INFINITY = 0x7C;
  private static final int E5M2_NAN = 0x7E;

  private static final float[] E4M3_VALUES = new float[256];
  private static final float[] E5M2_VALUES = new float[256];

  static {
    for (int code = 0; code < 256; code++) {
      E4M3_VALUES[code] = decode(code, 4, 3, false);
      E5M2_VALUES[code] = decode(code, 5, 2, true);
    }
  }

  private NarrowFloats() {}

  /// The value of a binary16 code.
  public static float f16ToFloat(short code) {
    return Float.float16ToFloat(code);
  }

  /// The nearest binary16 code.
  public static short floatToF16(float value) {
    return Float.floatToFloat16(value);
  }

  /// The nearest binary16 code, rounded once.
  public static short doubleToF16(double value) {
    return Float.floatToFloat16(roundToOdd(value));
  }

  /// The value of a bfloat16 code.
  public static float bf16ToFloat(short code) {
    return Float.intBitsToFloat(code << 16);
  }

  /// The nearest bfloat16 code.
  public static short floatToBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7FFF_FFFF) > FLOAT_INFINITY) {
      return (short)
          (bits >>> 16 | 0x40); // a payload in the lower half alone would become infinity
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  /// The nearest bfloat16 code, rounded once.
  public static short doubleToBf16(double value) {
    return floatToBf16(roundToOdd(value));
  }

  /// The value of an OCP E4M3 code.
  public static float f8e4m3ToFloat(byte code) {
    return E4M3_VALUES[code & 0xFF];
  }

  /// The nearest OCP E4M3 code; NaN above 464, the middle between 448 and what would follow.
  public static byte floatToF8e4m3(float value) {
    return encode(value, 4, 3, E4M3_NAN, E4M3_NAN);
  }

  /// The nearest OCP E4M3 code, rounded once.
  public static byte doubleToF8e4m3(double value) {
    return floatToF8e4m3(roundToOdd(value));
  }

  /// The value of an OCP E5M2 code.
  public static float f8e5m2ToFloat(byte code) {
    return E5M2_VALUES[code & 0xFF];
  }

  /// The nearest OCP E5M2 code; infinity from 61440 on.
  public static byte floatToF8e5m2(float value) {
    return encode(value, 5, 2, E5M2_INFINITY, E5M2_NAN);
  }

  /// The nearest OCP E5M2 code, rounded once.
  public static byte doubleToF8e5m2(double value) {
    return floatToF8e5m2(roundToOdd(value));
  }

  private static float decode(int code, int exponentBits, int fractionBits, boolean infinities) {
    int magnitude = code & 0x7F;
    int bias = (1 << exponentBits - 1) - 1;
    int exponent = magnitude >>> fractionBits;
    int fraction = magnitude & (1 << fractionBits) - 1;
    boolean top = exponent == (1 << exponentBits) - 1;
    int bits;
    if (infinities && top) {
      bits = fraction == 0 ? FLOAT_INFINITY : FLOAT_QUIET_NAN;
    } else if (magnitude == 0x7F) {
      bits = FLOAT_QUIET_NAN;
    } else if (exponent == 0) {
      bits = Float.floatToRawIntBits(Math.scalb((float) fraction, 1 - bias - fractionBits));
    } else {
      bits =
          exponent - bias + FLOAT_BIAS << FLOAT_FRACTION_BITS
              | fraction << FLOAT_FRACTION_BITS - fractionBits;
    }
    return Float.intBitsToFloat((code & 0x80) << 24 | bits);
  }

  /// Rounds the magnitude to a code as if the exponent had no upper end, then replaces what came
  /// out at or above `overflow` by it.
  private static byte encode(
      float value, int exponentBits, int fractionBits, int overflow, int notANumber) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 24 & 0x80;
    int magnitude = bits & 0x7FFF_FFFF;
    if (magnitude > FLOAT_INFINITY) {
      return (byte) (sign | notANumber);
    }
    int bias = (1 << exponentBits - 1) - 1;
    int exponent = (magnitude >>> FLOAT_FRACTION_BITS) - FLOAT_BIAS;
    int dropped = FLOAT_FRACTION_BITS - fractionBits;
    int significand = magnitude;
    int floor = 0;
    if (exponent < 1 - bias) {
      // Subnormal in the narrow type: its unit is fixed, so smaller numbers lose more bits.
      if (exponent < -bias - fractionBits) {
        return (byte) sign; // below half of the smallest
      }
      significand = magnitude & 0x7F_FFFF | 1 << FLOAT_FRACTION_BITS;
      dropped += 1 - bias - exponent;
    } else {
      floor = FLOAT_BIAS - bias << fractionBits;
    }
    int odd = significand >>> dropped & 1;
    int code = (significand + (1 << dropped - 1) - 1 + odd >>> dropped) - floor;
    return (byte) (sign | (code >= overflow ? overflow : code));
  }

  /// The `float` next to a value in the direction that leaves the last bit set, unless the value is
  /// a `float` itself. What is lost stays visible in that bit, so rounding the result to 22
  /// significand bits or fewer gives what rounding the value itself would (Boldo and Melquiond,
  /// *Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd*, 2008).
  static float roundToOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value)) {
      return nearest;
    }
    int bits = Float.floatToRawIntBits(nearest);
    if ((bits & 1) == 1) {
      return nearest;
    }
    return Float.intBitsToFloat(Math.abs((double) nearest) > Math.abs(value) ? bits - 1 : bits + 1);
  }
}
