package org.einkorn.ir.algebra;

import java.util.List;
import java.util.Optional;
import org.einkorn.runtime.DType;

/// A named pair (⊕, ⊗) that an einsum can be taken over.
///
/// That it has a name says nothing about which laws hold: that depends on the type, and stands in
/// [Laws]. `max-times` and `min-times` are semirings on numbers that are not negative only.
///
/// @param name the name a user writes, `min-plus`
/// @param plus the projection ⊕
/// @param times the join ⊗
public record Semiring(String name, Projection plus, BinaryOp times) {

  public static final Semiring SUM_TIMES =
      new Semiring("sum-times", Projection.SUM, BinaryOp.MULTIPLY);
  public static final Semiring OR_AND = new Semiring("or-and", Projection.ANY, BinaryOp.AND);
  public static final Semiring MIN_PLUS = new Semiring("min-plus", Projection.MIN, BinaryOp.ADD);
  public static final Semiring MAX_PLUS = new Semiring("max-plus", Projection.MAX, BinaryOp.ADD);
  public static final Semiring MAX_MIN = new Semiring("max-min", Projection.MAX, BinaryOp.MINIMUM);
  public static final Semiring MIN_MAX = new Semiring("min-max", Projection.MIN, BinaryOp.MAXIMUM);
  public static final Semiring MAX_TIMES =
      new Semiring("max-times", Projection.MAX, BinaryOp.MULTIPLY);
  public static final Semiring MIN_TIMES =
      new Semiring("min-times", Projection.MIN, BinaryOp.MULTIPLY);
  public static final Semiring LSE_PLUS =
      new Semiring("lse-plus", Projection.LOG_SUM_EXP, BinaryOp.ADD);
  public static final Semiring XOR_AND = new Semiring("xor-and", Projection.XOR, BinaryOp.AND);

  /// Every semiring with a name.
  public static final List<Semiring> TABLE =
      List.of(
          SUM_TIMES, MIN_PLUS, MAX_PLUS, MAX_MIN, MIN_MAX, MAX_TIMES, MIN_TIMES, OR_AND, LSE_PLUS,
          XOR_AND);

  /// Its laws on a type, if it is defined there.
  public Optional<Laws> laws(DType type) {
    return Laws.of(plus, times, type);
  }

  /// The semiring with this name, if there is one.
  public static Optional<Semiring> of(String name) {
    return TABLE.stream().filter(s -> s.name.equals(name)).findFirst();
  }
}
