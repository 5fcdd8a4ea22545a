package org.einkorn.ir.elementary;

import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.FloatArithmetic.Comparison;
import org.einkorn.runtime.DType;

/// The elementary functions that are written out.
///
/// Functions of `f32` are computed in `f64` and rounded once, as the reference semantics have it:
/// before rounding they are within 1e−9 of the exact value, so the result is the nearest `f32` but
/// where the exact value is that close to the middle of two. Only `exp`, of which softmax and its
/// kin compute so many, takes [steps][#steps] of `f32`, of which vectors do twice as many at once:
/// its result is the nearest `f32` or one beside it. Those of `f64` are within 1 unit in the last
/// place.
///
/// @param <V> numbers of the type of the [steps][#steps]
/// @param <I> integers of as many bits
/// @param <C> conditions
public final class Formulas<V, I, C> {
  public static final double LOG_OF_2 = 0.6931471805599453;

  /// The upper 21 bits of log 2, and the rest.
  private static final double LOG_OF_2_UPPER = 0x1.62e42p-1;

  private static final double LOG_OF_2_LOWER = 0x1.fdf473de6af28p-22;

  /// Added to a number below 2⁵¹, it leaves the nearest integer in the lower bits.
  private static final double ROUNDER = 0x1.8p52;

  private static final int FRACTION_BITS = 52;
  private static final int BIAS = 1023;

  /// The same of `f32`; the upper part of log 2 has 9 bits.
  private static final double ROUNDER_OF_SINGLE = 0x1.8p23;

  private static final double SINGLE_LOG_OF_2_UPPER = 0x1.63p-1;
  private static final double SINGLE_LOG_OF_2_LOWER = LOG_OF_2 - SINGLE_LOG_OF_2_UPPER;
  private static final int SINGLE_FRACTION_BITS = 23;
  private static final int SINGLE_BIAS = 127;

  private final FloatArithmetic<V, I, C> in;

  public Formulas(FloatArithmetic<V, I, C> in) {
    this.in = in;
  }

  /// Whether a function is written out for a type.
  public static boolean contain(UnaryOp op, DType type) {
    return switch (op) {
      case EXP, LOG -> type == DType.F32 || type == DType.F64;
      case TANH, ERF -> type == DType.F32;
      case NEGATE,
          ABS,
          SIGN,
          FLOOR,
          CEIL,
          ROUND,
          SQRT,
          SIN,
          COS,
          TAN,
          RE,
          IM,
          CONJ,
          NOT,
          STOP,
          MIX ->
          false;
    };
  }

  /// The type whose arithmetic a function takes that is [written out][#contain].
  public static DType steps(UnaryOp op, DType type) {
    return op == UnaryOp.EXP ? type : DType.F64;
  }

  /// The value of a function that is [written out][#contain]; that of `f32` is not yet rounded
  /// where its [steps][#steps] are of `f64`.
  public V apply(UnaryOp op, DType type, V x) {
    if (!contain(op, type)) {
      throw new IllegalArgumentException("`" + op.text() + "` of " + type + " is not written out");
    }
    boolean isSingle = type == DType.F32;
    if (op == UnaryOp.EXP) {
      return isSingle ? expOfSingle(x) : exp(x);
    }
    if (op == UnaryOp.LOG) {
      return isSingle ? logOfSingle(x) : log(x);
    }
    return op == UnaryOp.TANH ? tanhOfSingle(x) : erfOfSingle(x);
  }

  /// e^x in steps of `f32`. x = n·log 2 + r, where n times the upper part of log 2 is exact, gives
  /// 2ⁿ·e^r. With e^r = 1 + (r + r²·(1/2 + r/6 + …)), what is rounded before the last addition is
  /// at most half of it, and what r is rounded by a third: 1.2 units in all at most.
  private V expOfSingle(V x) {
    // Beyond these e^x is an infinity, or rounds to 0.
    V clamped = clamp(x, -104.5, 89.5);
    V shifted = in.multiplyAdd(clamped, in.number(1 / LOG_OF_2), in.number(ROUNDER_OF_SINGLE));
    V n = in.subtract(shifted, in.number(ROUNDER_OF_SINGLE));
    V upper = in.multiplyAdd(n, in.number(-SINGLE_LOG_OF_2_UPPER), clamped);
    V r = in.multiplyAdd(n, in.number(-SINGLE_LOG_OF_2_LOWER), upper);
    V tail = fusedPolynomial(r, Series.inverseFactorials(2, 7));
    V series = in.add(in.number(1), in.multiplyAdd(in.multiply(r, r), tail, r));
    I power =
        in.minus(in.bits(shifted), in.integer(Float.floatToRawIntBits((float) ROUNDER_OF_SINGLE)));
    // In two steps, as neither 2ⁿ nor the result has to be a normal number.
    I half = in.shiftRight(power, 1);
    V once = in.multiply(series, powerOfTwoInSingle(half));
    return in.multiply(once, powerOfTwoInSingle(in.minus(power, half)));
  }

  private V powerOfTwoInSingle(I exponent) {
    return in.ofBits(
        in.shiftLeft(in.plus(exponent, in.integer(SINGLE_BIAS)), SINGLE_FRACTION_BITS));
  }

  /// e^x for |x| ≤ 700 within 1e−11 of it. x = n·log 2 + r gives 2ⁿ·e^r, with the Taylor series of
  /// e^r on |r| ≤ log(2)/2.
  private V expNearZero(V x) {
    V shifted = in.multiplyAdd(x, in.number(1 / LOG_OF_2), in.number(ROUNDER));
    V n = in.subtract(shifted, in.number(ROUNDER));
    V r = in.multiplyAdd(n, in.number(-LOG_OF_2), x);
    V series = fusedPolynomial(r, Series.inverseFactorials(0, 9));
    return keepNan(x, addToExponent(series, shifted));
  }

  private V exp(V x) {
    V clamped = clamp(x, -746, 710);
    V shifted = in.add(in.multiply(clamped, in.number(1 / LOG_OF_2)), in.number(ROUNDER));
    V n = in.subtract(shifted, in.number(ROUNDER));
    // n times the upper part of log 2 is exact.
    V r =
        in.subtract(
            in.subtract(clamped, in.multiply(n, in.number(LOG_OF_2_UPPER))),
            in.multiply(n, in.number(LOG_OF_2_LOWER)));
    V tail = polynomial(r, Series.inverseFactorials(2, 13));
    V series = in.add(in.number(1), in.add(r, in.multiply(in.multiply(r, r), tail)));
    return scaleByPower(series, shifted);
  }

  private V logOfSingle(V x) {
    Split<V> split = split(x);
    V f = in.subtract(split.fraction, in.number(1));
    V s = in.divide(f, in.add(f, in.number(2)));
    V series = fusedPolynomial(in.multiply(s, s), Series.inverseOdds(8));
    V log = in.multiplyAdd(split.exponent, in.number(LOG_OF_2), in.multiply(in.add(s, s), series));
    return logLimits(x, log);
  }

  /// log x = n·log 2 + log(1 + f), with log(1 + f) = f − (f²/2 − s·(f²/2 + R)) for s = f/(2 + f)
  /// and R the rest of the series of 2·artanh s: what is added last is exact or small.
  private V log(V x) {
    C isTiny = in.compare(Comparison.LESS, x, in.number(Double.MIN_NORMAL));
    V normal = in.select(isTiny, in.multiply(x, in.number(0x1p54)), x);
    Split<V> split = split(normal);
    V n = in.select(isTiny, in.subtract(split.exponent, in.number(54)), split.exponent);
    V f = in.subtract(split.fraction, in.number(1));
    V s = in.divide(f, in.add(f, in.number(2)));
    V z = in.multiply(s, s);
    double[] rest = Series.inverseOdds(11);
    double[] doubled = new double[rest.length - 1];
    for (int index = 0; index < doubled.length; index++) {
      doubled[index] = 2 * rest[index + 1];
    }
    V r = in.multiply(z, polynomial(z, doubled));
    V half = in.multiply(in.multiply(in.number(0.5), f), f);
    V small = in.add(in.multiply(s, in.add(half, r)), in.multiply(n, in.number(LOG_OF_2_LOWER)));
    V log =
        in.subtract(
            in.multiply(n, in.number(LOG_OF_2_UPPER)), in.subtract(in.subtract(half, small), f));
    return logLimits(x, log);
  }

  /// log(1 + x) in `f64` for 0 ≤ x ≤ 1: what the rounding of 1 + x lost is made up for by its
  /// share.
  public V logOfOnePlus(V x) {
    V sum = in.add(in.number(1), x);
    V lost = in.subtract(x, in.subtract(sum, in.number(1)));
    return in.add(log(sum), in.divide(lost, sum));
  }

  /// tanh x = 1 − 2/(e^2x + 1); near 0, where that cancels, x − x³/3.
  private V tanhOfSingle(V x) {
    V magnitude = clamp(in.magnitude(x), 0, 10);
    V power = expNearZero(in.add(magnitude, magnitude));
    V far = in.subtract(in.number(1), in.divide(in.number(2), in.add(power, in.number(1))));
    V near =
        in.multiply(
            x, in.subtract(in.number(1), in.multiply(in.multiply(x, x), in.number(1.0 / 3))));
    C isNear = in.compare(Comparison.LESS, magnitude, in.number(0x1p-10));
    return in.select(isNear, near, in.withSignOf(far, x));
  }

  /// `(1 + 2x) · e^x² · erfc x` as a polynomial in `(x − 2)/(x + 2)`, lowest power first:
  /// interpolated at 400 Chebyshev nodes of 0.4 … 4.1, within 3e−11 after the multiplication by
  /// `e^−x²`.
  private static final double[] SCALED_ERFC = {
    1.2769783815393474, -0.09276382775659667, -0.166030394439278, 0.1640513856162189,
    -0.054220045071324406, -0.008036680635641155, 0.008720474176818007, 0.0012961405932800936,
    -0.001412716737868064, -0.0005146508502865237
  };

  private V erfOfSingle(V x) {
    V magnitude = clamp(in.magnitude(x), 0, 4.1);
    V square = in.multiply(magnitude, magnitude);
    V place = in.divide(in.subtract(magnitude, in.number(2)), in.add(magnitude, in.number(2)));
    V scaled =
        in.divide(
            fusedPolynomial(place, SCALED_ERFC),
            in.add(in.number(1), in.add(magnitude, magnitude)));
    V far = in.subtract(in.number(1), in.multiply(scaled, expNearZero(in.negate(square))));
    V near = in.multiply(magnitude, fusedPolynomial(square, Series.erf(11)));
    C isNear = in.compare(Comparison.LESS, magnitude, in.number(0.5));
    return in.withSignOf(in.select(isNear, near, far), x);
  }

  private V clamp(V operand, double least, double greatest) {
    V above =
        in.select(
            in.compare(Comparison.LESS, operand, in.number(least)), in.number(least), operand);
    return in.select(
        in.compare(Comparison.GREATER, above, in.number(greatest)), in.number(greatest), above);
  }

  /// `result`, but NaN where `operand` is.
  private V keepNan(V operand, V result) {
    return in.select(in.compare(Comparison.NOT_EQUAL, operand, operand), operand, result);
  }

  /// A polynomial by Horner's rule, coefficients from the lowest power up.
  private V polynomial(V x, double[] coefficients) {
    V sum = in.number(coefficients[coefficients.length - 1]);
    for (int power = coefficients.length - 2; power >= 0; power--) {
      sum = in.add(in.multiply(sum, x), in.number(coefficients[power]));
    }
    return sum;
  }

  /// A polynomial as above, in fewer steps where the machine has them: for functions of `f32`, of
  /// which the rounding of `f64` is seen next to never.
  private V fusedPolynomial(V x, double[] coefficients) {
    V sum = in.number(coefficients[coefficients.length - 1]);
    for (int power = coefficients.length - 2; power >= 0; power--) {
      sum = in.multiplyAdd(sum, x, in.number(coefficients[power]));
    }
    return sum;
  }

  /// `value · 2ⁿ` for normal numbers, where `shifted` is `n + ROUNDER`.
  private V addToExponent(V value, V shifted) {
    I n = in.shiftLeft(in.bits(shifted), FRACTION_BITS);
    return in.ofBits(in.plus(in.bits(value), n));
  }

  /// `value · 2ⁿ`, also where that is no normal number, where `shifted` is `n + ROUNDER`.
  private V scaleByPower(V value, V shifted) {
    I n = in.minus(in.bits(shifted), in.integer(Double.doubleToRawLongBits(ROUNDER)));
    I half = in.shiftRight(n, 1);
    return in.multiply(in.multiply(value, powerOfTwo(half)), powerOfTwo(in.minus(n, half)));
  }

  private V powerOfTwo(I exponent) {
    return in.ofBits(in.shiftLeft(in.plus(exponent, in.integer(BIAS)), FRACTION_BITS));
  }

  /// `x = fraction · 2^exponent` with the fraction in √½ … √2.
  private record Split<V>(V fraction, V exponent) {}

  /// Takes a positive normal number apart.
  private Split<V> split(V x) {
    I bits = in.bits(x);
    I fromRoot = in.minus(bits, in.integer(Double.doubleToRawLongBits(Math.sqrt(0.5))));
    I exponent = in.shiftRight(fromRoot, FRACTION_BITS);
    I fraction = in.minus(bits, in.shiftLeft(exponent, FRACTION_BITS));
    return new Split<>(in.ofBits(fraction), in.toNumber(exponent));
  }

  /// `log`, but what a logarithm is at and beyond the ends: −∞ at 0, ∞ at ∞, NaN below 0.
  private V logLimits(V x, V log) {
    V atInfinity =
        in.select(in.compare(Comparison.EQUAL, x, in.number(Double.POSITIVE_INFINITY)), x, log);
    V atZero =
        in.select(
            in.compare(Comparison.EQUAL, x, in.number(0)),
            in.number(Double.NEGATIVE_INFINITY),
            atInfinity);
    return in.select(
        in.compare(Comparison.GREATER_EQUAL, x, in.number(0)), atZero, in.number(Double.NaN));
  }
}
