package org.einkorn.ir.algebra;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.einkorn.runtime.DType;

/// A pair (⊕, ⊗) that a contraction is taken over: ⊕ reduces indices, ⊗ joins operands.
///
/// The pair says what is computed and claims nothing: which laws hold depends on the type, and
/// stands in [Laws]. `max-times` and `min-times` are semirings on numbers that are not negative
/// only, and a user may write pairs that are none at all; those are computed as they stand, and no
/// rewrite touches them.
///
/// @param plus the projection ⊕
/// @param times the join ⊗, commutative and associative
public record Semiring(Projection plus, BinaryOp times) {
  private static final Map<String, Projection> PROJECTIONS =
      Map.ofEntries(
          Map.entry("+", Projection.SUM),
          Map.entry("plus", Projection.SUM),
          Map.entry("sum", Projection.SUM),
          Map.entry("*", Projection.PRODUCT),
          Map.entry("times", Projection.PRODUCT),
          Map.entry("prod", Projection.PRODUCT),
          Map.entry("max", Projection.MAX),
          Map.entry("min", Projection.MIN),
          Map.entry("or", Projection.ANY),
          Map.entry("any", Projection.ANY),
          Map.entry("and", Projection.ALL),
          Map.entry("all", Projection.ALL),
          Map.entry("xor", Projection.XOR),
          Map.entry("lse", Projection.LOG_SUM_EXP));

  private static final Map<String, BinaryOp> JOINS =
      Map.ofEntries(
          Map.entry("+", BinaryOp.ADD),
          Map.entry("plus", BinaryOp.ADD),
          Map.entry("*", BinaryOp.MULTIPLY),
          Map.entry("times", BinaryOp.MULTIPLY),
          Map.entry("max", BinaryOp.MAXIMUM),
          Map.entry("min", BinaryOp.MINIMUM),
          Map.entry("or", BinaryOp.OR),
          Map.entry("and", BinaryOp.AND),
          Map.entry("xor", BinaryOp.XOR),
          Map.entry("lse", BinaryOp.LOG_ADD_EXP));

  /// Sums of products.
  public static final Semiring PLUS_TIMES = new Semiring(Projection.SUM, BinaryOp.MULTIPLY);

  /// Whether any product is true.
  public static final Semiring OR_AND = new Semiring(Projection.ANY, BinaryOp.AND);

  /// The pairs that are of use, and that messages offer.
  public static final List<Semiring> TABLE =
      List.of(
          PLUS_TIMES,
          new Semiring(Projection.MIN, BinaryOp.ADD),
          new Semiring(Projection.MAX, BinaryOp.ADD),
          new Semiring(Projection.MAX, BinaryOp.MINIMUM),
          new Semiring(Projection.MIN, BinaryOp.MAXIMUM),
          new Semiring(Projection.MAX, BinaryOp.MULTIPLY),
          new Semiring(Projection.MIN, BinaryOp.MULTIPLY),
          OR_AND,
          new Semiring(Projection.LOG_SUM_EXP, BinaryOp.ADD),
          new Semiring(Projection.XOR, BinaryOp.AND));

  public Semiring {
    if (!JOINS.containsValue(times)) {
      throw new IllegalArgumentException("`" + times.text() + "` is no join");
    }
  }

  /// The projection that a user writes so: `+`, `max`, `or`, …
  public static Optional<Projection> projection(String text) {
    return Optional.ofNullable(PROJECTIONS.get(text));
  }

  /// The join that a user writes so: `*`, `+`, `min`, …
  public static Optional<BinaryOp> join(String text) {
    return Optional.ofNullable(JOINS.get(text));
  }

  /// The pair with this name: `min-plus`, or `(min, +)` with or without parentheses.
  public static Optional<Semiring> of(String name) {
    String text = name.strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("(") && text.endsWith(")")) {
      text = text.substring(1, text.length() - 1);
    }
    String[] parts = text.contains(",") ? text.split(",", -1) : text.split("-", -1);
    if (parts.length != 2) {
      return Optional.empty();
    }
    Optional<BinaryOp> join = join(parts[1].strip());
    return projection(parts[0].strip())
        .flatMap(projection -> join.map(times -> new Semiring(projection, times)))
        .filter(Semiring::isTyped);
  }

  /// Whether there are numbers that both operations are defined on: `or` and `+` share none.
  public boolean isTyped() {
    return (plus.combine().domain() == Domain.BOOLEAN) == (times.domain() == Domain.BOOLEAN);
  }

  /// The compute type of values whose common type is `operands`.
  ///
  /// Truth values count as `i32` under operations on numbers. Log-sum-exp of integers is computed
  /// in floats. Not all pairs are [defined][#isDefinedOn] on complex numbers.
  public DType compute(DType operands) {
    if (plus.combine().domain() == Domain.BOOLEAN) {
      return DType.BOOL;
    }
    DType number = operands == DType.BOOL ? DType.I32 : operands.compute();
    boolean wantsFloat = plus.combine().domain() == Domain.FLOAT || times.domain() == Domain.FLOAT;
    if (wantsFloat && number.isInteger()) {
      return number == DType.I64 ? DType.F64 : DType.F32;
    }
    return number;
  }

  /// Whether its operations are defined on values whose common type is `operands`, which is false
  /// only for complex ones: they have no order.
  public boolean isDefinedOn(DType operands) {
    DType type = compute(operands);
    return plus.combine().domain().contains(type) && times.domain().contains(type);
  }

  /// Its laws on a type, if it is defined there.
  public Optional<Laws> laws(DType type) {
    return Laws.of(plus, times, type);
  }

  /// `min-plus`
  public String name() {
    String left =
        switch (plus) {
          case SUM -> "plus";
          case PRODUCT -> "times";
          case MAX -> "max";
          case MIN -> "min";
          case ANY -> "or";
          case ALL -> "and";
          case XOR -> "xor";
          case LOG_SUM_EXP -> "lse";
        };
    String right =
        switch (times) {
          case ADD -> "plus";
          case MULTIPLY -> "times";
          case LOG_ADD_EXP -> "lse";
          default -> times.text();
        };
    return left + "-" + right;
  }
}
