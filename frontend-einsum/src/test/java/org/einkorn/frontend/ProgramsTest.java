package org.einkorn.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.DiagnosticRenderer;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Runs the programs under `src/test/resources/programs` on the interpreter.
///
/// A file holds cases, separated by lines `// ---`. In a case, `//< X f32 2x3 1 2 3 4 5 6` gives an
/// input (`:` for 1, 2, 3, …; `-` for the extents of a scalar), `//> Y f32 2 6 15` an expected
/// output. Each case runs three times: with open sizes, with known ones, and printed as equations
/// and compiled again.
class ProgramsTest {
  private static final Path FOLDER = Path.of("src/test/resources/programs");

  @TestFactory
  Stream<DynamicTest> programs() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.sorted().toList()) {
        int line = 1;
        for (String text : Files.readString(file).split("(?m)^// ---.*\\R", -1)) {
          Case example = new Case(file.getFileName() + ":" + line, text);
          tests.add(DynamicTest.dynamicTest(example.name, example::check));
          line += (int) text.lines().count() + 1;
        }
      }
    }
    assertTrue(tests.size() > 30, "the programs are there");
    return tests.stream();
  }

  private static final class Case {
    private final String name;
    private final String text;
    private final Arena arena = Arena.ofAuto();
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Map<String, String> expected = new LinkedHashMap<>();

    Case(String name, String text) {
      this.name = name;
      this.text = text;
    }

    void check() {
      for (String line : text.lines().toList()) {
        List<String> words = Arrays.asList(line.strip().split("\\s+"));
        if (line.startsWith("//<")) {
          inputs.put(words.get(1), tensor(words.subList(2, words.size())));
        } else if (line.startsWith("//>")) {
          expected.put(words.get(1), show(tensor(words.subList(2, words.size()))));
        }
      }
      assertTrue(!expected.isEmpty(), "a case expects something");
      Program open = compile(text, false);
      check(open, name);
      check(compile(text, true), name + " with known sizes");
      String printed = EquationPrinter.print(open);
      Program again = compile(printed, false);
      check(again, name + " printed:\n" + printed);
      assertEquals(printed, EquationPrinter.print(again), name);
    }

    private void check(Program program, String message) {
      ModuleRunner runner = new ModuleRunner(ProgramInterpreter.of(program));
      Map<String, Tensor> outputs = runner.run(arena, inputs, RunOptions.defaults()).outputs();
      Map<String, String> shown = new LinkedHashMap<>();
      outputs.forEach((output, tensor) -> shown.put(output.replace('.', '_'), show(tensor)));
      expected.forEach(
          (output, values) ->
              assertEquals(values, shown.get(output.replace('.', '_')), output + " of " + message));
    }

    private Program compile(String source, boolean specialize) {
      Map<String, Known> known = new LinkedHashMap<>();
      inputs.forEach((input, tensor) -> known.put(input, Known.of(tensor.dtype(), tensor.shape())));
      Compiled compiled =
          Frontend.compile(
              new SourceFile("case.ein", source),
              new Request(known, file -> Optional.empty(), Set.of(), specialize));
      List<Diagnostic> errors =
          compiled.diagnostics().stream().filter(Diagnostic::isError).toList();
      assertEquals("", DiagnosticRenderer.plain().renderAll(errors), name + "\n" + source);
      return compiled.program().orElseThrow();
    }

    /// `f32 2x3 1 2 3 4 5 6`
    private Tensor tensor(List<String> words) {
      DType type = DType.of(words.get(0)).orElseThrow();
      String[] extents = words.get(1).equals("-") ? new String[0] : words.get(1).split("x");
      long[] shape = Arrays.stream(extents).mapToLong(Long::parseLong).toArray();
      int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      double[] values = new double[count];
      for (int place = 0; place < count; place++) {
        values[place] =
            words.get(2).equals(":") ? place + 1 : Double.parseDouble(words.get(2 + place));
      }
      return Tensor.wrap(values, shape).cast(arena, type);
    }

    /// Type, shape and values, floats to 5 digits.
    private static String show(Tensor tensor) {
      List<String> values = new ArrayList<>();
      for (double value : tensor.toDoubleArray()) {
        values.add(String.format(java.util.Locale.ROOT, "%.5g", value + 0.0));
      }
      return tensor.dtype() + " " + tensor.shape() + " " + String.join(" ", values);
    }
  }
}
