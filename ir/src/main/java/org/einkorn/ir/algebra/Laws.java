package org.einkorn.ir.algebra;

import static org.einkorn.ir.algebra.Caveat.INFINITE_FACTOR;
import static org.einkorn.ir.algebra.Caveat.NEGATIVE;
import static org.einkorn.ir.algebra.Caveat.NEGATIVE_FACTOR;
import static org.einkorn.ir.algebra.Caveat.NEGATIVE_INFINITY;
import static org.einkorn.ir.algebra.Caveat.NEGATIVE_ZERO;
import static org.einkorn.ir.algebra.Caveat.NOT_A_NUMBER;
import static org.einkorn.ir.algebra.Caveat.OUT_OF_RANGE;
import static org.einkorn.ir.algebra.Caveat.POSITIVE_INFINITY;
import static org.einkorn.ir.algebra.Caveat.ZERO;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.LawStatus.Fails;
import org.einkorn.ir.algebra.LawStatus.Reassociates;
import org.einkorn.ir.algebra.LawStatus.Unless;
import org.einkorn.runtime.DType;

/// What may be assumed of a projection ⊕ and a join ⊗ on one type: the table that passes ask.
///
/// Both operations are taken in `type` itself. A reduction may combine in a wider type
/// ([Projection#accumulator]); there the same laws hold between its steps, and only moving the
/// place where the total is narrowed is a change of rounding of its own.
///
/// ```
/// Laws.of(Projection.MAX, BinaryOp.MULTIPLY, DType.F64).orElseThrow().why(Law.LEFT_DISTRIBUTES)
///   a ⊗ (b ⊕ c) = (a ⊗ b) ⊕ (a ⊗ c), with max for ⊕ and * for ⊗ on f64, holds unless an operand
///   is −∞, or the common factor is negative, or the common factor is infinite
/// ```
///
/// @param plus the projection ⊕
/// @param times the join ⊗
/// @param type a compute type that both are defined on
/// @param statuses one for each law
public record Laws(Projection plus, BinaryOp times, DType type, Map<Law, LawStatus> statuses) {
  /// The joins that the table knows.
  public static final Set<BinaryOp> JOINS =
      EnumSet.of(
          BinaryOp.ADD,
          BinaryOp.MULTIPLY,
          BinaryOp.MINIMUM,
          BinaryOp.MAXIMUM,
          BinaryOp.AND,
          BinaryOp.OR,
          BinaryOp.XOR);

  public Laws {
    statuses = Collections.unmodifiableMap(new EnumMap<>(statuses));
    if (statuses.size() != Law.values().length) {
      throw new IllegalArgumentException("laws without a status: " + statuses);
    }
  }

  /// The laws of a pair, if both are defined on the type and ⊗ is one of [#JOINS].
  public static Optional<Laws> of(Projection plus, BinaryOp times, DType type) {
    if (!JOINS.contains(times)
        || !times.domain().contains(type)
        || !plus.combine().domain().contains(type)) {
      return Optional.empty();
    }
    Map<Law, LawStatus> statuses = new EnumMap<>(Law.class);
    for (Law law : Law.values()) {
      statuses.put(
          law,
          switch (law) {
            case PLUS_COMMUTES, TIMES_COMMUTES -> LawStatus.holds();
            case PLUS_ASSOCIATES -> associates(plus.combine(), type);
            case TIMES_ASSOCIATES -> associates(times, type);
            case ZERO_IS_NEUTRAL -> neutral(plus.combine(), type);
            case ONE_IS_NEUTRAL -> neutral(times, type);
            case PLUS_IS_IDEMPOTENT -> idempotent(plus);
            case LEFT_DISTRIBUTES, RIGHT_DISTRIBUTES -> distributes(plus, times, type);
            case ZERO_ANNIHILATES -> annihilates(plus.identity(type).doubleValue(), times, type);
          });
    }
    return Optional.of(new Laws(plus, times, type, statuses));
  }

  /// How far a law holds.
  public LawStatus status(Law law) {
    return Objects.requireNonNull(statuses.get(law));
  }

  /// How far all of several laws hold together.
  public LawStatus status(Law first, Law... others) {
    LawStatus all = status(first);
    for (Law law : others) {
      all = all.and(status(law));
    }
    return all;
  }

  /// The identity of ⊕: what a reduction starts from.
  public Number zero() {
    return plus.identity(type);
  }

  /// The identity of ⊗.
  public Number one() {
    return projectionOf(times).identity(type);
  }

  /// The projection that combines with this join.
  public static Projection projectionOf(BinaryOp join) {
    for (Projection projection : Projection.values()) {
      if (projection.combine() == join) {
        return projection;
      }
    }
    throw new IllegalArgumentException("`" + join.text() + "` is no join");
  }

  /// The law and its status in one sentence, for a rewrite that was refused or made under a
  /// condition.
  public String why(Law law) {
    return "%s, with %s for ⊕ and %s for ⊗ on %s, %s"
        .formatted(law.equation(), plus.text(), times.text(), type, status(law).text());
  }

  private static LawStatus associates(BinaryOp op, DType type) {
    return switch (op) {
      case ADD ->
          type.isInteger()
              ? new Unless(Set.of(OUT_OF_RANGE))
              : new Reassociates(Set.of(OUT_OF_RANGE));
      case MULTIPLY ->
          type.isInteger()
              ? new Unless(Set.of(OUT_OF_RANGE))
              : type.isComplex()
                  ? new Reassociates(Set.of(OUT_OF_RANGE, POSITIVE_INFINITY, NEGATIVE_INFINITY))
                  : new Reassociates(Set.of(OUT_OF_RANGE));
      case LOG_ADD_EXP -> new Reassociates(Set.of());
      case MINIMUM, MAXIMUM, AND, OR, XOR -> LawStatus.holds();
      case SUBTRACT,
          DIVIDE,
          MODULO,
          POWER,
          COMPLEX,
          FOLLOW,
          SLOPE,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          throw noJoin(op);
    };
  }

  /// Sums start at +0.0, and −0.0 + 0.0 is 0.0.
  private static LawStatus neutral(BinaryOp op, DType type) {
    return switch (op) {
      case ADD, LOG_ADD_EXP ->
          type.isInteger() || type == DType.BOOL
              ? LawStatus.holds()
              : new Unless(Set.of(NEGATIVE_ZERO));
      // (a + bi)(1 + 0i) is a − 0b and 0a + b: each part meets the other.
      case MULTIPLY ->
          type.isComplex()
              ? new Unless(
                  Set.of(NEGATIVE_ZERO, NOT_A_NUMBER, POSITIVE_INFINITY, NEGATIVE_INFINITY))
              : LawStatus.holds();
      case MINIMUM, MAXIMUM, AND, OR, XOR -> LawStatus.holds();
      case SUBTRACT,
          DIVIDE,
          MODULO,
          POWER,
          COMPLEX,
          FOLLOW,
          SLOPE,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          throw noJoin(op);
    };
  }

  private static LawStatus idempotent(Projection plus) {
    return switch (plus) {
      case MAX, MIN, ANY, ALL -> LawStatus.holds();
      case SUM, XOR, LOG_SUM_EXP -> fails(1);
      case PRODUCT -> fails(2);
    };
  }

  /// Rounding is monotone, so that sums and products by a positive factor distribute over `min` and
  /// `max` bit for bit.
  private static LawStatus distributes(Projection plus, BinaryOp times, DType type) {
    return switch (plus) {
      case SUM -> {
        if (times != BinaryOp.MULTIPLY) {
          yield fails(times == BinaryOp.MAXIMUM ? 2 : 1, 1, 1);
        }
        yield type.isInteger()
            ? new Unless(Set.of(OUT_OF_RANGE))
            : type.isComplex()
                ? new Reassociates(
                    Set.of(OUT_OF_RANGE, INFINITE_FACTOR, POSITIVE_INFINITY, NEGATIVE_INFINITY))
                : new Reassociates(Set.of(OUT_OF_RANGE, INFINITE_FACTOR));
      }
      case MAX, MIN -> distributesOverExtremum(plus, times, type);
      case LOG_SUM_EXP ->
          times == BinaryOp.ADD
              ? new Reassociates(Set.of(POSITIVE_INFINITY))
              : fails(times == BinaryOp.MINIMUM ? 1 : 2, 1, 1);
      case PRODUCT -> times == BinaryOp.MINIMUM ? fails(2, 2, 2) : fails(3, 1, 1);
      case ANY, ALL -> times == BinaryOp.XOR ? fails(1, 1, 0) : LawStatus.holds();
      case XOR -> times == BinaryOp.AND ? LawStatus.holds() : fails(1, 1, 1);
    };
  }

  private static LawStatus distributesOverExtremum(Projection plus, BinaryOp times, DType type) {
    boolean isMax = plus == Projection.MAX;
    if (times == BinaryOp.ADD) {
      return new Unless(
          Set.of(type.isInteger() ? OUT_OF_RANGE : isMax ? POSITIVE_INFINITY : NEGATIVE_INFINITY));
    }
    if (times != BinaryOp.MULTIPLY) {
      return LawStatus.holds(); // min and max of a total order distribute over each other
    }
    return new Unless(
        type.isInteger()
            ? Set.of(NEGATIVE_FACTOR, OUT_OF_RANGE)
            : isMax
                ? Set.of(NEGATIVE_FACTOR, INFINITE_FACTOR, NEGATIVE_INFINITY)
                : Set.of(NEGATIVE_FACTOR, POSITIVE_INFINITY));
  }

  /// Integers have no infinity: the least integer is where `max` starts, and nothing absorbs it.
  private static LawStatus annihilates(double zero, BinaryOp times, DType type) {
    boolean isFloat = type.isFloat() || type.isComplex();
    boolean isTop = zero > 1;
    boolean isBottom = zero < 0;
    boolean isExtreme = isTop || isBottom;
    return switch (times) {
      case ADD ->
          isFloat && isExtreme
              ? new Unless(Set.of(isTop ? NEGATIVE_INFINITY : POSITIVE_INFINITY, NOT_A_NUMBER))
              : fails(1);
      case MULTIPLY -> {
        if (isExtreme) {
          yield isFloat ? new Unless(Set.of(ZERO, NEGATIVE, NOT_A_NUMBER)) : fails(0);
        }
        if (zero == 1) {
          yield fails(2);
        }
        yield isFloat
            ? new Unless(Set.of(NEGATIVE, POSITIVE_INFINITY, NOT_A_NUMBER))
            : LawStatus.holds();
      }
      case MINIMUM ->
          isBottom ? absorbs(isFloat) : isTop ? fails(1) : zero == 0 ? fails(-1) : fails(0);
      case MAXIMUM -> isTop ? absorbs(isFloat) : fails(2);
      case AND -> zero == 0 ? LawStatus.holds() : fails(0);
      case OR -> zero == 1 ? LawStatus.holds() : fails(1);
      case XOR -> fails(1);
      case LOG_ADD_EXP,
          SUBTRACT,
          DIVIDE,
          MODULO,
          POWER,
          COMPLEX,
          FOLLOW,
          SLOPE,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          throw noJoin(times);
    };
  }

  private static LawStatus absorbs(boolean isFloat) {
    return isFloat ? new Unless(Set.of(NOT_A_NUMBER)) : LawStatus.holds();
  }

  private static LawStatus fails(Number... witness) {
    return new Fails(List.of(witness));
  }

  private static IllegalArgumentException noJoin(BinaryOp op) {
    return new IllegalArgumentException("`" + op.text() + "` is no join");
  }
}
