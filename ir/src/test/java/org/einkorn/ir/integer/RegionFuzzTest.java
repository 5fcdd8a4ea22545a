package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Guard;
import org.junit.jupiter.api.Test;

/// Random accesses in small loops, held against the elements that they reach.
class RegionFuzzTest {
  private static final int COUNT = IntegerFuzzTest.COUNT / 8;
  private static final long SEED = IntegerFuzzTest.SEED;

  private static final IndexExpr WHOLE = IndexExpr.symbol("whole");
  private static final long LENGTH = 1000;

  private record Reached(Map<String, Long> outside, Set<List<Long>> elements) {}

  /// Loops inside of a scope, and accesses in them.
  private static final class Nest {
    final RandomGenerator random;
    final RandomScope scope;
    final List<Loop> loops = new ArrayList<>();
    final List<Region.Access> accesses = new ArrayList<>();

    Nest(long seed) {
      random = new SplittableRandom(seed);
      scope = new RandomScope(random);
      int depth = 1 + random.nextInt(2);
      for (String name : List.of("a", "b").subList(0, depth)) {
        Loop loop = new Loop(name, extent());
        loops.add(loop);
        scope.add(loop);
      }
      int axes = 1 + random.nextInt(2);
      int count = scope.chance(0.5) ? 1 : 1 + random.nextInt(3);
      for (int access = 0; access < count; access++) {
        accesses.add(access > 0 && scope.chance(0.7) ? moved(accesses.getLast()) : access(axes));
      }
    }

    private IndexExpr extent() {
      return switch (random.nextInt(6)) {
        case 0 -> scope.atom();
        case 1 -> scope.atom().max(IndexExpr.Constant.ONE);
        default -> IndexExpr.of(random.nextInt(1, 6));
      };
    }

    private Region.Access access(int axes) {
      List<IndexExpr> indices = new ArrayList<>();
      for (int axis = 0; axis < axes; axis++) {
        indices.add(index());
      }
      List<Guard> guards = new ArrayList<>();
      if (scope.chance(0.3)) {
        IndexExpr index = scope.chance(0.7) ? indices.getFirst() : index();
        IndexExpr extent = scope.chance(0.7) ? IndexExpr.of(random.nextInt(1, 9)) : scope.atom();
        guards.add(new Guard(index.plus(random.nextInt(-2, 3)), extent));
      }
      return new Region.Access(indices, guards);
    }

    /// The same access a few elements further on.
    private Region.Access moved(Region.Access access) {
      List<IndexExpr> indices = new ArrayList<>(access.indices());
      int axis = random.nextInt(indices.size());
      indices.set(axis, indices.get(axis).plus(random.nextInt(-2, 4)));
      return new Region.Access(indices, access.guards());
    }

    private IndexExpr index() {
      if (scope.chance(0.2)) {
        return scope.expr(random.nextInt(3));
      }
      IndexExpr sum = scope.chance(0.3) ? scope.atom() : IndexExpr.Constant.ZERO;
      for (Loop loop : loops) {
        if (scope.chance(0.6)) {
          IndexExpr scale =
              scope.chance(0.3) ? loops.getLast().extent() : IndexExpr.of(random.nextInt(1, 5));
          sum = sum.plus(IndexExpr.variable(loop.variable()).times(scale));
        }
      }
      IndexExpr size = IndexExpr.of(random.nextInt(1, 6));
      return switch (random.nextInt(6)) {
        case 0 -> sum.floorDiv(size);
        case 1 -> sum.floorMod(size);
        default -> sum;
      };
    }

    Region region() {
      List<IndexExpr> shape = accesses.getFirst().indices().stream().map(index -> WHOLE).toList();
      return Region.of(accesses, loops, shape, scope.assumptions);
    }

    /// What is reached for each point outside of the loops at which these have rounds, and at which
    /// all indices have values.
    List<Reached> reached() {
      List<Reached> reached = new ArrayList<>();
      Set<Map<String, Long>> undefined = new HashSet<>();
      // The loops run fastest, so that points with the same values outside follow one another.
      for (Map<String, Long> point : scope.points()) {
        Map<String, Long> outside = new HashMap<>(point);
        loops.forEach(loop -> outside.remove(loop.variable()));
        if (reached.isEmpty() || !reached.getLast().outside().equals(outside)) {
          reached.add(new Reached(outside, new HashSet<>()));
        }
        try {
          for (Region.Access access : accesses) {
            List<Long> element =
                access.indices().stream().map(index -> RandomScope.value(index, point)).toList();
            if (RandomScope.holds(Condition.of(access.guards()), point)) {
              reached.getLast().elements().add(element);
            }
          }
        } catch (ArithmeticException fault) {
          undefined.add(outside);
        }
      }
      reached.removeIf(each -> undefined.contains(each.outside()));
      return reached;
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      for (Region.Access access : accesses) {
        text.append(access.indices().stream().map(Text::of).toList());
        access
            .guards()
            .forEach(guard -> text.append(" where ").append(Text.of(Condition.of(guard))));
        text.append(" ");
      }
      loops.forEach(
          loop -> text.append("for %s < %s ".formatted(loop.variable(), Text.of(loop.extent()))));
      return text + "in " + scope;
    }
  }

  @Test
  void boxesHoldWhatIsReached() {
    int exact = 0;
    int found = 0;
    int missed = 0;
    for (int number = 0; number < COUNT; number++) {
      Nest nest = new Nest(SEED + number);
      String what = "seed %d: %s".formatted(SEED + number, nest);
      try {
        Region region = nest.region();
        boolean isBox = true;
        for (Reached reached : nest.reached()) {
          isBox &= check(region, reached.outside(), reached.elements(), what);
        }
        exact += region.isExact() ? 1 : 0;
        missed += !region.isExact() && isBox ? 1 : 0;
        found += region.ranges().stream().noneMatch(RegionFuzzTest::isWhole) ? 1 : 0;
      } catch (RuntimeException fault) {
        throw new AssertionError(what, fault);
      }
    }
    System.out.printf(
        "integers: %d regions from seed %d, %d found on each axis, %d exact,"
            + " %d exact and not known to be%n",
        COUNT, SEED, found, exact, missed);
  }

  /// Whether the box is filled.
  private static boolean check(
      Region region, Map<String, Long> outside, Set<List<Long>> elements, String what) {
    boolean isOutside =
        elements.stream().flatMap(List::stream).anyMatch(index -> index < 0 || index >= LENGTH);
    if (isOutside && region.ranges().stream().anyMatch(RegionFuzzTest::isWhole)) {
      return false;
    }
    Map<String, Long> point = new HashMap<>(outside);
    point.put("whole", LENGTH);
    long size = 1;
    for (int axis = 0; axis < region.ranges().size(); axis++) {
      Region.Range range = region.ranges().get(axis);
      long start = RandomScope.value(range.start(), point);
      long extent = RandomScope.value(range.extent(), point);
      size *= Math.max(0, extent);
      int place = axis;
      elements.forEach(
          element ->
              assertTrue(
                  start <= element.get(place) && element.get(place) < start + extent,
                  () -> "%s: %s is not in %s at %s".formatted(what, element, region, outside)));
    }
    if (region.isExact()) {
      assertEquals(size, elements.size(), () -> what + ": " + region + " at " + outside);
    }
    return size == elements.size();
  }

  private static boolean isWhole(Region.Range range) {
    return Polynomial.of(range.start().plus(range.extent())).toString().contains("whole");
  }
}
