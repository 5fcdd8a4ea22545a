package org.einkorn.derivatives;

import static org.einkorn.derivatives.Derived.TARGETS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import org.einkorn.Einkorn;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Derivatives of high order: known series, points without a derivative, and what they cost.
@Execution(ExecutionMode.CONCURRENT)
class JetsTest {
  private static final int ORDER = 6;

  private static double factorial(int n) {
    double product = 1;
    for (int factor = 2; factor <= n; factor++) {
      product *= factor;
    }
    return product;
  }

  /// Asserts the derivatives of a function of one number `x`, written with `X[i]`, at two points.
  ///
  /// @param derivative of an order at a point
  private static void assertDerivatives(String function, Derivative derivative, double... points) {
    String text =
        """
        input X[i: N]: f64
        One[i] = X[i]^0
        F[i] = %s
        J = jet(F, X, One, order: %d)
        output J
        """
            .formatted(function, ORDER);
    Derived program = new Derived(text, Map.of("X", Tensor.wrap(points)));
    double[] expected = new double[(ORDER + 1) * points.length];
    for (int place = 0; place < expected.length; place++) {
      expected[place] = derivative.at(place / points.length, points[place % points.length]);
    }
    assertNear(function, expected, program.byDualNumbers());
    for (Target target : TARGETS) {
      assertNear(function + " by " + target, expected, program.by(target));
    }
  }

  private interface Derivative {
    double at(int order, double x);
  }

  private static void assertNear(String what, double[] expected, Map<String, double[]> found) {
    double[] jet = Objects.requireNonNull(found.get("J"));
    assertEquals(expected.length, jet.length, what);
    for (int place = 0; place < jet.length; place++) {
      double tolerance = 1e-11 * Math.max(1, Math.abs(expected[place]));
      assertEquals(expected[place], jet[place], tolerance, what + " at " + place);
    }
  }

  /// Derivatives of a polynomial in a value `y` of the function whose own derivative is the
  /// polynomial `slope` in it: `tanh' = 1 - tanh²`.
  private static Derivative ofPolynomials(DoubleUnaryOperator value, double... slope) {
    return (order, x) -> {
      double[] polynomial = {0, 1};
      for (int n = 0; n < order; n++) {
        polynomial = product(derivative(polynomial), slope);
      }
      return at(polynomial, value.applyAsDouble(x));
    };
  }

  private static double[] derivative(double[] polynomial) {
    double[] result = new double[Math.max(1, polynomial.length - 1)];
    for (int power = 1; power < polynomial.length; power++) {
      result[power - 1] = power * polynomial[power];
    }
    return result;
  }

  private static double[] product(double[] one, double[] two) {
    double[] result = new double[one.length + two.length - 1];
    for (int i = 0; i < one.length; i++) {
      for (int j = 0; j < two.length; j++) {
        result[i + j] += one[i] * two[j];
      }
    }
    return result;
  }

  private static double at(double[] polynomial, double x) {
    double value = 0;
    for (int power = polynomial.length - 1; power >= 0; power--) {
      value = value * x + polynomial[power];
    }
    return value;
  }

  /// `r (r - 1) … x^(r - n)`
  private static Derivative power(double r) {
    return (order, x) -> {
      double factor = 1;
      for (int n = 0; n < order; n++) {
        factor *= r - n;
      }
      return factor == 0 ? 0 : factor * Math.pow(x, r - order);
    };
  }

  private static double cycle(int order, double... values) {
    return values[order % values.length];
  }

  /// `2 / √π` times Hermite polynomials times the bell.
  private static double erf(int order, double x) {
    if (order == 0) {
      return org.einkorn.runtime.Elementary.erf(x);
    }
    double[] polynomial = {1};
    for (int n = 1; n < order; n++) {
      double[] slope = derivative(polynomial);
      double[] turned = product(polynomial, new double[] {0, -2});
      for (int power = 0; power < slope.length; power++) {
        turned[power] += slope[power];
      }
      polynomial = turned;
    }
    return 2 / Math.sqrt(Math.PI) * at(polynomial, x) * Math.exp(-x * x);
  }

  @Test
  void knownSeries() {
    assertDerivatives("exp(X[i])", (_, x) -> Math.exp(x), -0.5, 0, 1);
    assertDerivatives("exp(2 * X[i])", (n, x) -> Math.pow(2, n) * Math.exp(2 * x), -0.5, 0, 1);
    assertDerivatives(
        "log(X[i])",
        (n, x) -> n == 0 ? Math.log(x) : (n % 2 == 0 ? -1 : 1) * factorial(n - 1) / Math.pow(x, n),
        0.5,
        1,
        2);
    assertDerivatives(
        "sin(X[i])",
        (n, x) -> cycle(n, Math.sin(x), Math.cos(x), -Math.sin(x), -Math.cos(x)),
        -1,
        0,
        2);
    assertDerivatives(
        "cos(X[i])",
        (n, x) -> cycle(n, Math.cos(x), -Math.sin(x), -Math.cos(x), Math.sin(x)),
        -1,
        0,
        2);
    assertDerivatives("tan(X[i])", ofPolynomials(Math::tan, 1, 0, 1), -0.5, 0, 0.8);
    assertDerivatives("tanh(X[i])", ofPolynomials(Math::tanh, 1, 0, -1), -0.5, 0, 2);
    assertDerivatives(
        "sig(X[i])", ofPolynomials(x -> 1 / (1 + Math.exp(-x)), 0, 1, -1), -0.5, 0, 2);
    assertDerivatives("erf(X[i])", JetsTest::erf, -0.5, 0, 1);
    assertDerivatives("sqrt(X[i])", power(0.5), 0.5, 1, 4);
    assertDerivatives("rsqrt(X[i])", power(-0.5), 0.5, 1, 4);
    assertDerivatives("1 / X[i]", power(-1), -0.5, 1, 4);
    assertDerivatives("pow(X[i], 2.5)", power(2.5), 0.5, 1, 4);
    assertDerivatives("pow(X[i], -2)", power(-2), -0.5, 1, 4);
    assertDerivatives("pow(X[i], 3 + 0 * X[i])", power(3), 0.5, 1, 4);
    for (int whole = 0; whole < 9; whole++) {
      assertDerivatives("X[i]^" + whole, power(whole), -1.5, 0, 2);
    }
    assertDerivatives("X[i] * X[i] * X[i]", power(3), -1.5, 0, 2);
    assertDerivatives("2^X[i]", (n, x) -> Math.pow(Math.log(2), n) * Math.pow(2, x), -1, 0, 2);
    assertDerivatives("-X[i]", (n, x) -> n == 0 ? -x : n == 1 ? -1 : 0, -1, 0, 2);
    assertDerivatives("X[i] % 0.75", (n, x) -> n == 0 ? x % 0.75 : n == 1 ? 1 : 0, 0.5, 2);
    assertDerivatives("logaddexp(X[i], 0)", JetsTest::softplus, -1, 0, 2);
    assertDerivatives(
        "abs(X[i])^3", (n, x) -> Math.pow(Math.signum(x), 3) * power(3).at(n, x), -1, 2);
    assertDerivatives("relu(X[i])^3", (n, x) -> x > 0 ? power(3).at(n, x) : 0, -1, 2);
    assertDerivatives("min(X[i]^2, X[i]^4)", (n, x) -> power(x < 1 ? 4 : 2).at(n, x), 0.5, 2);
    assertDerivatives("max(X[i]^2, X[i]^4)", (n, x) -> power(x < 1 ? 2 : 4).at(n, x), 0.5, 2);
    assertDerivatives(
        "where(X[i] > 0, exp(X[i]), X[i])",
        (n, x) -> x > 0 ? Math.exp(x) : n == 0 ? x : n == 1 ? 1 : 0,
        -1,
        2);
    for (String flat : List.of("sign", "floor", "ceil", "round", "step")) {
      assertDerivatives("X[i] * " + flat + "(X[i] - 0.2) * 0", (_, _) -> 0, -0.5, 1.6);
    }
    assertDerivatives("stop(X[i]) * X[i]", (n, x) -> n == 0 ? x * x : n == 1 ? x : 0, -1, 2);
  }

  private static double softplus(int order, double x) {
    return order == 0
        ? Math.log1p(Math.exp(x))
        : ofPolynomials(y -> 1 / (1 + Math.exp(-y)), 0, 1, -1).at(order - 1, x);
  }

  private static double[] jet(String text, Map<String, Tensor> inputs) {
    Derived program = new Derived(text, inputs);
    double[] dual = Objects.requireNonNull(program.byDualNumbers().get("J"));
    for (Target target : TARGETS) {
      double[] found = Objects.requireNonNull(program.by(target).get("J"));
      assertTrue(Derived.isNear(dual, found, 1e-9), Arrays.toString(dual) + Arrays.toString(found));
    }
    return dual;
  }

  /// `sum[n](c[n] t^n)` for what a jet has along its first axis.
  @Test
  void aJetIsAPolynomialAlongTheDirection() {
    String text =
        """
        input W[o: 2, i: 3]: f64
        input X[i: 3]: f64
        input V[i: 3]: f64
        H[o] = tanh(W[o, i] X[i])
        F[o.] = softmax(H[o])
        J = jet(F, X, V, order: 8)
        output J
        """;
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("W", Derived.tensor(new long[] {2, 3}, 0.3, -0.2, 0.5, 0.1, 0.4, -0.6));
    inputs.put("X", Derived.tensor(new long[] {3}, 0.2, -0.1, 0.4));
    inputs.put("V", Derived.tensor(new long[] {3}, 0.5, 0.3, -0.2));
    double[] jet = jet(text, inputs);
    double t = 0.25;
    Derived moved =
        new Derived(text, inputs)
            .with(
                "X", Derived.tensor(new long[] {3}, 0.2 + t * 0.5, -0.1 + t * 0.3, 0.4 - t * 0.2));
    double[] expected = Objects.requireNonNull(moved.by(Target.jvm()).get("J"));
    for (int o = 0; o < 2; o++) {
      int output = o;
      IntToDoubleFunction coefficient = n -> jet[2 * n + output] / factorial(n);
      double sum = 0;
      for (int n = 8; n >= 0; n--) {
        sum = sum * t + coefficient.applyAsDouble(n);
      }
      assertEquals(expected[o], sum, 1e-9);
    }
  }

  /// The Laplacian by one jet of order 2 for each axis, without a matrix of second derivatives.
  @Test
  void laplacian() {
    String text =
        """
        input X[i: 2]: f64
        let E = 2
        U = exp(X[0]) * sin(2 * X[1])
        E0[i: 2]: f64 = where(i == 0, 1, 0)
        E1[i: 2]: f64 = where(i == 1, 1, 0)
        J0 = jet(U, X, E0, order: E)
        J1 = jet(U, X, E1, order: E)
        J = J0[2] + J1[2]
        output J
        """;
    double[] laplacian = jet(text, Map.of("X", Tensor.wrap(new double[] {0.3, 0.7})));
    assertEquals(-3 * Math.exp(0.3) * Math.sin(1.4), laplacian[0], 1e-12);
  }

  @Test
  void aJetIsATensorLikeAnyOther() {
    String head = "input X[i: 2]: f64\nF[i] = X[i]^4\n";
    Map<String, Tensor> x = Map.of("X", Tensor.wrap(new double[] {1, 2}));
    Map<String, double[]> expected =
        Map.of(
            "J[i] = jet(F, X, X, order: 3)[2, i]", new double[] {12, 192},
            "P = jet(F, X, X, order: 2)\nL = P[2, i]\nJ = grad(L, X)", new double[] {48, 384},
            "L = F[i]\nG = grad(L, X)\nJ = jet(G, X, X, order: 1)", new double[] {4, 32, 12, 96},
            "K = jet(F, X, X, order: 1)\nJ = jet(K, X, X, order: 1)",
                new double[] {1, 16, 4, 64, 4, 64, 16, 256},
            "J = jet(X, X, F, order: 2)", new double[] {1, 2, 1, 16, 0, 0},
            "J = jet(F, F, X, order: 1)", new double[] {1, 16, 1, 2});
    expected.forEach(
        (text, values) -> assertArrayEquals(values, jet(head + text + "\noutput J\n", x), text));
  }

  /// The multiplications of a network with a jet grow with the square of the order.
  @Test
  void cost() {
    String network =
        """
        input X[b: 16, i: 32]
        input V[b: 16, i: 32]
        param W1[h: 64, i: 32]
        param W2[o: 8, h: 64]
        H[b, h] = tanh(W1[h, i] X[b, i])
        Y[b, o.] = softmax(W2[o, h] H[b, h])
        """;
    double plain = multiplications(network + "output Y\n");
    double[] factors = new double[13];
    for (int order : new int[] {1, 2, 3, 6, 12}) {
      String jet = network + "J = jet(Y, X, V, order: " + order + ")\noutput J\n";
      factors[order] = multiplications(jet) / plain;
    }
    System.out.println("jets of orders 1, 2, 3, 6, 12: " + Arrays.toString(factors));
    assertTrue(factors[12] <= 4 * factors[6] && factors[6] <= 4 * factors[3], "more than k²");
    assertTrue(factors[6] <= 3 * 7, "more than what the layers take at each order");
  }

  private static double multiplications(String text) {
    return Einkorn.compile("cost", text)
        .explain(Map.of())
        .totals()
        .planned()
        .multiplies()
        .doubleValue();
  }
}
