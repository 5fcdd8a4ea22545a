package org.einkorn;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.exec.KernelModule;

/// Equations to running code: the passes, then the backend that the options name.
final class Pipelines {
  private Pipelines() {}

  /// A program at each level of the IR, with what each pass took.
  ///
  /// @param equations level 1, after its passes
  /// @param loops level 2 as lowered
  /// @param scheduled level 2, after its passes
  record Lowered(Program equations, Module loops, Module scheduled, List<Pipeline.Timing> timings) {
    Lowered {
      timings = List.copyOf(timings);
    }
  }

  /// Runs the passes.
  static Lowered lower(Program program, Options options, Pipeline.Observer observer) {
    Pipeline pipeline = pipeline(options, observer);
    Program equations = pipeline.optimize(program);
    Module loops = pipeline.lower(equations);
    Module scheduled = pipeline.schedule(loops);
    return new Lowered(equations, loops, scheduled, pipeline.timings());
  }

  /// The passes that the options choose.
  static Pipeline pipeline(Options options, Pipeline.Observer observer) {
    Pipeline.Observer checked = PassVerifier.around(options, observer);
    return options
        .passes()
        .map(names -> Pipeline.of(names, checked))
        .orElseGet(() -> Pipeline.of(checked));
  }

  /// Code for the target of the options.
  ///
  /// @param timings receives what passes and code generation took
  static KernelModule compile(Program program, Options options, List<Pipeline.Timing> timings) {
    if (options.target() instanceof Target.Interpreter) {
      return ProgramInterpreter.of(program);
    }
    Lowered lowered = lower(program, options, Pipeline.Observer.none());
    timings.addAll(new ArrayList<>(lowered.timings()));
    return generate(lowered.scheduled(), options.target(), timings);
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
