package org.einkorn.backend.llvm;

import static org.einkorn.backend.llvm.Samples.map;
import static org.einkorn.backend.llvm.Samples.unary;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.elementary.Formulas;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elementary;
import org.einkorn.runtime.Elements;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The functions that are written out, over all their range.
class ElementaryFunctionsTest {
  private static final int COUNT = 100_000;

  private static final Map<UnaryOp, DoubleUnaryOperator> REFERENCE =
      Map.of(
          UnaryOp.EXP, StrictMath::exp,
          UnaryOp.LOG, StrictMath::log,
          UnaryOp.TANH, StrictMath::tanh,
          UnaryOp.ERF, Elementary::erf);

  /// Half of the numbers are of every magnitude, half where the function is neither flat nor
  /// linear.
  private static double argument(UnaryOp op, SplittableRandom random) {
    if (random.nextBoolean()) {
      return op == UnaryOp.EXP
          ? random.nextDouble(-110, 92)
          : op == UnaryOp.LOG ? random.nextDouble(0.5, 1.5) : random.nextDouble(-5, 5);
    }
    float any = Float.intBitsToFloat(random.nextInt());
    return op == UnaryOp.LOG ? Math.abs(any) : any;
  }

  @ParameterizedTest
  @CsvSource({"EXP", "LOG", "TANH", "ERF"})
  void roundsSinglesToTheNearest(UnaryOp op) {
    long seed = 11;
    SplittableRandom random = new SplittableRandom(seed);
    int different = 0;
    try (Trial trial = Trial.compiled(map(DType.F32, DType.F32, x -> unary(op, x)), COUNT)) {
      for (int index = 0; index < COUNT; index++) {
        Elements.setFloat(DType.F32, trial.segment("X"), index, argument(op, random));
      }
      trial.run();
      for (int index = 0; index < COUNT; index++) {
        double x = trial.real("X", index);
        double expected = (float) Objects.requireNonNull(REFERENCE.get(op)).applyAsDouble(x);
        double found = trial.real("Y", index);
        assertTrue(
            Trial.isClose(DType.F32, expected, found, 1),
            () -> op.text() + " " + x + " is " + found + ", not " + expected);
        different += Double.compare(expected, found) == 0 ? 0 : 1;
      }
    }
    int count = different;
    boolean isInSingles = Formulas.steps(op, DType.F32) == DType.F32;
    assertTrue(
        count <= COUNT / (isInSingles ? 10 : 10_000),
        () -> count + " of " + COUNT + " are not the nearest number");
  }

  @ParameterizedTest
  @CsvSource({"EXP", "LOG"})
  void keepsDoublesWithinAUnit(UnaryOp op) {
    long seed = 12;
    SplittableRandom random = new SplittableRandom(seed);
    try (Trial trial = Trial.compiled(map(DType.F64, DType.F64, x -> unary(op, x)), COUNT)) {
      for (int index = 0; index < COUNT; index++) {
        double any = Double.longBitsToDouble(random.nextLong());
        double x =
            random.nextBoolean()
                ? argument(op, random)
                : op == UnaryOp.LOG ? Math.abs(any) : random.nextDouble(-750, 715);
        Elements.setFloat(DType.F64, trial.segment("X"), index, x);
      }
      trial.run();
      for (int index = 0; index < COUNT; index++) {
        double x = trial.real("X", index);
        double expected = Objects.requireNonNull(REFERENCE.get(op)).applyAsDouble(x);
        double found = trial.real("Y", index);
        assertTrue(
            Trial.isClose(DType.F64, expected, found, 1),
            () -> op.text() + " " + x + " is " + found + ", not " + expected);
      }
    }
  }
}
