package org.einkorn.derivatives;

import static org.einkorn.derivatives.Derived.TARGETS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.einkorn.Einkorn;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.ParseResult;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Functions that say what their derivatives are.
class GivenDerivativesTest {

  private static final double[] X = {-1.5, 0.25, 2};

  /// `G`, by dual numbers and on all targets.
  private static void assertGives(String text, double... expected) {
    Derived program =
        new Derived("input X[i: N]: f64\n" + text + "\noutput G\n", Map.of("X", Tensor.wrap(X)));
    assertArrayEquals(expected, program.byDualNumbers().get("G"), 1e-12, text);
    for (Target target : TARGETS) {
      assertArrayEquals(expected, program.by(target).get("G"), 1e-12, text + " by " + target);
    }
    assertArrayEquals(expected, program.byText(Target.jvm()).get("G"), 1e-12, text);
  }

  private static final String LOSS = "Y[i] = f(X[i])\nLoss = Y[i]\n";

  @Test
  void theRuleReplacesTheDerivativeOfTheBody() {
    assertGives("def f(x) = round(x) with vjp(u) = u\n" + LOSS + "G = grad(Loss, X)", 1, 1, 1);
    assertGives("def f(x) = exp(x) with vjp(u) = u * x\n" + LOSS + "G = grad(Loss, X)", X);
    assertGives("def f(x) = exp(x) with vjp(u) = 0\n" + LOSS + "G = grad(Loss, X)", 0, 0, 0);
    assertGives("def f(x) = x with vjp(u) = -u\n" + LOSS + "G = grad(Loss, X)", -1, -1, -1);
    assertGives(
        "def f(x) = x with vjp(u) = where(x > 0, u, 0) / 2\n" + LOSS + "G = grad(Loss, X)",
        0,
        0.5,
        0.5);
    assertGives(
        "def f(x) = exp(x) with vjp(u) = u * x\n" + LOSS + "G = jvp(Y, X, X)", 2.25, 0.0625, 4);
    assertGives(
        "def f(x, y) = x with vjp(u) = u * y, u * x\nY[i] = f(X[i], X[i])\nLoss = Y[i]\n"
            + "G = grad(Loss, X)",
        -3,
        0.5,
        4);
  }

  @Test
  void higherDerivativesAreThoseOfTheRule() {
    String head = "def f(x) = floor(x) with vjp(u) = u * x^3\n" + LOSS;
    assertGives(head + "One[i] = X[i]^0\nG = hvp(Loss, X, One)", 6.75, 0.1875, 12);
    assertGives(
        head + "One[i] = X[i]^0\nG = jet(Y, X, One, order: 3)",
        -2,
        0,
        2,
        -3.375,
        0.015625,
        8,
        6.75,
        0.1875,
        12,
        -9,
        1.5,
        12);
  }

  @Test
  void valuesAreNotTouched() {
    String rule = "def f(x) = 1 / x with vjp(u) = u * log(x)\nY[i] = f(X[i])\n";
    String plain = "Y[i] = 1 / X[i]\n";
    String head = "input X[i: 4]: f32\n";
    Tensor x = Tensor.wrap(new float[] {0, -0.0f, -1, Float.NaN});
    for (Target target : TARGETS) {
      Tensor one = run(head + rule, x, target);
      Tensor two = run(head + plain, x, target);
      for (int place = 0; place < 4; place++) {
        assertEquals(two.getDouble(place), one.getDouble(place), 0);
      }
    }
    assertEquals(
        Einkorn.compile("f", head + plain).ir(Stage.TENSOR),
        Einkorn.compile("f", head + rule).ir(Stage.TENSOR));
  }

  private static Tensor run(String text, Tensor x, Target target) {
    return Einkorn.compile("f", text)
        .with("X", x)
        .with(org.einkorn.Options.defaults().withTarget(target))
        .run()
        .get("Y");
  }

  @Test
  void integersHaveNone() {
    String text = "input N[i: 3]: i32\ndef f(x) = x * 2 with vjp(u) = u\nY[i] = f(N[i])\n";
    Tensor y = Einkorn.compile("f", text).with("N", Derived.integers(1, 2, 3)).run().get("Y");
    assertEquals(6, y.getLong(2));
  }

  /// With its requests the program has a text that is read back, and the equations hold no rule.
  @Test
  void asText() {
    String text =
        "input X[i: 3]: f64\ndef f(x) = exp(x) with vjp(u) = u * x\n"
            + LOSS
            + "G = grad(Loss, X)\n";
    Program requests = new Derived(text, Map.of()).requests().orElseThrow();
    String printed = TensorPrinter.print(requests);
    assertTrue(printed.contains("follow(") && printed.contains("slope("), printed);
    ParseResult<Program> parsed = TensorParser.parse(new SourceFile("program", printed));
    assertEquals(requests, ((ParseResult.Success<Program>) parsed).value());
    String equations = new Derived(text, Map.of()).equations();
    assertFalse(equations.contains("follow") || equations.contains("vjp"), equations);
  }
}
