package org.einkorn.ir.algebra;

/// An equation between all elements `a`, `b`, `c` of a type.
///
/// ⊕ is the projection, ⊗ the join. *Zero* is the value that a reduction with ⊕ starts from,
/// [Projection#identity]; *one* is the same for ⊗, [Laws#one()].
public enum Law {
  PLUS_COMMUTES("a ⊕ b = b ⊕ a", 2),
  PLUS_ASSOCIATES("(a ⊕ b) ⊕ c = a ⊕ (b ⊕ c)", 3),
  ZERO_IS_NEUTRAL("a ⊕ zero = a", 1),
  PLUS_IS_IDEMPOTENT("a ⊕ a = a", 1),
  TIMES_COMMUTES("a ⊗ b = b ⊗ a", 2),
  TIMES_ASSOCIATES("(a ⊗ b) ⊗ c = a ⊗ (b ⊗ c)", 3),
  ONE_IS_NEUTRAL("a ⊗ one = a", 1),
  LEFT_DISTRIBUTES("a ⊗ (b ⊕ c) = (a ⊗ b) ⊕ (a ⊗ c)", 3),
  RIGHT_DISTRIBUTES("(b ⊕ c) ⊗ a = (b ⊗ a) ⊕ (c ⊗ a)", 3),
  ZERO_ANNIHILATES("zero ⊗ a = a ⊗ zero = zero", 1);

  private final String equation;
  private final int variables;

  Law(String equation, int variables) {
    this.equation = equation;
    this.variables = variables;
  }

  /// The law as one reads it.
  public String equation() {
    return equation;
  }

  /// How many elements it speaks of: `a`, or `a` and `b`, or all three.
  public int variables() {
    return variables;
  }
}
