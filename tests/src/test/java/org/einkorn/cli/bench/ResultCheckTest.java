package org.einkorn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Map;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// A wrong result is found, and rounding is none.
final class ResultCheckTest {
  private static final ResultCheck CHECK = new ResultCheck("work", 100);

  private static void compare(Tensor found, Tensor right) {
    CHECK.requireNear("llvm", Map.of("Y", found), "the interpreter", Map.of("Y", right));
  }

  private static String refused(Tensor found, Tensor right) {
    RefusedException refused = assertThrows(RefusedException.class, () -> compare(found, right));
    assertEquals("E0562", refused.code());
    return String.valueOf(refused.getMessage());
  }

  @Test
  void floatsMayBeRoundedOtherwise() {
    Tensor right = Tensor.wrap(new float[] {1, -1000, Float.NaN, Float.POSITIVE_INFINITY});
    compare(right, right);
    compare(Tensor.wrap(new float[] {1.05f, -1000, Float.NaN, Float.POSITIVE_INFINITY}), right);
    String message =
        refused(Tensor.wrap(new float[] {1.5f, -1000, Float.NaN, Float.POSITIVE_INFINITY}), right);
    assertEquals(
        "on llvm, `Y` of `work` is not what the interpreter makes: element [0] is 1.5 and not 1.0,"
            + " and may be off by 0.12",
        message);
    refused(Tensor.wrap(new float[] {1, -1000, 0, Float.POSITIVE_INFINITY}), right);
    refused(Tensor.wrap(new float[] {1, Float.NaN, Float.NaN, Float.POSITIVE_INFINITY}), right);
    refused(Tensor.wrap(new float[] {1, -1000, Float.NaN, 3e38f}), right);
  }

  @Test
  void doublesAreHeldToTheirOwnDigits() {
    Tensor right = Tensor.wrap(new double[] {1, 2, 3, 4}, 2, 2);
    compare(Tensor.wrap(new double[] {1, 2, 3 + 1e-13, 4}, 2, 2), right);
    assertTrue(
        refused(Tensor.wrap(new double[] {1, 2, 3 + 1e-9, 4}, 2, 2), right).contains("[1, 0]"));
  }

  @Test
  void moreTermsMayWanderFarther() {
    assertTrue(new ResultCheck("", 1e8).tolerance(DType.F32) > CHECK.tolerance(DType.F32));
    assertEquals(0, new ResultCheck("", 1e8).tolerance(DType.I32));
  }

  @Test
  void integersAreEqual() {
    refused(
        Tensor.wrap(new long[] {1_000_000_000_001L}), Tensor.wrap(new long[] {1_000_000_000_000L}));
    refused(Tensor.wrap(new int[] {1, 2}), Tensor.wrap(new int[] {1, 3}));
  }

  @Test
  void shapesAndTypesAreEqual() {
    Tensor right = Tensor.wrap(new float[] {1, 2}, 1, 2);
    assertTrue(refused(Tensor.wrap(new float[] {1, 2}, 2, 1), right).contains("[2, 1]"));
    assertTrue(refused(Tensor.wrap(new double[] {1, 2}, 1, 2), right).contains("f64"));
  }

  @Test
  void bothPartsOfComplexNumbersCount() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor right = Tensor.allocate(arena, DType.C64, Shape.of(2));
      Tensor found = Tensor.allocate(arena, DType.C64, Shape.of(2));
      right.setComplex(1, 2, 1);
      found.setComplex(1, 2.5, 1);
      assertTrue(refused(found, right).contains("element [1] is 2.5"));
    }
  }

  @Test
  void theLastRunMakesTheSameBits() {
    Tensor first = Tensor.wrap(new float[] {1, 2});
    CHECK.requireSame("jvm", Map.of("Y", first), Map.of("Y", Tensor.wrap(new float[] {1, 2})));
    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () ->
                CHECK.requireSame(
                    "jvm",
                    Map.of("Y", first),
                    Map.of("Y", Tensor.wrap(new float[] {1, Math.nextUp(2f)}))));
    assertEquals("E0562", refused.code());
  }
}
