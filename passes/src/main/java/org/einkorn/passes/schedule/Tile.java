package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Extremes;
import org.einkorn.ir.integer.IteratorMap;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// The rounds of the loops of one nest that belong to a round of a loop of another nest: a box,
/// from the positions that this round accesses.
///
/// The box holds all these positions, and may hold more. Rounds that the nest does not have are cut
/// off by guards.
///
/// @param at the path to the loop of the other nest, with it; from what stands around both on
/// @param around how many of these stand around both nests
/// @param moving the loops of the one nest
/// @param ranges for each of them, over the loops of the path
record Tile(List<Stmt> at, int around, AxisLoops moving, List<Range> ranges) {
  Tile {
    at = List.copyOf(at);
    ranges = List.copyOf(ranges);
  }

  /// `start … start + extent − 1`
  record Range(IndexExpr start, IndexExpr extent) {
    boolean isOne() {
      return extent.equals(IndexExpr.Constant.ONE);
    }
  }

  /// @param accesses of the other nest, all in the loop: what stands around it is no inner loop
  static Tile of(List<Stmt> at, int around, AxisLoops moving, List<Access> accesses) {
    Assumptions scope = Scopes.inside(at);
    List<Range> ranges = new ArrayList<>();
    for (int number = 0; number < moving.loops().size(); number++) {
      IndexExpr size = moving.loops().get(number).extent();
      Range whole = new Range(IndexExpr.Constant.ZERO, size);
      ranges.add(
          span(accesses, moving.axes().get(number), scope)
              .map(span -> range(span, size, scope))
              .filter(range -> Scopes.canEvaluate(range.start(), scope))
              .filter(range -> Scopes.canEvaluate(range.extent(), scope))
              .orElse(whole));
    }
    return new Tile(at, around, moving, ranges);
  }

  private static Range range(Extremes.Span span, IndexExpr size, Assumptions scope) {
    boolean fromStart = scope.proves(Condition.atMost(span.least(), IndexExpr.Constant.ZERO));
    boolean toEnd = scope.proves(Condition.atMost(size, span.greatest().plus(1)));
    IndexExpr start = fromStart ? IndexExpr.Constant.ZERO : span.least();
    IndexExpr end = toEnd ? size : span.greatest().plus(1);
    IndexExpr extent = scope.simplify(end.minus(start));
    return new Range(
        start, Scopes.isNotNegative(extent, scope) ? extent : extent.max(IndexExpr.Constant.ZERO));
  }

  /// Between what the positions on an axis lie while the loops inside run. A loop whose number of
  /// rounds comes from data is no matter where nothing on the axis needs it.
  static Optional<Extremes.Span> span(List<Access> accesses, int axis, Assumptions scope) {
    Optional<Extremes.Span> all = Optional.empty();
    for (Access access : accesses) {
      Assumptions inside = scope;
      Set<String> running = new LinkedHashSet<>();
      // Loops of which only data know how long they are.
      Set<String> open = new LinkedHashSet<>();
      IndexExpr position = access.indices().get(axis);
      for (Loop loop : access.inner()) {
        if (Walk.fetches(loop.extent())) {
          open.add(loop.variable());
        } else {
          inside = Scopes.inLoop(inside, loop.variable(), loop.extent());
          running.add(loop.variable());
        }
      }
      boolean isKnown =
          !Walk.fetches(position)
              && Collections.disjoint(Walk.variables(position), open)
              && access.inner().stream()
                  .allMatch(loop -> Collections.disjoint(Walk.variables(loop.extent()), open));
      Optional<Extremes.Span> one = isKnown ? inside.extremes(position, running) : Optional.empty();
      if (one.isEmpty()) {
        return Optional.empty();
      }
      all = all.isEmpty() ? one : Optional.of(joined(all.get(), one.get(), scope));
    }
    return all;
  }

  private static Extremes.Span joined(Extremes.Span a, Extremes.Span b, Assumptions scope) {
    return new Extremes.Span(
        least(a.least(), b.least(), scope),
        least(a.greatest().times(-1), b.greatest().times(-1), scope).times(-1));
  }

  private static IndexExpr least(IndexExpr a, IndexExpr b, Assumptions scope) {
    if (scope.proves(Condition.atMost(a, b))) {
      return a;
    }
    return scope.proves(Condition.atMost(b, a)) ? b : scope.simplify(a.min(b));
  }

  // ---- the loops at their new place

  /// What stands in the loops, in loops over the box.
  ///
  /// @param taken what no new loop may be called
  Stmt nest(Set<String> taken) {
    Set<String> visible = new LinkedHashSet<>(outer());
    FreshNames names = new FreshNames(taken);
    List<Optional<Stmt.For>> loops = new ArrayList<>();
    Map<String, IndexExpr> values = new HashMap<>();
    Assumptions scope = Scopes.inside(at);
    List<Guard> guards = new ArrayList<>();
    for (int number = 0; number < ranges.size(); number++) {
      Stmt.For old = moving.loops().get(number);
      Range range = ranges.get(number);
      IndexExpr here = range.start();
      if (range.isOne()) {
        loops.add(Optional.empty());
      } else {
        String name = old.variable();
        if (visible.contains(name)) {
          name = names.like(name);
        }
        visible.add(name);
        scope = Scopes.inLoop(scope, name, range.extent());
        here = here.plus(IndexExpr.variable(name));
        loops.add(Optional.of(old.with(name, range.extent(), old)));
      }
      here = scope.simplify(here);
      values.put(old.variable(), here);
      Guard guard = new Guard(here, old.extent());
      if (!scope.proves(Condition.of(guard))) {
        guards.add(guard);
        scope = Scopes.where(scope, guard);
      }
    }
    Stmt body = Renaming.of(moving.body(), visible, names);
    Stmt result = Statements.guarded(guards, Rebinding.of(values, body, scope));
    for (Optional<Stmt.For> each : loops.reversed()) {
      if (each.isPresent()) {
        Stmt.For loop = each.get();
        result = loop.with(result);
      }
    }
    return result;
  }

  private Set<String> outer() {
    Set<String> variables = new LinkedHashSet<>();
    for (Stmt each : at) {
      if (each instanceof Stmt.For loop) {
        variables.add(loop.variable());
      }
    }
    return variables;
  }

  // ---- all boxes together

  /// Which rounds of the nest the boxes of all rounds of the loop hold, and how often.
  enum Cover {
    /// Some may be in none.
    SOME,
    /// Each is in one at least.
    ALL,
    /// Each is in one.
    ONCE
  }

  Cover cover() {
    Assumptions outside = Scopes.inside(at.subList(0, around));
    List<Loop> loops = new ArrayList<>();
    List<Guard> guards = new ArrayList<>();
    for (Stmt each : at.subList(around, at.size())) {
      if (each instanceof Stmt.For loop) {
        loops.add(new Loop(loop.variable(), loop.extent()));
      } else if (each instanceof Stmt.If(List<Guard> more, Stmt _)) {
        guards.addAll(more);
      }
    }
    List<IteratorMap.Binding> bindings = new ArrayList<>();
    for (int number = 0; number < ranges.size(); number++) {
      Range range = ranges.get(number);
      Stmt.For old = moving.loops().get(number);
      // A dot and a number: no loop outside has the name.
      String name = "tile." + number + ".′";
      IndexExpr here = range.start();
      if (!range.isOne()) {
        loops.add(new Loop(name, range.extent()));
        here = here.plus(IndexExpr.variable(name));
      }
      bindings.add(new IteratorMap.Binding("axis." + number, here));
      guards.add(new Guard(here, old.extent()));
      // Without rounds there is nothing to hold.
      outside = outside.and(Condition.atMost(IndexExpr.Constant.ONE, old.extent()));
    }
    if (loops.stream().anyMatch(loop -> Walk.fetches(loop.extent()))
        || guards.stream().anyMatch(Guard::fetches)) {
      return Cover.SOME;
    }
    Assumptions inside = outside.with(loops);
    guards.removeIf(guard -> inside.proves(Condition.of(guard)));
    return switch (IteratorMap.detect(bindings, loops, guards, outside)) {
      case IteratorMap.Dependent _ -> Cover.SOME;
      case IteratorMap.Independent map -> {
        boolean isAll = map.inside().equals(Condition.of(true));
        for (int number = 0; number < ranges.size(); number++) {
          IteratorMap.Iterator found = map.iterators().get(number);
          IndexExpr size = moving.loops().get(number).extent();
          isAll &= isSame(found.start(), IndexExpr.Constant.ZERO, outside);
          isAll &= isSame(found.extent(), size, outside);
          isAll &=
              found.step().equals(IndexExpr.Constant.ONE)
                  || isSame(size, IndexExpr.Constant.ONE, outside);
        }
        yield !isAll ? Cover.SOME : map.isInjective() ? Cover.ONCE : Cover.ALL;
      }
    };
  }

  private static boolean isSame(IndexExpr a, IndexExpr b, Assumptions scope) {
    return a.equals(b) || scope.proves(Condition.equal(a, b));
  }
}
