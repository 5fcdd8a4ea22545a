package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.IntegerRange;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TraceParser;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.schedule.Refusal;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.schedules.ScheduleCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Random schedules of programs: what a schedule lets pass computes the same, bit for bit, and what
/// it runs at once computes the same in reverse.
///
/// `-Deinkorn.seed=S -Deinkorn.schedules=1` runs one schedule again.
@Execution(ExecutionMode.CONCURRENT)
final class RandomSchedulesTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261129_000000L);
  private static final int SCHEDULES = Integer.getInteger("einkorn.schedules", 80);
  private static final int STEPS = 10;
  private static final int SIZES = Integer.getInteger("einkorn.sizes", 6);

  /// Of an `exp`, of a sum of some and of a quotient of both.
  private static final int UNITS = 6;

  private final Map<String, Integer> applied = new TreeMap<>();
  private final Map<String, Integer> refused = new TreeMap<>();
  private int needed = 0;
  private int harmless = 0;
  private boolean moves = false;

  /// A module and data for it.
  record Subject(Module module, Case data) {}

  @Test
  void schedulesOfNests() {
    run("nests", RandomSchedulesTest::nest);
  }

  @Test
  void schedulesOfLoweredPrograms() {
    run("lowered programs", seed -> lowered(RandomNests.of(seed)));
  }

  /// Equations are joined, and computed where others are; the last one is scheduled first, so that
  /// those before it are as they were.
  @Test
  void movesBetweenEquations() {
    moves = true;
    run("several equations", RandomSchedulesTest::severalEquations);
  }

  /// Each schedule that stands in the goldens is made once, for all sizes.
  @Test
  void goldensForManySizes() {
    int runs = 0;
    for (ScheduleCase golden : ScheduleCase.all()) {
      if (golden.isRefused()) {
        continue;
      }
      Module module = ScheduleCase.module(golden.module());
      Module after = Schedule.replay(module, golden.trace()).module();
      Module turned = Turned.of(after, loop -> loop.kind().isAtOnce());
      if (hasGrid(after)) {
        requireRefused(after);
      }
      Module forCpu = hasGrid(after) ? module : after;
      try (KernelModule jvm = Agreement.backend("jvm").compile(forCpu);
          KernelModule llvm = Agreement.backend("llvm").compile(forCpu)) {
        for (int number = 0; number < SIZES; number++) {
          Subject subject = nest(module, SEED + runs++);
          Outcome before = outcome(ModuleInterpreter.of(module), subject);
          Outcome scheduled = outcome(ModuleInterpreter.of(after), subject);
          if (golden.trace().steps().stream().anyMatch(Step::rounds)) {
            requireNear(before, scheduled, after);
            before = scheduled;
          }
          requireSame("scheduled", before, scheduled, after);
          Module code = finished(after, List.of(golden.trace()));
          requireSame("finished", before, outcome(ModuleInterpreter.of(code), subject), code);
          requireSame("jvm", before, Run.of(jvm, subject.data(), Run.Order.WHOLE), after);
          Outcome compiled = Run.of(llvm, subject.data(), Run.Order.WHOLE);
          requireSame("llvm", rounded(before, compiled, after), compiled, after);
          if (!(before instanceof Outcome.Trapped)) {
            requireSame("reverse", before, outcome(ModuleInterpreter.of(turned), subject), after);
          }
        }
      }
    }
    System.out.println(runs + " runs of goldens with random sizes");
  }

  private void run(String what, LongFunction<Subject> maker) {
    System.out.printf("%d schedules of %s from -Deinkorn.seed=%d on%n", SCHEDULES, what, SEED);
    for (long seed = SEED; seed < SEED + SCHEDULES; seed++) {
      try {
        check(maker.apply(seed), seed);
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("-Deinkorn.seed=" + seed + " -Deinkorn.schedules=1", failure);
      }
    }
    System.out.println("applied: " + applied);
    System.out.println("refused: " + refused);
    System.out.printf(
        "%d refusals for a dependence: %d change the answer, %d do not on these data%n",
        needed + harmless, needed, harmless);
    assertTrue(SCHEDULES < 100 || applied.size() >= 12, "some step is never applied");
  }

  private void check(Subject subject, long seed) {
    Dice dice = new Dice(seed);
    Outcome before = outcome(ModuleInterpreter.of(subject.module()), subject);
    Module after = subject.module();
    List<Trace> traces = new ArrayList<>();
    List<Function> functions = subject.module().functions();
    for (Function function : moves ? functions.reversed() : functions) {
      if (after.functions().stream().noneMatch(each -> each.name().equals(function.name()))) {
        continue;
      }
      Schedule schedule = Schedule.of(after, function.name());
      RandomSteps steps = new RandomSteps(dice);
      RandomMoves several = new RandomMoves(dice);
      for (int number = 0; number < STEPS; number++) {
        Optional<Step> step =
            !moves
                ? steps.next(schedule)
                : number < 3
                    ? Optional.of(several.join(schedule))
                    : dice.chance(0.6) ? several.next(schedule) : steps.next(schedule);
        if (step.isPresent()) {
          schedule = attempted(schedule, step.get(), subject, before);
        }
      }
      requireText(after, schedule);
      after = schedule.module();
      traces.add(schedule.trace());
    }
    requireSame("scheduled", before, outcome(ModuleInterpreter.of(after), subject), after);
    Module turned = Turned.of(after, loop -> loop.kind().isAtOnce());
    if (!(before instanceof Outcome.Trapped)) {
      requireSame("reverse", before, outcome(ModuleInterpreter.of(turned), subject), after);
    }
    Module code = finished(after, traces);
    requireSame("finished", before, outcome(ModuleInterpreter.of(code), subject), code);
    if (seed % 8 == 0) {
      for (String backend : List.of("jvm", "llvm")) {
        KernelModule plain = Agreement.backend(backend).compile(subject.module());
        Outcome expected = outcome(plain, subject);
        for (Module each : List.of(after, code)) {
          if (hasGrid(each)) {
            requireRefused(each);
            continue;
          }
          KernelModule compiled = Agreement.backend(backend).compile(each);
          requireSame(backend, expected, outcome(compiled, subject), each);
        }
      }
    }
  }

  private static boolean hasGrid(Module module) {
    return module.functions().stream().anyMatch(function -> hasGrid(function.body()));
  }

  private static boolean hasGrid(Stmt statement) {
    return statement instanceof Stmt.For loop && loop.kind() instanceof GridAxis
        || statement instanceof Stmt.Allocate(Buffer buffer, Stmt _)
            && buffer.scope() == Buffer.Scope.SHARED
        || statement.children().stream().anyMatch(RandomSchedulesTest::hasGrid);
  }

  /// Code for a CPU has no grid.
  private static void requireRefused(Module module) {
    for (String backend : List.of("jvm", "llvm")) {
      RefusedException refusal =
          assertThrows(
              RefusedException.class, () -> Agreement.backend(backend).compile(module).close());
      assertEquals("E0710", refusal.code());
    }
  }

  /// The module after the passes that follow on schedules.
  private static Module finished(Module scheduled, List<Trace> traces) {
    PassContext context = PassContext.defaults().withSchedules(traces);
    Module module = scheduled;
    for (Pass<Module> pass : Pipeline.LOOP_PASSES) {
      module = pass.apply(module, context);
      assertEquals(List.of(), LoopVerifier.verify(module), pass.name() + LoopPrinter.print(module));
    }
    return module;
  }

  private Schedule attempted(Schedule schedule, Step step, Subject subject, Outcome before) {
    String kind = step.getClass().getSimpleName();
    return switch (schedule.attempt(step)) {
      case Schedule.Attempt.Applied(Schedule next) -> {
        applied.merge(kind, 1, Integer::sum);
        yield next;
      }
      case Schedule.Attempt.Refused(Refusal refusal) -> {
        refused.merge(kind + " " + refusal.reason().text(), 1, Integer::sum);
        if (step instanceof Step.Parallel || step instanceof Step.Vectorize) {
          refusal
              .place()
              .filter(place -> refusal.reason().text().equals("dependence"))
              .ifPresent(place -> weigh(schedule, place, subject, before));
        }
        yield schedule;
      }
    };
  }

  /// Whether a refused loop really has rounds that need one another: it is turned round all the
  /// same.
  private void weigh(Schedule schedule, Stmt place, Subject subject, Outcome before) {
    Module turned = Turned.of(schedule.module(), loop -> loop == place);
    Outcome outcome = outcome(ModuleInterpreter.of(turned), subject);
    if (difference(before, outcome, turned).isPresent()) {
      needed++;
    } else {
      harmless++;
    }
  }

  private static void requireText(Module start, Schedule schedule) {
    Module after = schedule.module();
    String text = LoopPrinter.print(after);
    assertEquals(after, LoopParser.parse(new SourceFile("after.ir", text)).require());
    String script = TracePrinter.print(schedule.trace());
    Trace trace = TraceParser.parse(new SourceFile("script", script), start.symbols()).require();
    assertEquals(schedule.trace(), trace);
    assertEquals(schedule.function(), Schedule.replay(start, trace).function());
  }

  static Outcome outcome(KernelModule module, Subject subject) {
    try (module) {
      return Run.of(module, subject.data(), Run.Order.WHOLE);
    }
  }

  static void requireSame(String stage, Outcome before, Outcome after, Module module) {
    if (before instanceof Outcome.Broken) {
      throw new AssertionError(stage + ": " + before + "\n" + LoopPrinter.print(module));
    }
    Optional<String> difference = difference(before, after, module);
    if (difference.isPresent()) {
      throw new AssertionError(stage + ": " + difference.get() + "\n" + LoopPrinter.print(module));
    }
  }

  /// What LLVM may give for an outcome: `exp` of `f32` may be the number beside the nearest, so
  /// where there is one, outputs may be off by [#UNITS] in the last place. Those that are stand for
  /// what was expected.
  private static Outcome rounded(Outcome before, Outcome after, Module module) {
    if (!(before instanceof Outcome.Finished(var right))
        || !(after instanceof Outcome.Finished(var found))
        || !LoopPrinter.print(module).contains("exp(")) {
      return before;
    }
    Map<String, Data> near = new LinkedHashMap<>(right);
    for (Signature.Output output : module.signature().outputs()) {
      Data one = Objects.requireNonNull(right.get(output.name()));
      Data other = Objects.requireNonNull(found.get(output.name()));
      boolean isNear = one.type() == DType.F32 && Arrays.equals(one.extents(), other.extents());
      for (int number = 0; isNear && number < one.elements().length; number++) {
        float expected = (float) one.real(number);
        isNear =
            one.elements()[number] == other.elements()[number]
                || Math.abs(expected - (float) other.real(number)) <= UNITS * Math.ulp(expected);
      }
      if (isNear) {
        near.put(output.name(), other);
      }
    }
    return new Outcome.Finished(near);
  }

  /// The same but for rounding; data are less than 28, and sums have less than 300 terms.
  static void requireNear(Outcome before, Outcome after, Module module) {
    if (!(before instanceof Outcome.Finished(var right))
        || !(after instanceof Outcome.Finished(var found))) {
      throw new AssertionError(before + "\nthen " + after + "\n" + LoopPrinter.print(module));
    }
    for (Signature.Output output : module.signature().outputs()) {
      Data one = Objects.requireNonNull(right.get(output.name()));
      Data other = Objects.requireNonNull(found.get(output.name()));
      for (int number = 0; number < one.elements().length; number++) {
        double distance = Math.abs(one.real(number) - other.real(number));
        if (distance > 0.05) {
          throw new AssertionError(
              output.name() + " is off by " + distance + "\n" + LoopPrinter.print(module));
        }
      }
    }
  }

  /// Temporaries may lie in another order.
  private static Optional<String> difference(Outcome before, Outcome after, Module module) {
    if (before instanceof Outcome.Finished(var right)
        && after instanceof Outcome.Finished(var found)) {
      for (Signature.Output output : module.signature().outputs()) {
        Optional<String> difference =
            Comparison.difference(
                output.name(),
                Objects.requireNonNull(right.get(output.name())),
                Objects.requireNonNull(found.get(output.name())),
                Optional.empty());
        if (difference.isPresent()) {
          return difference;
        }
      }
      return Optional.empty();
    }
    // A position may be taken from a copy.
    boolean isSame =
        before.equals(after)
            || before instanceof Outcome.Trapped one
                && after instanceof Outcome.Trapped other
                && isPart(other.function(), one.function())
                && one.kind() == other.kind()
                && one.value() == other.value()
                && one.bound() == other.bound();
    return isSame ? Optional.empty() : Optional.of(before + "\nthen " + after);
  }

  /// Whether a function is another one or a part of it: parts have its name and a number.
  private static boolean isPart(String function, String whole) {
    return function.equals(whole)
        || function.startsWith(whole + ".")
            && function.substring(whole.length() + 1).chars().allMatch(Character::isDigit);
  }

  // ---- programs

  private static Subject lowered(Case made) {
    Pipeline pipeline = Pipeline.of(Pipeline.Observer.none()).in(PassContext.defaults());
    return new Subject(pipeline.lower(pipeline.optimize(made.program())), made);
  }

  private static Subject severalEquations(long seed) {
    List<String> modules =
        ScheduleCase.modules().stream()
            .filter(name -> ScheduleCase.module(name).functions().size() > 1)
            .toList();
    return seed % 3 == 0
        ? lowered(RandomNests.of(seed))
        : nest(ScheduleCase.module(new Dice(seed).pick(modules)), seed);
  }

  private static Subject nest(long seed) {
    return nest(ScheduleCase.module(new Dice(seed).pick(ScheduleCase.modules())), seed);
  }

  static Subject nest(Module module, long seed) {
    Dice dice = new Dice(seed);
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String symbol : module.symbols()) {
      sizes.put(symbol, (long) (dice.chance(0.8) ? dice.below(6) : dice.between(6, 17)));
    }
    SequencedMap<String, Data> inputs = new LinkedHashMap<>();
    for (Signature.Input input : module.signature().inputs()) {
      long[] extents =
          input.type().extents().stream().mapToLong(extent -> value(extent, sizes)).toArray();
      DType type = input.type().dtype();
      long[] elements = new long[Data.size(type, extents)];
      int bound = Math.toIntExact(Math.max(1, sizes.getOrDefault("m", 9L)));
      for (int number = 0; number < elements.length; number++) {
        elements[number] =
            type.isFloat()
                ? Double.doubleToLongBits(dice.between(-999, 999) / 37.0)
                : type.byteSize() < DType.I32.byteSize() ? narrow(type, dice) : dice.below(bound);
      }
      inputs.put(input.name(), new Data(type, extents, elements).stored());
    }
    Program program = new Program(module.name(), module.signature(), List.of());
    return new Subject(module, new Case(program, inputs, seed));
  }

  /// A number of a narrow type, often its least or greatest one; 0 or 1 of `bool`.
  private static long narrow(DType type, Dice dice) {
    IntegerRange all = IntegerRange.of(type);
    return switch (dice.below(3)) {
      case 0 -> all.least();
      case 1 -> all.greatest();
      default -> dice.between((int) all.least(), (int) all.greatest());
    };
  }

  static long value(IndexExpr extent, Map<String, Long> sizes) {
    return switch (extent) {
      case IndexExpr.Constant(long value) -> value;
      case IndexExpr.Symbol(String name) -> sizes.getOrDefault(name, 0L);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          value(left, sizes) + value(right, sizes);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          value(left, sizes) * value(right, sizes);
      default -> throw new IllegalArgumentException("an extent of an input: " + extent);
    };
  }
}
