package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.Arena;
import java.util.List;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Indices that are divided by a size that may be 0: such points have no position, and no target
/// computes one.
final class DivisorsTest {
  private static final List<Target> TARGETS =
      List.of(Target.interpreter(), Target.jvm(), Target.llvm());

  /// @param size of `z`
  private static void assertComputes(String equation, int size, double... expected) {
    Program program =
        Einkorn.compile("divisors", "input z[n: N]\ninput w[i: I]\n" + equation + "\noutput Y\n");
    for (Target target : TARGETS) {
      try (Arena arena = Arena.ofConfined()) {
        Tensor z = Tensor.allocate(arena, DType.F32, size);
        for (int at = 0; at < size; at++) {
          z.set(10.0 * (at + 1), at);
        }
        Tensor w = Tensor.allocate(arena, DType.F32, 3);
        for (int at = 0; at < 3; at++) {
          w.set(1.0, at);
        }
        Tensor found =
            program
                .with(Options.defaults().withTarget(target))
                .with("z", z)
                .with("w", w)
                .run()
                .get("Y");
        Tensor flat = found.reshape(found.elementCount());
        assertEquals(expected.length, flat.elementCount(), equation);
        for (int at = 0; at < expected.length; at++) {
          assertEquals(expected[at], flat.getDouble(at), equation + " at " + at + ", " + target);
        }
      }
    }
  }

  @Test
  void aRemainderHasNoPositionInNothing() {
    assertComputes("Y[i] = w[i] + z[i % N]", 0, 0, 0, 0);
    assertComputes("Y[i] = w[i] + z[i % N]", 2, 11, 21, 11);
  }

  @Test
  void aQuotientHasNoPositionInNothing() {
    assertComputes("Y[i: I] = w[i] + z[i / N]", 0, 0, 0, 0);
    assertComputes("Y[i: I] = w[i] + z[i / N]", 2, 11, 11, 21);
  }

  /// A divisor below 0 is none either.
  @Test
  void aDifferenceOfSizesMayBeNoDivisor() {
    assertComputes("Y[i] = w[i] + z[i % (N - 2)]", 1, 0, 0, 0);
    assertComputes("Y[i] = w[i] + z[i % (N - 2)]", 4, 11, 21, 11);
  }

  @Test
  void sumsLeaveOutWhatHasNoPosition() {
    assertComputes("Y[] = w[i] z[i % N]", 0, 0);
    assertComputes("Y[] = w[i] z[i % N]", 2, 40);
  }

  /// What has no position is not counted.
  @Test
  void averagesLeaveOutWhatHasNoPosition() {
    String two = "Y[] avg= w[i]\nY[] avg= z[i % N] * w[i]";
    assertComputes(two, 0, 1);
    assertComputes(two, 3, 10.5);
  }

  /// The extremum of integers is 0 where no point has a position.
  @Test
  void theExtremumOfIntegersLeavesOutWhatHasNoPosition() {
    assertComputes("Y[] max= i64(floor(w[i])) - 9 + 0 * i64(z[i % N])", 0, 0);
    assertComputes("Y[] max= i64(floor(w[i])) - 9 + 0 * i64(z[i % N])", 2, -8);
    assertComputes("Y[k: 2] min= i64(z[i % N]) + i64(w[i])", 0, 0, 0);
    assertComputes("Y[k: 2] min= i64(z[i % N]) + i64(w[i])", 2, 11, 11);
  }

  @Test
  void aChoiceThatHasLookedKeepsItsOtherSide() {
    assertComputes("Y[i: I] = where(N > 0, z[i % N], 5)", 0, 5, 5, 5);
    assertComputes("Y[i: I] = where(N > 0, z[i % N], 5)", 2, 10, 20, 10);
  }

  /// An axis that runs over the divisor has points only where that is positive.
  @Test
  void anAxisShowsThatItsSizeIsPositive() {
    String ring = "input z[n: N]\nY[i: N] = z[(i + 1) % N]\noutput Y\n";
    assertFalse(Einkorn.compile("ring", ring).ir(Stage.TENSOR).contains("where"));
  }
}
