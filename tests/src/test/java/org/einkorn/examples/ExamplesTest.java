package org.einkorn.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every example prints what its expected output says, and the same tensors on every target.
///
/// `-Dgolden=update` writes the expected outputs anew.
@Execution(ExecutionMode.CONCURRENT)
final class ExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  static List<Path> examples() throws IOException {
    List<Path> examples = new ArrayList<>();
    for (Path folder : List.of(EXAMPLES, EXAMPLES.resolve("paper"))) {
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(file -> file.toString().endsWith(".ein")).sorted().forEach(examples::add);
      }
    }
    return examples;
  }

  @ParameterizedTest
  @MethodSource("examples")
  void printsItsExpectedOutput(Path example) throws IOException {
    String name = String.valueOf(example.getFileName()).replace(".ein", ".txt");
    Path expected = example.resolveSibling("expected").resolve(name);
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
    Map<String, Long> combined = combinedTerms(example);
    Map<String, Tensor> reference = run(example, Target.interpreter()).tensors();
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      Map<String, Tensor> found = run(example, target).tensors();
      assertEquals(reference.keySet(), found.keySet());
      reference.forEach(
          (name, tensor) ->
              assertAgrees(
                  tensor,
                  Objects.requireNonNull(found.get(name)),
                  combined.getOrDefault(name, 1L),
                  example + " " + name + " " + target.name()));
    }
  }

  private static Results run(Path example, Target target) {
    return open(example).with(Options.defaults().withTarget(target)).run(Arena.ofAuto());
  }

  private static Program open(Path example) {
    return Einkorn.open(example, Stage.EQUATIONS, Options.defaults());
  }

  /// How many terms each tensor's own equation combines, over all of its elements.
  private static Map<String, Long> combinedTerms(Path example) {
    Map<String, Long> terms = new HashMap<>();
    for (Explanation.Equation equation : open(example).explain(Map.of()).equations()) {
      terms.put(equation.target(), Math.max(1, equation.planned().adds().longValueExact()));
    }
    return terms;
  }

  private static void assertAgrees(
      Tensor expected, Tensor found, long combinedTerms, String where) {
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
    double terms = Math.max(1, (double) combinedTerms / Math.max(1, left.elementCount()));
    for (long number = 0; number < left.elementCount(); number++) {
      double a = left.getDouble(number);
      double b = right.getDouble(number);
      boolean agrees =
          Double.compare(a, b) == 0
              || a == b
              || Math.abs(a - b) <= 4 * ulp(expected.dtype(), a) * Math.sqrt(terms);
      assertTrue(agrees, where + " element " + number + ": " + a + " and " + b);
    }
  }

  private static double ulp(DType type, double value) {
    return type == DType.F64 ? Math.ulp(value) : Math.ulp((float) value);
  }
}
