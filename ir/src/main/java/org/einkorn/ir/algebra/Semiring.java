package org.einkorn.ir.algebra;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A pair (⊕, ⊗) for which `a ⊗ (b ⊕ c) = (a ⊗ b) ⊕ (a ⊗ c)`, with the laws a rewrite may use.
///
/// A projection and a join may be exchanged, reordered or factored only where the pair stands in
/// [#TABLE] and its [#condition()] holds.
///
/// @param name the name a user writes, `min-plus`
/// @param plus the projection ⊕
/// @param times the join ⊗
/// @param laws the laws that hold exactly on integers and up to rounding on floats
/// @param condition what the operands must satisfy
public record Semiring(
    String name, Projection plus, BinaryOp times, Set<Law> laws, Condition condition) {

  public Semiring {
    laws = Set.copyOf(laws);
  }

  /// An equation that holds for all elements.
  public enum Law {
    /// `a ⊗ (b ⊕ c) = a ⊗ b ⊕ a ⊗ c`
    DISTRIBUTIVE,
    /// `a ⊗ b = b ⊗ a`
    COMMUTATIVE_JOIN,
    /// `a ⊕ a = a`
    IDEMPOTENT_PROJECTION,
    /// the identity of ⊕ annihilates: `0 ⊗ a = 0`
    ANNIHILATING_ZERO
  }

  /// A side condition on the operands under which the laws hold.
  public enum Condition {
    ALWAYS,
    /// every operand is ≥ 0
    NON_NEGATIVE
  }

  private static final Set<Law> RING =
      Set.of(Law.DISTRIBUTIVE, Law.COMMUTATIVE_JOIN, Law.ANNIHILATING_ZERO);
  private static final Set<Law> DIOID =
      Set.of(
          Law.DISTRIBUTIVE, Law.COMMUTATIVE_JOIN, Law.ANNIHILATING_ZERO, Law.IDEMPOTENT_PROJECTION);

  public static final Semiring SUM_TIMES =
      new Semiring("sum-times", Projection.SUM, BinaryOp.MULTIPLY, RING, Condition.ALWAYS);
  public static final Semiring OR_AND =
      new Semiring("or-and", Projection.ANY, BinaryOp.AND, DIOID, Condition.ALWAYS);
  public static final Semiring MIN_PLUS =
      new Semiring("min-plus", Projection.MIN, BinaryOp.ADD, DIOID, Condition.ALWAYS);
  public static final Semiring MAX_PLUS =
      new Semiring("max-plus", Projection.MAX, BinaryOp.ADD, DIOID, Condition.ALWAYS);
  public static final Semiring MAX_MIN =
      new Semiring("max-min", Projection.MAX, BinaryOp.MINIMUM, DIOID, Condition.ALWAYS);
  public static final Semiring MAX_TIMES =
      new Semiring("max-times", Projection.MAX, BinaryOp.MULTIPLY, DIOID, Condition.NON_NEGATIVE);
  public static final Semiring LSE_PLUS =
      new Semiring("lse-plus", Projection.LOG_SUM_EXP, BinaryOp.ADD, RING, Condition.ALWAYS);
  public static final Semiring XOR_AND =
      new Semiring("xor-and", Projection.XOR, BinaryOp.AND, RING, Condition.ALWAYS);

  /// Every semiring the compiler knows.
  public static final List<Semiring> TABLE =
      List.of(SUM_TIMES, OR_AND, MIN_PLUS, MAX_PLUS, MAX_MIN, MAX_TIMES, LSE_PLUS, XOR_AND);

  /// The semiring of this pair, if the pair is one.
  public static Optional<Semiring> of(Projection plus, BinaryOp times) {
    return TABLE.stream().filter(s -> s.plus == plus && s.times == times).findFirst();
  }

  /// The semiring with this name, if there is one.
  public static Optional<Semiring> of(String name) {
    return TABLE.stream().filter(s -> s.name.equals(name)).findFirst();
  }
}
