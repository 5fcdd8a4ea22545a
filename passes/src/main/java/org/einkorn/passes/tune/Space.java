package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.passes.PassContext;

/// The schedules that a search may try.
public abstract sealed class Space permits KnobSpace, ScriptSpace {
  /// How many numbers [#features] gives, whatever the space.
  public static final int FEATURES = 24;

  /// A choice for all that can be chosen, as numbers.
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
          .map(nest -> MergedLoops.of(nest, module))
          .flatMap(
              nest ->
                  model
                      .choose(nest)
                      .map(
                          choice ->
                              switch (choice) {
                                case Transposition squares ->
                                    new TranspositionSpace(module, nest, squares);
                                case Strips strips -> new StripsSpace(module, nest, strips);
                              }));
    }
    ReductionNest nest = MergedLoops.of(reduction.get(), module);
    return model
        .choose(nest)
        .map(
            choice ->
                switch (choice) {
                  case Tiling tiling ->
                      new TilingSpace(module, new TilingFacts(nest, context), tiling);
                  case DotTiling dots -> new DotTilingSpace(module, nest, dots, context.machine());
                  case Partials partials ->
                      new PartialsSpace(module, nest, partials, context.machine());
                });
  }

  // ---- points

  /// Where a search begins: what the model chooses, or what a script says.
  public abstract Point start();

  /// Any point.
  public abstract Point random(RandomGenerator random);

  /// A point that differs in one or two choices.
  public abstract Point mutated(Point from, RandomGenerator random);

  /// A point that has each choice of one of two.
  public abstract Point crossed(Point one, Point other, RandomGenerator random);

  /// The functions as a point says.
  ///
  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  public abstract DefaultSchedules.Scheduled schedule(Point point);

  // ---- what is learned from

  /// What a space varies. The number of a kind stands in databases, so it never changes.
  enum Kind {
    TILING(1),
    PARTIALS(2),
    TRANSPOSITION(3),
    SCRIPT(4),
    STRIPS(5),
    DOTS(6);

    private final double number;

    Kind(double number) {
      this.number = number;
    }

    /// The first feature of each point of such a space.
    double feature() {
      return number;
    }
  }

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
