package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.target.Machine;
import org.einkorn.passes.schedule.RefusedStepException;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.passes.schedule.Uses;

/// The decisions of the samples of a script, for functions that it schedules together.
///
/// A point has, sample after sample, the factors of a tile but the outermost, the number of a
/// choice, and of a location the place of its loop. What can be decided depends on what was decided
/// before; so points are made by taking the steps, and a choice that is not possible any more is
/// drawn anew.
public final class ScriptSpace extends Space {
  /// How often decisions are drawn until all steps apply.
  private static final int TRIES = 64;

  private final Module module;
  private final List<Trace> traces;
  private final long seed;
  private final List<Step.Sample> samples;
  private final ScriptFeatures features;
  private final Point start;

  /// What was found of points that were made; each costs all steps of the script.
  private final Map<Point, List<Double>> known = new HashMap<>();

  private final Uses uses = new Uses();

  /// Takes a sample with some decision.
  private interface Decider {
    /// @param number of the sample
    Schedule taken(int number, Step.Sample sample, Schedule schedule);
  }

  /// A point, and the functions that it gives.
  private record Made(Point point, DefaultSchedules.Scheduled scheduled) {}

  /// The space of schedules that belong together. A search begins with the decisions that they
  /// have, and with others as the seed says.
  ///
  /// @param module is known to keep the rules of the IR
  /// @throws RefusedStepException where some step does not apply, whatever is decided that is open
  public ScriptSpace(Module module, List<Trace> traces, Machine machine, long seed) {
    this.module = module;
    this.traces = List.copyOf(traces);
    this.seed = seed;
    features = new ScriptFeatures(machine);
    samples =
        traces.stream()
            .flatMap(trace -> trace.steps().stream())
            .filter(Step.Sample.class::isInstance)
            .map(Step.Sample.class::cast)
            .toList();
    start = begun();
  }

  private Point begun() {
    try {
      return made((_, sample, schedule) -> schedule.apply(sample)).point();
    } catch (RefusedStepException first) {
      RandomGenerator random = new SplittableRandom(seed);
      for (int tries = 0; tries < TRIES; tries++) {
        Optional<Point> found =
            tried(
                (_, sample, schedule) ->
                    schedule.apply(sample.isDecided() ? sample : schedule.drawn(sample, random)));
        if (found.isPresent()) {
          return found.get();
        }
      }
      throw first;
    }
  }

  @Override
  public Point start() {
    return start;
  }

  // ---- points

  @Override
  public Point random(RandomGenerator random) {
    return found(_ -> List.of(), random).orElse(start);
  }

  @Override
  public Point mutated(Point from, RandomGenerator random) {
    List<List<Long>> choices = choices(from);
    Set<Integer> changed = new HashSet<>();
    for (int change = 1 + random.nextInt(2); change > 0; change--) {
      changed.add(random.nextInt(samples.size()));
    }
    return found(number -> changed.contains(number) ? List.of() : choices.get(number), random)
        .orElse(from);
  }

  @Override
  public Point crossed(Point one, Point other, RandomGenerator random) {
    List<List<List<Long>>> both = List.of(choices(one), choices(other));
    return found(number -> both.get(random.nextInt(2)).get(number), random).orElse(one);
  }

  /// The numbers of each sample.
  private List<List<Long>> choices(Point point) {
    List<List<Long>> choices = new ArrayList<>();
    int place = 0;
    for (Step.Sample sample : samples) {
      int width = width(sample);
      choices.add(point.values().subList(place, place + width));
      place += width;
    }
    return choices;
  }

  private static int width(Step.Sample sample) {
    return switch (sample) {
      case Step.SampleTile tile -> tile.names().size() - 1;
      case Step.SampleChoice _, Step.SampleLocation _ -> 1;
    };
  }

  /// A point with the choices that are wanted and still possible, and any others.
  ///
  /// @param wanted the numbers of a sample, or none
  private Optional<Point> found(IntFunction<List<Long>> wanted, RandomGenerator random) {
    Optional<Point> found = Optional.empty();
    for (int tries = 0; tries < TRIES && found.isEmpty(); tries++) {
      found =
          tried(
              (number, sample, schedule) ->
                  wanted(sample, wanted.apply(number), schedule)
                      .orElseGet(() -> schedule.apply(schedule.drawn(sample, random))));
    }
    return found;
  }

  private Optional<Point> tried(Decider decider) {
    try {
      return Optional.of(made(decider).point());
    } catch (RefusedStepException refused) {
      return Optional.empty();
    }
  }

  private static Optional<Schedule> wanted(
      Step.Sample sample, List<Long> values, Schedule schedule) {
    return values.isEmpty()
        ? Optional.empty()
        : decided(sample, values, schedule)
            .map(schedule::attempt)
            .flatMap(
                attempt ->
                    attempt instanceof Schedule.Attempt.Applied(Schedule after)
                        ? Optional.of(after)
                        : Optional.empty());
  }

  // ---- steps

  @Override
  public DefaultSchedules.Scheduled schedule(Point point) {
    List<List<Long>> choices = choices(point);
    return made((number, sample, schedule) ->
            wanted(sample, choices.get(number), schedule)
                .orElseThrow(() -> new IllegalArgumentException("a point of another space")))
        .scheduled();
  }

  /// Takes all steps.
  ///
  /// @throws RefusedStepException where one does not apply
  private Made made(Decider decider) {
    Module current = module;
    List<Long> values = new ArrayList<>();
    List<Trace> taken = new ArrayList<>();
    int number = 0;
    for (Trace trace : traces) {
      Schedule schedule = Schedule.ofVerified(current, trace.function(), uses).withSeed(seed);
      for (Step step : trace.steps()) {
        if (step instanceof Step.Sample sample) {
          Schedule before = schedule;
          schedule = decider.taken(number++, sample, before);
          if (schedule.trace().steps().getLast() instanceof Step.Sample decided) {
            values.addAll(values(decided, before));
          }
        } else {
          schedule = schedule.apply(step);
        }
      }
      current = schedule.module();
      taken.add(schedule.trace());
    }
    Point point = new Point(values);
    Module after = current;
    known.computeIfAbsent(point, _ -> features.of(after, names(), values));
    return new Made(point, new DefaultSchedules.Scheduled(after, taken));
  }

  private List<String> names() {
    return traces.stream().map(Trace::function).toList();
  }

  /// What was decided, as numbers.
  ///
  /// @param before the sample was taken
  private static List<Long> values(Step.Sample decided, Schedule before) {
    return switch (decided) {
      case Step.SampleTile tile ->
          tile.decision().orElseThrow().stream().skip(1).map(Optional::orElseThrow).toList();
      case Step.SampleChoice choice -> List.of(choice.decision().orElseThrow());
      case Step.SampleLocation location ->
          List.of((long) before.placeOf(location.decision().orElseThrow()));
    };
  }

  /// A sample that has decided these numbers, if there is still such a loop.
  private static Optional<Step.Sample> decided(
      Step.Sample sample, List<Long> values, Schedule schedule) {
    return switch (sample) {
      case Step.SampleTile tile -> {
        List<Optional<Long>> factors = new ArrayList<>(List.of(Optional.empty()));
        values.forEach(value -> factors.add(Optional.of(value)));
        yield Optional.of(tile.with(factors));
      }
      case Step.SampleChoice choice -> Optional.of(choice.with(values.getFirst()));
      case Step.SampleLocation location ->
          schedule.loops().stream()
              .filter(loop -> schedule.placeOf(loop) == values.getFirst())
              .findFirst()
              .map(location::with);
    };
  }

  // ---- what is learned from

  @Override
  void collect(Point point, List<Double> all) {
    if (!known.containsKey(point)) {
      schedule(point);
    }
    all.addAll(known.getOrDefault(point, List.of()));
  }
}
