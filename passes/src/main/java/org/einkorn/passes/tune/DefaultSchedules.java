package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.ir.verify.Finding;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.schedule.Refusal;
import org.einkorn.passes.schedule.RefusedStepException;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.passes.schedule.Uses;
import org.einkorn.passes.trace.Trace.Refused;

/// Schedules for the functions that nobody wrote one for.
public final class DefaultSchedules {
  /// The name by which a user chooses them.
  public static final String NAME = "schedule-by-model";

  private DefaultSchedules() {}

  /// A module after some functions were scheduled.
  ///
  /// @param traces the schedules of these functions
  public record Scheduled(Module module, List<Trace> traces) {
    public Scheduled {
      traces = List.copyOf(traces);
    }
  }

  /// Schedules each function that the model knows a schedule for, but those that have one.
  public static Scheduled apply(Module module, PassContext context) {
    Uses uses = new Uses();
    MemoryNames memory = new MemoryNames(module);
    Scheduled rows = rows(module, context, uses, memory);
    Module current = rows.module();
    List<Trace> traces = new ArrayList<>(rows.traces());
    PassContext rest =
        context.withSchedules(
            Stream.concat(context.schedules().stream(), traces.stream()).toList());
    for (Function function : current.functions()) {
      if (rest.isScheduled(function.name())) {
        continue;
      }
      Optional<Schedule> schedule = schedule(current, function, context, uses, memory);
      if (schedule.isPresent()) {
        current = schedule.get().module();
        traces.add(schedule.get().trace());
      }
    }
    List<Finding> findings = traces.isEmpty() ? List.of() : LoopVerifier.verify(current);
    if (!findings.isEmpty()) {
      throw new IllegalStateException("a schedule by the model: " + findings.getFirst());
    }
    return new Scheduled(current, traces);
  }

  /// Makes one loop over rows of functions that have no schedule, and schedules nothing else.
  public static Scheduled rows(Module module, PassContext context) {
    return rows(module, context, new Uses(), new MemoryNames(module));
  }

  private static Scheduled rows(Module module, PassContext context, Uses uses, MemoryNames memory) {
    Module current = module;
    List<Trace> traces = new ArrayList<>();
    for (RowGroup group : RowGroups.of(module, context, uses).values()) {
      Optional<Schedule> schedule = schedule(current, group, context, uses, memory);
      if (schedule.isPresent()) {
        current = schedule.get().module();
        traces.add(schedule.get().trace());
      }
    }
    return new Scheduled(current, traces);
  }

  /// The step and what is wrong with it, in one line.
  private static String why(Refusal refusal) {
    return "`%s`: %s".formatted(TracePrinter.print(refusal.step()), refusal.label());
  }

  private static Optional<Schedule> schedule(
      Module module, Function function, PassContext context, Uses uses, MemoryNames memory) {
    for (Consumer<Steps> sketch : sketches(module, function, new Model(context), context)) {
      Steps steps = new Steps(module, function.name(), uses, memory);
      Optional<Schedule> schedule = taken(steps, sketch, context);
      if (schedule.isPresent()) {
        return schedule;
      }
    }
    return Optional.empty();
  }

  private static Optional<Schedule> schedule(
      Module module, RowGroup group, PassContext context, Uses uses, MemoryNames memory) {
    Steps steps = new Steps(module, group.last().function(), uses, memory);
    Model model = new Model(context);
    return taken(steps, each -> RowSketch.take(group, model, each), context);
  }

  private static Optional<Schedule> taken(
      Steps steps, Consumer<Steps> sketch, PassContext context) {
    try {
      sketch.accept(steps);
      return Optional.of(steps.schedule());
    } catch (RefusedStepException refused) {
      String function = steps.schedule().function().name();
      context.trace().record(new Refused(function, NAME, why(refused.refusal())));
      return Optional.empty();
    }
  }

  /// What may be done with a function, the best first.
  private static List<Consumer<Steps>> sketches(
      Module module, Function function, Model model, PassContext context) {
    Optional<ReductionNest> reduction = ReductionNest.of(function, context);
    if (reduction.isPresent()) {
      ReductionNest nest = reduction.get();
      return sketches(
          nest,
          MergedLoops.of(nest, module),
          each -> model.choose(each).map(choice -> steps -> take(each, choice, steps)));
    }
    Optional<EntryNest> entries =
        EntryNest.of(function, context).filter(nest -> !model.isShort(nest.rounds()));
    if (entries.isPresent()) {
      EntryNest nest = entries.get();
      return List.of(steps -> EntrySketch.take(nest, context.mayReassociate(), steps));
    }
    return MapNest.of(function, context)
        .map(
            nest ->
                sketches(
                    nest,
                    MergedLoops.of(nest, module),
                    each -> model.choose(each).map(choice -> steps -> take(each, choice, steps))))
        .orElse(List.of());
  }

  /// The sketch of a nest with merged loops, and that of the nest as it stands, in case that some
  /// step is refused for the first.
  private static <N> List<Consumer<Steps>> sketches(
      N plain, N merged, java.util.function.Function<N, Optional<Consumer<Steps>>> sketch) {
    return Stream.of(merged, plain)
        .distinct()
        .flatMap(nest -> sketch.apply(nest).stream())
        .toList();
  }

  private static void take(ReductionNest nest, ReductionChoice choice, Steps steps) {
    switch (choice) {
      case Tiling tiling -> TileSketch.take(nest, tiling, steps);
      case DotTiling dots -> DotTilingSketch.take(nest, dots, steps);
      case Partials partials -> PartialsSketch.take(nest, partials, steps);
    }
  }

  private static void take(MapNest nest, MapChoice choice, Steps steps) {
    switch (choice) {
      case Transposition squares -> TranspositionSketch.take(nest, squares, steps);
      case Strips strips -> StripsSketch.take(nest, strips, steps);
    }
  }
}
