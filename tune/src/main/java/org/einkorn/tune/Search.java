package org.einkorn.tune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.einkorn.passes.tune.Space;
import org.einkorn.passes.tune.Space.Point;

/// Looks for a fast point of a space: an evolution of the fastest points so far, of whose children
/// those are measured that a learned model ranks first.
final class Search {
  /// How points are proposed.
  enum Guide {
    /// Children of good points, ranked by what was learned.
    LEARNED,
    /// Any points.
    RANDOM
  }

  /// Points that are measured between two lessons.
  private static final int BATCH = 4;

  /// Measurements without which there is nothing to learn from.
  private static final int FIRST = 8;

  private static final int PARENTS = 8;
  private static final int CHILDREN = 128;
  private static final int TRIES = 64;

  private final Space space;
  private final Bench bench;
  private final CostModel model;
  private final Guide guide;
  private final boolean knowsStart;
  private final SplittableRandom random;
  private final Map<Point, Measured> measured = new LinkedHashMap<>();
  private final Set<Point> seen = new LinkedHashSet<>();
  private final List<String> wrong = new ArrayList<>();
  private Optional<Measured> start = Optional.empty();
  private Optional<String> refusal = Optional.empty();

  /// A point that was run.
  ///
  /// @param seconds the median of several runs
  record Measured(Point point, double seconds, String script) {}

  /// @param model has learned from other searches, or nothing
  /// @param knowsStart whether the start of the space is where the search begins; else it is only
  ///   what times are compared with
  Search(Space space, Bench bench, CostModel model, Guide guide, boolean knowsStart, long seed) {
    this.space = space;
    this.bench = bench;
    this.model = model;
    this.guide = guide;
    this.knowsStart = knowsStart;
    random = new SplittableRandom(seed);
  }

  /// Measures points until there are enough or the time is over, the start of the space first in
  /// any case.
  ///
  /// @param deadline as [System#nanoTime] gives it
  /// @return whether there is a measurement at all
  boolean run(int measurements, long deadline) {
    measure(space.start());
    if (measured.isEmpty()) {
      return false;
    }
    start = Optional.of(measured.values().iterator().next());
    if (!knowsStart) {
      measured.clear();
      seen.clear();
    }
    while (seen.size() < measurements && System.nanoTime() < deadline) {
      List<Point> next = proposed(Math.min(BATCH, measurements - seen.size()));
      if (next.isEmpty()) {
        break; // all of the space was measured
      }
      for (Point point : next) {
        if (System.nanoTime() < deadline) {
          measure(point);
        }
      }
    }
    return true;
  }

  private void measure(Point point) {
    seen.add(point);
    switch (bench.run(point)) {
      case Bench.Result.Ran(double seconds, String script) -> {
        measured.put(point, new Measured(point, seconds, script));
        double base = start.map(Measured::seconds).orElse(seconds);
        if (start.isPresent() || knowsStart) {
          model.add(new CostModel.Sample(space.features(point), seconds / base));
        }
      }
      case Bench.Result.Differs(String script) -> wrong.add(script);
      case Bench.Result.Refused(String why) -> refusal = refusal.or(() -> Optional.of(why));
    }
  }

  private List<Point> proposed(int count) {
    if (guide == Guide.RANDOM || measured.size() < FIRST && model.size() < FIRST) {
      return fresh(count, 0);
    }
    List<Point> parents =
        measured.values().stream()
            .sorted(Comparator.comparingDouble(Measured::seconds))
            .limit(PARENTS)
            .map(Measured::point)
            .toList();
    Set<Point> children = new LinkedHashSet<>();
    for (int number = 0; number < CHILDREN; number++) {
      Point parent = parents.get(random.nextInt(parents.size()));
      Point child =
          switch (random.nextInt(4)) {
            case 0 -> space.random(random);
            case 1 -> space.crossed(parent, parents.get(random.nextInt(parents.size())), random);
            default -> space.mutated(parent, random);
          };
      if (!seen.contains(child)) {
        children.add(child);
      }
    }
    List<Point> best =
        children.stream()
            .sorted(Comparator.comparingDouble(point -> model.expected(space.features(point))))
            .limit(Math.max(1, count - 1))
            .toList();
    List<Point> all = new ArrayList<>(best);
    // One that nothing speaks for, so that what the model does not know is tried too.
    all.addAll(fresh(count, all.size()));
    return all;
  }

  private List<Point> fresh(int count, int there) {
    Set<Point> points = new LinkedHashSet<>();
    for (int tries = 0; tries < TRIES && points.size() < count - there; tries++) {
      Point point = space.random(random);
      if (!seen.contains(point)) {
        points.add(point);
      }
    }
    return List.copyOf(points);
  }

  /// Why there is no measurement, after [#run] found none.
  String whyNone() {
    return refusal
        .map(why -> "the schedule to begin with is refused: " + why)
        .orElse("the schedule to begin with computes something else");
  }

  /// What was measured, in order.
  List<Measured> measured() {
    return List.copyOf(measured.values());
  }

  /// Schedules that computed something else.
  List<String> wrong() {
    return List.copyOf(wrong);
  }

  /// How many points were tried.
  int tried() {
    return seen.size();
  }

  Measured best() {
    return measured.values().stream()
        .min(Comparator.comparingDouble(Measured::seconds))
        .orElse(start());
  }

  Measured start() {
    return start.orElseThrow();
  }
}
