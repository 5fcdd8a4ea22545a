package org.einkorn.ir.elementary;

/// The steps that [Formulas] are made of: arithmetic of `f64` and of its bits, each step rounded to
/// the nearest as IEEE 754 has it, but [#multiplyAdd] maybe once less. NaN goes through all of
/// them.
///
/// @param <V> numbers of `f64`
/// @param <I> integers of 64 bits
/// @param <C> conditions
public interface DoubleArithmetic<V, I, C> {
  /// How two numbers compare. None but `NOT_EQUAL` holds for NaN.
  enum Comparison {
    LESS,
    GREATER,
    GREATER_EQUAL,
    EQUAL,
    NOT_EQUAL
  }

  V f64(double value);

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

  I i64(long value);

  /// The sum, modulo 2⁶⁴.
  I plus(I left, I right);

  /// The difference, modulo 2⁶⁴.
  I minus(I left, I right);

  I shiftLeft(I operand, int distance);

  /// A shift that keeps the sign.
  I shiftRight(I operand, int distance);

  /// The bits of a number.
  I bits(V operand);

  /// The number with these bits.
  V ofBits(I operand);

  /// An integer of −2³¹..2³¹−1 as a number.
  V toF64(I operand);
}
