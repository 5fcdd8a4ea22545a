package org.einkorn;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.target.Machine;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.Sizes;
import org.einkorn.passes.cost.CountOperations;
import org.einkorn.passes.layout.PlaceOutputs;
import org.einkorn.passes.layout.Storage;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.trace.Trace;

/// Equations to running code: the passes, then the backend that the options name.
final class Pipelines {
  /// Up to this many positions a run hands out a relation as a tensor: 256 MiB.
  private static final long OUTPUT_POSITIONS = 1L << 28;

  private Pipelines() {}

  /// A program at each level of the IR, with what each pass took.
  ///
  /// @param equations level 1, after its passes
  /// @param loops level 2 as lowered
  /// @param scheduled level 2, after its passes
  /// @param counted what operations are counted in, [Pipeline#counted]
  /// @param schedules how functions were scheduled
  /// @param trace what the passes did and refused
  record Lowered(
      Program equations,
      Module loops,
      Module scheduled,
      Supplier<Module> counted,
      List<org.einkorn.ir.schedule.Trace> schedules,
      Trace trace,
      List<Pipeline.Timing> timings) {
    Lowered {
      schedules = List.copyOf(schedules);
      timings = List.copyOf(timings);
    }

    Lowered retraced(Trace newTrace) {
      return new Lowered(equations, loops, scheduled, counted, schedules, newTrace, timings);
    }
  }

  /// A program after all passes, which may have asked for sizes.
  ///
  /// @param program level 1
  /// @param loops level 2; nothing where the interpreter runs equations as they are
  record Optimized(Program program, Optional<Loops> loops, Pipeline pipeline) {
    List<Pipeline.Timing> timings() {
      return pipeline.timings();
    }

    /// What code is generated from.
    Optional<Module> scheduled() {
      return loops.map(Loops::scheduled);
    }
  }

  /// Loops as lowered, and after the passes over loops.
  ///
  /// @param counted what operations are counted in, [Pipeline#counted]
  record Loops(Module lowered, Module scheduled, Supplier<Module> counted) {}

  /// Runs all passes, for any sizes.
  static Lowered lower(Program program, Options options, Pipeline.Observer observer) {
    PassContext context = context(options, Sizes.of(Map.of()));
    Pipeline pipeline = pipeline(options, observer).in(context);
    Program equations = pipeline.optimize(program);
    Module loops = pipeline.lower(equations);
    Module scheduled = scheduled(pipeline, loops, options);
    return new Lowered(
        equations,
        loops,
        scheduled,
        pipeline.counted(),
        pipeline.schedules(),
        context.trace().trace(),
        pipeline.timings());
  }

  /// The passes that the options choose.
  static Pipeline pipeline(Options options, Pipeline.Observer observer) {
    Pipeline.Observer checked = PassVerifier.around(options, observer);
    Pipeline pipeline =
        options
            .passes()
            .map(names -> Pipeline.of(names, checked))
            .orElseGet(() -> Pipeline.of(checked));
    return pipeline.in(context(options, Sizes.of(Map.of())));
  }

  private static PassContext context(Options options, Sizes sizes) {
    PassContext context =
        PassContext.defaults()
            .withSizes(sizes)
            .withReassociation(!options.isExact())
            .withObjective(options.objective())
            .withMachine(machine(options.target()))
            .withExpectedRuns(options.expectedRuns());
    long budget = options.run().memoryBudgetBytes();
    return budget == Long.MAX_VALUE ? context : context.withMemoryLimitBytes(budget);
  }

  /// What a target offers where it runs; a machine like any other for the interpreter, and for a
  /// backend that is not there.
  private static Machine machine(Target target) {
    return Backends.find(target.name())
        .map(backend -> backend.machine(Emitter.usualTarget(backend)))
        .orElseGet(Machine::unknown);
  }

  /// Runs all passes, for given sizes; does nothing where the interpreter runs equations as they
  /// are.
  ///
  /// @param hasLists whether who runs the code takes outputs that are lists of tuples
  static Optimized optimize(Program program, Options options, Sizes sizes, boolean hasLists) {
    PassContext context = context(options, sizes);
    Pipeline pipeline =
        pipeline(options, Pipeline.Observer.none())
            .in(hasLists ? context.withOutputPositions(OUTPUT_POSITIONS) : context);
    if (isReference(options)) {
      return new Optimized(program, Optional.empty(), pipeline);
    }
    Program equations = pipeline.optimize(program);
    Module lowered = pipeline.lower(equations);
    Module scheduled = scheduled(pipeline, lowered, options);
    return new Optimized(
        equations, Optional.of(new Loops(lowered, scheduled, pipeline.counted())), pipeline);
  }

  /// Code for the target of the options. The interpreter runs equations as they are, but counts the
  /// loops that the other targets run.
  ///
  /// @param program before all passes
  /// @param targets how outputs lie, where that isn't row-major
  /// @param timings receives what code generation took
  static CompiledCode compile(
      Program program,
      Optimized optimized,
      Map<String, Storage> targets,
      Options options,
      List<Pipeline.Timing> timings) {
    if (optimized.loops().isEmpty()) {
      CompiledCode code =
          targets.isEmpty()
              ? CompiledCode.plain(ProgramInterpreter.of(program))
              : CompiledCode.placed(
                  CompiledCode.Generated.plain(
                      ModuleInterpreter.of(
                          PlaceOutputs.of(optimized.pipeline().lower(program), targets))));
      return code.planned(new CompiledCode.Plan(program, Optional.empty(), options));
    }
    Loops loops = optimized.loops().get();
    Module scheduled = options.counts() ? loops.counted().get() : loops.scheduled();
    CompiledCode code =
        targets.isEmpty()
            ? compile(scheduled, options, timings)
            : CompiledCode.placed(generate(PlaceOutputs.of(scheduled, targets), options, timings))
                .without(leftUndone(scheduled, options));
    return code.planned(plan(program, optimized, options));
  }

  /// What code is made from, where that is not the interpreter.
  static CompiledCode.Plan plan(Program program, Optimized optimized, Options options) {
    Pipeline pipeline = optimized.pipeline();
    Loops loops = optimized.loops().orElseThrow();
    Lowered lowered =
        new Lowered(
            optimized.program(),
            loops.lowered(),
            loops.scheduled(),
            loops.counted(),
            pipeline.schedules(),
            pipeline.trace(),
            pipeline.timings());
    return new CompiledCode.Plan(program, Optional.of(lowered), options);
  }

  /// Whether equations are interpreted as they are.
  private static boolean isReference(Options options) {
    return options.target() instanceof Target.Interpreter
        && !options.counts()
        && options.schedule().isEmpty();
  }

  /// Code for a program whose sizes are constants, or for any sizes.
  ///
  /// @param targets how outputs lie, where that isn't row-major
  /// @param timings receives what passes and code generation took
  static CompiledCode compile(
      Program program,
      Map<String, Storage> targets,
      Options options,
      List<Pipeline.Timing> timings) {
    Optimized optimized = optimize(program, options, Sizes.of(Map.of()), false);
    timings.addAll(optimized.timings());
    return compile(program, optimized, targets, options, timings);
  }

  /// Code for loops that nothing more is to be done to.
  static CompiledCode compile(Module scheduled, Options options, List<Pipeline.Timing> timings) {
    if (!options.counts()) {
      return CompiledCode.plain(generate(scheduled, options, timings))
          .without(leftUndone(scheduled, options));
    }
    CountOperations.Counting counting = CountOperations.apply(scheduled);
    return CompiledCode.counting(generate(counting.module(), options, timings), counting);
  }

  /// The passes over loops, with the schedules of the options.
  ///
  /// @throws CompileException where the script is wrong, or a step of it does not apply
  static Module scheduled(Pipeline pipeline, Module loops, Options options) {
    return options
        .schedule()
        .map(script -> Schedules.apply(script, pipeline, loops, options))
        .orElseGet(() -> pipeline.schedule(loops));
  }

  /// Loops after the passes over loops.
  static Module schedule(Form.Loops loops, Options options, List<Pipeline.Timing> timings) {
    if (loops.isScheduled()) {
      if (options.schedule().isPresent()) {
        throw Schedules.scheduledAlready();
      }
      return loops.module();
    }
    Pipeline pipeline = pipeline(options, Pipeline.Observer.none());
    Module scheduled = scheduled(pipeline, loops.module(), options);
    timings.addAll(pipeline.timings());
    return scheduled;
  }

  /// What loops ask for that the target of the options leaves undone.
  static List<Diagnostic> leftUndone(Module scheduled, Options options) {
    return Backends.find(options.target().name())
        .map(backend -> backend.warnings(scheduled))
        .orElse(List.of());
  }

  /// Code for loops.
  private static CompiledCode.Generated generate(
      Module module, Options options, List<Pipeline.Timing> timings) {
    Target target = options.target();
    if (target instanceof Target.Interpreter) {
      return CompiledCode.Generated.plain(ModuleInterpreter.of(module));
    }
    long start = System.nanoTime();
    Optional<CodeCache> cache = CodeCache.of(options);
    CompiledCode.Generated generated;
    if (cache.isPresent()) {
      ModuleFacts facts = ModuleFacts.of(module);
      byte[] code = cache.get().backend().code(module);
      generated =
          new CompiledCode.Generated(
              cache.get().backend().link(facts, code),
              Optional.of(new CompiledCode.Bytes(facts.parts(), code)));
    } else {
      generated = CompiledCode.Generated.plain(Backends.of(target.name()).compile(module));
    }
    timings.add(
        new Pipeline.Timing("generate-" + target.name(), (System.nanoTime() - start) / 1e6));
    return generated;
  }
}
