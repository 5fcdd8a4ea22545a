package org.einkorn.passes.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.einkorn.ir.integer.Memo;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Program;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.cases.SplitCases;
import org.einkorn.passes.demand.MagicSets;
import org.einkorn.passes.demand.SliceFixpoints;
import org.einkorn.passes.factor.FactorKronecker;
import org.einkorn.passes.lower.LowerToLoops;
import org.einkorn.passes.materialize.MaterializePadding;
import org.einkorn.passes.normalize.Normalize;
import org.einkorn.passes.normalize.RemoveDeadDefinitions;
import org.einkorn.passes.order.OrderContractions;
import org.einkorn.passes.schedule.FillTiles;
import org.einkorn.passes.schedule.HoistGuards;
import org.einkorn.passes.schedule.ParallelizeOuterLoops;
import org.einkorn.passes.schedule.PeelGuards;
import org.einkorn.passes.schedule.ResolveBlocks;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.passes.schedule.SeparateParallelLoops;
import org.einkorn.passes.sparse.ArrangeLoops;
import org.einkorn.passes.sparse.SkipZeros;
import org.einkorn.passes.trace.Trace;
import org.einkorn.passes.tune.DefaultSchedules;

/// The passes in their order, and the driver that runs them.
public final class Pipeline {
  /// Rewrites of equations, in order.
  public static final List<Pass<Program>> EQUATION_PASSES =
      List.of(
          RemoveDeadDefinitions.PASS,
          SliceFixpoints.PASS,
          MagicSets.PASS,
          Normalize.PASS,
          SplitCases.PASS,
          FactorKronecker.PASS,
          SkipZeros.PASS,
          OrderContractions.PASS,
          MaterializePadding.PASS,
          ArrangeLoops.PASS);

  /// The step between the two levels; always runs.
  public static final String LOWER = "lower-to-loops";

  /// The step that changes functions as their schedules say; runs where there are any.
  public static final String SCHEDULE = "apply-schedules";

  /// Rewrites of loops, in order.
  public static final List<Pass<Module>> LOOP_PASSES =
      List.of(
          ParallelizeOuterLoops.PASS,
          ResolveBlocks.PASS,
          PeelGuards.PASS,
          FillTiles.PASS,
          HoistGuards.PASS,
          SeparateParallelLoops.PASS);

  private final Optional<Set<String>> selected;
  private final PassContext context;
  private final Observer observer;
  private final Memo memo = new Memo();
  private final List<Timing> timings = new ArrayList<>();
  private List<org.einkorn.ir.schedule.Trace> schedules = List.of();
  private Optional<Supplier<Module>> counted = Optional.empty();

  private Pipeline(Optional<Set<String>> selected, PassContext context, Observer observer) {
    this.selected = selected.map(Set::copyOf);
    this.context = context;
    this.observer = observer;
  }

  /// What one pass took.
  public record Timing(String pass, double milliseconds) {}

  /// Sees the program after each pass; may throw to stop.
  public interface Observer {
    /// Sees the loops that the passes over loops begin with.
    default void beforeLoops(Module loops) {}

    void afterEquations(String pass, Program before, Program after);

    void afterLoops(String pass, Module after);

    /// An observer that looks at nothing.
    static Observer none() {
      return new Observer() {
        @Override
        public void afterEquations(String pass, Program before, Program after) {}

        @Override
        public void afterLoops(String pass, Module after) {}
      };
    }
  }

  /// All passes.
  public static Pipeline of(Observer observer) {
    return new Pipeline(Optional.empty(), PassContext.defaults(), observer);
  }

  /// Only the passes with these names, in the pipeline's order.
  ///
  /// @throws IllegalArgumentException for a name that is no pass
  public static Pipeline of(Set<String> passes, Observer observer) {
    List<String> known = names();
    for (String pass : passes) {
      if (!known.contains(pass)) {
        throw new IllegalArgumentException(
            "no pass is called `" + pass + "`; there are " + String.join(", ", known));
      }
    }
    return new Pipeline(Optional.of(passes), PassContext.defaults(), observer);
  }

  /// This pipeline, its passes knowing what the context says.
  public Pipeline in(PassContext newContext) {
    return new Pipeline(selected, newContext, observer);
  }

  /// The names of all passes that can be chosen, in order.
  public static List<String> names() {
    List<String> names = new ArrayList<>();
    EQUATION_PASSES.forEach(pass -> names.add(pass.name()));
    names.add(DefaultSchedules.NAME);
    LOOP_PASSES.forEach(pass -> names.add(pass.name()));
    return List.copyOf(names);
  }

  /// Runs the passes over equations.
  public Program optimize(Program program) {
    return memo.during(() -> optimized(program));
  }

  private Program optimized(Program program) {
    Program current = program;
    for (Pass<Program> pass : EQUATION_PASSES) {
      if (runs(pass.name())) {
        Program before = current;
        current = timed(pass.name(), value -> pass.apply(value, context), before);
        observer.afterEquations(pass.name(), before, current);
      }
    }
    return current;
  }

  /// Equations to plain loops.
  public Module lower(Program program) {
    return memo.during(() -> lowered(program));
  }

  private Module lowered(Program program) {
    Module module = timed(LOWER, value -> LowerToLoops.lower(value, context), program);
    observer.afterLoops(LOWER, module);
    return module;
  }

  /// Runs the passes over loops.
  public Module schedule(Module module) {
    return schedule(module, List.of(), 0);
  }

  /// Runs the passes over loops, with schedules for some functions.
  ///
  /// @param seed of the samples in them that have no decision
  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step of a schedule does not
  ///   apply
  public Module schedule(Module module, List<org.einkorn.ir.schedule.Trace> given, long seed) {
    return memo.during(() -> afterSchedules(module, given, seed));
  }

  private Module afterSchedules(
      Module module, List<org.einkorn.ir.schedule.Trace> given, long seed) {
    observer.beforeLoops(module);
    Module current = module;
    PassContext written = context;
    if (!given.isEmpty()) {
      DefaultSchedules.Scheduled scheduled =
          timed(SCHEDULE, loops -> scheduled(loops, given, seed), current);
      current = scheduled.module();
      written = context.withSchedules(scheduled.traces());
      observer.afterLoops(SCHEDULE, current);
    }
    PassContext inside = written;
    if (runs(DefaultSchedules.NAME)) {
      PassContext before = written;
      DefaultSchedules.Scheduled scheduled =
          timed(DefaultSchedules.NAME, loops -> DefaultSchedules.apply(loops, before), current);
      current = scheduled.module();
      inside = written.withSchedules(join(written.schedules(), scheduled.traces()));
      observer.afterLoops(DefaultSchedules.NAME, current);
    }
    PassContext known = inside;
    schedules = inside.schedules();
    List<Pass<Module>> passes = LOOP_PASSES.stream().filter(pass -> runs(pass.name())).toList();
    Optional<Module> unfilled = Optional.empty();
    for (Pass<Module> pass : passes) {
      Module before = current;
      current = timed(pass.name(), loops -> pass.apply(loops, known), before);
      observer.afterLoops(pass.name(), current);
      if (pass == FillTiles.PASS && current != before) {
        unfilled = Optional.of(before);
      }
    }
    Module last = current;
    List<Pass<Module>> afterFilling =
        passes.subList(passes.indexOf(FillTiles.PASS) + 1, passes.size());
    counted =
        unfilled
            .<Supplier<Module>>map(loops -> () -> apply(afterFilling, loops, known))
            .or(() -> Optional.of(() -> last));
    return last;
  }

  private static Module apply(List<Pass<Module>> passes, Module loops, PassContext known) {
    return new Memo()
        .during(
            () -> {
              Module current = loops;
              for (Pass<Module> pass : passes) {
                current = pass.apply(current, known);
              }
              return current;
            });
  }

  private static <T> List<T> join(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  /// The schedules that were given, with the decisions of their samples.
  private static DefaultSchedules.Scheduled scheduled(
      Module module, List<org.einkorn.ir.schedule.Trace> given, long seed) {
    Module current = module;
    List<org.einkorn.ir.schedule.Trace> traces = new ArrayList<>();
    for (org.einkorn.ir.schedule.Trace trace : given) {
      Schedule schedule = Schedule.replay(current, trace, seed);
      current = schedule.module();
      traces.add(schedule.trace());
    }
    return new DefaultSchedules.Scheduled(current, traces);
  }

  /// What rules did so far, and what they refused to do.
  public Trace trace() {
    return context.trace().trace();
  }

  /// The schedules of functions, those that were given and those of the model.
  public List<org.einkorn.ir.schedule.Trace> schedules() {
    return schedules;
  }

  /// The loops of the last schedule in which operations are counted: those without the rows that
  /// [FillTiles] computes past an edge, which are no part of what is asked for. They are made when
  /// they are asked for: most programs run without being counted.
  ///
  /// @throws java.util.NoSuchElementException before any loops were scheduled
  public Supplier<Module> counted() {
    return counted.orElseThrow();
  }

  /// What each pass took so far, in order.
  public List<Timing> timings() {
    return List.copyOf(timings);
  }

  private boolean runs(String pass) {
    return selected.isEmpty() || selected.get().contains(pass);
  }

  private <A, B> B timed(String name, Function<? super A, ? extends B> step, A value) {
    long start = System.nanoTime();
    B result = step.apply(value);
    timings.add(new Timing(name, (System.nanoTime() - start) / 1e6));
    return result;
  }
}
