package org.einkorn.passes.trace;

import java.util.Locale;

/// What a rewrite may change. The page of `passes.rewrite` says what each kind promises.
public enum Kind {
  /// Nothing, bit for bit.
  EXACT,
  /// Nothing, given a condition that was proved.
  CONDITIONAL,
  /// The order of floating-point operations, and with it rounding.
  REASSOCIATING,
  /// The value, within a stated bound.
  APPROXIMATE;

  /// As a user reads it: `exact`.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The weaker promise of two.
  public Kind and(Kind other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
