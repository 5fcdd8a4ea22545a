package org.einkorn.ir.eval;

import java.util.function.DoubleUnaryOperator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// A complex number and its arithmetic, written out in operations on its parts: what lowered loops
/// must do, operation by operation.
///
/// Each operation on parts is rounded to the type of the parts. Nothing is recovered where an
/// infinity makes a NaN on the way (C99 Annex G would).
record Complex(double re, double im) {

  static final Complex ZERO = new Complex(0, 0);

  /// Both parts rounded to those of a complex type.
  Complex rounded(DType type) {
    return new Complex(Arithmetic.round(type.part(), re), Arithmetic.round(type.part(), im));
  }

  boolean isZero() {
    return re == 0 && im == 0;
  }

  boolean isEqual(Complex other) {
    return re == other.re && im == other.im;
  }

  static Complex apply(UnaryOp op, DType type, Complex z) {
    return switch (op) {
      case NEGATE -> new Complex(-z.re, -z.im);
      case CONJ -> new Complex(z.re, -z.im);
      case STOP -> z;
      case EXP -> {
        Parts parts = new Parts(type);
        double size = parts.round(Math::exp, z.re);
        yield new Complex(
            parts.times(size, parts.round(Math::cos, z.im)),
            parts.times(size, parts.round(Math::sin, z.im)));
      }
      case ABS, SIGN, FLOOR, CEIL, ROUND, SQRT, LOG, SIN, COS, TAN, TANH, ERF, RE, IM, NOT, MIX ->
          throw new IllegalStateException("`" + op.text() + "` gives no complex number");
    };
  }

  /// The distance from 0. That of a `c64` is computed in `f64`; that of a `c128` is scaled, so that
  /// it overflows only where it is no number of the type.
  static double abs(DType type, Complex z) {
    if (type == DType.C64) {
      return (float) Math.sqrt(z.re * z.re + z.im * z.im);
    }
    double large = Math.max(Math.abs(z.re), Math.abs(z.im));
    double small = Math.min(Math.abs(z.re), Math.abs(z.im));
    boolean isInfinite = large == Double.POSITIVE_INFINITY;
    double ratio = (isInfinite ? 0 : small) / (large == 0 ? 1 : large);
    return large * Math.sqrt(1 + ratio * ratio);
  }

  static Complex apply(BinaryOp op, DType type, Complex x, Complex y) {
    Parts parts = new Parts(type);
    return switch (op) {
      case ADD -> new Complex(parts.plus(x.re, y.re), parts.plus(x.im, y.im));
      case SUBTRACT -> new Complex(parts.minus(x.re, y.re), parts.minus(x.im, y.im));
      case MULTIPLY ->
          new Complex(
              parts.minus(parts.times(x.re, y.re), parts.times(x.im, y.im)),
              parts.plus(parts.times(x.re, y.im), parts.times(x.im, y.re)));
      case DIVIDE -> parts.divide(x, y);
      case MODULO,
          POWER,
          MINIMUM,
          MAXIMUM,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          throw new IllegalStateException("`" + op.text() + "` of complex numbers");
    };
  }

  /// Arithmetic of the parts of a type.
  private record Parts(DType type) {
    double round(DoubleUnaryOperator function, double x) {
      return Arithmetic.round(type.part(), function.applyAsDouble(x));
    }

    double plus(double x, double y) {
      return Arithmetic.round(type.part(), x + y);
    }

    double minus(double x, double y) {
      return Arithmetic.round(type.part(), x - y);
    }

    double times(double x, double y) {
      return Arithmetic.round(type.part(), x * y);
    }

    double over(double x, double y) {
      return Arithmetic.round(type.part(), x / y);
    }

    /// Smith's method: both terms of the fraction are divided by the larger part of the divisor, so
    /// that its square can't overflow. Zero divides each part by zero.
    Complex divide(Complex x, Complex y) {
      boolean isReal = Math.abs(y.im) <= Math.abs(y.re);
      double large = isReal ? y.re : y.im;
      double small = isReal ? y.im : y.re;
      double ratio = over(small, large == 0 ? 1 : large);
      double divisor = plus(large, times(small, ratio));
      double first = isReal ? x.re : x.im;
      double second = isReal ? x.im : x.re;
      double re = plus(first, times(second, ratio));
      double im = isReal ? minus(x.im, times(x.re, ratio)) : minus(times(x.im, ratio), x.re);
      return new Complex(over(re, divisor), over(im, divisor));
    }
  }
}
