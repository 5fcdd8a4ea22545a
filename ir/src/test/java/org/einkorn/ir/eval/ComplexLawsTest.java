package org.einkorn.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.LawStatus;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.Semiring;
import org.einkorn.runtime.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the table of laws says of sums and products of complex numbers, tried on special values.
final class ComplexLawsTest {
  private static final double[] PARTS = {
    0, -0.0, 1, 0.1, -3.3, 1e9, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN
  };

  private final List<Complex> values = new ArrayList<>();
  private double magnitude;
  private boolean isOutOfRange;

  private void fill(DType type) {
    double huge = type == DType.C64 ? Float.MAX_VALUE : Double.MAX_VALUE;
    double[] parts = Arrays.copyOf(PARTS, PARTS.length + 2);
    parts[PARTS.length] = huge;
    parts[PARTS.length + 1] = -huge;
    for (double re : parts) {
      for (double im : parts) {
        values.add(new Complex(re, im).rounded(type));
      }
    }
  }

  private Complex apply(BinaryOp op, DType type, Complex x, Complex y) {
    Complex result = Complex.apply(op, type, x, y);
    isOutOfRange |= isFinite(x) && isFinite(y) && !isFinite(result);
    if (op == BinaryOp.ADD) {
      isOutOfRange |= overflows(x.re(), y.re(), result.re());
      isOutOfRange |= overflows(x.im(), y.im(), result.im());
    }
    for (Complex value : List.of(x, y, result)) {
      for (double part : new double[] {value.re(), value.im()}) {
        magnitude = Double.isFinite(part) ? Math.max(magnitude, Math.abs(part)) : magnitude;
      }
    }
    return result;
  }

  private static boolean overflows(double x, double y, double sum) {
    return Double.isFinite(x) && Double.isFinite(y) && Double.isInfinite(sum);
  }

  private static boolean isFinite(Complex value) {
    return Double.isFinite(value.re()) && Double.isFinite(value.im());
  }

  private static boolean areSame(Complex x, Complex y) {
    return Double.compare(x.re(), y.re()) == 0 && Double.compare(x.im(), y.im()) == 0;
  }

  private boolean areClose(DType type, Complex x, Complex y) {
    double ulp = type == DType.C64 ? Math.ulp((float) magnitude) : Math.ulp(magnitude);
    return areClose(x.re(), y.re(), 16 * ulp) && areClose(x.im(), y.im(), 16 * ulp);
  }

  private static boolean areClose(double x, double y, double distance) {
    return Double.compare(x, y) == 0 || Math.abs(x - y) <= distance;
  }

  private static boolean concerns(Caveat caveat, Complex value) {
    return caveat.concerns(value.re()) || caveat.concerns(value.im());
  }

  private Complex[] sides(Laws laws, Law law, Complex a, Complex b, Complex c) {
    BinaryOperator<Complex> plus = (x, y) -> apply(laws.plus().combine(), laws.type(), x, y);
    BinaryOperator<Complex> times = (x, y) -> apply(laws.times(), laws.type(), x, y);
    Complex zero = new Complex(laws.zero().doubleValue(), 0);
    Complex one = new Complex(laws.one().doubleValue(), 0);
    return switch (law) {
      case PLUS_COMMUTES -> new Complex[] {plus.apply(a, b), plus.apply(b, a)};
      case TIMES_COMMUTES -> new Complex[] {times.apply(a, b), times.apply(b, a)};
      case PLUS_ASSOCIATES ->
          new Complex[] {plus.apply(plus.apply(a, b), c), plus.apply(a, plus.apply(b, c))};
      case TIMES_ASSOCIATES ->
          new Complex[] {times.apply(times.apply(a, b), c), times.apply(a, times.apply(b, c))};
      case ZERO_IS_NEUTRAL -> new Complex[] {plus.apply(a, zero), a};
      case ONE_IS_NEUTRAL -> new Complex[] {times.apply(a, one), a};
      case PLUS_IS_IDEMPOTENT -> new Complex[] {plus.apply(a, a), a};
      case ZERO_ANNIHILATES -> new Complex[] {times.apply(zero, a), zero};
      case LEFT_DISTRIBUTES ->
          new Complex[] {
            times.apply(a, plus.apply(b, c)), plus.apply(times.apply(a, b), times.apply(a, c))
          };
      case RIGHT_DISTRIBUTES ->
          new Complex[] {
            times.apply(plus.apply(b, c), a), plus.apply(times.apply(b, a), times.apply(c, a))
          };
    };
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"C64", "C128"})
  void claimsAreTrueOnSpecialValues(DType type) {
    fill(type);
    Laws laws = Laws.of(Projection.SUM, BinaryOp.MULTIPLY, type).orElseThrow();
    for (Law law : Law.values()) {
      if (laws.status(law) instanceof LawStatus.Fails(List<Number> witness)) {
        List<Complex> point =
            witness.stream().map(value -> new Complex(value.doubleValue(), 0)).toList();
        Complex[] sides = sides(laws, law, point.getFirst(), point.getLast(), point.getLast());
        assertFalse(areSame(sides[0], sides[1]), () -> laws.why(law));
        continue;
      }
      check(laws, law);
    }
  }

  private void check(Laws laws, Law law) {
    LawStatus status = laws.status(law);
    boolean isUpToRounding = status instanceof LawStatus.Reassociates;
    Set<Caveat> unused = EnumSet.noneOf(Caveat.class);
    unused.addAll(status.caveatsOrNone());
    List<Complex> none = List.of(Complex.ZERO);
    for (Complex a : values) {
      for (Complex b : law.variables() > 1 ? values : none) {
        for (Complex c : law.variables() > 2 ? values : none) {
          magnitude = 0;
          isOutOfRange = false;
          Complex[] sides = sides(laws, law, a, b, c);
          boolean agrees =
              areSame(sides[0], sides[1])
                  || isUpToRounding && areClose(laws.type(), sides[0], sides[1]);
          if (agrees || isUpToRounding && hasNaN(sides)) {
            continue;
          }
          Set<Caveat> arisen = EnumSet.noneOf(Caveat.class);
          List<Complex> point = List.of(a, b, c).subList(0, law.variables());
          for (Caveat caveat : status.caveatsOrNone()) {
            boolean arises =
                caveat == Caveat.OUT_OF_RANGE
                    ? isOutOfRange
                    : (caveat.isOfFactor() ? List.of(a) : point)
                        .stream().anyMatch(value -> concerns(caveat, value));
            if (arises) {
              arisen.add(caveat);
            }
          }
          assertFalse(
              arisen.isEmpty(), () -> laws.why(law) + "; at " + point + ": " + List.of(sides));
          unused.removeAll(arisen);
        }
      }
    }
    assertTrue(unused.isEmpty(), () -> laws.why(law) + ": no need for " + unused);
  }

  /// Where both sides have lost a part to NaN, rounding is no longer the question.
  private static boolean hasNaN(Complex... sides) {
    for (Complex side : sides) {
      if (!Double.isNaN(side.re()) && !Double.isNaN(side.im())) {
        return false;
      }
    }
    return true;
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"C64", "C128"})
  void thereIsNoOrder(DType type) {
    for (Projection plus : Projection.values()) {
      for (BinaryOp times : Laws.JOINS) {
        boolean isKnown =
            (plus == Projection.SUM || plus == Projection.PRODUCT)
                && (times == BinaryOp.ADD || times == BinaryOp.MULTIPLY);
        assertEquals(isKnown, Laws.of(plus, times, type).isPresent(), plus + " " + times);
      }
    }
    assertTrue(Semiring.PLUS_TIMES.isDefinedOn(type));
    assertFalse(Semiring.of("min-plus").orElseThrow().isDefinedOn(type));
    assertFalse(Semiring.of("lse-plus").map(some -> some.isDefinedOn(type)).orElse(true));
    assertEquals(Optional.of(true), Semiring.of("or-and").map(some -> some.isDefinedOn(type)));
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"C64", "C128"})
  void quotientsNeitherOverflowNorVanishOnTheWay(DType type) {
    double large = type == DType.C64 ? 1e38 : 1e300;
    Complex half =
        Complex.apply(
            BinaryOp.DIVIDE,
            type,
            new Complex(large, 0).rounded(type),
            new Complex(large, large).rounded(type));
    assertEquals(0.5, half.re(), 1e-6);
    assertEquals(-0.5, half.im(), 1e-6);
    assertEquals(large * Math.sqrt(2), Complex.abs(type, new Complex(large, large)), large * 1e-6);
    Complex byZero = Complex.apply(BinaryOp.DIVIDE, type, new Complex(1, 0), Complex.ZERO);
    assertEquals(Double.POSITIVE_INFINITY, byZero.re());
    assertTrue(Double.isNaN(byZero.im()));
  }
}
