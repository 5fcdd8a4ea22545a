package org.einkorn.ir.algebra;

/// What must not happen for a law to hold.
///
/// A pass that can show that a caveat does not arise (an operand is 0 or 1, a factor is a positive
/// constant) may use the law; [#concerns] answers for one known value.
public enum Caveat {
  /// A result on the way is no number of the type: an integer that overflows and traps, a float
  /// that overflows to infinity or underflows.
  OUT_OF_RANGE("a result on the way is out of the type's range"),
  NEGATIVE_ZERO("an operand is −0.0"),
  /// Of either sign.
  ZERO("an operand is zero"),
  /// Its sign bit is set: −0.0 and −∞ are negative.
  NEGATIVE("an operand is negative"),
  NOT_A_NUMBER("an operand is NaN"),
  POSITIVE_INFINITY("an operand is +∞"),
  NEGATIVE_INFINITY("an operand is −∞"),
  /// The factor is the `a` of `a ⊗ (b ⊕ c)`; −0.0 and −∞ are negative.
  NEGATIVE_FACTOR("the common factor is negative"),
  /// The factor is the `a` of `a ⊗ (b ⊕ c)`.
  INFINITE_FACTOR("the common factor is infinite");

  private final String text;

  Caveat(String text) {
    this.text = text;
  }

  /// What happens, as a clause: `an operand is NaN`.
  public String text() {
    return text;
  }

  /// Whether it speaks of the common factor of a distributive law only, not of its terms.
  public boolean isOfFactor() {
    return this == NEGATIVE_FACTOR || this == INFINITE_FACTOR;
  }

  /// Whether `value` is an operand of this kind. [#OUT_OF_RANGE] is about no single operand.
  public boolean concerns(double value) {
    boolean isNegative = value < 0 || value == 0 && 1 / value < 0;
    return switch (this) {
      case OUT_OF_RANGE -> false;
      case NEGATIVE_ZERO -> value == 0 && isNegative;
      case ZERO -> value == 0;
      case NEGATIVE, NEGATIVE_FACTOR -> isNegative;
      case NOT_A_NUMBER -> Double.isNaN(value);
      case POSITIVE_INFINITY -> value == Double.POSITIVE_INFINITY;
      case NEGATIVE_INFINITY -> value == Double.NEGATIVE_INFINITY;
      case INFINITE_FACTOR -> Double.isInfinite(value);
    };
  }
}
