package org.einkorn.derivatives;

import static org.einkorn.derivatives.Derived.TARGETS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// The values that the language reference states, and where derivatives stand in programs.
class ValuesTest {
  private static final double ROUNDED = 1e-12;

  /// The gradient of the sum of `value` by `W[i]`, where `X[i]` may occur too, on every target and
  /// by dual numbers.
  private static void assertGradient(String value, double[] w, double[] x, double... expected) {
    String text =
        """
        input W[i: N]: f64
        input X[i: N]: f64
        Loss = sum[i](%s + 0 * X[i])
        G = grad(Loss, W)
        F[i] = X[i] + %s
        One[i] = W[i]^0
        Along = jvp(Loss, W, One)
        output G
        output Along
        output F
        """
            .formatted(value, value);
    Derived program = new Derived(text, Map.of("W", Tensor.wrap(w), "X", Tensor.wrap(x)));
    assertNear(value, expected, program.byDualNumbers());
    for (Target target : TARGETS) {
      assertNear(value + " by " + target, expected, program.by(target));
    }
  }

  private static void assertNear(String what, double[] expected, Map<String, double[]> found) {
    assertArrayEquals(expected, found.get("G"), ROUNDED, what);
    double sum = Arrays.stream(expected).sum();
    double[] along = Objects.requireNonNull(found.get("Along"));
    if (!Double.isNaN(sum)) {
      assertEquals(sum, along[0], ROUNDED, what);
    }
  }

  private static double[] list(double... values) {
    return values;
  }

  @Test
  void pointsWithoutDerivative() {
    double[] none = {0, 0, 0};
    assertGradient("abs(W[i])", list(-2, 0, 3), none, -1, 0, 1);
    assertGradient("relu(W[i])", list(-2, 0, 3), none, 0, 0, 1);
    assertGradient("max(0, W[i])", list(-2, 0, 3), none, 0, 0, 1);
    assertGradient("min(W[i], 0)", list(-2, 0, 3), none, 1, 0, 0);
    assertGradient("clamp(W[i], -1, 1)", list(-1, 0.5, 1), none, 0, 1, 0);
    assertGradient("max(W[i], X[i])", list(-1, 0.5, 1), list(0, 0.5, 0), 0, 0.5, 1);
    assertGradient("min(X[i], W[i])", list(-1, 0.5, 1), list(0, 0.5, 0), 1, 0.5, 0);
    assertGradient("max(W[i], W[i])", list(-1, 0.5, 1), none, 1, 1, 1);
    for (String flat : new String[] {"sign", "floor", "ceil", "round", "step"}) {
      assertGradient(flat + "(W[i])", list(-1.5, 0, 2), none, 0, 0, 0);
    }
    assertGradient("sqrt(W[i])", list(0, 1, 4), none, Double.POSITIVE_INFINITY, 0.5, 0.25);
    assertGradient("pow(W[i], X[i])", list(0, 2, 3), list(0, 0, 2), 0, 0, 6);
    assertGradient("pow(X[i], W[i])", list(2, 1, 0), list(0, 1, 1), 0, 0, 0);
    assertGradient("W[i]^0", list(0, 1, 2), none, 0, 0, 0);
    assertGradient(
        "where(X[i] < 1, logaddexp(W[i], -inf), 0)",
        list(Double.NEGATIVE_INFINITY, 0, 1),
        none,
        0,
        1,
        1);
  }

  @Test
  void theOtherSideOfAConditionIsNotEvaluated() {
    assertGradient("where(W[i] > 0, log(W[i]), 0)", list(-1, 0, 2), list(0, 0, 0), 0, 0, 0.5);
    assertGradient("where(W[i] > 0, sqrt(W[i]), 0)", list(-1, 0, 4), list(0, 0, 0), 0, 0, 0.25);
  }

  @Test
  void valuesThatAreEqualShare() {
    assertGradient("max[k](W[k]) / 3", list(2, 1, 2), list(0, 0, 0), 0.5, 0, 0.5);
    assertGradient("min[k](W[k]) / 3", list(1, 1, 1), list(0, 0, 0), 1 / 3., 1 / 3., 1 / 3.);
    assertGradient("cummax[i](W[i])", list(2, 1, 2), list(0, 0, 0), 2.5, 0, 0.5);
  }

  @Test
  void productsWithZeros() {
    assertGradient("prod[k](W[k]) / 3", list(0, 2, 3), list(0, 0, 0), 6, 0, 0);
    assertGradient("prod[k](W[k]) / 3", list(0, 0, 3), list(0, 0, 0), 0, 0, 0);
    assertGradient("cumprod[i](W[i])", list(0, 2, 3), list(0, 0, 0), 1 + 2 + 6, 0, 0);
    String text =
        """
        input W[i: 3]: f64
        input V[i: 3]: f64
        Loss = prod[i](W[i])
        H = hvp(Loss, W, V)
        """;
    Derived program =
        new Derived(text, Map.of("W", Tensor.wrap(list(0, 0, 3)), "V", Tensor.wrap(list(1, 0, 0))));
    assertArrayEquals(list(0, 3, 0), program.byDualNumbers().get("H"));
    assertArrayEquals(list(0, 3, 0), program.by(Target.jvm()).get("H"));
  }

  @Test
  void logarithmOfNothing() {
    double none = Double.NEGATIVE_INFINITY;
    assertGradient("where(i < 0, 0, lse[k](W[k]))", list(none, 0, 0), list(0, 0, 0), 0, 1.5, 1.5);
    assertGradient(
        "where(lse[k](W[k]) < 0, 1, 0) + lse[k](W[k])",
        list(none, none, none),
        list(0, 0, 0),
        0,
        0,
        0);
  }

  @Test
  void nothingFlowsThroughStop() {
    assertGradient("stop(W[i]) * W[i]", list(1, 2, 3), list(0, 0, 0), 1, 2, 3);
    assertGradient("W[i]^2 * stop(2.0)", list(1, 2, 3), list(0, 0, 0), 4, 8, 12);
    assertGradient("stop(W[i]^2)", list(1, 2, 3), list(0, 0, 0), 0, 0, 0);
  }

  private static Tensor run(String text, String name, Map<String, Tensor> inputs) {
    Program program = Einkorn.compile("values", text);
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      program = program.with(input.getKey(), input.getValue());
    }
    return program.run().get(name);
  }

  @Test
  void aDerivativeIsATensorLikeAnyOther() {
    Map<String, Tensor> w = Map.of("W", Tensor.wrap(list(1, 2, 3)));
    String loss = "input W[i: N]: f64\nLoss = W[i]^3\n";
    Map<String, double[]> expected =
        Map.of(
            "Y[i] = 2 grad(Loss, W)[i]", list(6, 24, 54),
            "Y = W - 0.5 * grad(Loss, W)", list(-0.5, -4, -10.5),
            "Y = grad(Loss, W)[1]", list(12),
            "Y[i] = grad(Loss, W)[i] grad(Loss, W)[j]", list(126, 504, 1134),
            "G = grad(Loss, W)\nP = G[i]^2\nY = grad(P, W)", list(36, 288, 972),
            "G = grad(Loss, W)\nY = jvp(G, W, W)", list(6, 24, 54),
            "Y = vjp(Loss, W, Loss)", list(108, 432, 972),
            "Y = grad(Loss, Loss)", list(1),
            "Half[i] = W[i] / 2\nL = Half[i]^2\nY = grad(L, Half)", list(1, 2, 3),
            "def total(X[i]) = sum[i](grad(Loss, X)[i])\nY = total(W)", list(42));
    expected.forEach(
        (text, values) ->
            assertArrayEquals(
                values, Derived.elements(run(loss + text + "\noutput Y\n", "Y", w)), 1e-9, text));
  }

  @Test
  void whatDoesNotMatterIsZero() {
    String text = "input W[i: 3]: f64\ninput X[i: 3]: f64\nLoss = X[i]^2\nG = grad(Loss, W)\n";
    Map<String, Tensor> inputs =
        Map.of("W", Tensor.wrap(list(1, 2, 3)), "X", Tensor.wrap(list(1, 2, 3)));
    assertArrayEquals(list(0, 0, 0), Derived.elements(run(text, "G", inputs)));
    assertEquals("W0105", Einkorn.compile("values", text).warnings().getFirst().code());
  }

  @Test
  void narrowTypesHaveWiderDerivatives() {
    double[] values = list(0.5, -1.25, 2);
    double[] expected = Arrays.stream(values).map(w -> 3 * w * w).toArray();
    for (DType type : new DType[] {DType.F16, DType.BF16, DType.F32, DType.F64}) {
      Tensor w = Tensor.wrap(values).cast(Arena.ofAuto(), type);
      String text =
          "input W[i: 3]: %s\nT[i]: %s = W[i]^2\nLoss = T[i] W[i]\nG = grad(Loss, W)\n"
              .formatted(type, type);
      Tensor gradient = run(text, "G", Map.of("W", w));
      assertEquals(type.compute(), gradient.dtype());
      assertArrayEquals(expected, Derived.elements(gradient), 0.02, type.text());
    }
    String mixed =
        "input W[i: 3]: f32\nT[i] = exp(f64(W[i]))\nLoss = T[i]^2\nG = grad(Loss, W)\noutput G\n";
    Tensor gradient = run(mixed, "G", Map.of("W", Tensor.wrap(new float[] {0.5f, -1, 0})));
    assertEquals(DType.F32, gradient.dtype());
    assertArrayEquals(list(2 * Math.E, 2 * Math.exp(-2), 2), Derived.elements(gradient), 1e-5);
  }

  @Test
  void aPositionOutsideIsTheSameFault() {
    String text =
        """
        input E[v: 3]: f64
        input At[g: 2]: i32
        Loss = E[At[g]]^2
        G = grad(Loss, E)
        """;
    Program program =
        Einkorn.compile("values", text)
            .with("E", Tensor.wrap(list(1, 2, 3)))
            .with("At", Derived.integers(0, 3));
    for (Target target : TARGETS) {
      DataException fault =
          assertThrows(
              DataException.class, () -> program.with(Options.defaults().withTarget(target)).run());
      assertEquals("E0550", fault.code());
    }
  }
}
