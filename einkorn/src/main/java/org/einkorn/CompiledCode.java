package org.einkorn;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.target.ModuleFacts;
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
/// @param plan nothing for code that was not made from equations; made when it is asked for, where
///   the code was kept
/// @param forced what the plan warns of
/// @param undone what the backend has left out
/// @param generated what can be kept of code that was made just now for that
/// @param isKept whether it comes from the cache
record CompiledCode(
    ModuleRunner runner,
    Optional<Counters> counting,
    Optional<Supplier<Plan>> plan,
    List<Diagnostic> forced,
    List<Diagnostic> undone,
    Optional<Generated> generated,
    boolean isKept) {
  CompiledCode {
    forced = List.copyOf(forced);
    undone = List.copyOf(undone);
  }

  /// The names of the outputs that count.
  ///
  /// @param tuples for each relation that a fixpoint derives the output that counts its tuples
  record Counters(String multiplies, String adds, List<TupleCounter> tuples) {
    Counters {
      tuples = List.copyOf(tuples);
    }

    static Counters of(CountOperations.Counting counting) {
      List<TupleCounter> tuples = new ArrayList<>();
      counting.tuples().forEach((relation, name) -> tuples.add(new TupleCounter(relation, name)));
      return new Counters(counting.multiplies(), counting.adds(), tuples);
    }
  }

  /// @param name of the output that counts the tuples of the relation
  record TupleCounter(String relation, String name) {}

  /// Code, and what can be kept of it.
  ///
  /// @param kept nothing where it is not to be kept
  record Generated(KernelModule kernels, Optional<Bytes> kept) {
    static Generated plain(KernelModule kernels) {
      return new Generated(kernels, Optional.empty());
    }
  }

  /// @param facts about the module that the code was made of
  @SuppressWarnings("ArrayRecordComponent")
  record Bytes(ModuleFacts.Parts facts, byte[] code) {}

  /// What code was made from.
  ///
  /// @param program before all passes
  /// @param lowered after them; nothing where the code is the interpreter
  record Plan(Program program, Optional<Pipelines.Lowered> lowered, Options options) {
    private Plan retraced(Trace trace) {
      return new Plan(program, lowered.map(same -> same.retraced(trace)), options);
    }

    private List<Diagnostic> warnings() {
      return lowered.map(made -> PlanWarnings.of(program, made.trace())).orElse(List.of());
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
    return plain(Generated.plain(kernels));
  }

  static CompiledCode plain(Generated generated) {
    return of(new ModuleRunner(generated.kernels()), Optional.empty(), generated);
  }

  /// Code that writes outputs between memory that is not theirs.
  static CompiledCode placed(Generated generated) {
    return of(new ModuleRunner(generated.kernels(), true), Optional.empty(), generated);
  }

  static CompiledCode counting(Generated generated, CountOperations.Counting counting) {
    return of(new ModuleRunner(generated.kernels()), Optional.of(Counters.of(counting)), generated);
  }

  private static CompiledCode of(
      ModuleRunner runner, Optional<Counters> counting, Generated generated) {
    return new CompiledCode(
        runner,
        counting,
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.of(generated).filter(made -> made.kept().isPresent()),
        false);
  }

  CompiledCode planned(Plan newPlan) {
    return new CompiledCode(
        runner,
        counting,
        Optional.of(() -> newPlan),
        newPlan.warnings(),
        undone,
        generated,
        isKept);
  }

  /// The same code, of which the backend says that it has left something out.
  CompiledCode without(List<Diagnostic> newUndone) {
    return new CompiledCode(runner, counting, plan, forced, newUndone, generated, isKept);
  }

  /// The same code, which is kept and need not be at hand for that any more.
  CompiledCode withoutBytes() {
    return new CompiledCode(runner, counting, plan, forced, undone, Optional.empty(), isKept);
  }

  /// The same code that came of other decisions.
  CompiledCode retraced(Trace trace) {
    return plan.isEmpty() ? this : planned(plan.get().get().retraced(trace));
  }

  /// What the plan of this code warns of, and what its backend has left out.
  List<Diagnostic> warnings() {
    if (forced.isEmpty()) {
      return undone;
    }
    List<Diagnostic> all = new ArrayList<>(forced);
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
          for (TupleCounter each : names.tuples()) {
            counters.put(each.name(), Tensor.allocate(counted, DType.I64));
          }
        });
    long start = System.nanoTime();
    ModuleRunner.Result result = runner.run(arena, inputs, counters, options);
    double milliseconds = (System.nanoTime() - start) / 1e6;
    return new Results(this, arena, result, counters, new ArrayList<>(timings), milliseconds);
  }
}
