package org.einkorn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.einkorn.Einkorn;
import org.einkorn.Explanation;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every example prints what its expected output says, and the same tensors on every target.
///
/// `-Dgolden=update` writes the expected outputs anew.
final class ExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      return files.filter(file -> file.toString().endsWith(".ein")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void printsItsExpectedOutput(Path example) throws IOException {
    String name = String.valueOf(example.getFileName()).replace(".ein", ".txt");
    Path expected = EXAMPLES.resolve("expected").resolve(name);
    String printed = run(example, Target.jvm()).print(false, java.util.Set.of());
    if ("update".equals(System.getProperty("golden"))) {
      Files.createDirectories(expected.getParent());
      Files.writeString(expected, printed);
    }
    assertEquals(Files.readString(expected), printed, expected.toString());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void agreesOnAllTargets(Path example) {
    double combined = combinedTerms(example);
    Map<String, Tensor> reference = run(example, Target.interpreter()).tensors();
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      Map<String, Tensor> found = run(example, target).tensors();
      assertEquals(reference.keySet(), found.keySet());
      reference.forEach(
          (name, tensor) ->
              assertAgrees(
                  tensor,
                  Objects.requireNonNull(found.get(name)),
                  combined,
                  example + " " + name + " " + target.name()));
    }
  }

  private static Results run(Path example, Target target) {
    return open(example).with(Options.defaults().withTarget(target)).run(Arena.ofAuto());
  }

  private static Program open(Path example) {
    return Einkorn.open(example, Stage.EQUATIONS, Options.defaults());
  }

  /// About how many terms are combined into one element.
  private static double combinedTerms(Path example) {
    Explanation explanation = open(example).explain(Map.of());
    long terms = 1;
    for (Explanation.Equation equation : explanation.equations()) {
      terms = Math.max(terms, equation.planned().adds());
    }
    return terms;
  }

  private static void assertAgrees(
      Tensor expected, Tensor found, double combinedTerms, String where) {
    assertEquals(expected.dtype(), found.dtype(), where);
    assertEquals(expected.shape(), found.shape(), where);
    Tensor left = expected.reshape(expected.elementCount());
    Tensor right = found.reshape(found.elementCount());
    if (!expected.dtype().isFloat()) {
      for (long number = 0; number < left.elementCount(); number++) {
        assertEquals(left.getLong(number), right.getLong(number), where + " element " + number);
      }
      return;
    }
    double scale = 0;
    for (double value : left.toDoubleArray()) {
      scale = Double.isFinite(value) ? Math.max(scale, Math.abs(value)) : scale;
    }
    double perElement = Math.sqrt(Math.max(1, combinedTerms / Math.max(1, left.elementCount())));
    double ulp = expected.dtype().byteSize() == 8 ? Math.ulp(scale) : Math.ulp((float) scale);
    for (long number = 0; number < left.elementCount(); number++) {
      double a = left.getDouble(number);
      double b = right.getDouble(number);
      boolean agrees =
          Double.compare(a, b) == 0 || a == b || Math.abs(a - b) <= 4 * ulp * perElement;
      assertTrue(agrees, where + " element " + number + ": " + a + " and " + b);
    }
  }
}
