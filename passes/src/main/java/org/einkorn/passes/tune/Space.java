package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.passes.schedule.Uses;

/// The schedules of one function that a search may try: a value for each [Knob].
public abstract sealed class Space permits TilingSpace, PartialsSpace, TranspositionSpace {
  /// How many numbers [#features] gives, whatever the space.
  public static final int FEATURES = 24;

  /// How often values are drawn until they fit one another.
  private static final int TRIES = 1000;

  private final Module module;
  private final String function;
  private final List<Knob> knobs;
  private final Uses uses = new Uses();

  Space(Module module, String function, List<Knob> knobs) {
    this.module = module;
    this.function = function;
    this.knobs = List.copyOf(knobs);
  }

  /// A value for each knob.
  public record Point(List<Long> values) {
    public Point {
      values = List.copyOf(values);
    }
  }

  /// The space of a function, if the model schedules it.
  ///
  /// @param module is known to keep the rules of the IR
  public static Optional<Space> of(Module module, String function, PassContext context) {
    Function code = module.functions().get(module.placeOf(function));
    Optional<ReductionNest> reduction = ReductionNest.of(code, context);
    Model model = new Model(context);
    if (reduction.isEmpty()) {
      return MapNest.of(code, context)
          .flatMap(
              nest ->
                  model.choose(nest).map(choice -> new TranspositionSpace(module, nest, choice)));
    }
    ReductionNest nest = reduction.get();
    return model
        .choose(nest)
        .map(
            choice ->
                switch (choice) {
                  case Tiling tiling ->
                      new TilingSpace(module, new TilingFacts(nest, context), tiling);
                  case Partials partials ->
                      new PartialsSpace(module, nest, partials, context.machine());
                });
  }

  /// What is chosen, in order.
  public List<Knob> knobs() {
    return knobs;
  }

  // ---- points

  /// What the model chooses.
  public abstract Point byModel();

  /// Whether values fit one another.
  abstract boolean fits(Point point);

  /// Takes the steps of a point.
  abstract void take(Point point, Steps steps);

  /// Any point that fits.
  public Point random(RandomGenerator random) {
    for (int tries = 0; tries < TRIES; tries++) {
      Point point = new Point(knobs.stream().map(knob -> option(knob, random)).toList());
      if (fits(point)) {
        return point;
      }
    }
    return byModel();
  }

  /// A point that differs in one or two values.
  public Point mutated(Point from, RandomGenerator random) {
    for (int tries = 0; tries < TRIES; tries++) {
      List<Long> values = new ArrayList<>(from.values());
      for (int change = 1 + random.nextInt(2); change > 0; change--) {
        int knob = random.nextInt(knobs.size());
        values.set(knob, option(knobs.get(knob), random));
      }
      Point point = new Point(values);
      if (fits(point)) {
        return point;
      }
    }
    return from;
  }

  /// A point that has each value of one of two.
  public Point crossed(Point one, Point other, RandomGenerator random) {
    List<Long> values = new ArrayList<>();
    for (int knob = 0; knob < knobs.size(); knob++) {
      values.add((random.nextBoolean() ? one : other).values().get(knob));
    }
    Point point = new Point(values);
    return fits(point) ? point : one;
  }

  private static Long option(Knob knob, RandomGenerator random) {
    return knob.options().get(random.nextInt(knob.options().size()));
  }

  /// The function as a point says.
  ///
  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  public Schedule schedule(Point point) {
    Steps steps = new Steps(module, function, uses);
    take(point, steps);
    return steps.schedule();
  }

  // ---- what is learned from

  /// Numbers about the program, the machine and the point by which the time may be foretold;
  /// [#FEATURES] of them.
  public double[] features(Point point) {
    List<Double> features = new ArrayList<>();
    collect(point, features);
    double[] all = new double[FEATURES];
    if (features.size() > FEATURES) {
      throw new IllegalStateException(features.size() + " features");
    }
    for (int number = 0; number < features.size(); number++) {
      all[number] = features.get(number);
    }
    return all;
  }

  /// Adds the features, the kind of the space first.
  abstract void collect(Point point, List<Double> features);

  static double log2(double value) {
    return Math.log(Math.max(value, 1e-9)) / Math.log(2);
  }
}
