package org.einkorn.derivatives;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;

/// A program with derivatives, and the ways to compute them.
///
/// @param text of the program
/// @param inputs all in `f64`, but for integers
record Derived(String text, Map<String, Tensor> inputs) {
  static final List<Target> TARGETS = List.of(Target.interpreter(), Target.jvm(), Target.llvm());

  private static final RunOptions ONE_THREAD = RunOptions.defaults().withThreads(1);

  /// All elements of a tensor of floats.
  static double[] elements(Tensor tensor) {
    Tensor flat = tensor.reshape(tensor.elementCount());
    double[] elements = new double[Math.toIntExact(flat.elementCount())];
    for (int number = 0; number < elements.length; number++) {
      elements[number] = flat.getDouble(number);
    }
    return elements;
  }

  /// A tensor of `f64`.
  static Tensor tensor(long[] extents, double... elements) {
    return Tensor.wrap(elements, extents);
  }

  /// A tensor of one number, without axes.
  static Tensor number(double value) {
    return tensor(new long[] {}, value);
  }

  /// The elements of one of several tensors, which is there.
  static double[] get(Map<String, double[]> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /// A tensor of random numbers from −1.5 to 1.5.
  static Tensor random(SplittableRandom random, long... extents) {
    int count = 1;
    for (long extent : extents) {
      count *= Math.toIntExact(extent);
    }
    double[] elements = new double[count];
    for (int number = 0; number < count; number++) {
      elements[number] = random.nextDouble(-1.5, 1.5);
    }
    return tensor(extents, elements);
  }

  Derived with(String name, Tensor tensor) {
    Map<String, Tensor> others = new LinkedHashMap<>(inputs);
    others.put(name, tensor);
    return new Derived(text, others);
  }

  Derived with(String more) {
    return new Derived(text + more, inputs);
  }

  Compiled compiled() {
    return Frontend.compile(new SourceFile("derived.ein", text), Request.plain());
  }

  /// The program as the frontend makes it, with its requests.
  Optional<org.einkorn.ir.tensor.Program> requests() {
    Compiled compiled = compiled();
    if (compiled.program().isEmpty()) {
      throw new IllegalArgumentException(compiled.diagnostics() + "\n" + text);
    }
    return compiled.program();
  }

  /// What the interpreter gives, which computes derivatives with dual numbers.
  Map<String, double[]> byDualNumbers() {
    return interpreted(requests().orElseThrow());
  }

  /// What the interpreter gives for a program.
  Map<String, double[]> interpreted(org.einkorn.ir.tensor.Program program) {
    try (Arena arena = Arena.ofConfined()) {
      return elements(
          new ModuleRunner(ProgramInterpreter.of(program))
              .run(arena, needed(program), ONE_THREAD)
              .outputs());
    }
  }

  /// The extents of a tensor of the program.
  long[] shape(String tensor) {
    Request request = new Request(Map.of(), file -> Optional.empty(), Set.of(tensor), false);
    org.einkorn.ir.tensor.Program program =
        Frontend.compile(new SourceFile("derived.ein", text), request).program().orElseThrow();
    try (Arena arena = Arena.ofConfined()) {
      return Objects.requireNonNull(
              new ModuleRunner(ProgramInterpreter.of(program))
                  .run(arena, needed(program), ONE_THREAD)
                  .outputs()
                  .get(tensor))
          .shape()
          .extents();
    }
  }

  private Map<String, Tensor> needed(org.einkorn.ir.tensor.Program program) {
    Map<String, Tensor> needed = new LinkedHashMap<>();
    program
        .signature()
        .inputs()
        .forEach(
            input ->
                needed.put(
                    input.name(), Objects.requireNonNull(inputs.get(input.name()), input.name())));
    return needed;
  }

  /// What a target gives for the equations of the derivatives.
  Map<String, double[]> by(Target target) {
    return by(Einkorn.compile("derived", text), target);
  }

  /// The same for some tensors only.
  Map<String, double[]> by(Target target, String... tensors) {
    return by(Einkorn.compile("derived", text).keeping(tensors), target);
  }

  /// The same, from the text of the equations.
  Map<String, double[]> byText(Target target) {
    return by(Einkorn.compile("derived", equations()), target);
  }

  /// The derivatives as equations.
  String equations() {
    return Einkorn.compile("derived", text).ir(Stage.EQUATIONS);
  }

  private Map<String, double[]> by(Program program, Target target) {
    Program bound = program.with(Options.defaults().withTarget(target).withRun(ONE_THREAD));
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      if (text.contains(input.getKey())) {
        bound = bound.with(input.getKey(), input.getValue());
      }
    }
    return elements(bound.run().tensors());
  }

  private static Map<String, double[]> elements(Map<String, Tensor> tensors) {
    Map<String, double[]> all = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (tensor.dtype().isFloat()) {
            all.put(name, elements(tensor));
          }
        });
    return all;
  }

  /// Where two results differ by more than `tolerance` of the greatest element; empty if nowhere.
  static Optional<String> difference(
      Map<String, double[]> expected, Map<String, double[]> found, double tolerance) {
    List<String> differences = new ArrayList<>();
    expected.forEach(
        (name, right) -> {
          double[] other = found.get(name);
          if (other == null || !isNear(right, other, tolerance)) {
            differences.add(
                name
                    + ": expected "
                    + Arrays.toString(right)
                    + ", found "
                    + Arrays.toString(other));
          }
        });
    return differences.stream().findFirst();
  }

  static boolean isNear(double[] expected, double[] found, double tolerance) {
    if (expected.length != found.length) {
      return false;
    }
    double greatest = 1;
    for (double value : expected) {
      greatest = Double.isFinite(value) ? Math.max(greatest, Math.abs(value)) : greatest;
    }
    for (int place = 0; place < expected.length; place++) {
      boolean isSame =
          expected[place] == found[place]
              || (Double.isNaN(expected[place]) && Double.isNaN(found[place]));
      if (!isSame && !(Math.abs(expected[place] - found[place]) <= tolerance * greatest)) {
        return false;
      }
    }
    return true;
  }

  static Tensor integers(int... values) {
    Tensor tensor = Tensor.wrap(values, values.length);
    if (tensor.dtype() != DType.I32) {
      throw new IllegalStateException("positions are i32");
    }
    return tensor;
  }
}
