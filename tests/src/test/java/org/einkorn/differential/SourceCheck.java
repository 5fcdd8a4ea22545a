package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.EquationPrinter;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.exec.KernelModule;

/// Holds one source program with all its forms: the interpreter on equations, optimized equations
/// and loops, and both backends come to the same bits; the texts of both levels and the equations
/// read back to the same.
final class SourceCheck {
  private SourceCheck() {}

  /// Checks programs of seeds that follow each other; at least half of many run to their end.
  ///
  /// @param kind what they are, in the plural, as the property that says how many is called
  static void run(String kind, long first, int count, LongFunction<RandomSource.Made> maker) {
    run(kind, first, count, maker, SourceCheck::check);
  }

  /// Checks programs of which no result depends on the order of a sum, whatever their types.
  static void runWhole(String kind, long first, int count, LongFunction<RandomSource.Made> maker) {
    run(
        kind,
        first,
        count,
        maker,
        (made, seed) -> {
          Outcome expected = check(made, seed, false);
          Case tested = caseOf(compile(made.text()), made, seed);
          Program optimized = pipeline(true).optimize(tested.program());
          Outcome found = Run.of(ProgramInterpreter.of(optimized), tested, Run.Order.WHOLE);
          assertSame(tested.program(), unsigned(expected), unsigned(found), "optimized");
          checkLoops(made, tested, found, context(true));
          return expected;
        });
  }

  /// An outcome in which no zero is negative.
  private static Outcome unsigned(Outcome outcome) {
    if (!(outcome instanceof Outcome.Finished(Map<String, Data> tensors))) {
      return outcome;
    }
    Map<String, Data> positive = new LinkedHashMap<>();
    long negative = Double.doubleToLongBits(-0.0);
    tensors.forEach(
        (name, data) ->
            positive.put(
                name,
                new Data(
                    data.type(),
                    data.extents(),
                    LongStream.of(data.elements())
                        .map(bits -> bits == negative && data.type().isFloat() ? 0 : bits)
                        .toArray())));
    return new Outcome.Finished(positive);
  }

  /// Checks programs whose loops mean what the equations after the passes mean.
  static void runFromEquations(
      String kind, long first, int count, LongFunction<RandomSource.Made> maker) {
    run(
        kind,
        first,
        count,
        maker,
        (made, seed) -> {
          Case tested = caseOf(compile(made.text()), made, seed);
          Outcome expected = new Outcome.Broken("not run");
          for (boolean mayReassociate : new boolean[] {false, true}) {
            Program optimized = pipeline(mayReassociate).optimize(tested.program());
            expected = Run.of(ProgramInterpreter.of(optimized), tested, Run.Order.WHOLE);
            checkLoops(made, tested, expected, context(mayReassociate));
          }
          return expected;
        });
  }

  private static PassContext context(boolean mayReassociate) {
    return PassContext.defaults().withReassociation(mayReassociate);
  }

  private static Pipeline pipeline(boolean mayReassociate) {
    return Pipeline.of(Pipeline.Observer.none()).in(context(mayReassociate));
  }

  /// One program held against itself.
  private interface Check {
    Outcome of(RandomSource.Made made, long seed);
  }

  private static void run(
      String kind, long first, int count, LongFunction<RandomSource.Made> maker, Check check) {
    System.out.printf("%d random %s from -Deinkorn.seed=%d on%n", count, kind, first);
    AtomicInteger finished = new AtomicInteger();
    LongStream.range(first, first + count)
        .parallel()
        .forEach(
            seed -> {
              RandomSource.Made made = maker.apply(seed);
              try {
                if (check.of(made, seed) instanceof Outcome.Finished) {
                  finished.incrementAndGet();
                }
              } catch (RuntimeException | AssertionError failure) {
                fail(
                    "-Deinkorn.seed=%d -Deinkorn.%s=1%n%s%n%s"
                        .formatted(seed, kind, made.text(), made.inputs()),
                    failure);
              }
            });
    assertTrue(count < 50 || finished.get() * 2 >= count, finished + " ran to their end");
  }

  /// What the program came to everywhere.
  static Outcome check(RandomSource.Made made, long seed) {
    return check(made, seed, !made.text().contains("f64"));
  }

  private static Outcome check(RandomSource.Made made, long seed, boolean isAnyOrder) {
    Program program = compile(made.text());
    Case tested = caseOf(program, made, seed);
    assertEquals(List.of(), TensorVerifier.verify(program));
    Outcome expected = Run.of(ProgramInterpreter.of(program), tested, Run.Order.WHOLE);
    if (expected instanceof Outcome.Broken(String what)) {
      throw new AssertionError(what);
    }
    String text = TensorPrinter.print(program);
    assertEquals(program, TensorParser.parse(new SourceFile("text", text)).require(), text);
    Program again = compile(EquationPrinter.print(program));
    Outcome asEquations =
        Run.of(ProgramInterpreter.of(again), caseOf(again, made, seed), Run.Order.WHOLE);
    assertSame(program, expected, renamed(again, program, asEquations), "as equations");
    PassContext ordered = PassContext.defaults().withReassociation(false);
    checkLoops(made, tested, expected, ordered);
    if (made.text().contains("<-")) {
      // However few positions there are, relations are kept as their tuples.
      PassContext listed = ordered.withFewPositions(0);
      boolean areOutputs = seed % 2 == 0;
      checkLoops(made, tested, expected, areOutputs ? listed.withOutputPositions(0) : listed);
    }
    if (isAnyOrder) {
      // Sums of small integers do not depend on their order.
      checkLoops(made, tested, expected, PassContext.defaults());
    }
    return expected;
  }

  private static void checkLoops(
      RandomSource.Made made, Case tested, Outcome expected, PassContext context) {
    Program program = tested.program();
    Pipeline pipeline = Pipeline.of(Pipeline.Observer.none()).in(context);
    Program optimized = pipeline.optimize(program);
    assertEquals(List.of(), TensorVerifier.verify(optimized));
    assertSame(
        program,
        expected,
        Run.of(ProgramInterpreter.of(optimized), tested, Run.Order.WHOLE),
        "optimized");
    Module loops = Agreement.scheduling(tested.choices()).schedule(pipeline.lower(optimized));
    assertEquals(List.of(), LoopVerifier.verify(loops));
    if (made.text().contains("*t")) {
      requireNoPast(loops);
    }
    String nests = LoopPrinter.print(loops);
    assertEquals(loops, LoopParser.parse(new SourceFile("loops", nests)).require(), nests);
    assertSame(
        program, expected, Run.of(ModuleInterpreter.of(loops), tested, Run.Order.WHOLE), "loops");
    for (String name : List.of("jvm", "llvm")) {
      try (KernelModule kernel = Agreement.backend(name).compile(loops)) {
        assertSame(program, expected, Run.of(kernel, tested, Run.Order.THREADS), name);
        if (expected instanceof Outcome.Finished) {
          assertSame(program, expected, Run.byRunner(kernel, tested), name + " with its runner");
        }
      }
    }
  }

  /// Whatever the number of steps, the past of virtual indices takes the same memory.
  private static void requireNoPast(Module loops) {
    for (Buffer buffer : loops.buffers()) {
      boolean isLong =
          buffer.name().contains(".past")
              && buffer.type().extents().stream().anyMatch(SourceCheck::growsWithSteps);
      assertFalse(isLong, () -> LoopPrinter.print(loops));
    }
  }

  private static boolean growsWithSteps(IndexExpr extent) {
    boolean[] found = {false};
    Walk.ofIndices(part -> found[0] |= part.equals(IndexExpr.symbol("T"))).visit(extent);
    return found[0];
  }

  /// What a program came to, its outputs under the names of those of another: `Y.q0` is printed as
  /// `Y_q0`.
  private static Outcome renamed(Program from, Program to, Outcome outcome) {
    if (!(outcome instanceof Outcome.Finished(Map<String, Data> tensors))) {
      return outcome;
    }
    Map<String, Data> named = new LinkedHashMap<>();
    for (int number = 0; number < to.signature().outputs().size(); number++) {
      String name = from.signature().outputs().get(number).name();
      named.put(
          to.signature().outputs().get(number).name(), Objects.requireNonNull(tensors.get(name)));
    }
    return new Outcome.Finished(named);
  }

  private static Program compile(String text) {
    Compiled compiled = Frontend.compile(new SourceFile("random.ein", text), Request.plain());
    List<Diagnostic> errors = compiled.diagnostics().stream().filter(Diagnostic::isError).toList();
    assertEquals(List.of(), errors, text);
    return compiled.program().orElseThrow();
  }

  private static Case caseOf(Program program, RandomSource.Made made, long seed) {
    SequencedMap<String, Data> inputs = new LinkedHashMap<>();
    for (Signature.Input input : program.signature().inputs()) {
      inputs.put(input.name(), Objects.requireNonNull(made.inputs().get(input.name())));
    }
    return new Case(program, inputs, seed);
  }

  private static void assertSame(Program program, Outcome expected, Outcome found, String stage) {
    switch (expected) {
      case Outcome.Finished(Map<String, Data> right) -> {
        if (!(found instanceof Outcome.Finished(Map<String, Data> tensors))) {
          throw new AssertionError(stage + ": " + found);
        }
        for (Signature.Output output : program.signature().outputs()) {
          assertEquals(
              Optional.ofNullable(right.get(output.name())),
              Optional.ofNullable(tensors.get(output.name())),
              () -> stage + ": " + output.name());
        }
      }
      case Outcome.Trapped trap ->
          assertTrue(
              found instanceof Outcome.Trapped other && other.kind() == trap.kind(),
              () -> stage + ": expected " + trap + ", found " + found);
      case Outcome.Failed _, Outcome.Broken _ -> throw new AssertionError(expected.toString());
    }
  }
}
