package org.einkorn.derivatives;

import static org.einkorn.derivatives.Derived.get;
import static org.einkorn.derivatives.Derived.number;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.einkorn.Einkorn;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.ParseResult;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.differentiate.Differentiate;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Roots, whose derivatives follow from what is 0 at them.
@Execution(ExecutionMode.CONCURRENT)
class RootsTest {
  private static final List<Target> TARGETS = List.of(Target.jvm(), Target.llvm());

  /// Computes all outputs by dual numbers, and holds all else against them.
  private static Map<String, double[]> checked(String text, Map<String, Tensor> inputs) {
    Derived program = new Derived(text, inputs);
    Program requests = program.requests().orElseThrow();
    Map<String, double[]> dual = program.interpreted(requests);
    Program expanded = Differentiate.apply(requests);
    assertEquals(List.of(), TensorVerifier.verify(expanded));
    assertNear("equations", dual, program.interpreted(expanded));
    for (Target target : TARGETS) {
      assertNear(target.toString(), dual, program.by(target));
    }
    assertNear("text", dual, program.byText(Target.interpreter()));
    String printed = TensorPrinter.print(requests);
    assertEquals(
        requests,
        ((ParseResult.Success<Program>) TensorParser.parse(new SourceFile("program", printed)))
            .value());
    return dual;
  }

  private static void assertNear(
      String how, Map<String, double[]> expected, Map<String, double[]> found) {
    assertEquals(Optional.empty(), Derived.difference(expected, found, 1e-9), how);
  }

  @Test
  void squareRootByNewton() {
    String text =
        """
        input A: f64
        S[0] = 1.0
        S[t+1] = 0.5 * (S[t] + A / S[t]) with t: 12
        X = S[12]
        R = X^2 - A
        Y = root(R, X)
        One = A^0
        Square = Y^2
        G = grad(Y, A)
        Inverse = grad(Square, A)
        H = hvp(Y, A, One)
        J = jet(Y, A, One, order: 5)
        output G
        output Inverse
        output H
        output J
        output Y
        """;
    for (double a : new double[] {0.5, 2, 9}) {
      Map<String, double[]> found = checked(text, Map.of("A", number(a)));
      assertEquals(Math.sqrt(a), get(found, "Y")[0], 1e-12);
      assertEquals(0.5 / Math.sqrt(a), get(found, "G")[0], 1e-12);
      assertEquals(1, get(found, "Inverse")[0], 1e-12);
      assertEquals(-0.25 * Math.pow(a, -1.5), get(found, "H")[0], 1e-12);
      double expected = Math.sqrt(a);
      for (int order = 0; order <= 5; order++) {
        assertEquals(expected, get(found, "J")[order], 1e-9 * Math.max(1, Math.abs(expected)));
        expected *= (0.5 - order) / a;
      }
    }
  }

  /// The derivative of bisection is 0, that of its root is not.
  @Test
  void whateverComputedIt() {
    String text =
        """
        input A: f64
        Low[0] = 0.0
        High[0] = 4.0
        Mid[t] = (Low[t] + High[t]) / 2
        Low[t+1] = where(Mid[t]^3 < A, Mid[t], Low[t]) with t: 60
        High[t+1] = where(Mid[t]^3 < A, High[t], Mid[t]) with t: 60
        tensor Mid[t: 60]: f64
        X = Low[60]
        R = X^3 - A
        Y = root(R, X)
        G = grad(Y, A)
        P = grad(X, A)
        output G
        output P
        """;
    Map<String, double[]> found = checked(text, Map.of("A", number(5)));
    assertEquals(Math.pow(5, -2 / 3.) / 3, get(found, "G")[0], 1e-12);
    assertEquals(0, get(found, "P")[0]);
  }

  /// An iteration has no derivative, and its root has one.
  @Test
  void iterations() {
    String text =
        """
        input A: f64
        X: f64 = 1
        X = (X + A / X) / 2 until abs(X * X - A) < 1e-14 for 50 steps
        R = X^2 - A
        Y = root(R, X)
        One = A^0
        G = grad(Y, A)
        J = jet(Y, A, One, order: 2)
        output G
        output J
        """;
    Map<String, double[]> found = checked(text, Map.of("A", number(2)));
    assertEquals(0.25 * Math.sqrt(2), get(found, "G")[0], 1e-12);
    assertEquals(-Math.pow(2, -3.5), get(found, "J")[2], 1e-12);
  }

  private static final String SYSTEM =
      """
      input A[i: 3]: f64
      input V[i: 3]: f64
      input V2[i: 3]: f64
      tensor X[t: 41, i: 3]: f64
      X[0, i] = 0.5
      X[t+1, 0] = 0.3 * A[0] * cos(X[t, 1]) with t: 40
      X[t+1, 1] = 0.3 * sin(X[t, 0]) * X[t, 2] + A[1] with t: 40
      X[t+1, 2] = 0.2 * X[t, 0] * X[t, 1] + A[2]^2 with t: 40
      Z[i] = X[40, i]
      """;

  private static final String REQUESTS =
      """
      Loss = Y[i]^2 + Y[0] Y[1] Y[2]
      G = grad(Loss, A)
      F = jvp(Y, A, V)
      B = vjp(Y, A, V2)
      H = hvp(Loss, A, V)
      H2 = hvp(Loss, A, V2)
      S = jvp(Loss, A, V)
      Second = jvp(F, A, V)
      J = jet(Y, A, V, order: 3)
      output G
      output F
      output B
      output H
      output H2
      output S
      output Second
      output J
      """;

  private static final String ROOT =
      """
      R[0] = Z[0] - 0.3 * A[0] * cos(Z[1])
      R[1] = Z[1] - 0.3 * sin(Z[0]) * Z[2] - A[1]
      R[2] = Z[2] - 0.2 * Z[0] * Z[1] - A[2]^2
      Y = root(R, Z)
      """;

  private static Map<String, Tensor> system() {
    SplittableRandom random = new SplittableRandom(5);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", Derived.tensor(new long[] {3}, 0.7, -0.4, 0.9));
    inputs.put("V", Derived.random(random, 3));
    inputs.put("V2", Derived.random(random, 3));
    return inputs;
  }

  private static double dot(double[] one, double[] two) {
    double sum = 0;
    for (int place = 0; place < one.length; place++) {
      sum += one[place] * two[place];
    }
    return sum;
  }

  /// A fixed point of a contraction in three unknowns: as a root it has the derivatives that the
  /// iteration has once it has converged.
  @Test
  void fixedPoint() {
    Map<String, Tensor> inputs = system();
    Map<String, double[]> found = checked(SYSTEM + ROOT + REQUESTS, inputs);
    Map<String, double[]> unrolled =
        new Derived(SYSTEM + "Y[i] = Z[i]\n" + REQUESTS, inputs).by(Target.jvm());
    found.forEach(
        (name, values) ->
            assertTrue(
                Derived.isNear(get(unrolled, name), values, 1e-9),
                name + Arrays.toString(values) + Arrays.toString(get(unrolled, name))));
    double[] v = Derived.elements(Objects.requireNonNull(inputs.get("V")));
    double[] v2 = Derived.elements(Objects.requireNonNull(inputs.get("V2")));
    assertEquals(dot(v2, get(found, "F")), dot(v, get(found, "B")), 1e-12);
    assertEquals(get(found, "S")[0], dot(v, get(found, "G")), 1e-12);
    assertEquals(dot(v2, get(found, "H")), dot(v, get(found, "H2")), 1e-12);
    double[] jet = get(found, "J");
    assertArrayEquals(get(found, "F"), Arrays.copyOfRange(jet, 3, 6), 1e-12);
    assertArrayEquals(get(found, "Second"), Arrays.copyOfRange(jet, 6, 9), 1e-12);
    differences(found, inputs, v);
  }

  private static void differences(
      Map<String, double[]> found, Map<String, Tensor> inputs, double[] v) {
    double step = 1e-5;
    double[][] moved = new double[2][];
    for (int side = 0; side < 2; side++) {
      double[] a = Derived.elements(Objects.requireNonNull(inputs.get("A")));
      for (int place = 0; place < a.length; place++) {
        a[place] += (side == 0 ? -step : step) * v[place];
      }
      Derived other =
          new Derived(SYSTEM + ROOT + "output Y\n", inputs)
              .with("A", Derived.tensor(new long[] {3}, a));
      moved[side] = get(other.by(Target.jvm()), "Y");
    }
    for (int place = 0; place < 3; place++) {
      double quotient = (moved[1][place] - moved[0][place]) / (2 * step);
      assertEquals(quotient, get(found, "F")[place], 1e-8);
    }
  }

  /// Linear systems, among them one that can't be eliminated without another pivot.
  @Test
  void linearSystems() {
    String text =
        """
        input M[i: 3, j: 3]: f64
        input B[i: 3]: f64
        input X[i: 3]: f64
        R[i] = M[i, j] X[j] - B[i]
        Y = root(R, X)
        Loss = Y[i]^2
        GB = grad(Loss, B)
        GM = grad(Loss, M)
        output GB
        output GM
        """;
    double[] x = {1, -2, 0.5};
    for (double[] m :
        new double[][] {
          {0, 1, 0, 0, 0, 2, 3, 0, 0}, {4, 1, 0, 1, -3, 1, 0, 2, 5}, {1e-20, 1, 0, 1, 1, 0, 2, 0, 1}
        }) {
      double[] b = new double[3];
      for (int i = 0; i < 3; i++) {
        b[i] = m[3 * i] * x[0] + m[3 * i + 1] * x[1] + m[3 * i + 2] * x[2];
      }
      Map<String, Tensor> inputs =
          Map.of(
              "M", Derived.tensor(new long[] {3, 3}, m),
              "B", Tensor.wrap(b),
              "X", Tensor.wrap(x));
      Map<String, double[]> found = checked(text, inputs);
      double[] byB = get(found, "GB");
      for (int j = 0; j < 3; j++) {
        assertEquals(2 * x[j], m[j] * byB[0] + m[3 + j] * byB[1] + m[6 + j] * byB[2], 1e-12);
        for (int i = 0; i < 3; i++) {
          assertEquals(-byB[i] * x[j], get(found, "GM")[3 * i + j], 1e-12);
        }
      }
    }
  }

  /// The residual goes over several tensors, a recurrence and a sum; and a root depends on another.
  @Test
  void longerResiduals() {
    String text =
        """
        input A[i: 3]: f64
        input V[i: 3]: f64
        input X[i: 3]: f64
        input Z[i: 3]: f64
        T[i] = cumsum[i](X[i] * A[i])
        H[0] = X[0] + A[1]
        H[t+1] = 0.5 * H[t] + X[t]^2
        R[i] = exp(T[i]) - 2 + H[3] * 0.1
        Y = root(R, X)
        Q[i] = Z[i]^3 + Z[i] - Y[i] * A[2]
        P = root(Q, Z)
        Loss = P[i]^2 * A[i] + Y[i]
        G = grad(Loss, A)
        N = hvp(Loss, A, V)
        J = jet(P, A, V, order: 2)
        D = jvp(P, A, V)
        output G
        output N
        output J
        output D
        """;
    SplittableRandom random = new SplittableRandom(9);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("A", Derived.tensor(new long[] {3}, 0.7, 1.2, 0.9));
    inputs.put("V", Derived.random(random, 3));
    inputs.put("X", Derived.random(random, 3));
    inputs.put("Z", Derived.random(random, 3));
    Map<String, double[]> found = checked(text, inputs);
    assertArrayEquals(get(found, "D"), Arrays.copyOfRange(get(found, "J"), 3, 6), 1e-12);
  }

  /// Without derivatives it is a copy.
  @Test
  void nothingElseIsComputed() {
    String text = "input X[i: 3]: f64\nR[i] = X[i]^2 - 2\nY = root(R, X)\noutput Y\n";
    String equations = Einkorn.compile("roots", text).ir(Stage.EQUATIONS);
    assertTrue(!equations.contains("slope") && !equations.contains("inverse"), equations);
  }
}
