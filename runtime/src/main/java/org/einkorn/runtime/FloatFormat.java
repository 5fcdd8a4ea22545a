package org.einkorn.runtime;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/// How the real numbers of one tensor print: one notation and one alignment for all.
///
/// @param integerWidth characters before the decimal point, sign included
/// @param fractionWidth characters after it, the exponent included
/// @param fractionDigits in scientific notation, digits after the point, the same for all
/// @param exponentDigits in scientific notation, digits of the exponent
/// @param plus whether positive numbers show their sign, as imaginary parts do
record FloatFormat(
    DType dtype,
    boolean scientific,
    int integerWidth,
    int fractionWidth,
    int fractionDigits,
    int exponentDigits,
    boolean plus) {
  private static final int PRECISION = 8;
  private static final int SCIENTIFIC_RATIO = 1000;

  /// The format that fits all these numbers.
  static FloatFormat of(DType dtype, List<Double> values, boolean plus) {
    List<Double> finite = values.stream().filter(Double::isFinite).toList();
    FloatFormat format;
    if (finite.isEmpty()) {
      format = new FloatFormat(dtype, false, 0, 0, 0, 0, plus);
    } else if (needsExponent(dtype, finite)) {
      format = scientificFor(dtype, finite, plus);
    } else {
      format = positionalFor(dtype, finite, plus);
    }
    if (finite.size() == values.size()) {
      return format;
    }
    boolean signedInfinity = plus || values.contains(Double.NEGATIVE_INFINITY);
    int left = format.fractionWidth + 1;
    int wide = Math.max(3 - left, 3 + (signedInfinity ? 1 : 0) - left);
    return format.withIntegerWidth(Math.max(format.integerWidth, wide));
  }

  /// Compared in the type itself: 1e-4 as `f32` is not below 1e-4, although its exact value is.
  private static boolean needsExponent(DType dtype, List<Double> finite) {
    double largest = 0;
    double smallest = Double.POSITIVE_INFINITY;
    for (double value : finite) {
      if (value != 0) {
        largest = Math.max(largest, Math.abs(value));
        smallest = Math.min(smallest, Math.abs(value));
      }
    }
    return largest != 0
        && (largest >= scientificFrom(dtype, 1e8)
            || smallest < rounded(dtype, 1e-4)
            || rounded(dtype, largest / smallest) > SCIENTIFIC_RATIO);
  }

  /// Where scientific notation begins: `limit` for f64, less for types with fewer digits.
  private static double scientificFrom(DType dtype, double limit) {
    return switch (dtype) {
      case F64 -> limit;
      case F32 -> 1e6;
      default -> 1e3;
    };
  }

  private static double rounded(DType dtype, double value) {
    return switch (dtype) {
      case F64 -> value;
      case F32 -> (float) value;
      default -> NarrowFloats.f16ToFloat(NarrowFloats.doubleToF16(value));
    };
  }

  private static FloatFormat scientificFor(DType dtype, List<Double> finite, boolean plus) {
    int integerWidth = 0;
    int fractionDigits = 0;
    int exponentDigits = 2;
    for (double value : finite) {
      BigDecimal digits = significant(dtype, value, 0, PRECISION);
      integerWidth = Math.max(integerWidth, 1 + sign(value, plus).length());
      fractionDigits = Math.max(fractionDigits, digits.precision() - 1);
      exponentDigits =
          Math.max(exponentDigits, Integer.toString(Math.abs(exponent(digits))).length());
    }
    int fractionWidth = fractionDigits + 2 + exponentDigits;
    return new FloatFormat(
        dtype, true, integerWidth, fractionWidth, fractionDigits, exponentDigits, plus);
  }

  private static FloatFormat positionalFor(DType dtype, List<Double> finite, boolean plus) {
    int integerWidth = 0;
    int fractionWidth = 0;
    for (double value : finite) {
      String text = positional(dtype, value, plus);
      int point = text.indexOf('.');
      integerWidth = Math.max(integerWidth, point);
      fractionWidth = Math.max(fractionWidth, text.length() - point - 1);
    }
    return new FloatFormat(dtype, false, integerWidth, fractionWidth, 0, 0, plus);
  }

  private FloatFormat withIntegerWidth(int width) {
    return new FloatFormat(
        dtype, scientific, width, fractionWidth, fractionDigits, exponentDigits, plus);
  }

  /// The padded text of one number.
  String format(double value) {
    if (!Double.isFinite(value)) {
      String text = special(value, plus);
      return " ".repeat(integerWidth + 1 + fractionWidth - text.length()) + text;
    }
    if (scientific) {
      BigDecimal digits = significant(dtype, value, fractionDigits, fractionDigits);
      String text =
          sign(value, plus) + mantissa(digits, fractionDigits) + power(digits, exponentDigits);
      return " ".repeat(integerWidth + 1 + fractionWidth - text.length()) + text;
    }
    String text = positional(dtype, value, plus);
    int point = text.indexOf('.');
    return " ".repeat(integerWidth - point)
        + text
        + " ".repeat(fractionWidth - (text.length() - point - 1));
  }

  /// The text of a number that stands alone; `suffix` follows a whole number in positional
  /// notation.
  static String scalar(DType dtype, double value, String suffix) {
    if (!Double.isFinite(value)) {
      return special(value, false);
    }
    double magnitude = Math.abs(value);
    boolean positional =
        magnitude == 0 || magnitude >= 1e-4 && magnitude < scientificFrom(dtype, 1e16);
    BigDecimal digits = ShortestDecimal.of(dtype, value);
    if (positional) {
      String text = digits.toPlainString();
      return sign(value, false) + text + (text.contains(".") ? "" : suffix);
    }
    String mantissa = mantissa(digits, digits.precision() - 1);
    String trimmed =
        mantissa.endsWith(".") ? mantissa.substring(0, mantissa.length() - 1) : mantissa;
    return sign(value, false) + trimmed + power(digits, 2);
  }

  private static String special(double value, boolean plus) {
    if (Double.isNaN(value)) {
      return plus ? "+nan" : "nan";
    }
    return value < 0 ? "-inf" : plus ? "+inf" : "inf";
  }

  private static String sign(double value, boolean plus) {
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    return negative ? "-" : plus ? "+" : "";
  }

  /// Positional notation with at most 8 digits after the point and a point in any case: `2.`,
  /// `0.125`.
  private static String positional(DType dtype, double value, boolean plus) {
    BigDecimal digits = ShortestDecimal.of(dtype, value);
    if (digits.scale() > PRECISION) {
      digits =
          new BigDecimal(Math.abs(value))
              .setScale(PRECISION, RoundingMode.HALF_EVEN)
              .stripTrailingZeros();
    }
    String text = digits.toPlainString();
    return sign(value, plus) + text + (text.contains(".") ? "" : ".");
  }

  /// The significant digits to show: the shortest that name the number, unless they are fewer or
  /// more than allowed; then the exact value is rounded to the nearest bound.
  private static BigDecimal significant(
      DType dtype, double value, int fewestFraction, int mostFraction) {
    BigDecimal shortest = ShortestDecimal.of(dtype, value);
    int digits = shortest.precision();
    int wanted = Math.clamp(digits, fewestFraction + 1, mostFraction + 1);
    if (wanted == digits || shortest.signum() == 0) {
      return shortest;
    }
    BigDecimal exact = new BigDecimal(Math.abs(value));
    BigDecimal rounded = exact.round(new MathContext(wanted, RoundingMode.HALF_EVEN));
    return fewestFraction == mostFraction ? rounded : rounded.stripTrailingZeros();
  }

  private static int exponent(BigDecimal digits) {
    return digits.signum() == 0 ? 0 : digits.precision() - digits.scale() - 1;
  }

  /// One digit, the point, and the rest filled with zeros up to `fraction` digits.
  private static String mantissa(BigDecimal digits, int fraction) {
    BigInteger unscaled = digits.unscaledValue();
    String all = unscaled.toString();
    if (all.length() > fraction + 1) {
      all = all.substring(0, fraction + 1); // only zeros: the digits were rounded to this many
    }
    return all.charAt(0) + "." + all.substring(1) + "0".repeat(fraction + 1 - all.length());
  }

  private static String power(BigDecimal digits, int width) {
    int exponent = exponent(digits);
    String text = Integer.toString(Math.abs(exponent));
    return (exponent < 0 ? "e-" : "e+") + "0".repeat(Math.max(0, width - text.length())) + text;
  }
}
