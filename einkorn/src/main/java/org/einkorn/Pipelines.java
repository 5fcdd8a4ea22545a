package org.einkorn;

import java.util.List;
import java.util.Map;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.Sizes;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.exec.KernelModule;

/// Equations to running code: the passes, then the backend that the options name.
final class Pipelines {
  private Pipelines() {}

  /// A program at each level of the IR, with what each pass took.
  ///
  /// @param equations level 1, after its passes
  /// @param loops level 2 as lowered
  /// @param scheduled level 2, after its passes
  /// @param trace what the passes did and refused
  record Lowered(
      Program equations,
      Module loops,
      Module scheduled,
      Trace trace,
      List<Pipeline.Timing> timings) {
    Lowered {
      timings = List.copyOf(timings);
    }
  }

  /// A program at level 1 after its passes, and the pipeline to go on with.
  record Equations(Program program, Pipeline pipeline) {
    List<Pipeline.Timing> timings() {
      return pipeline.timings();
    }
  }

  /// Runs all passes, for any sizes.
  static Lowered lower(Program program, Options options, Pipeline.Observer observer) {
    PassContext context = context(options, Sizes.of(Map.of()));
    Pipeline pipeline = pipeline(options, observer).in(context);
    Program equations = pipeline.optimize(program);
    Module loops = pipeline.lower(equations);
    Module scheduled = pipeline.schedule(loops);
    return new Lowered(equations, loops, scheduled, context.trace().trace(), pipeline.timings());
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
        PassContext.defaults().withSizes(sizes).withReassociation(!options.isExact());
    long budget = options.run().memoryBudgetBytes();
    return budget == Long.MAX_VALUE ? context : context.withMemoryLimitBytes(budget);
  }

  /// Runs the passes over equations, for given sizes; none where the interpreter runs equations as
  /// they are.
  static Equations optimize(Program program, Options options, Sizes sizes) {
    Pipeline pipeline = pipeline(options, Pipeline.Observer.none()).in(context(options, sizes));
    return new Equations(
        options.target() instanceof Target.Interpreter ? program : pipeline.optimize(program),
        pipeline);
  }

  /// Code for the target of the options.
  ///
  /// @param timings receives what passes over loops and code generation took
  static KernelModule compile(Equations equations, Options options, List<Pipeline.Timing> timings) {
    if (options.target() instanceof Target.Interpreter) {
      return ProgramInterpreter.of(equations.program());
    }
    Pipeline pipeline = equations.pipeline();
    int before = pipeline.timings().size();
    Module scheduled = pipeline.schedule(pipeline.lower(equations.program()));
    timings.addAll(pipeline.timings().subList(before, pipeline.timings().size()));
    return generate(scheduled, options.target(), timings);
  }

  /// Code for a program whose sizes are constants, or for any sizes.
  ///
  /// @param timings receives what passes and code generation took
  static KernelModule compile(Program program, Options options, List<Pipeline.Timing> timings) {
    Equations equations = optimize(program, options, Sizes.of(Map.of()));
    timings.addAll(equations.timings());
    return compile(equations, options, timings);
  }

  /// Loops after the passes over loops.
  static Module schedule(Form.Loops loops, Options options, List<Pipeline.Timing> timings) {
    if (loops.isScheduled()) {
      return loops.module();
    }
    Pipeline pipeline = pipeline(options, Pipeline.Observer.none());
    Module scheduled = pipeline.schedule(loops.module());
    timings.addAll(pipeline.timings());
    return scheduled;
  }

  /// Code for loops.
  static KernelModule generate(Module module, Target target, List<Pipeline.Timing> timings) {
    long start = System.nanoTime();
    KernelModule code = Backends.of(target.name()).compile(module);
    timings.add(
        new Pipeline.Timing("generate-" + target.name(), (System.nanoTime() - start) / 1e6));
    return code;
  }
}
