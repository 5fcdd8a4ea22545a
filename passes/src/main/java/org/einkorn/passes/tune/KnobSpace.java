package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.einkorn.ir.loop.Module;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.passes.schedule.Uses;

/// The schedules of one function that the model knows: a value for each [Knob].
abstract sealed class KnobSpace extends Space
    permits TilingSpace, DotTilingSpace, PartialsSpace, TranspositionSpace, StripsSpace {
  /// How often values are drawn until they fit one another.
  private static final int TRIES = 1000;

  private final Module module;
  private final String function;
  private final List<Knob> knobs;
  private final Uses uses = new Uses();

  KnobSpace(Module module, String function, List<Knob> knobs) {
    this.module = module;
    this.function = function;
    this.knobs = List.copyOf(knobs);
  }

  /// Whether values fit one another.
  abstract boolean fits(Point point);

  /// The one point of those that mean the same schedule; as it is where each means another.
  Point canonical(Point point) {
    return point;
  }

  /// Takes the steps of a point.
  abstract void take(Point point, Steps steps);

  @Override
  public Point random(RandomGenerator random) {
    for (int tries = 0; tries < TRIES; tries++) {
      Point point = new Point(knobs.stream().map(knob -> option(knob, random)).toList());
      if (fits(point)) {
        return canonical(point);
      }
    }
    return start();
  }

  @Override
  public Point mutated(Point from, RandomGenerator random) {
    for (int tries = 0; tries < TRIES; tries++) {
      List<Long> values = new ArrayList<>(from.values());
      for (int change = 1 + random.nextInt(2); change > 0; change--) {
        int knob = random.nextInt(knobs.size());
        values.set(knob, option(knobs.get(knob), random));
      }
      Point point = new Point(values);
      if (fits(point)) {
        return canonical(point);
      }
    }
    return from;
  }

  @Override
  public Point crossed(Point one, Point other, RandomGenerator random) {
    List<Long> values = new ArrayList<>();
    for (int knob = 0; knob < knobs.size(); knob++) {
      values.add((random.nextBoolean() ? one : other).values().get(knob));
    }
    Point point = new Point(values);
    return fits(point) ? canonical(point) : one;
  }

  private static Long option(Knob knob, RandomGenerator random) {
    return knob.options().get(random.nextInt(knob.options().size()));
  }

  @Override
  public DefaultSchedules.Scheduled schedule(Point point) {
    Steps steps = new Steps(module, function, uses, new MemoryNames(module));
    take(point, steps);
    Schedule schedule = steps.schedule();
    return new DefaultSchedules.Scheduled(schedule.module(), List.of(schedule.trace()));
  }
}
