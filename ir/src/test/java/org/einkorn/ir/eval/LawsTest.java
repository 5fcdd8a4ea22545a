package org.einkorn.ir.eval;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.LawStatus;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.Semiring;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelTrap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every claim of the table of laws, tried on a grid of special values with the arithmetic of the
/// interpreter: what holds, that each caveat is needed, and that each witness is one.
final class LawsTest {
  private static final List<DType> TYPES =
      List.of(DType.F64, DType.F32, DType.I64, DType.I32, DType.BOOL);

  static Stream<Laws> table() {
    return Arrays.stream(Projection.values())
        .flatMap(
            plus ->
                Laws.JOINS.stream()
                    .flatMap(
                        times ->
                            TYPES.stream().flatMap(type -> Laws.of(plus, times, type).stream())));
  }

  @ParameterizedTest
  @MethodSource("table")
  void claimsAreTrueOnSpecialValues(Laws laws) {
    assertAll(Arrays.stream(Law.values()).map(law -> () -> check(laws, law)));
  }

  private static void check(Laws laws, Law law) {
    switch (laws.status(law)) {
      case LawStatus.Holds() -> requireHolds(laws, law, Set.of(), false);
      case LawStatus.Unless(Set<Caveat> caveats) -> requireHolds(laws, law, caveats, false);
      case LawStatus.Reassociates(Set<Caveat> caveats) -> {
        requireHolds(laws, law, caveats, true);
        assertTrue(
            tuples(laws, law).stream()
                .anyMatch(
                    point -> {
                      Sides sides = sides(laws, law, point);
                      return !sides.areSame() && sides.arisen(laws, point, caveats).isEmpty();
                    }),
            () -> laws.why(law) + ": but it holds bit for bit");
      }
      case LawStatus.Fails(List<Number> witness) -> {
        assertEquals(law.variables(), witness.size());
        Sides sides = sides(laws, law, witness);
        assertFalse(sides.areSame() || sides.areClose(), () -> laws.why(law) + ": " + sides);
      }
    }
  }

  /// The law holds where no caveat arises, and for each caveat there is a point at which it alone
  /// arises and the law fails.
  private static void requireHolds(
      Laws laws, Law law, Set<Caveat> caveats, boolean isUpToRounding) {
    Set<Caveat> unused = EnumSet.noneOf(Caveat.class);
    unused.addAll(caveats);
    for (List<Number> point : tuples(laws, law)) {
      Sides sides = sides(laws, law, point);
      if (sides.areSame() || isUpToRounding && sides.areClose()) {
        continue;
      }
      Set<Caveat> arisen = sides.arisen(laws, point, caveats);
      if (arisen.isEmpty()) {
        fail(laws.why(law) + "; at " + point + ": " + sides);
      }
      if (arisen.size() == 1) {
        unused.removeAll(arisen);
      }
    }
    assertTrue(unused.isEmpty(), () -> laws.why(law) + ": no need for " + unused);
  }

  private static Sides sides(Laws laws, Law law, List<Number> point) {
    Number a = point.getFirst();
    Number b = point.get(Math.min(1, point.size() - 1));
    Number c = point.getLast();
    Sides sides = new Sides(laws.type(), laws.plus().combine(), laws.times());
    switch (law) {
      case PLUS_COMMUTES -> sides.compare(() -> sides.plus(a, b), () -> sides.plus(b, a));
      case TIMES_COMMUTES -> sides.compare(() -> sides.times(a, b), () -> sides.times(b, a));
      case PLUS_ASSOCIATES ->
          sides.compare(
              () -> sides.plus(sides.plus(a, b), c), () -> sides.plus(a, sides.plus(b, c)));
      case TIMES_ASSOCIATES ->
          sides.compare(
              () -> sides.times(sides.times(a, b), c), () -> sides.times(a, sides.times(b, c)));
      case ZERO_IS_NEUTRAL -> sides.compare(() -> sides.plus(a, laws.zero()), () -> a);
      case ONE_IS_NEUTRAL -> sides.compare(() -> sides.times(a, laws.one()), () -> a);
      case PLUS_IS_IDEMPOTENT -> sides.compare(() -> sides.plus(a, a), () -> a);
      case ZERO_ANNIHILATES -> {
        sides.compare(() -> sides.times(laws.zero(), a), laws::zero);
        if (sides.areSame()) {
          sides.compare(() -> sides.times(a, laws.zero()), laws::zero);
        }
      }
      case LEFT_DISTRIBUTES ->
          sides.compare(
              () -> sides.times(a, sides.plus(b, c)),
              () -> sides.plus(sides.times(a, b), sides.times(a, c)));
      case RIGHT_DISTRIBUTES ->
          sides.compare(
              () -> sides.times(sides.plus(b, c), a),
              () -> sides.plus(sides.times(b, a), sides.times(c, a)));
    }
    return sides;
  }

  private static List<List<Number>> tuples(Laws laws, Law law) {
    List<Number> values = values(laws.type());
    List<List<Number>> tuples = new ArrayList<>(List.of(List.of()));
    for (int number = 0; number < law.variables(); number++) {
      List<List<Number>> longer = new ArrayList<>();
      for (List<Number> tuple : tuples) {
        for (Number value : values) {
          List<Number> next = new ArrayList<>(tuple);
          next.add(value);
          longer.add(next);
        }
      }
      tuples = longer;
    }
    return tuples;
  }

  private static List<Number> values(DType type) {
    return switch (type) {
      case BOOL -> List.of(0L, 1L);
      case I32 -> integers(Integer.MIN_VALUE, Integer.MAX_VALUE);
      case I64 -> integers(Long.MIN_VALUE, Long.MAX_VALUE);
      case F32 -> floats(DType.F32, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE);
      case F64 -> floats(DType.F64, Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE);
      case F16, BF16, F8E4M3, F8E5M2, I16, I8, U8, I4, C64, C128 ->
          throw new IllegalArgumentException(type + " is not computed in");
    };
  }

  private static List<Number> integers(long least, long greatest) {
    return List.of(least, least + 1, -3L, -2L, -1L, 0L, 1L, 2L, 5L, greatest / 2, greatest);
  }

  private static List<Number> floats(DType type, double tiny, double normal, double huge) {
    List<Number> values = new ArrayList<>();
    for (double value : new double[] {0, 0.1, 0.7, 1, 2, 3.3, 1e9, tiny, normal, huge}) {
      values.add(Arithmetic.round(type, value));
      values.add(Arithmetic.round(type, -value));
    }
    values.addAll(List.of(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN));
    return values;
  }

  /// Both sides of a law at one point.
  private static final class Sides {
    private final DType type;
    private final BinaryOp plus;
    private final BinaryOp times;
    private double magnitude;
    private boolean isOutOfRange;
    private Optional<Number> left = Optional.empty();
    private Optional<Number> right = Optional.empty();

    Sides(DType type, BinaryOp plus, BinaryOp times) {
      this.type = type;
      this.plus = plus;
      this.times = times;
    }

    interface Side {
      Number value();
    }

    void compare(Side leftSide, Side rightSide) {
      left = evaluate(leftSide);
      right = evaluate(rightSide);
    }

    private Optional<Number> evaluate(Side side) {
      try {
        Number value = side.value();
        return Optional.of(type.isFloat() ? (Number) value.doubleValue() : value.longValue());
      } catch (KernelTrap trap) {
        isOutOfRange = true;
        return Optional.empty();
      }
    }

    Number plus(Number a, Number b) {
      return apply(plus, a, b);
    }

    Number times(Number a, Number b) {
      return apply(times, a, b);
    }

    private Number apply(BinaryOp op, Number a, Number b) {
      if (!type.isFloat()) {
        return Arithmetic.require(type, Arithmetic.apply(op, a.longValue(), b.longValue()));
      }
      double x = a.doubleValue();
      double y = b.doubleValue();
      double result = Arithmetic.round(type, Arithmetic.apply(op, x, y));
      double normal = type == DType.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
      isOutOfRange |= Double.isInfinite(result) && Double.isFinite(x) && Double.isFinite(y);
      isOutOfRange |= op == BinaryOp.MULTIPLY && x != 0 && y != 0 && Math.abs(result) < normal;
      for (double value : new double[] {x, y, result}) {
        magnitude = Double.isFinite(value) ? Math.max(magnitude, Math.abs(value)) : magnitude;
      }
      return result;
    }

    /// Bit for bit, all NaNs and all traps being one.
    boolean areSame() {
      return left.equals(right);
    }

    /// Within eight roundings of the largest number on the way.
    boolean areClose() {
      if (!type.isFloat() || left.isEmpty() || right.isEmpty()) {
        return false;
      }
      double ulp = type == DType.F32 ? Math.ulp((float) magnitude) : Math.ulp(magnitude);
      return Math.abs(left.get().doubleValue() - right.get().doubleValue()) <= 8 * ulp;
    }

    Set<Caveat> arisen(Laws laws, List<Number> point, Set<Caveat> of) {
      assertEquals(type, laws.type());
      Set<Caveat> arisen = EnumSet.noneOf(Caveat.class);
      for (Caveat caveat : of) {
        List<Number> concerned = caveat.isOfFactor() ? point.subList(0, 1) : point;
        if (caveat == Caveat.OUT_OF_RANGE
            ? isOutOfRange
            : concerned.stream().anyMatch(value -> caveat.concerns(value.doubleValue()))) {
          arisen.add(caveat);
        }
      }
      return arisen;
    }

    @Override
    public String toString() {
      return left + " and " + right;
    }
  }

  @Test
  void namedSemiringsHaveLaws() {
    for (Semiring semiring : Semiring.TABLE) {
      DType type = semiring.times() == BinaryOp.AND ? DType.BOOL : DType.F32;
      Laws laws = semiring.laws(type).orElseThrow();
      assertFalse(laws.status(Law.LEFT_DISTRIBUTES) instanceof LawStatus.Fails, semiring.name());
      assertFalse(laws.status(Law.ZERO_ANNIHILATES) instanceof LawStatus.Fails, semiring.name());
    }
  }

  @Test
  void pairsOutsideTheTableHaveNone() {
    assertEquals(Optional.empty(), Laws.of(Projection.SUM, BinaryOp.SUBTRACT, DType.F32));
    assertEquals(Optional.empty(), Laws.of(Projection.SUM, BinaryOp.MULTIPLY, DType.BOOL));
    assertEquals(Optional.empty(), Laws.of(Projection.ANY, BinaryOp.MULTIPLY, DType.I32));
    assertEquals(Optional.empty(), Laws.of(Projection.SUM, BinaryOp.MULTIPLY, DType.F16));
  }

  @Test
  void saysWhyALawFails() {
    Laws laws = Laws.of(Projection.MAX, BinaryOp.MULTIPLY, DType.I32).orElseThrow();
    assertEquals(
        "a ⊗ (b ⊕ c) = (a ⊗ b) ⊕ (a ⊗ c), with max for ⊕ and * for ⊗ on i32, holds unless a result"
            + " on the way is out of the type's range, or the common factor is negative",
        laws.why(Law.LEFT_DISTRIBUTES));
    assertEquals(
        "zero ⊗ a = a ⊗ zero = zero, with max for ⊕ and * for ⊗ on i32, fails: take a = 0",
        laws.why(Law.ZERO_ANNIHILATES));
  }

  @Test
  void lawsCombineToTheWeakest() {
    Laws laws = Laws.of(Projection.SUM, BinaryOp.MULTIPLY, DType.F32).orElseThrow();
    assertEquals(
        new LawStatus.Reassociates(Set.of(Caveat.OUT_OF_RANGE, Caveat.INFINITE_FACTOR)),
        laws.status(Law.PLUS_COMMUTES, Law.PLUS_ASSOCIATES, Law.LEFT_DISTRIBUTES));
    LawStatus unless = new LawStatus.Unless(Set.of(Caveat.ZERO, Caveat.NEGATIVE));
    LawStatus fails = new LawStatus.Fails(List.of(1));
    assertEquals(unless, unless.and(LawStatus.holds()));
    assertEquals(unless, LawStatus.holds().and(unless));
    assertEquals(fails, unless.and(fails));
    assertEquals(fails, fails.and(unless));
    assertEquals(LawStatus.holds(), unless.without(Set.of(Caveat.ZERO, Caveat.NEGATIVE)));
    assertEquals(
        new LawStatus.Unless(Set.of(Caveat.ZERO)), unless.without(Set.of(Caveat.NEGATIVE)));
  }
}
