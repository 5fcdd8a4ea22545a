package org.einkorn.derivatives;

import static org.einkorn.derivatives.Derived.TARGETS;
import static org.einkorn.derivatives.Derived.get;
import static org.einkorn.derivatives.Derived.number;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Derivatives through iterations of a known number of rounds. `-Deinkorn.seed` and
/// `-Deinkorn.rounds` say where random programs begin and how many there are.
@ResourceLock("the count of finite derivatives")
@Execution(ExecutionMode.CONCURRENT)
class RoundsTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261128);
  private static final int COUNT = Integer.getInteger("einkorn.rounds", 120);

  @Test
  void programs() {
    System.out.printf(
        "derivatives of -Deinkorn.rounds=%d iterations from -Deinkorn.seed=%d%n", COUNT, SEED);
    int before = Checks.FINITE.get();
    OptionalLong failing =
        LongStream.range(SEED, SEED + COUNT).filter(seed -> fault(seed).isPresent()).findFirst();
    if (failing.isPresent()) {
      long seed = failing.getAsLong();
      fail(
          "-Deinkorn.seed=%d -Deinkorn.rounds=1%n%s%n%s"
              .formatted(seed, fault(seed).orElse(""), RandomRounds.of(seed).text()));
    }
    assertTrue(COUNT < 50 || (Checks.FINITE.get() - before) * 10 >= COUNT * 8L);
  }

  private static Optional<String> fault(long seed) {
    RandomDifferentiable.Made made = RandomRounds.of(seed);
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    made.shapes().forEach((name, shape) -> inputs.put(name, Derived.random(random, shape)));
    Derived plain = new Derived(made.text(), inputs);
    try {
      Derived requests = Checks.requests(plain, made.function(), made.rank(), random);
      double[] value = get(plain.with("output F\n").by(Target.interpreter()), "F");
      double[] along = get(requests.with("output F\n").by(Target.interpreter()), "F");
      if (!Derived.isNear(value, along, 0)) {
        return Optional.of("the value is another with a derivative");
      }
      return Checks.fault(requests, true);
    } catch (RuntimeException crash) {
      StackTraceElement[] trace = crash.getStackTrace();
      return Optional.of(crash + (trace.length > 0 ? " at " + trace[0] : ""));
    }
  }

  /// Newton's method for a square root: five rounds are exact enough for derivatives in closed
  /// form.
  @Test
  void squareRoot() {
    String text =
        """
        input A: f64
        X: f64 = 1
        X = (X + A / X) / 2 for 7 steps
        One = A^0
        G = grad(X, A)
        H = hvp(X, A, One)
        J = jet(X, A, One, order: 3)
        output G
        output H
        output J
        """;
    for (Target target : TARGETS) {
      Map<String, double[]> found = new Derived(text, Map.of("A", number(2))).by(target);
      assertEquals(0.25 * Math.sqrt(2), get(found, "G")[0], 1e-12);
      assertEquals(-Math.pow(2, -3.5), get(found, "H")[0], 1e-12);
      assertEquals(3 * Math.pow(2, -5.5), get(found, "J")[3], 1e-10);
    }
  }

  /// The gradient of the loss after some steps of gradient descent, by the rate and by the start.
  @Test
  void metaGradient() {
    String text =
        """
        input X[p: P, d: D]: f64
        input T[p: P]: f64
        input Rate: f64
        input Start[d: D]: f64
        Loss = (tanh(W[d] X[p, d]) - T[p])^2
        W[d]: f64 = Start[d]
        W[d] = W[d] - Rate * grad(Loss, W)[d] for 6 steps
        ByRate = grad(Loss, Rate)
        ByStart = grad(Loss, Start)
        output Loss
        output ByRate
        output ByStart
        """;
    for (long seed = SEED; seed < SEED + 5; seed++) {
      System.out.println("seed " + seed);
      SplittableRandom random = new SplittableRandom(seed);
      Tensor start = Derived.random(random, 3);
      Derived program =
          new Derived(
              text,
              Map.of(
                  "X", Derived.random(random, 5, 3),
                  "T", Derived.random(random, 5),
                  "Rate", number(0.05),
                  "Start", start));
      Map<String, double[]> expected = program.by(Target.interpreter());
      double step = 2e-6;
      double above = loss(program.with("Rate", number(0.05 + step)));
      double below = loss(program.with("Rate", number(0.05 - step)));
      assertSlope(above, below, step, get(expected, "ByRate")[0]);
      for (int place = 0; place < 3; place++) {
        double[] moved = Derived.elements(start);
        moved[place] += step;
        above = loss(program.with("Start", Derived.tensor(new long[] {3}, moved)));
        moved[place] -= 2 * step;
        below = loss(program.with("Start", Derived.tensor(new long[] {3}, moved)));
        assertSlope(above, below, step, get(expected, "ByStart")[place]);
      }
      for (Target target : TARGETS) {
        Map<String, double[]> found = program.by(target);
        assertEquals(Optional.empty(), Derived.difference(expected, found, 1e-9), seed + "");
      }
    }
  }

  private static void assertSlope(double above, double below, double step, double found) {
    assertEquals((above - below) / (2 * step), found, 1e-6 * Math.max(1, Math.abs(found)));
  }

  private static double loss(Derived program) {
    return get(program.by(Target.jvm(), "Loss"), "Loss")[0];
  }

  /// The gradient of a shortest way marks its roads.
  @Test
  void shortestPath() {
    String text =
        """
        input W[i: N, j: N]: f64
        D[i, k]: f64 min= W[i, k]
        D[i, k] min= D[i, j] + W[j, k] for N steps
        Way = D[0, 3]
        G = grad(Way, W)
        output Way
        output G
        """;
    double far = 100;
    double[] roads = {
      far, 1, 5, far, //
      far, far, 2, 9, //
      far, far, far, 3, //
      far, far, far, far
    };
    Derived program = new Derived(text, Map.of("W", Derived.tensor(new long[] {4, 4}, roads)));
    for (Target target : TARGETS) {
      Map<String, double[]> found = program.by(target);
      assertEquals(6, get(found, "Way")[0]);
      double[] used = {0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0};
      assertArrayEquals(used, get(found, "G"), 1e-12);
    }
  }

  /// A condition ends the rounds; where it does not, the derivative is no number but a failure.
  @Test
  void conditions() {
    String text =
        """
        input A: f64
        X: f64 = 1
        X = (X + A / X) / 2 until abs(X * X - A) < 1e-14 for 20 steps
        G = grad(X, A)
        output G
        """;
    for (Target target : TARGETS) {
      Map<String, double[]> found = new Derived(text, Map.of("A", number(2))).by(target);
      assertEquals(0.25 * Math.sqrt(2), get(found, "G")[0], 1e-12);
      RuntimeException failure =
          assertThrows(
              RuntimeException.class, () -> new Derived(text, Map.of("A", number(-1))).by(target));
      assertTrue(Objects.toString(failure.getMessage()).contains("E0558"), failure::toString);
    }
  }
}
