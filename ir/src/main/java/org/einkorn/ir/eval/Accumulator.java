package org.einkorn.ir.eval;

import java.util.Arrays;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// The running values of all elements, in the projection's accumulator type.
final class Accumulator {
  private final Projection projection;
  private final DType type;

  /// The floats, or the real parts.
  private final double[] reals;

  private final double[] imaginaries;
  private final long[] integers;

  /// @param isMap whether values are stored as they are, and so in their own type
  Accumulator(Projection projection, DType valueType, boolean isMap, long count) {
    this.projection = projection;
    this.type = isMap ? valueType : projection.accumulator(valueType);
    int size = Math.toIntExact(count);
    boolean isReal = type.isFloat() || type.isComplex();
    this.reals = new double[isReal ? size : 0];
    this.imaginaries = new double[type.isComplex() ? size : 0];
    this.integers = new long[isReal ? 0 : size];
    Arrays.fill(reals, projection.identity(type).doubleValue());
    Arrays.fill(integers, projection.identity(type).longValue());
  }

  void set(long number, Scalar value, ScalarEvaluator evaluator) {
    int at = Math.toIntExact(number);
    if (type.isComplex()) {
      put(at, evaluator.complex(value));
    } else if (type.isFloat()) {
      reals[at] = evaluator.real(value);
    } else {
      integers[at] = evaluator.integer(value);
    }
  }

  void add(long number, Scalar value, ScalarEvaluator evaluator) {
    int at = Math.toIntExact(number);
    if (type.isComplex()) {
      combine(at, evaluator.complex(value));
    } else if (type.isFloat()) {
      combine(at, evaluator.real(value));
    } else {
      combine(at, evaluator.integer(value));
    }
  }

  /// Lets an element start at what another came to, in place of the identity.
  void start(long number, long before) {
    int at = Math.toIntExact(number);
    int from = Math.toIntExact(before);
    if (type.isComplex()) {
      put(at, get(from));
    } else if (type.isFloat()) {
      reals[at] = reals[from];
    } else {
      integers[at] = integers[from];
    }
  }

  private Complex get(int at) {
    return new Complex(reals[at], imaginaries[at]);
  }

  private void put(int at, Complex value) {
    reals[at] = value.re();
    imaginaries[at] = value.im();
  }

  private void combine(int at, Complex value) {
    put(at, Complex.apply(projection.combine(), type, get(at), value));
  }

  private void combine(int at, double value) {
    reals[at] = Arithmetic.round(type, Arithmetic.apply(projection.combine(), reals[at], value));
  }

  private void combine(int at, long value) {
    integers[at] =
        Arithmetic.require(type, Arithmetic.apply(projection.combine(), integers[at], value));
  }

  /// Converts the running value of one element, once, and stores it.
  void storeInto(Memory target, int number) {
    if (type.isComplex()) {
      store(target, number, get(number));
    } else if (type.isFloat()) {
      store(target, number, reals[number]);
    } else {
      store(target, number, integers[number]);
    }
  }

  private static void store(Memory target, int number, Complex value) {
    if (target.type() == DType.BOOL) {
      target.setInteger(number, value.isZero() ? 0 : 1);
    } else {
      target.setComplex(number, value);
    }
  }

  private static void store(Memory target, int number, long value) {
    DType to = target.type();
    if (to.isComplex()) {
      target.setComplex(number, new Complex(Arithmetic.round(to.part(), value), 0));
    } else if (to.isFloat()) {
      target.setReal(number, Arithmetic.round(to, value));
    } else if (to == DType.BOOL) {
      target.setInteger(number, value != 0 ? 1 : 0);
    } else {
      target.setInteger(number, Arithmetic.require(to, value));
    }
  }

  private static void store(Memory target, int number, double value) {
    DType to = target.type();
    if (to.isComplex()) {
      target.setComplex(number, new Complex(value, 0));
    } else if (to.isFloat()) {
      target.setReal(number, value);
    } else if (to == DType.BOOL) {
      target.setInteger(number, value != 0 ? 1 : 0);
    } else {
      target.setInteger(number, Arithmetic.truncate(to, value));
    }
  }
}
