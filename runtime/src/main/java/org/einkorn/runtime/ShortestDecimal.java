package org.einkorn.runtime;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.stream.Stream;

/// The shortest decimal number that reads back as a given float of a given type, and among the
/// shortest the one nearest to the float (Steele and White, *How to Print Floating-Point Numbers
/// Accurately*, 1990).
final class ShortestDecimal {
  private ShortestDecimal() {}

  /// The shortest decimal for a finite value of the type, without trailing zeros; ≥ 0.
  static BigDecimal of(DType dtype, double value) {
    double magnitude = Math.abs(value);
    if (magnitude == 0) {
      return BigDecimal.ZERO;
    }
    return switch (dtype) {
      case F64 -> shortened(dtype, magnitude, new BigDecimal(Double.toString(magnitude)));
      case F32 -> shortened(dtype, magnitude, new BigDecimal(Float.toString((float) magnitude)));
      case F16, BF16, F8E4M3, F8E5M2 -> search(dtype, magnitude);
      case I64, I32, I16, I8, U8, I4, BOOL, C64, C128 ->
          throw new IllegalArgumentException("no float type: " + dtype);
    };
  }

  /// Java prints at least two digits and picks the nearest of two digits where one would do:
  /// 4.9E-324 for 5e-324.
  private static BigDecimal shortened(DType dtype, double value, BigDecimal javaDigits) {
    BigDecimal digits = javaDigits.stripTrailingZeros();
    return digits.precision() == 2
        ? withDigits(dtype, new BigDecimal(value), 1, value).orElse(digits)
        : digits;
  }

  private static BigDecimal search(DType dtype, double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; ; digits++) {
      Optional<BigDecimal> found = withDigits(dtype, exact, digits, value);
      if (found.isPresent()) {
        return found.get();
      }
    }
  }

  /// The nearest decimal of this many digits that reads back. Both neighbours are tried: at a power
  /// of two the nearer one may lie outside, because the floats below stand closer.
  private static Optional<BigDecimal> withDigits(
      DType dtype, BigDecimal exact, int digits, double value) {
    BigDecimal nearest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
    BigDecimal below = exact.round(new MathContext(digits, RoundingMode.DOWN));
    BigDecimal above = exact.round(new MathContext(digits, RoundingMode.UP));
    return Stream.of(nearest, below, above)
        .filter(candidate -> readsBackAs(dtype, candidate, value))
        .map(BigDecimal::stripTrailingZeros)
        .findFirst();
  }

  private static boolean readsBackAs(DType dtype, BigDecimal decimal, double value) {
    double read = decimal.doubleValue();
    return switch (dtype) {
      case F32 -> decimal.floatValue() == value;
      case F16 -> NarrowFloats.f16ToFloat(NarrowFloats.doubleToF16(read)) == value;
      case BF16 -> NarrowFloats.bf16ToFloat(NarrowFloats.doubleToBf16(read)) == value;
      case F8E4M3 -> NarrowFloats.f8e4m3ToFloat(NarrowFloats.doubleToF8e4m3(read)) == value;
      case F8E5M2 -> NarrowFloats.f8e5m2ToFloat(NarrowFloats.doubleToF8e5m2(read)) == value;
      default -> read == value;
    };
  }
}
