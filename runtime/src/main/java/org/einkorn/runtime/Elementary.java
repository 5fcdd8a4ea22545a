package org.einkorn.runtime;

/// Elementary functions that Java lacks or defines otherwise than IEEE 754 does, and conversions
/// that fail where Java would wrap or saturate. Generated code and the interpreter call the same
/// functions.
public final class Elementary {
  private static final double TWO_TO_31 = 0x1p31;
  private static final double TWO_TO_63 = 0x1p63;

  private Elementary() {}

  /// `x` to the power `y` as IEEE 754-2019 §9.2 has it. It differs from [Math#pow] in two places:
  /// `pow(1, y) = 1` for every `y`, NaN included, and `pow(-1, ±∞) = 1`.
  public static double pow(double x, double y) {
    if (x == 1 || x == -1 && Double.isInfinite(y)) {
      return 1;
    }
    return Math.pow(x, y);
  }

  /// `log(exp(a) + exp(b))` without overflow: exact where either side is infinite, NaN if either
  /// side is NaN.
  public static double logAddExp(double a, double b) {
    if (a == b) {
      return a + LOG_2; // ±∞ stays itself, where a − b below would be NaN
    }
    double difference = a - b;
    if (difference > 0) {
      return a + Math.log1p(Math.exp(-difference));
    }
    return difference < 0 ? b + Math.log1p(Math.exp(difference)) : Double.NaN;
  }

  private static final double LOG_2 = 0.6931471805599453;

  /// `x − y · ⌊x / y⌋`, with the sign of `y`, zeros included; NaN where `y` is 0.
  public static double floorMod(double x, double y) {
    double remainder = x % y;
    if (remainder == 0) {
      return Math.copySign(0.0, y);
    }
    return remainder < 0 != y < 0 ? remainder + y : remainder;
  }

  /// −1, 0 or 1 with the sign of the argument; zeros keep their sign, NaN stays NaN.
  public static double sign(double x) {
    return Math.signum(x);
  }

  /// The number at place `x` of the sequence that SplitMix64 makes from the seed 0 (Steele, Lea,
  /// Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014): every `i64` once.
  public static long mix(long x) {
    long z = (x + 1) * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /// The nearest integer, ties to even.
  public static double roundHalfEven(double x) {
    return Math.rint(x);
  }

  /// The integer part, or ArithmeticException for NaN and for what an `i32` cannot hold.
  public static int doubleToI32(double x) {
    if (x > -TWO_TO_31 - 1 && x < TWO_TO_31) {
      return (int) x;
    }
    throw new ArithmeticException("expected a number that fits i32, found " + x);
  }

  /// The integer part, or ArithmeticException for NaN and for what an `i64` cannot hold.
  public static long doubleToI64(double x) {
    if (x >= -TWO_TO_63 && x < TWO_TO_63) {
      return (long) x;
    }
    throw new ArithmeticException("expected a number that fits i64, found " + x);
  }

  /// The same number, or ArithmeticException outside −2^31..2^31−1.
  public static int toI32(long x) {
    if (x != (int) x) {
      throw outside(x, "i32", Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    return (int) x;
  }

  /// The same number, or ArithmeticException outside −32768..32767.
  public static short toI16(int x) {
    if (x != (short) x) {
      throw outside(x, "i16", Short.MIN_VALUE, Short.MAX_VALUE);
    }
    return (short) x;
  }

  /// The same number, or ArithmeticException outside −128..127.
  public static byte toI8(int x) {
    if (x != (byte) x) {
      throw outside(x, "i8", Byte.MIN_VALUE, Byte.MAX_VALUE);
    }
    return (byte) x;
  }

  /// The stored byte of a number in 0..255, or ArithmeticException.
  public static byte toU8(int x) {
    if (x != (x & 0xFF)) {
      throw outside(x, "u8", 0, 255);
    }
    return (byte) x;
  }

  /// The same number, or ArithmeticException outside −8..7.
  public static byte toI4(int x) {
    if (x < -8 || x > 7) {
      throw outside(x, "i4", -8, 7);
    }
    return (byte) x;
  }

  private static ArithmeticException outside(long x, String type, long low, long high) {
    return new ArithmeticException(
        "expected " + low + ".." + high + " for " + type + ", found " + x);
  }

  /// The error function `2/√π ∫₀ˣ exp(−t²) dt`, within 2 units in the last place.
  ///
  /// Source: the minimax rational functions of W. J. Cody, *Rational Chebyshev Approximations for
  /// the Error Function*, Mathematics of Computation 23 (1969), 631–637: one for erf itself up to
  /// 1/2, and two for erfc, up to 4 and beyond.
  public static double erf(double x) {
    double magnitude = Math.abs(x);
    if (magnitude <= 0.5) {
      // The square of a tiny number would only underflow.
      double square = magnitude > 0x1p-54 ? x * x : 0;
      return x + x * ratio(square, ERF_EXCESS, ERF_DENOMINATOR);
    }
    if (magnitude >= 6) { // erfc(6) < 2^-54; NaN goes on
      return Math.copySign(1, x);
    }
    double complement;
    if (magnitude <= 4) {
      complement = ratio(magnitude, ERFC_NUMERATOR, ERFC_DENOMINATOR);
    } else {
      double inverseSquare = 1 / (magnitude * magnitude);
      double tail = inverseSquare * ratio(inverseSquare, TAIL_NUMERATOR, TAIL_DENOMINATOR);
      complement = (INVERSE_SQRT_PI - tail) / magnitude;
    }
    return Math.copySign(1 - complement * expOfMinusSquare(magnitude), x);
  }

  /// exp(−x²): the square is split so that its rounding error does not grow with x.
  private static double expOfMinusSquare(double x) {
    double coarse = Math.rint(x * 16) / 16;
    double rest = (x - coarse) * (x + coarse);
    return Math.exp(-coarse * coarse) * Math.exp(-rest);
  }

  /// The quotient of two polynomials, coefficients from the highest power down.
  private static double ratio(double x, double[] numerator, double[] denominator) {
    return polynomial(x, numerator) / polynomial(x, denominator);
  }

  private static double polynomial(double x, double[] coefficients) {
    double sum = 0;
    for (double coefficient : coefficients) {
      sum = sum * x + coefficient;
    }
    return sum;
  }

  private static final double INVERSE_SQRT_PI = 0.5641895835477563;

  /// Cody's numerator less the denominator: erf(x) / x − 1, so that rounding touches the smaller
  /// part.
  private static final double[] ERF_EXCESS = {
    -0.814222293815396847,
    -20.44016720847355530,
    -130.160483783394017,
    -905.131288392070259,
    365.14075569929885
  };

  private static final double[] ERF_DENOMINATOR = {
    1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3
  };
  private static final double[] ERFC_NUMERATOR = {
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
    6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
    1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3
  };
  private static final double[] ERFC_DENOMINATOR = {
    1,
    1.57449261107098347e1,
    1.17693950891312499e2,
    5.37181101862009858e2,
    1.62138957456669019e3,
    3.29079923573345963e3,
    4.36261909014324716e3,
    3.43936767414372164e3,
    1.23033935480374942e3
  };
  private static final double[] TAIL_NUMERATOR = {
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
    1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4
  };
  private static final double[] TAIL_DENOMINATOR = {
    1,
    2.56852019228982242e0,
    1.87295284992346725e0,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3
  };
}
