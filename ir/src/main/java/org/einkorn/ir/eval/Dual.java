package org.einkorn.ir.eval;

import java.util.Arrays;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;

/// A number with first-order parts, for derivatives without any algebra of expressions.
///
/// A dual number of depth 0 is a `double`; one of depth n is `a + b ε` with `ε² = 0` and `a`, `b`
/// of depth n − 1. Every operation follows from `f(a + b ε) = f(a) + f′(a) b ε`, where `f′` is
/// computed on numbers of depth n − 1 in turn, so that depth 2 gives second derivatives.
final class Dual {
  private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

  /// The coefficients of products of distinct ε, numbered by the bits of their set.
  private final double[] parts;

  private Dual(double... parts) {
    this.parts = parts;
  }

  /// A number without first-order parts.
  static Dual of(double value, int depth) {
    double[] parts = new double[1 << depth];
    parts[0] = value;
    return new Dual(parts);
  }

  /// `low + high ε`
  static Dual join(Dual low, Dual high) {
    int size = low.parts.length;
    double[] parts = new double[2 * size];
    System.arraycopy(low.parts, 0, parts, 0, size);
    System.arraycopy(high.parts, 0, parts, size, size);
    return new Dual(parts);
  }

  /// The number without any ε.
  double value() {
    return parts[0];
  }

  /// The `a` of `a + b ε`.
  Dual low() {
    return half(0);
  }

  /// The `b` of `a + b ε`.
  Dual high() {
    return half(parts.length / 2);
  }

  private Dual half(int from) {
    double[] half = new double[parts.length / 2];
    System.arraycopy(parts, from, half, 0, half.length);
    return new Dual(half);
  }

  private int depth() {
    return Integer.numberOfTrailingZeros(parts.length);
  }

  private Dual constant(double value) {
    return of(value, depth());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Dual dual && Arrays.equals(parts, dual.parts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(parts);
  }

  private boolean isZero() {
    for (double part : parts) {
      if (part != 0) {
        return false;
      }
    }
    return true;
  }

  Dual plus(Dual other) {
    double[] sum = new double[parts.length];
    for (int place = 0; place < sum.length; place++) {
      sum[place] = parts[place] + other.parts[place];
    }
    return new Dual(sum);
  }

  Dual minus(Dual other) {
    return plus(other.times(-1));
  }

  Dual times(double factor) {
    double[] scaled = new double[parts.length];
    for (int place = 0; place < scaled.length; place++) {
      scaled[place] = parts[place] * factor;
    }
    return new Dual(scaled);
  }

  Dual times(Dual other) {
    if (parts.length == 1) {
      return new Dual(parts[0] * other.parts[0]);
    }
    return join(
        low().times(other.low()), low().times(other.high()).plus(high().times(other.low())));
  }

  Dual dividedBy(Dual other) {
    if (parts.length == 1) {
      return new Dual(parts[0] / other.parts[0]);
    }
    Dual quotient = low().dividedBy(other.low());
    return join(quotient, high().minus(quotient.times(other.high())).dividedBy(other.low()));
  }

  /// A part that is 0 stays 0, whatever the slope is.
  private static Dual product(Dual part, Dual slope) {
    return part.isZero() ? part : part.times(slope);
  }

  Dual apply(UnaryOp op) {
    if (parts.length == 1) {
      return new Dual(Arithmetic.apply(op, parts[0]));
    }
    return switch (op) {
      case NEGATE -> times(-1);
      case STOP, SIGN, FLOOR, CEIL, ROUND -> constant(Arithmetic.apply(op, value()));
      case ABS, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF ->
          join(low().apply(op), product(high(), low().slope(op)));
      case RE, IM, CONJ, NOT, MIX ->
          throw new IllegalStateException("`" + op.text() + "` of a float");
    };
  }

  /// The derivative of an operation at this number.
  private Dual slope(UnaryOp op) {
    Dual one = constant(1);
    return switch (op) {
      case ABS -> constant(Math.signum(value()));
      case SQRT -> one.dividedBy(apply(op).times(2));
      case EXP -> apply(op);
      case LOG -> one.dividedBy(this);
      case SIN -> apply(UnaryOp.COS);
      case COS -> apply(UnaryOp.SIN).times(-1);
      case TAN -> one.plus(apply(op).times(apply(op)));
      case TANH -> one.minus(apply(op).times(apply(op)));
      case ERF -> times(this).times(-1).apply(UnaryOp.EXP).times(TWO_OVER_ROOT_PI);
      case NEGATE, STOP, SIGN, FLOOR, CEIL, ROUND, RE, IM, CONJ, NOT, MIX ->
          throw new IllegalStateException("`" + op.text() + "` has no slope of its own");
    };
  }

  Dual apply(BinaryOp op, Dual other) {
    return switch (op) {
      case ADD -> plus(other);
      case SUBTRACT -> minus(other);
      case MULTIPLY -> times(other);
      case DIVIDE -> dividedBy(other);
      case MODULO -> modulo(other);
      case POWER -> power(other);
      case MINIMUM, MAXIMUM -> extremum(op, other);
      case LOG_ADD_EXP -> logAddExp(other);
      case FOLLOW -> follow(other);
      case SLOPE -> slope(other);
      case COMPLEX, AND, OR, XOR, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL ->
          throw new IllegalStateException("`" + op.text() + "` gives no number");
    };
  }

  private Dual modulo(Dual other) {
    Dual plain = minus(other.times(Math.floor(value() / other.value())));
    double[] parts = plain.parts.clone();
    parts[0] = Arithmetic.apply(BinaryOp.MODULO, value(), other.value());
    return new Dual(parts);
  }

  private Dual follow(Dual other) {
    double[] moved = other.parts.clone();
    moved[0] = value();
    return new Dual(moved);
  }

  private Dual slope(Dual factor) {
    return parts.length == 1 ? this : join(low().slope(factor.low()), high().times(factor.low()));
  }

  private Dual power(Dual exponent) {
    if (parts.length == 1) {
      return new Dual(Arithmetic.apply(BinaryOp.POWER, parts[0], exponent.parts[0]));
    }
    Dual base = low();
    Dual by = exponent.low();
    Dual power = base.power(by);
    Dual part = base.constant(0);
    if (!high().isZero() && by.value() != 0) {
      part = part.plus(high().times(by.times(base.power(by.minus(base.constant(1))))));
    }
    if (!exponent.high().isZero() && base.value() != 0) {
      part = part.plus(exponent.high().times(power.times(base.apply(UnaryOp.LOG))));
    }
    return join(power, part);
  }

  /// The greater or lesser; between two that are equal the mean of their parts.
  private Dual extremum(BinaryOp op, Dual other) {
    double extremum = Arithmetic.apply(op, value(), other.value());
    if (value() == other.value()) {
      double[] mean = plus(other).times(0.5).parts;
      mean[0] = extremum;
      return new Dual(mean);
    }
    return extremum == value() ? this : extremum == other.value() ? other : constant(extremum);
  }

  private Dual logAddExp(Dual other) {
    if (parts.length == 1) {
      return new Dual(Arithmetic.apply(BinaryOp.LOG_ADD_EXP, parts[0], other.parts[0]));
    }
    Dual sum = low().logAddExp(other.low());
    if (sum.value() == Double.NEGATIVE_INFINITY) {
      return join(sum, sum.constant(0));
    }
    Dual left = low().minus(sum).apply(UnaryOp.EXP);
    Dual right = other.low().minus(sum).apply(UnaryOp.EXP);
    return join(sum, product(high(), left).plus(product(other.high(), right)));
  }
}
