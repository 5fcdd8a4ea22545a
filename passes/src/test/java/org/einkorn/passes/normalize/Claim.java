package org.einkorn.passes.normalize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Driver;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;

/// That two expressions are equal.
///
/// @param left one side, and the inputs of both
record Claim(Algebra algebra, Nested left, Nested right) {
  private static final RunOptions ONE_THREAD = RunOptions.defaults().withThreads(1);

  /// Runs both sides, and what the normal form makes of each, on random inputs: all four results
  /// must be equal, number by number.
  ///
  /// @return the normal forms of both sides
  List<Program> check(Random random, String where) {
    Program one = left.program();
    Program other = right.program();
    Program oneNormal = normal(one);
    Program otherNormal = normal(other);
    Supplier<String> text = () -> where + "\n" + show(List.of(one, other, oneNormal, otherNormal));
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> inputs = inputs(arena, random);
      double[] expected = run(arena, one, inputs);
      assertArrayEquals(expected, run(arena, other, inputs), text);
      assertArrayEquals(expected, run(arena, oneNormal, inputs), text);
      assertArrayEquals(expected, run(arena, otherNormal, inputs), text);
    }
    return List.of(oneNormal, otherNormal);
  }

  /// Checks the claim, and that both sides have one normal form, a single einsum.
  void checkForm(Random random, String where) {
    List<Program> normal = check(random, where);
    assertEquals(form(normal.get(1)), form(normal.get(0)), () -> where + show(normal));
  }

  private static String show(List<Program> programs) {
    return programs.stream().map(TensorPrinter::print).collect(Collectors.joining("\n"));
  }

  /// Checks the claim, and that the normal forms of both sides run over as many axes.
  void checkAxes(Random random, String where) {
    List<Program> normal = check(random, where);
    assertEquals(axes(normal.get(1)), axes(normal.get(0)), () -> where + show(normal));
  }

  private static int axes(Program program) {
    return program.definitions().stream()
        .map(Shapes::onlyTerm)
        .mapToInt(term -> term.orElseThrow().axes().size())
        .sum();
  }

  private static Object form(Program program) {
    assertEquals(1, program.definitions().size(), () -> TensorPrinter.print(program));
    return CanonicalForm.sorted(program.definitions().getFirst().body());
  }

  static Program normal(Program program) {
    Program after = Driver.apply(Normalize.BOOK, program, PassContext.defaults());
    assertTrue(TensorVerifier.verify(after).isEmpty(), () -> TensorPrinter.print(after));
    return after;
  }

  private Map<String, Tensor> inputs(Arena arena, Random random) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    left.inputs()
        .forEach(
            (name, shape) -> {
              long[] extents = shape.stream().mapToLong(Integer::longValue).toArray();
              Tensor tensor = Tensor.allocate(arena, algebra.stored, extents);
              Tensor flat = tensor.reshape(tensor.elementCount());
              for (long number = 0; number < flat.elementCount(); number++) {
                double element = algebra.element(random);
                if (algebra.stored.isFloat()) {
                  flat.set(element, number);
                } else {
                  flat.setLong((long) element, number);
                }
              }
              inputs.put(name, tensor);
            });
    return inputs;
  }

  private double[] run(Arena arena, Program program, Map<String, Tensor> inputs) {
    ModuleRunner runner = new ModuleRunner(ProgramInterpreter.of(program));
    Map<String, Tensor> used = new LinkedHashMap<>();
    program.signature().inputs().forEach(input -> used.put(input.name(), inputs.get(input.name())));
    Tensor result = runner.run(arena, used, ONE_THREAD).outputs().values().iterator().next();
    Tensor flat = result.reshape(result.elementCount());
    double[] elements = new double[(int) flat.elementCount()];
    for (int number = 0; number < elements.length; number++) {
      double element =
          algebra.value == DType.F64 ? flat.getDouble(number) : (double) flat.getLong(number);
      elements[number] = element + 0.0; // −0.0 is 0.0 here
    }
    return elements;
  }
}
