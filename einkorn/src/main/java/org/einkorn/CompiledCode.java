package org.einkorn;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.cost.CountOperations;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;

/// Code that can run, the counters in it if it counts, and the plan it was made by.
///
/// @param plan nothing for code that was not made from equations
/// @param undone what the backend has left out
record CompiledCode(
    ModuleRunner runner,
    Optional<CountOperations.Counting> counting,
    Optional<Plan> plan,
    List<Diagnostic> undone) {
  CompiledCode {
    undone = List.copyOf(undone);
  }

  /// What code was made from.
  ///
  /// @param program before all passes
  /// @param lowered after them; nothing where the code is the interpreter
  record Plan(Program program, Optional<Pipelines.Lowered> lowered, Options options) {
    private Plan retraced(Trace trace) {
      return new Plan(program, lowered.map(same -> same.retraced(trace)), options);
    }

    /// What was decided, for these sizes.
    Explanation explain(Map<String, Long> sizes, List<Pipeline.Timing> timings) {
      return Explanation.of(
          program,
          lowered.orElseGet(() -> Pipelines.lower(program, options, Pipeline.Observer.none())),
          sizes,
          options,
          timings);
    }
  }

  static CompiledCode plain(KernelModule kernels) {
    return new CompiledCode(
        new ModuleRunner(kernels), Optional.empty(), Optional.empty(), List.of());
  }

  /// Code that writes outputs between memory that is not theirs.
  static CompiledCode placed(KernelModule kernels) {
    return new CompiledCode(
        new ModuleRunner(kernels, true), Optional.empty(), Optional.empty(), List.of());
  }

  static CompiledCode counting(KernelModule kernels, CountOperations.Counting counting) {
    return new CompiledCode(
        new ModuleRunner(kernels), Optional.of(counting), Optional.empty(), List.of());
  }

  CompiledCode planned(Plan newPlan) {
    return new CompiledCode(runner, counting, Optional.of(newPlan), undone);
  }

  /// The same code, of which the backend says that it has left something out.
  CompiledCode without(List<Diagnostic> newUndone) {
    return new CompiledCode(runner, counting, plan, newUndone);
  }

  /// The same code that came of other decisions.
  CompiledCode retraced(Trace trace) {
    return new CompiledCode(runner, counting, plan.map(same -> same.retraced(trace)), undone);
  }

  /// What the plan of this code warns of, and what its backend has left out.
  List<Diagnostic> warnings() {
    List<Diagnostic> all = new ArrayList<>();
    plan.flatMap(
            made -> made.lowered().map(lowered -> PlanWarnings.of(made.program(), lowered.trace())))
        .ifPresent(all::addAll);
    all.addAll(undone);
    return List.copyOf(all);
  }

  /// Runs the code.
  ///
  /// @param timings what compiling took
  Results run(
      Arena arena, Map<String, Tensor> inputs, RunOptions options, List<Pipeline.Timing> timings) {
    Map<String, Tensor> counters = new LinkedHashMap<>();
    counting.ifPresent(
        names -> {
          Arena counted = Arena.ofAuto();
          counters.put(names.multiplies(), Tensor.allocate(counted, DType.I64));
          counters.put(names.adds(), Tensor.allocate(counted, DType.I64));
          names
              .tuples()
              .values()
              .forEach(name -> counters.put(name, Tensor.allocate(counted, DType.I64)));
        });
    long start = System.nanoTime();
    ModuleRunner.Result result = runner.run(arena, inputs, counters, options);
    double milliseconds = (System.nanoTime() - start) / 1e6;
    return new Results(this, arena, result, counters, new ArrayList<>(timings), milliseconds);
  }
}
