package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.einkorn.conformance.Definition.Element;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.einsum.EinsumFrontend;
import org.einkorn.ir.algebra.Semiring;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.DiagnosticRenderer;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.ParseResult;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Random and mutated strings: each is refused with coded errors that point into it, or gives a
/// program that the verifier accepts, that reads back from its text, and that means what the
/// definition says.
///
/// `-Deinkorn.sources` says how many.
@Execution(ExecutionMode.CONCURRENT)
final class EinsumFuzzTest {
  private static final int STRINGS = Integer.getInteger("einkorn.sources", 100_000);
  private static final long SEED = Long.getLong("einkorn.seed", 20261121L);
  private static final int LONGEST_REPORT = 1 << 16;
  private static final List<String> PIECES =
      List.of(
          "i",
          "j",
          "k",
          "i",
          "j",
          "a",
          "B",
          "α",
          "列",
          "𝛼",
          "ŉ",
          ",",
          ",",
          "->",
          "->",
          "...",
          "…",
          ".",
          "..",
          "-",
          ">",
          " ",
          "\t",
          "\n",
          "\r",
          "[",
          "]",
          "[0,1]",
          "[0]",
          "0",
          "1",
          "42",
          "9999999999",
          "!",
          "\u0301",
          "\u0000",
          "\ud800",
          "\udc00",
          "\u202e",
          "\ufeff",
          "😀",
          "_",
          "²",
          "→",
          "`",
          "\"",
          "\\",
          "%s",
          "{}");

  private final List<String> corpus =
      EinsumCase.all().stream().map(EinsumCase::spec).distinct().toList();

  @Test
  void everyStringIsRefusedWithAPlaceOrMeansWhatItSays() {
    int accepted = 0;
    for (int number = 0; number < STRINGS; number++) {
      long seed = SEED + number;
      Random random = new Random(seed);
      String spec = spec(random);
      List<Known> operands = operands(spec, random);
      String where = "seed " + seed + ": `" + spec + "` of " + operands;
      try {
        accepted += check(spec, operands, random, where) ? 1 : 0;
      } catch (RuntimeException | StackOverflowError crash) {
        throw new AssertionError(where, crash);
      }
    }
    assertTrue(accepted > STRINGS / 20, accepted + " of " + STRINGS + " accepted");
  }

  @Test
  void longStringsAreRefusedBriefly() {
    int length = 200_000;
    for (String piece : PIECES) {
      for (String spec :
          List.of(piece.repeat(length / piece.length()), "ij->" + piece.repeat(999))) {
        Compiled compiled =
            EinsumFrontend.compile(
                spec, List.of(Known.of(DType.F32, Shape.of(2, 2))), Semiring.PLUS_TIMES);
        assertTrue(compiled.program().isEmpty() || spec.isBlank() || spec.length() < 5_000, piece);
        assertTrue(compiled.diagnostics().size() <= 25, piece);
      }
    }
  }

  private String spec(Random random) {
    if (random.nextInt(3) == 0) {
      StringBuilder text = new StringBuilder();
      for (int piece = random.nextInt(12); piece > 0; piece--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      return text.toString();
    }
    StringBuilder text = new StringBuilder(corpus.get(random.nextInt(corpus.size())));
    for (int edit = random.nextInt(3); edit > 0; edit--) {
      int at = random.nextInt(text.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(2)));
        case 2 -> text.insert(at, text.substring(random.nextInt(at + 1), at));
        default -> text.append(corpus.get(random.nextInt(corpus.size())));
      }
    }
    return text.toString();
  }

  /// Operands that mostly have the right number, ranks and extents.
  private static List<Known> operands(String spec, Random random) {
    List<Known> operands = new ArrayList<>();
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String term : spec.split("->", 2)[0].split(",(?![^\\[]*\\])", -1)) {
      List<OptionalLong> extents = new ArrayList<>();
      term.replaceAll("[\\s\\[\\],.…]", "")
          .codePoints()
          .limit(9)
          .forEach(
              letter -> {
                long size =
                    sizes.computeIfAbsent(
                        Character.toString(letter), _ -> (long) random.nextInt(4));
                extents.add(OptionalLong.of(random.nextInt(20) == 0 ? 1 : size));
              });
      if (term.contains("...") || term.contains("…")) {
        extents.add(OptionalLong.of(1 + random.nextInt(2)));
      }
      if (random.nextInt(30) == 0) {
        extents.add(OptionalLong.of(2));
      }
      List<DType> types = Arrays.asList(DType.values());
      DType type = random.nextInt(4) > 0 ? DType.F64 : types.get(random.nextInt(types.size()));
      operands.add(new Known(type, extents));
    }
    if (random.nextInt(30) == 0) {
      operands.removeLast();
    }
    return operands;
  }

  private static boolean check(String spec, List<Known> operands, Random random, String where) {
    List<Semiring> table = Semiring.TABLE;
    boolean isPlain = random.nextBoolean();
    Semiring semiring = isPlain ? Semiring.PLUS_TIMES : table.get(random.nextInt(table.size()));
    Compiled compiled = EinsumFrontend.compile(spec, operands, semiring);
    assertEquals(compiled.program().isEmpty(), !compiled.diagnostics().isEmpty(), where);
    for (Diagnostic diagnostic : compiled.diagnostics()) {
      assertTrue(diagnostic.code().matches("E03\\d\\d"), where);
      assertTrue(diagnostic.span().isPresent() && diagnostic.help().isPresent(), where);
      assertTrue(DiagnosticRenderer.plain().render(diagnostic).length() < LONGEST_REPORT, where);
    }
    if (compiled.program().isEmpty()) {
      return false;
    }
    Program program = compiled.program().get();
    assertEquals(List.of(), TensorVerifier.verify(program), where);
    if (random.nextInt(5) == 0) {
      SourceFile text = new SourceFile("fuzz", TensorPrinter.print(program));
      assertEquals(
          program,
          TensorParser.parse(text) instanceof ParseResult.Success<Program>(var again)
              ? again
              : text.text(),
          where);
    }
    boolean isExact =
        isPlain && operands.stream().allMatch(operand -> operand.dtype() == DType.F64);
    if (isExact && random.nextInt(5) == 0) {
      run(spec, operands, program, random, where);
    }
    return true;
  }

  /// Small whole numbers, so that every sum is exact.
  private static void run(
      String spec, List<Known> operands, Program program, Random random, String where) {
    List<long[]> shapes = new ArrayList<>();
    List<List<Double>> elements = new ArrayList<>();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Known operand : operands) {
      long[] shape = operand.extents().stream().mapToLong(OptionalLong::getAsLong).toArray();
      double[] values = new double[(int) Shape.of(shape).elementCount()];
      Arrays.setAll(values, _ -> random.nextInt(5) - 2);
      shapes.add(shape);
      elements.add(Arrays.stream(values).boxed().toList());
      inputs.put(EinsumFrontend.operandName(inputs.size()), Tensor.wrap(values, shape));
    }
    Definition<Double> definition = new Definition<>(spec, shapes);
    double[] expected =
        definition.compute(elements, Double::sum, (a, b) -> a * b, 0.0).stream()
            .mapToDouble(Element::value)
            .toArray();
    try (Arena arena = Arena.ofConfined()) {
      ModuleRunner runner = new ModuleRunner(ProgramInterpreter.of(program));
      Tensor result =
          runner.run(arena, inputs, RunOptions.defaults()).outputs().values().iterator().next();
      assertEquals(Shape.of(definition.shape()), result.shape(), where);
      double[] found = result.toDoubleArray();
      for (int place = 0; place < found.length; place++) {
        assertEquals(expected[place] + 0.0, found[place] + 0.0, where);
      }
    }
  }
}
