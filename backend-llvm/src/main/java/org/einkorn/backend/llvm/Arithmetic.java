package org.einkorn.backend.llvm;

import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.Value;

/// Steps that [ElementaryFunctions] are made of: arithmetic of `f64` and of its bits.
///
/// NaN goes through all of them.
final class Arithmetic {
  static final double LOG_OF_2 = 0.6931471805599453;

  /// The upper 21 bits of log 2, and the rest.
  static final double LOG_OF_2_UPPER = 0x1.62e42p-1;

  static final double LOG_OF_2_LOWER = 0x1.fdf473de6af28p-22;

  /// Added to a number below 2⁵¹, it leaves the nearest integer in the lower bits.
  static final double ROUNDER = 0x1.8p52;

  private static final int FRACTION_BITS = 52;
  private static final int BIAS = 1023;

  private final Code code;
  private final Builder builder;

  Arithmetic(Code code) {
    this.code = code;
    this.builder = code.builder;
  }

  /// `x = fraction · 2^exponent` with the fraction in √½ … √2, both as `f64`.
  record Split(Value fraction, Value exponent) {}

  Value f64(double value) {
    return code.f64(value);
  }

  Value widened(Value single) {
    return builder.extendFloat(single, code.f64);
  }

  Value narrowed(Value value) {
    return builder.truncateFloat(value, code.f32);
  }

  Value add(Value left, Value right) {
    return builder.addFloat(left, right);
  }

  Value subtract(Value left, Value right) {
    return builder.subtractFloat(left, right);
  }

  Value multiply(Value left, Value right) {
    return builder.multiplyFloat(left, right);
  }

  Value divide(Value left, Value right) {
    return builder.divideFloat(left, right);
  }

  Value negate(Value operand) {
    return builder.negateFloat(operand);
  }

  Value compare(Comparison comparison, Value left, double right) {
    return builder.compareFloat(comparison, left, f64(right));
  }

  Value select(Value condition, Value then, Value otherwise) {
    return builder.select(condition, then, otherwise);
  }

  Value magnitude(Value operand) {
    return code.intrinsic("llvm.fabs", code.f64, operand);
  }

  Value withSignOf(Value magnitude, Value sign) {
    return code.intrinsic("llvm.copysign", code.f64, magnitude, sign);
  }

  Value clamp(Value operand, double least, double greatest) {
    Value above = select(compare(Comparison.LESS, operand, least), f64(least), operand);
    return select(compare(Comparison.GREATER, above, greatest), f64(greatest), above);
  }

  /// `result`, but NaN where `operand` is.
  Value keepNan(Value operand, Value result) {
    return select(builder.compareFloat(Comparison.NOT_EQUAL, operand, operand), operand, result);
  }

  /// A polynomial by Horner's rule, coefficients from the lowest power up.
  Value polynomial(Value x, double[] coefficients) {
    Value sum = f64(coefficients[coefficients.length - 1]);
    for (int power = coefficients.length - 2; power >= 0; power--) {
      sum = add(multiply(sum, x), f64(coefficients[power]));
    }
    return sum;
  }

  /// `value · 2ⁿ` for normal numbers, where `shifted` is `n + ROUNDER`.
  Value addToExponent(Value value, Value shifted) {
    Value n = builder.shiftLeft(builder.reinterpret(shifted, code.i64), code.i64(FRACTION_BITS));
    return builder.reinterpret(builder.add(builder.reinterpret(value, code.i64), n), code.f64);
  }

  /// `value · 2ⁿ`, also where that is no normal number, where `shifted` is `n + ROUNDER`.
  Value scaleByPower(Value value, Value shifted) {
    Value n =
        builder.subtract(
            builder.reinterpret(shifted, code.i64), code.i64(Double.doubleToRawLongBits(ROUNDER)));
    Value half = builder.shiftRightSigned(n, code.i64(1));
    return multiply(multiply(value, powerOfTwo(half)), powerOfTwo(builder.subtract(n, half)));
  }

  private Value powerOfTwo(Value exponent) {
    Value biased = builder.add(exponent, code.i64(BIAS));
    return builder.reinterpret(builder.shiftLeft(biased, code.i64(FRACTION_BITS)), code.f64);
  }

  /// Takes a positive normal number apart.
  Split split(Value x) {
    Value bits = builder.reinterpret(x, code.i64);
    Value fromRoot = builder.subtract(bits, code.i64(Double.doubleToRawLongBits(Math.sqrt(0.5))));
    Value exponent = builder.shiftRightSigned(fromRoot, code.i64(FRACTION_BITS));
    Value fraction = builder.subtract(bits, builder.shiftLeft(exponent, code.i64(FRACTION_BITS)));
    return new Split(
        builder.reinterpret(fraction, code.f64),
        builder.signedToFloat(builder.truncate(exponent, code.i32), code.f64));
  }

  /// `log`, but what a logarithm is at and beyond the ends: −∞ at 0, ∞ at ∞, NaN below 0.
  Value logLimits(Value x, Value log) {
    Value atInfinity = select(compare(Comparison.EQUAL, x, Double.POSITIVE_INFINITY), x, log);
    Value atZero =
        select(compare(Comparison.EQUAL, x, 0), f64(Double.NEGATIVE_INFINITY), atInfinity);
    return select(compare(Comparison.GREATER_EQUAL, x, 0), atZero, f64(Double.NaN));
  }

  /// `1/k!` for k from `first` to `last`.
  static double[] inverseFactorials(int first, int last) {
    double[] coefficients = new double[last - first + 1];
    double factorial = 1;
    for (int k = 0; k <= last; k++) {
      factorial *= Math.max(1, k);
      if (k >= first) {
        coefficients[k - first] = 1 / factorial;
      }
    }
    return coefficients;
  }

  /// `1/(2k + 1)` for k from 0: the series of `artanh(s)/s` in `s²`.
  static double[] inverseOdds(int count) {
    double[] coefficients = new double[count];
    for (int k = 0; k < count; k++) {
      coefficients[k] = 1.0 / (2 * k + 1);
    }
    return coefficients;
  }

  /// `2/√π · (−1)ᵏ / (k! (2k + 1))` for k from 0: the series of `erf(x)/x` in `x²`.
  static double[] erfSeries(int count) {
    double[] coefficients = inverseFactorials(0, count - 1);
    for (int k = 0; k < count; k++) {
      double sign = k % 2 == 0 ? 1 : -1;
      coefficients[k] *= sign * 2 / Math.sqrt(Math.PI) / (2 * k + 1);
    }
    return coefficients;
  }
}
