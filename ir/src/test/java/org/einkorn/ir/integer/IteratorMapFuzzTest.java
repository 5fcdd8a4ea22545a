package org.einkorn.ir.integer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Guard;
import org.junit.jupiter.api.Test;

/// Random iterators over small loops, held against the points that they reach.
class IteratorMapFuzzTest {
  private static final int COUNT = IntegerFuzzTest.COUNT / 2;
  private static final long SEED = IntegerFuzzTest.SEED;

  /// Loops of given extents, one of them perhaps a symbol, and iterators over them.
  private static final class Nest {
    final Random random;
    final Map<String, IndexExpr> loops = new LinkedHashMap<>();
    final List<Guard> guards = new ArrayList<>();
    final List<IndexExpr> iterators = new ArrayList<>();
    final Map<String, Long> sizes = new HashMap<>();
    Assumptions outside = Assumptions.NONE;

    /// Whether the iterators were made by splitting and fusing without padding.
    boolean isExact = true;

    private final Map<IndexExpr, Long> extents = new HashMap<>();

    /// Extents with a symbol in them.
    private final Map<IndexExpr, IndexExpr> symbolic = new HashMap<>();

    Nest(long seed) {
      random = new Random(seed);
      int count = 1 + random.nextInt(3);
      for (String name : List.of("i", "j", "k").subList(0, count)) {
        long extent = 1L + random.nextInt(8);
        IndexExpr size = IndexExpr.of(extent);
        if (random.nextInt(6) == 0) {
          size = IndexExpr.symbol("n." + name);
          symbolic.put(IndexExpr.variable(name), size);
          sizes.put("n." + name, extent);
          outside = outside.withSymbol("n." + name, random.nextInt(2), Long.MAX_VALUE);
        }
        loops.put(name, size);
        iterators.add(IndexExpr.variable(name));
        extents.put(IndexExpr.variable(name), extent);
      }
      int steps = random.nextInt(5);
      for (int step = 0; step < steps; step++) {
        change();
      }
    }

    private long extent(IndexExpr iterator) {
      return extents.getOrDefault(iterator, -1L);
    }

    private IndexExpr size(IndexExpr iterator) {
      return symbolic.getOrDefault(iterator, IndexExpr.of(extent(iterator)));
    }

    private void change() {
      int place = random.nextInt(iterators.size());
      IndexExpr one = iterators.get(place);
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> split(place, one);
        case 3, 4, 5 -> fuse(place, one);
        case 6 -> Collections.shuffle(iterators, random);
        case 7 -> {
          if (random.nextInt(3) == 0) {
            isExact = false;
            iterators.remove(place);
            if (iterators.isEmpty()) {
              iterators.add(one);
            }
          }
        }
        case 8 -> {
          isExact = false;
          IndexExpr other = iterators.get(random.nextInt(iterators.size()));
          iterators.set(
              place,
              switch (random.nextInt(5)) {
                case 0 -> new IndexExpr.Sum(one, other);
                case 1 -> new IndexExpr.FloorMod(one, IndexExpr.of(1 + random.nextInt(6)));
                case 2 -> new IndexExpr.FloorDiv(one, IndexExpr.of(1 + random.nextInt(6)));
                case 3 -> new IndexExpr.Sum(one, IndexExpr.of(random.nextInt(5)));
                default ->
                    new IndexExpr.Sum(
                        new IndexExpr.Product(IndexExpr.of(1 + random.nextInt(4)), one), other);
              });
        }
        default -> {
          if (random.nextInt(3) == 0) {
            isExact = false;
            guards.add(new Guard(one, IndexExpr.of(1 + random.nextInt(8))));
          }
        }
      }
    }

    private void split(int place, IndexExpr one) {
      long extent = extent(one);
      long factor = 1L + random.nextInt(5);
      boolean isWhole =
          extent > 0 && extent % factor == 0 && size(one) instanceof IndexExpr.Constant;
      IndexExpr moved = one;
      if (!isWhole) {
        isExact = false;
        moved = random.nextInt(3) == 0 ? one.plus(random.nextInt(4)) : one;
      }
      IndexExpr outer = new IndexExpr.FloorDiv(moved, IndexExpr.of(factor));
      IndexExpr inner = new IndexExpr.FloorMod(moved, IndexExpr.of(factor));
      if (isWhole) {
        extents.put(outer, extent / factor);
        extents.put(inner, factor);
      }
      iterators.set(place, outer);
      iterators.add(inner);
    }

    private void fuse(int place, IndexExpr one) {
      if (iterators.size() < 2) {
        return;
      }
      iterators.remove(place);
      int next = random.nextInt(iterators.size());
      IndexExpr other = iterators.get(next);
      IndexExpr size = extent(other) < 0 ? IndexExpr.of(1 + random.nextInt(5)) : size(other);
      IndexExpr fused = new IndexExpr.Sum(new IndexExpr.Product(one, size), other);
      if (extent(one) < 0 || extent(other) < 0) {
        isExact = false;
      } else {
        extents.put(fused, extent(one) * extent(other));
        symbolic.put(fused, size(one).times(size));
      }
      iterators.set(next, fused);
    }

    List<IteratorMap.Binding> bindings() {
      List<IteratorMap.Binding> bindings = new ArrayList<>();
      for (int place = 0; place < iterators.size(); place++) {
        bindings.add(new IteratorMap.Binding("b" + place, iterators.get(place)));
      }
      return bindings;
    }

    IteratorMap map() {
      List<Loop> list = new ArrayList<>();
      loops.forEach((name, extent) -> list.add(new Loop(name, extent)));
      return IteratorMap.detect(bindings(), list, guards, outside);
    }

    /// The values of all iterators, in each round.
    List<List<Long>> rounds() {
      List<Map<String, Long>> points = List.of(sizes);
      for (var loop : loops.entrySet()) {
        List<Map<String, Long>> more = new ArrayList<>();
        for (Map<String, Long> point : points) {
          long extent = RandomScope.value(loop.getValue(), point);
          for (long value = 0; value < extent; value++) {
            Map<String, Long> extended = new HashMap<>(point);
            extended.put(loop.getKey(), value);
            more.add(extended);
          }
        }
        points = more;
      }
      List<List<Long>> rounds = new ArrayList<>();
      for (Map<String, Long> point : points) {
        boolean holds =
            guards.stream().allMatch(guard -> RandomScope.holds(Condition.of(guard), point));
        if (holds) {
          rounds.add(
              iterators.stream().map(iterator -> RandomScope.value(iterator, point)).toList());
        }
      }
      return rounds;
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      loops.forEach((name, extent) -> text.append(name + " < " + Text.of(extent) + ", "));
      text.append(sizes).append(" ");
      guards.forEach(
          guard -> text.append(Text.of(guard.index()) + " < " + Text.of(guard.extent()) + ", "));
      iterators.forEach(iterator -> text.append("; " + Text.of(iterator)));
      return text.toString();
    }
  }

  @Test
  void answersAreRight() {
    int independent = 0;
    int padded = 0;
    int missed = 0;
    for (int number = 0; number < COUNT; number++) {
      Nest nest = new Nest(SEED + number);
      String what = "seed %d: %s".formatted(SEED + number, nest);
      try {
        IteratorMap map = nest.map();
        List<List<Long>> rounds = nest.rounds();
        Set<List<Long>> reached = new HashSet<>(rounds);
        if (map instanceof IteratorMap.Independent form) {
          independent++;
          padded += form.inside() instanceof Condition.Constant ? 0 : 1;
          assertEquals(box(nest, form), reached, what + " → " + form);
          boolean isInjective = reached.size() == rounds.size();
          // For other sizes it may be otherwise.
          boolean isSo = nest.sizes.isEmpty() || form.isInjective() ? isInjective : false;
          assertEquals(isSo, form.isInjective(), what + ": is injective");
        } else {
          assertTrue(!nest.isExact, what + " → " + map);
          missed += isBox(reached) && reached.size() == rounds.size() ? 1 : 0;
        }
      } catch (RuntimeException fault) {
        throw new AssertionError(what, fault);
      }
    }
    System.out.printf(
        "integers: %d maps of iterators from seed %d, %d independent (%d padded),"
            + " %d that are a box not found%n",
        COUNT, SEED, independent, padded, missed);
  }

  /// All points that the form says are reached.
  private static Set<List<Long>> box(Nest nest, IteratorMap.Independent form) {
    List<Map<String, Long>> points = List.of(nest.sizes);
    for (IteratorMap.Iterator iterator : form.iterators()) {
      List<Map<String, Long>> more = new ArrayList<>();
      for (Map<String, Long> point : points) {
        long start = RandomScope.value(iterator.start(), point);
        long step = RandomScope.value(iterator.step(), point);
        long extent = RandomScope.value(iterator.extent(), point);
        for (long count = 0; count < extent; count++) {
          Map<String, Long> extended = new HashMap<>(point);
          extended.put(iterator.name(), start + step * count);
          more.add(extended);
        }
      }
      points = more;
    }
    Set<List<Long>> box = new HashSet<>();
    for (Map<String, Long> point : points) {
      if (RandomScope.holds(form.inside(), point)) {
        box.add(form.iterators().stream().map(iterator -> point.get(iterator.name())).toList());
      }
    }
    return box;
  }

  private static boolean isBox(Set<List<Long>> points) {
    if (points.isEmpty()) {
      return false;
    }
    long size = 1;
    for (int axis = 0; axis < points.iterator().next().size(); axis++) {
      int place = axis;
      long least = points.stream().mapToLong(point -> point.get(place)).min().orElseThrow();
      long greatest = points.stream().mapToLong(point -> point.get(place)).max().orElseThrow();
      size *= greatest - least + 1;
    }
    return size == points.size();
  }
}
