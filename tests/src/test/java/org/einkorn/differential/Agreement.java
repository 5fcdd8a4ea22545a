package org.einkorn.differential;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.einkorn.differential.Disagreement.Kind;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.Finding;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.tune.DefaultSchedules;
import org.einkorn.runtime.exec.KernelModule;

/// Runs a case every way there is and holds the results against the interpreter of equations.
final class Agreement {
  private static final Map<String, Backend> BACKENDS = backends();

  private final Case tested;
  private Outcome oracle = new Outcome.Broken("not run");
  private EquationText equations = new EquationText.Refused("not printed");
  private Map<String, Data> bounds = Map.of();
  private Set<String> unbounded = Set.of();

  private Agreement(Case tested) {
    this.tested = tested;
  }

  private static Map<String, Backend> backends() {
    Map<String, Backend> found = new LinkedHashMap<>();
    for (Backend backend : ServiceLoader.load(Backend.class)) {
      found.put(backend.name(), backend);
    }
    if (!found.keySet().equals(Set.of("jvm", "llvm"))) {
      throw new IllegalStateException("backends: " + found.keySet());
    }
    return found;
  }

  static Backend backend(String name) {
    return java.util.Objects.requireNonNull(BACKENDS.get(name), name);
  }

  /// What the interpreter of equations makes of a case, and the first run that differs from it.
  ///
  /// @param equations what became of the program as equations of the language
  /// @param skipped the tensors that nothing is known of, since they decide something by an inexact
  ///   value
  record Verdict(
      Outcome oracle,
      EquationText equations,
      Optional<Disagreement> disagreement,
      Set<String> skipped) {}

  static Verdict check(Case tested) {
    Agreement agreement = new Agreement(tested);
    Optional<Disagreement> found;
    try {
      agreement.checkAll();
      found = Optional.empty();
    } catch (Found stopped) {
      found = Optional.of(stopped.disagreement);
    }
    return new Verdict(agreement.oracle, agreement.equations, found, agreement.unbounded);
  }

  private static final class Found extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final transient Disagreement disagreement;

    Found(String stage, Kind kind, String details) {
      this.disagreement = new Disagreement(stage, kind, details);
    }
  }

  private void checkAll() {
    Program program = tested.program();
    verify("equations", TensorVerifier.verify(program));
    oracle = Run.of(ProgramInterpreter.of(program), tested, Run.Order.WHOLE);
    requireSound("interpreter of equations", oracle);
    equations = EquationText.of(tested, oracle);
    if (equations instanceof EquationText.Wrong(Kind kind, String details)) {
      throw new Found("equations as source", kind, details);
    }
    checkExact(program);
    PassContext context = PassContext.defaults();
    Pipeline pipeline = Pipeline.of(Pipeline.Observer.none()).in(context);
    Program optimized = pipeline.optimize(program);
    if (optimized != program) {
      verify("optimized equations", TensorVerifier.verify(optimized));
      checkText(TensorPrinter.print(optimized), optimized);
      Outcome again = Run.of(ProgramInterpreter.of(optimized), tested, Run.Order.WHOLE);
      requireSame("optimized equations", optimized, again, pipeline);
      oracle = again;
    }
    bounds = bounds(optimized);
    checkText(TensorPrinter.print(program), program);
    Module lowered = lower(pipeline, optimized);
    Module scheduled = scheduling(tested.choices()).schedule(lowered);
    checkText("lowered loops", lowered);
    checkText("scheduled loops", scheduled);
    checkLoops(lowered, scheduled);
    Module varied = LoopKinds.vary(scheduled, tested.choices());
    verify("varied loops", LoopVerifier.verify(varied));
    for (Backend backend : BACKENDS.values()) {
      checkBackend(backend, tested.choices() % 3 == 0 ? scheduled : varied);
    }
  }

  /// The passes over loops, which change no bit. The model's schedules, of which that holds where
  /// floats keep their order, take long to make: they are a part of some.
  /// [RandomModelSchedulesTest] holds the others.
  static Pipeline scheduling(long choices) {
    Set<String> passes = new HashSet<>(Pipeline.names());
    if (choices % 16 != 0) {
      passes.remove(DefaultSchedules.NAME);
    }
    return Pipeline.of(passes, Pipeline.Observer.none())
        .in(PassContext.defaults().withReassociation(false));
  }

  /// With floats in their order, the passes change no bit.
  private void checkExact(Program program) {
    Pipeline pipeline =
        Pipeline.of(Pipeline.Observer.none()).in(PassContext.defaults().withReassociation(false));
    Program exact = pipeline.optimize(program);
    if (exact == program) {
      return;
    }
    verify("exactly optimized equations", TensorVerifier.verify(exact));
    Outcome again = Run.of(ProgramInterpreter.of(exact), tested, Run.Order.WHOLE);
    requireSame("exactly optimized equations", exact, again, pipeline);
  }

  /// The outcome after passes is that before, as far as the passes promise.
  private void requireSame(String stage, Program after, Outcome again, Pipeline pipeline) {
    requireSound(stage, again);
    Reassociation.difference(tested, after, oracle, again, pipeline.trace())
        .ifPresent(
            details -> {
              throw new Found(stage, Kind.VALUE, details);
            });
  }

  private static Module lower(Pipeline pipeline, Program program) {
    try {
      return pipeline.lower(program);
    } catch (RuntimeException failure) {
      throw new Found("lowering", Kind.COMPILER, Run.describe(failure));
    }
  }

  private void checkLoops(Module lowered, Module scheduled) {
    verify("lowered loops", LoopVerifier.verify(lowered));
    verify("scheduled loops", LoopVerifier.verify(scheduled));
    KernelModule plain = ModuleInterpreter.of(lowered);
    KernelModule fast = ModuleInterpreter.of(scheduled);
    Outcome whole = Run.of(plain, tested, Run.Order.WHOLE);
    compare("lowered loops on the interpreter", whole, Strictness.EQUATIONS);
    if (whole instanceof Outcome.Trapped) {
      oracle = whole;
    }
    compare("scheduled loops", Run.of(fast, tested, Run.Order.WHOLE), Strictness.SAME);
    compare("scheduled loops in pieces", Run.of(fast, tested, Run.Order.PIECES), Strictness.ORDER);
  }

  private void checkBackend(Backend backend, Module module) {
    try (KernelModule kernel = compile(backend, module)) {
      String name = backend.name();
      compare(name, Run.of(kernel, tested, Run.Order.WHOLE), Strictness.SAME);
      compare(name + " in pieces", Run.of(kernel, tested, Run.Order.PIECES), Strictness.ORDER);
      compare(name + " on threads", Run.of(kernel, tested, Run.Order.THREADS), Strictness.ORDER);
      if (tested.choices() % 4 == 1) {
        compare(name + " with its runner", Run.byRunner(kernel, tested), Strictness.SAME);
      }
    }
    switch (backend.name()) {
      case "jvm" -> checkText(backend, module, "bytecode", emit(backend, module, "bytecode"));
      case "llvm" -> {
        String text = emit(backend, module, "llvm");
        checkRewrite(backend, "llvm", text);
        // Making code a second time is most of what a program costs, so that a quarter of them has
        // its assembly run. It is made from the text of the IR: running it runs what was read.
        if (Math.floorMod(tested.choices(), 4) == 3) {
          String assembly = rewrite(backend, "llvm", text, "asm");
          checkText(backend, module, "asm", assembly);
          if (Math.floorMod(tested.choices(), 8) == 3) {
            if (!emit(backend, module, "asm").equals(assembly)) {
              throw new Found("asm from llvm", Kind.TEXT, assembly);
            }
            checkText(backend, module, "llvm", text);
          }
        }
      }
      default -> throw new IllegalStateException(backend.name());
    }
  }

  private static String emit(Backend backend, Module module, String kind) {
    String target = backend.name().equals("jvm") ? "jvm" : "native";
    return new String(
        backend.emit(module, new Emission(kind, "kernel", target)).main(), StandardCharsets.UTF_8);
  }

  private static String rewrite(Backend backend, String kind, String text, String into) {
    try {
      return backend.rewrite(kind, text, into);
    } catch (RefusedException refused) {
      throw new Found("text of " + kind, Kind.COMPILER, Run.describe(refused) + "\n" + text);
    }
  }

  /// The text of code reads back and prints the same.
  private static void checkRewrite(Backend backend, String kind, String text) {
    String again = rewrite(backend, kind, text, kind);
    if (!again.equals(text)) {
      throw new Found("text of " + kind, Kind.TEXT, text + "\n" + again);
    }
  }

  /// The text of code reads back, prints the same, and does the same.
  private void checkText(Backend backend, Module module, String kind, String text) {
    checkRewrite(backend, kind, text);
    try (KernelModule kernel = backend.load(module, kind, text)) {
      compare("text of " + kind, Run.of(kernel, tested, Run.Order.WHOLE), Strictness.SAME);
    } catch (RefusedException refused) {
      throw new Found("text of " + kind, Kind.COMPILER, Run.describe(refused) + "\n" + text);
    }
  }

  private static KernelModule compile(Backend backend, Module module) {
    try {
      return backend.compile(module);
    } catch (RefusedException refused) {
      throw new Found(backend.name() + " refuses", Kind.COMPILER, Run.describe(refused));
    } catch (RuntimeException | LinkageError failure) {
      throw new Found(backend.name() + " compiling", Kind.COMPILER, Run.describe(failure));
    }
  }

  private static void verify(String stage, List<Finding> findings) {
    if (!findings.isEmpty()) {
      throw new Found(
          stage + ", " + findings.getFirst().rule(), Kind.VERIFIER, findings.toString());
    }
  }

  private static void checkText(String text, Program program) {
    try {
      Program back = TensorParser.parse(new SourceFile("equations", text)).require();
      if (!back.equals(program) || !TensorPrinter.print(back).equals(text)) {
        throw new Found("text of equations", Kind.TEXT, TensorPrinter.print(back));
      }
    } catch (IllegalStateException failure) {
      throw new Found("text of equations", Kind.TEXT, Run.describe(failure));
    }
  }

  private static void checkText(String stage, Module module) {
    String text = LoopPrinter.print(module);
    try {
      Module back = LoopParser.parse(new SourceFile(stage, text)).require();
      if (!back.equals(module) || !LoopPrinter.print(back).equals(text)) {
        throw new Found("text of " + stage, Kind.TEXT, text + "\n" + LoopPrinter.print(back));
      }
    } catch (IllegalStateException failure) {
      throw new Found("text of " + stage, Kind.TEXT, text + "\n" + Run.describe(failure));
    }
  }

  private static void requireSound(String stage, Outcome outcome) {
    if (outcome instanceof Outcome.Broken(String what)) {
      throw new Found(stage, Kind.BROKEN, what);
    }
  }

  /// The allowed distance of each element of each inexact tensor.
  private Map<String, Data> bounds(Program program) {
    ErrorBounds errors = ErrorBounds.of(program);
    unbounded = errors.unbounded();
    Map<String, Data> found = new LinkedHashMap<>();
    if (errors.bounded().isEmpty() || !(oracle instanceof Outcome.Finished)) {
      return found;
    }
    verify("error bounds", TensorVerifier.verify(errors.program()));
    Case extended = tested.with(errors.program(), tested.inputs());
    Outcome outcome = Run.of(ProgramInterpreter.of(errors.program()), extended, Run.Order.WHOLE);
    if (outcome instanceof Outcome.Finished(Map<String, Data> tensors)) {
      for (String name : errors.bounded()) {
        found.put(name, java.util.Objects.requireNonNull(tensors.get(name + ErrorBounds.SUFFIX)));
      }
    } else {
      throw new Found("error bounds", Kind.BROKEN, outcome.toString());
    }
    return found;
  }

  /// Whether a schedule gave a temporary other axes: of one that a loop over rows uses again and
  /// again, only the last rows are left.
  private boolean isLaidOut(String name, Data before, Data after) {
    boolean isOutput = tested.program().signature().hasOutput(name);
    return !isOutput && before.parts().extents().length != after.parts().extents().length;
  }

  /// How much of a failure must be the same.
  private enum Strictness {
    /// The same function, fault and position.
    SAME,
    /// The same function: its points ran in another order.
    ORDER,
    /// The same definition: equations are computed point by point, then converted.
    EQUATIONS
  }

  private void compare(String stage, Outcome found, Strictness strictness) {
    requireSound(stage, found);
    switch (oracle) {
      case Outcome.Finished(Map<String, Data> expected) -> {
        if (!(found instanceof Outcome.Finished(Map<String, Data> tensors))) {
          throw new Found(stage, Kind.FAULT, "finishes, but: " + found);
        }
        tensors.forEach(
            (name, data) -> {
              Data right = expected.get(name);
              if (right != null && !unbounded.contains(name) && !isLaidOut(name, right, data)) {
                Comparison.difference(name, right, data, Optional.ofNullable(bounds.get(name)))
                    .ifPresent(
                        text -> {
                          throw new Found(stage, Kind.VALUE, text);
                        });
              }
            });
      }
      case Outcome.Trapped expected when found instanceof Outcome.Failed failed -> {
        if (!expected.isReportedAs(failed)) {
          throw new Found(stage, Kind.FAULT, "expected: " + expected + "\nfound: " + failed);
        }
      }
      case Outcome.Trapped expected -> {
        boolean agrees =
            found instanceof Outcome.Trapped trapped
                && switch (strictness) {
                  case SAME -> expected.equals(trapped);
                  case ORDER -> expected.function().equals(trapped.function());
                  case EQUATIONS -> expected.definition().equals(trapped.definition());
                };
        if (!agrees) {
          String shown = found instanceof Outcome.Trapped ? found.toString() : "finishes";
          throw new Found(stage, Kind.FAULT, "expected: " + expected + "\nfound: " + shown);
        }
      }
      case Outcome.Failed _, Outcome.Broken _ -> throw new IllegalStateException(oracle.toString());
    }
  }
}
