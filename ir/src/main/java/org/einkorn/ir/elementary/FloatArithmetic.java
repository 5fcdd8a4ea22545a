package org.einkorn.ir.elementary;

/// The steps that [Formulas] are made of: arithmetic of `f64`, or of `f32`, and of its bits, each
/// step rounded to the nearest as IEEE 754 has it, but [#multiplyAdd] maybe once less. NaN goes
/// through all of them.
///
/// @param <V> numbers of the type
/// @param <I> integers of as many bits
/// @param <C> conditions
public interface FloatArithmetic<V, I, C> {
  /// How two numbers compare. None but `NOT_EQUAL` holds for NaN.
  enum Comparison {
    LESS,
    GREATER,
    GREATER_EQUAL,
    EQUAL,
    NOT_EQUAL
  }

  /// A number of the type, rounded to it.
  V number(double value);

  V add(V left, V right);

  V subtract(V left, V right);

  V multiply(V left, V right);

  V divide(V left, V right);

  /// `left · right + more`, rounded once where the machine does that in one step, and after each
  /// operation elsewhere.
  V multiplyAdd(V left, V right, V more);

  V negate(V operand);

  /// The number without its sign.
  V magnitude(V operand);

  /// The magnitude of one number with the sign of another.
  V withSignOf(V magnitude, V sign);

  C compare(Comparison comparison, V left, V right);

  V select(C condition, V then, V otherwise);

  /// An integer of as many bits as the type has.
  I integer(long value);

  /// The sum, modulo 2 to the number of bits.
  I plus(I left, I right);

  /// The difference, modulo 2 to the number of bits.
  I minus(I left, I right);

  I shiftLeft(I operand, int distance);

  /// A shift that keeps the sign.
  I shiftRight(I operand, int distance);

  /// The bits of a number.
  I bits(V operand);

  /// The number with these bits.
  V ofBits(I operand);

  /// An integer of −2³¹..2³¹−1 as a number.
  V toNumber(I operand);
}
