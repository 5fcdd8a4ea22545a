package org.einkorn.derivatives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.Einkorn;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A program with its gradient takes at most 3.5 times the multiplications that it takes without.
@Execution(ExecutionMode.CONCURRENT)
class CostTest {
  private static final double MOST = 3.5;

  private static final String NETWORK =
      """
      input X[b: 64, i: 128]
      input T[b: 64, o: 10]
      param W1[h: 256, i: 128]
      param B1[h: 256]
      param W2[k: 256, h: 256]
      param B2[k: 256]
      param W3[o: 10, k: 256]
      H1[b, h] = relu(W1[h, i] X[b, i] + B1[h])
      H2[b, k] = tanh(W2[k, h] H1[b, h] + B2[k])
      Y[b, o.] = logsoftmax(W3[o, k] H2[b, k])
      Loss = -T[b, o] Y[b, o]
      """;

  private static final String ATTENTION =
      """
      input X[p: 64, d: 128]
      param WQ[h: 4, k: 32, d: 128]
      param WK[h: 4, k: 32, d: 128]
      param WV[h: 4, k: 32, d: 128]
      param WO[e: 128, h: 4, k: 32]
      Q[h, p, k] = WQ[h, k, d] X[p, d]
      K[h, p, k] = WK[h, k, d] X[p, d]
      V[h, p, k] = WV[h, k, d] X[p, d]
      A[h, p, q.] = softmax(Q[h, p, k] K[h, q, k] / sqrt(32))
      O[h, p, k] = A[h, p, q] V[h, q, k]
      Y[p, e.] = lnorm(WO[e, h, k] O[h, p, k] + X[p, e])
      Loss = Y[p, e]^3
      """;

  private static final String CONVOLUTION =
      """
      input X[n: 4, x: 20, y: 20, c: 8]
      param F[dx: 3, dy: 3, c: 8, o: 16]
      param G[dx: 3, dy: 3, o: 16, q: 16]
      A[n, x, y, o] = relu(F[dx, dy, c, o] X[n, x+dx, y+dy, c])
      P[n, x/2, y/2, o] max= A[n, x, y, o]
      B[n, x, y, q] = relu(G[dx, dy, o, q] P[n, x+dx, y+dy, o])
      Loss = B[n, x, y, q]^2
      """;

  private static final String RECURRENT =
      """
      input X[t: 16, b: 8, i: 16]
      input T[b: 8, o: 4]
      param W[h: 32, i: 16]
      param U[h: 32, k: 32]
      param B[h: 32]
      param V[o: 4, h: 32]
      H[0, b: 8, h: 32] = 0.0
      H[t+1, b, h] = tanh(W[h, i] X[t, b, i] + U[h, k] H[t, b, k] + B[h])
      Y[b, o] = V[o, h] H[16, b, h]
      Loss = (Y[b, o] - T[b, o])^2
      """;

  private static double multiplications(String text) {
    BigInteger count =
        Einkorn.compile("cost", text).explain(Map.of()).totals().planned().multiplies();
    return count.doubleValue();
  }

  private static void assertCheap(String what, String text, String gradients) {
    double forward = multiplications(text + "output Loss\n");
    double all = multiplications(text + gradients + "output Loss\n");
    System.out.printf("%s with its gradient: %.2f times the program%n", what, all / forward);
    assertTrue(all <= MOST * forward, what + ": " + all / forward);
  }

  private static String gradients(String... variables) {
    StringBuilder text = new StringBuilder();
    for (String variable : variables) {
      text.append("D%1$s = grad(Loss, %1$s)%noutput D%1$s%n".formatted(variable));
    }
    return text.toString();
  }

  @Test
  void networks() {
    assertCheap("a network", NETWORK, gradients("W1", "B1", "W2", "B2", "W3"));
    assertCheap("attention", ATTENTION, gradients("WQ", "WK", "WV", "WO", "X"));
    assertCheap("a convolution", CONVOLUTION, gradients("F", "G"));
    assertCheap("a recurrent network", RECURRENT, gradients("W", "U", "B", "V"));
  }

  /// The gradients are printed as equations, which give the same numbers when they are read back.
  @Test
  void printedEquationsAreTheProgram() {
    assertPrints(NETWORK, gradients("W1", "B1", "W2", "B2", "W3"));
    assertPrints(ATTENTION, gradients("WQ", "WK", "WV", "WO", "X"));
    assertPrints(CONVOLUTION, gradients("F", "G"));
    assertPrints(RECURRENT, gradients("W", "U", "B", "V"));
  }

  private static void assertPrints(String text, String gradients) {
    SplittableRandom random = new SplittableRandom(11);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Matcher declaration = Pattern.compile("(?:input|param) (\\w+)\\[(.*)]").matcher(text);
    while (declaration.find()) {
      long[] extents =
          Arrays.stream(declaration.group(2).split(", "))
              .mapToLong(axis -> Long.parseLong(axis.substring(axis.indexOf(' ') + 1)))
              .toArray();
      inputs.put(declaration.group(1), Derived.random(random, extents));
    }
    String wide = declaration.reset().replaceAll("$0: f64");
    Derived program = new Derived(wide + gradients + "output Loss\n", inputs);
    String equations = program.equations();
    assertFalse(equations.contains("grad("), equations);
    Map<String, double[]> expected = program.by(Target.jvm());
    Map<String, double[]> found = program.byText(Target.jvm());
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, found.get(name), name));
    assertEquals(equations, Einkorn.compile("again", equations).ir(Stage.EQUATIONS));
  }

  /// `jvp` costs about as much as the program once more for each product of changing tensors.
  @Test
  void forward() {
    String along = "input V[h: 256, i: 128]\nD = jvp(Loss, W1, V)\noutput D\n";
    assertCheap("a network along a direction", NETWORK, along);
  }

  /// Nothing that is 0 everywhere is computed: the last layer's gradient needs no earlier one.
  @Test
  void onlyWhatMatters() {
    double forward = multiplications(NETWORK + "output Loss\n");
    double last = multiplications(NETWORK + gradients("W3") + "output Loss\n");
    assertTrue(last <= 1.2 * forward, last + " of " + forward);
  }
}
