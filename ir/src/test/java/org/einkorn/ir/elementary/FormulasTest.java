package org.einkorn.ir.elementary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elementary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The functions that are written out, over all their range, against those of Java.
class FormulasTest {
  private static final int COUNT = 300_000;

  private static final Map<UnaryOp, DoubleUnaryOperator> REFERENCE =
      Map.of(
          UnaryOp.EXP, StrictMath::exp,
          UnaryOp.LOG, StrictMath::log,
          UnaryOp.TANH, StrictMath::tanh,
          UnaryOp.ERF, Elementary::erf);

  /// Where the function is neither flat nor linear.
  private static double interesting(UnaryOp op, SplittableRandom random) {
    return op == UnaryOp.EXP
        ? random.nextDouble(-110, 92)
        : op == UnaryOp.LOG ? random.nextDouble(0.5, 1.5) : random.nextDouble(-5, 5);
  }

  @ParameterizedTest
  @CsvSource({"EXP", "LOG", "TANH", "ERF"})
  void roundsSinglesToTheNearest(UnaryOp op) {
    SplittableRandom random = new SplittableRandom(21);
    int different = 0;
    for (int round = 0; round < COUNT; round++) {
      float any = Float.intBitsToFloat(random.nextInt());
      float x = random.nextBoolean() ? any : (float) interesting(op, random);
      float expected = (float) Objects.requireNonNull(REFERENCE.get(op)).applyAsDouble(x);
      float found = (float) PlainDoubles.apply(op, DType.F32, x);
      if (Float.compare(expected, found) != 0) {
        different++;
        assertTrue(
            Math.abs(expected - found) <= Math.ulp(expected),
            () -> op.text() + " " + x + " is " + found + ", not " + expected);
      }
    }
    int count = different;
    assertTrue(count <= most(op), () -> count + " are not the nearest number");
  }

  /// How many results may be the other neighbour: a few in steps of `f64`. In steps of `f32` each
  /// is the nearest or beside it, and most are the nearest.
  private static int most(UnaryOp op) {
    return Formulas.steps(op, DType.F32) == DType.F32 ? COUNT / 10 : COUNT / 10_000;
  }

  private static boolean isWithinAUnit(double expected, double found) {
    return Double.compare(expected, found) == 0 || Math.abs(expected - found) <= Math.ulp(expected);
  }

  /// StrictMath itself is within 1 unit.
  @ParameterizedTest
  @CsvSource({"EXP", "LOG"})
  void keepsDoublesWithinAUnit(UnaryOp op) {
    SplittableRandom random = new SplittableRandom(22);
    for (int round = 0; round < COUNT; round++) {
      double any = Double.longBitsToDouble(random.nextLong());
      double x =
          random.nextInt(3) == 0
              ? any
              : op == UnaryOp.EXP ? random.nextDouble(-750, 715) : interesting(op, random);
      double expected = Objects.requireNonNull(REFERENCE.get(op)).applyAsDouble(x);
      double found = PlainDoubles.apply(op, DType.F64, x);
      assertTrue(
          isWithinAUnit(expected, found),
          () -> op.text() + " " + x + " is " + found + ", not " + expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"EXP,F32", "LOG,F32", "TANH,F32", "ERF,F32", "EXP,F64", "LOG,F64"})
  void isExactAtTheEnds(UnaryOp op, DType type) {
    double[] ends = {
      0.0,
      -0.0,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NaN,
      1,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      -1,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL
    };
    for (double x : ends) {
      double expected = Objects.requireNonNull(REFERENCE.get(op)).applyAsDouble(x);
      double found = PlainDoubles.apply(op, type, x);
      if (type == DType.F32) {
        assertEquals((float) expected, (float) found, () -> op.text() + " " + x);
      } else {
        assertTrue(
            isWithinAUnit(expected, found),
            () -> op.text() + " " + x + " is " + found + ", not " + expected);
      }
    }
  }

  @Test
  void goesOverToInfinityAndZeroWhereJavaDoes() {
    float greatest = 88.72283f;
    assertEquals((float) Math.exp(greatest), single(UnaryOp.EXP, greatest));
    assertEquals(Float.POSITIVE_INFINITY, single(UnaryOp.EXP, Math.nextUp(greatest)));
    assertEquals(Float.MIN_VALUE, single(UnaryOp.EXP, -103.9f));
    assertEquals(0.0f, single(UnaryOp.EXP, -104));
    assertEquals(Float.MIN_NORMAL / 2, single(UnaryOp.TANH, Float.MIN_NORMAL / 2));
    double x = 709.782712893384;
    assertEquals(StrictMath.exp(x), PlainDoubles.apply(UnaryOp.EXP, DType.F64, x), 0x1p971);
    assertEquals(
        Double.POSITIVE_INFINITY, PlainDoubles.apply(UnaryOp.EXP, DType.F64, Math.nextUp(x)));
    assertEquals(Double.MIN_VALUE, PlainDoubles.apply(UnaryOp.EXP, DType.F64, -745));
    assertEquals(0.0, PlainDoubles.apply(UnaryOp.EXP, DType.F64, -745.2));
    assertEquals(
        StrictMath.log(Double.MIN_VALUE),
        PlainDoubles.apply(UnaryOp.LOG, DType.F64, Double.MIN_VALUE));
  }

  private static float single(UnaryOp op, float x) {
    return (float) PlainDoubles.apply(op, DType.F32, x);
  }

  @Test
  void refusesWhatIsNotWrittenOut() {
    assertThrows(
        IllegalArgumentException.class, () -> PlainDoubles.apply(UnaryOp.SIN, DType.F32, 1));
    assertThrows(
        IllegalArgumentException.class, () -> PlainDoubles.apply(UnaryOp.TANH, DType.F64, 1));
  }
}
