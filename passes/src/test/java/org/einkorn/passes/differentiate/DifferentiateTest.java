package org.einkorn.passes.differentiate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.TensorVerifier;
import org.junit.jupiter.api.Test;

/// What the pass makes of small programs, as text.
class DifferentiateTest {
  private static final String LAYER =
      """
      program p
      symbols n, m
      input W: f32[n, m]
      input X: f32[m]
      output G: f32[n, m]
      Z: f32[n] = sum for i < n, j < m [i] <- W[i, j] * X[j]
      H: f32[n] = sum for i < n [i] <- tanh(Z[i])
      Loss: f32[] = sum for i < n [] <- H[i] * H[i]
      """;

  private static Program parsed(String text) {
    Program program = TensorParser.parse(new SourceFile("test.ir", text)).require();
    assertEquals(List.of(), TensorVerifier.verify(program));
    return program;
  }

  private static Program differentiated(String text) {
    Program program = Differentiate.apply(parsed(text));
    assertEquals(List.of(), TensorVerifier.verify(program));
    return program;
  }

  private static void assertDefinitions(String expected, String text, int skipped) {
    Program program = differentiated(text);
    StringBuilder found = new StringBuilder();
    List<Definition> all = program.definitions();
    all.subList(skipped, all.size()).forEach(each -> found.append(TensorPrinter.print(each)));
    assertEquals(expected, found.toString());
  }

  @Test
  void reverse() {
    assertDefinitions(
        """
        Loss.grad.H: f32[n] = sum
          for i < n
            [i] <- H[i] * 2.0:f32
        Loss.grad.Z: f32[n] = sum
          for i < n
            [i] <- (1.0:f32 - H[i] * H[i]) * Loss.grad.H[i]
        G: f32[n, m] = sum
          for i < n, j < m
            [i, j] <- X[j] * Loss.grad.Z[i]
        """,
        LAYER + "G: f32[n, m] = grad(Loss, W)",
        3);
  }

  @Test
  void forward() {
    assertDefinitions(
        """
        Z.jvp.W.W: f32[n] = sum
          for i < n, j < m
            [i] <- X[j] * W[i, j]
        H.jvp.W.W: f32[n] = sum
          for i < n
            [i] <- (1.0:f32 - H[i] * H[i]) * Z.jvp.W.W[i]
        J: f32[] = sum
          for i < n
            [] <- 2.0:f32 * H[i] * H.jvp.W.W[i]
        """,
        LAYER.replace("output G: f32[n, m]", "output J: f32[]") + "J: f32[] = jvp(Loss, W, W)",
        3);
  }

  @Test
  void twoGradientsShare() {
    Program program =
        differentiated(LAYER + "D: f32[m] = grad(Loss, X)\nG: f32[n, m] = grad(Loss, W)\n");
    List<String> names = program.definitions().stream().map(Definition::name).toList();
    assertEquals(List.of("Z", "H", "Loss", "Loss.grad.H", "Loss.grad.Z", "D", "G"), names);
  }

  @Test
  void theSameTwiceIsACopy() {
    Program program =
        differentiated(LAYER + "D: f32[n, m] = grad(Loss, W)\nG: f32[n, m] = grad(Loss, W)\n");
    assertEquals(
        """
        G: f32[n, m] = sum
          for at.0 < n, at.1 < m
            [at.0, at.1] <- D[at.0, at.1]
        """,
        TensorPrinter.print(program.definitions().getLast()));
  }

  @Test
  void aDerivativeTakesTheNameOfItsCopy() {
    Program program =
        differentiated(
            LAYER
                + "D: f32[n, m] = grad(Loss, W)\n"
                + "G: f32[n, m] = sum for i < n, j < m [i, j] <- D[i, j]\n");
    assertEquals(
        List.of("Z", "H", "Loss", "Loss.grad.H", "Loss.grad.Z", "G"),
        program.definitions().stream().map(Definition::name).toList());
  }

  @Test
  void shiftsAreSolvedForTheirIndex() {
    assertDefinitions(
        """
        G: f32[n] = sum
          for x < n, d < 2
          where 0 <= x - d < n - 1
            [x] <- F[d] * U[x - d]
        """,
        """
        program p
        symbols n
        input X: f32[n]
        input F: f32[2]
        input U: f32[n - 1]
        output G: f32[n]
        Y: f32[n - 1] = sum for x < n - 1, d < 2 [x] <- X[x + d] * F[d]
        G: f32[n] = vjp(Y, X, U)
        """,
        1);
  }

  @Test
  void gathersBecomeSumsIntoTheRowsTheyTook() {
    assertDefinitions(
        """
        G: f32[4] = sum
          for p < n
            [fetch<E, 0, 4>(At[p])] <- U[p]
        """,
        """
        program p
        symbols n
        input E: f32[4]
        input At: i32[n]
        input U: f32[n]
        output G: f32[4]
        Y: f32[n] = sum for p < n [p] <- E[fetch<E, 0, 4>(At[p])]
        G: f32[4] = vjp(Y, E, U)
        """,
        1);
  }

  @Test
  void nothingFlowsThroughStop() {
    assertDefinitions(
        """
        Y: f32[n] = sum
          for i < n
            [i] <- X[i] * X[i]
        Loss: f32[] = sum
          for i < n
            [] <- Y[i]
        Loss.grad.Y: f32[n] = sum
          for i < n
            [i] <- 1.0:f32
        G: f32[n] = sum
          for i < n
            [i] <- X[i] * Loss.grad.Y[i]
        """,
        """
        program p
        symbols n
        input X: f32[n]
        output G: f32[n]
        Y: f32[n] = sum for i < n [i] <- X[i] * stop(X[i])
        Loss: f32[] = sum for i < n [] <- Y[i]
        G: f32[n] = grad(Loss, X)
        """,
        0);
  }

  @Test
  void whatHasNoDerivativesStaysAsItIs() {
    Program program =
        parsed(LAYER + "G: f32[n, m] = sum for i < n, j < m [i, j] <- W[i, j] * H[i]\n");
    assertSame(program, Differentiate.apply(program));
  }

  /// No source has a product and a sum that are rounded once; the derivatives are those of both.
  @Test
  void multiplyAdd() {
    for (String request :
        List.of(
            "G: f64[n] = grad(Loss, X)",
            "G: f64[] = jvp(Loss, X, V)",
            "G: f64[n] = hvp(Loss, X, V)")) {
      assertEquals(
          derivatives("(X[i] * V[i] + X[i]) join *", request),
          derivatives("fma(X[i], V[i], X[i]) join *", request));
    }
  }

  private static List<String> derivatives(String value, String request) {
    String text =
        """
        program p
        symbols n
        input X: f64[n]
        input V: f64[n]
        output %s
        T: f64[n] = sum for i < n [i] <- %s
        Loss: f64[] = sum for i < n [] <- T[i] * T[i]
        %s
        """
            .formatted(request.substring(0, request.indexOf(" =")), value, request);
    List<Definition> all = differentiated(text).definitions();
    return all.stream().filter(each -> !each.name().equals("T")).map(TensorPrinter::print).toList();
  }
}
