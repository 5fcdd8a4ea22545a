package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Extremes;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.rewrite.Substitution;

/// Gives the rounds in which conditions hold whatever the inner loops do a loop of their own,
/// without the conditions.
///
/// ```text
/// for io < (n + 7) floordiv 8 { for ii < 8 { if 0 <= 8 * io + ii < n { s } } }
/// → for io < n floordiv 8 { for ii < 8 { s } }
///   for io < (n + 7) floordiv 8 - n floordiv 8 { for ii < 8 { if … { s } } }
/// ```
///
/// The same rounds run in the same order. A condition is taken at the greatest and at the least
/// value of its position over the inner loops; where these rise with the loop by a constant, the
/// rounds in which they are inside form one range. What is left out then is proved once more where
/// it stood.
public final class PeelGuards {
  /// `for v < e { if g(v) { s } } → for v < p { s } for v < e − p { if g(p + v) { s } }` in
  /// functions that have a schedule.
  public static final Pass<Module> PASS =
      new Pass<>(
          "peel-guards",
          "gives rounds without conditions loops of their own, in scheduled functions",
          PeelGuards::apply);

  /// No loop is written twice where the function would have more statements.
  private static final int MAX_STATEMENTS = 2000;

  private PeelGuards() {}

  private static Module apply(Module module, PassContext context) {
    if (context.schedules().isEmpty()) {
      return module;
    }
    List<Function> functions = new ArrayList<>();
    for (Function function : module.functions()) {
      Stmt body = function.body();
      if (context.isScheduled(function.name()) && Statements.count(body) <= MAX_STATEMENTS / 4) {
        Stmt cut = Annotations.concerning(Statements.flattened(peeled(body, Assumptions.NONE)));
        // What never runs may be all that stores to memory that other loops without rounds read.
        body = stored(cut).containsAll(stored(body)) ? cut : body;
      }
      functions.add(new Function(function.name(), body, function.origin()));
    }
    return module.withFunctions(functions);
  }

  private static Set<String> stored(Stmt statement) {
    Set<String> buffers = new HashSet<>();
    Statements.forEach(
        statement,
        each -> {
          if (each instanceof Stmt.Store store) {
            buffers.add(store.buffer());
          }
        });
    return buffers;
  }

  private static Stmt peeled(Stmt statement, Assumptions scope) {
    if (statement instanceof Stmt.For loop && runsOneByOne(loop)) {
      Optional<Range> clean = clean(loop, scope);
      if (clean.isPresent()) {
        return parts(loop, clean.get(), scope);
      }
    }
    Assumptions inside = Scopes.inside(scope, statement);
    return statement.mapChildren(each -> peeled(each, inside));
  }

  private static boolean runsOneByOne(Stmt.For loop) {
    boolean isCut = loop.kind() == Stmt.LoopOrder.SERIAL || loop.kind() == Stmt.LoopOrder.PARALLEL;
    return isCut && !Walk.fetches(loop.extent());
  }

  /// The rounds from `start` to before `end`.
  private record Range(IndexExpr start, IndexExpr end) {
    Range and(Range other) {
      return new Range(start.max(other.start), end.min(other.end));
    }
  }

  // ---- where conditions hold

  /// The rounds in which all conditions inside of inner loops hold that such a range can be given
  /// for.
  private static Optional<Range> clean(Stmt.For loop, Assumptions scope) {
    List<Range> found = new ArrayList<>();
    Assumptions inside = Scopes.inside(scope, loop);
    collect(loop.body(), loop, new HashSet<>(), inside, found);
    // Where inner loops have no round, what divides may be 0 that is not in their rounds.
    return found.stream()
        .filter(range -> Scopes.canEvaluate(range.start(), scope))
        .filter(range -> Scopes.canEvaluate(range.end(), scope))
        .reduce(Range::and);
  }

  private static void collect(
      Stmt statement, Stmt.For loop, Set<String> inner, Assumptions scope, List<Range> found) {
    if (statement instanceof Stmt.If(List<Guard> guards, Stmt _) && !inner.isEmpty()) {
      for (Guard guard : guards) {
        range(guard, loop, inner, scope).ifPresent(found::add);
      }
    }
    Set<String> within = new HashSet<>(inner);
    if (statement instanceof Stmt.For each) {
      within.add(each.variable());
    }
    Assumptions inside = Scopes.inside(scope, statement);
    statement.children().forEach(each -> collect(each, loop, within, inside, found));
  }

  private static Optional<Range> range(
      Guard guard, Stmt.For loop, Set<String> inner, Assumptions scope) {
    Set<String> changing = new HashSet<>(inner);
    changing.add(loop.variable());
    if (guard.fetches()
        || !Walk.variables(guard.index()).contains(loop.variable())
        || Walk.variables(guard.extent()).stream().anyMatch(changing::contains)
        || scope.proves(Condition.of(guard))) {
      return Optional.empty();
    }
    Optional<Extremes.Span> span = scope.extremes(guard.index(), inner);
    if (span.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong rise = rise(span.get().greatest(), loop.variable(), scope);
    OptionalLong riseBelow = rise(span.get().least(), loop.variable(), scope);
    if (rise.isEmpty() || riseBelow.isEmpty()) {
      return Optional.empty();
    }
    IndexExpr above = at(span.get().greatest(), loop.variable(), IndexExpr.Constant.ZERO);
    IndexExpr end = quotientUp(guard.extent().minus(above), rise.getAsLong());
    IndexExpr below = at(span.get().least(), loop.variable(), IndexExpr.Constant.ZERO);
    IndexExpr start =
        Scopes.isNotNegative(span.get().least(), scope)
            ? IndexExpr.Constant.ZERO
            : quotientUp(IndexExpr.Constant.ZERO.minus(below), riseBelow.getAsLong());
    return Optional.of(new Range(start, end));
  }

  /// By how much an expression rises with each round, where that is a positive constant.
  private static OptionalLong rise(IndexExpr expr, String variable, Assumptions scope) {
    IndexExpr next = at(expr, variable, IndexExpr.variable(variable).plus(1));
    return scope.simplify(next.minus(expr)) instanceof IndexExpr.Constant(long value) && value > 0
        ? OptionalLong.of(value)
        : OptionalLong.empty();
  }

  private static IndexExpr at(IndexExpr expr, String variable, IndexExpr value) {
    return new Substitution(Map.of(variable, value)).apply(expr);
  }

  private static IndexExpr quotientUp(IndexExpr dividend, long divisor) {
    return dividend.plus(divisor - 1).floorDiv(IndexExpr.of(divisor));
  }

  // ---- the parts of a loop

  private static Stmt parts(Stmt.For loop, Range clean, Assumptions scope) {
    IndexExpr zero = IndexExpr.Constant.ZERO;
    IndexExpr start = scope.simplify(clamped(clean.start(), loop.extent(), scope));
    IndexExpr end =
        scope.simplify(atLeast(clamped(clean.end(), loop.extent(), scope), start, scope));
    Stmt inside = part(loop, start, end.minus(start), scope);
    if (guards(inside) == guards(loop)) {
      Assumptions within = Scopes.inside(scope, loop);
      return loop.mapChildren(each -> peeled(each, within));
    }
    List<Stmt> parts = new ArrayList<>();
    if (!start.equals(zero)) {
      parts.add(part(loop, zero, start, scope));
    }
    // Conditions on other loops are left, for which the inner ones are peeled.
    parts.add(peeled(inside, scope));
    IndexExpr rest = scope.simplify(loop.extent().minus(end));
    if (!scope.proves(Condition.atMost(rest, zero))) {
      parts.add(part(loop, end, rest, scope));
    }
    return new Stmt.Sequence(parts);
  }

  private static IndexExpr clamped(IndexExpr point, IndexExpr extent, Assumptions scope) {
    IndexExpr above = atLeast(point, IndexExpr.Constant.ZERO, scope);
    return scope.proves(Condition.atMost(above, extent))
        ? above
        : above.min(atLeast(extent, IndexExpr.Constant.ZERO, scope));
  }

  private static IndexExpr atLeast(IndexExpr point, IndexExpr least, Assumptions scope) {
    return scope.proves(Condition.atMost(least, point)) ? point : point.max(least);
  }

  private static Stmt part(Stmt.For loop, IndexExpr from, IndexExpr count, Assumptions scope) {
    IndexExpr extent = scope.simplify(count);
    Assumptions inside = Scopes.inLoop(scope, loop.variable(), extent);
    IndexExpr here = inside.simplify(from.plus(IndexExpr.variable(loop.variable())));
    Stmt body = Rebinding.of(Map.of(loop.variable(), here), loop.body(), inside);
    // A single round, of which the variable says nothing, needs no threads.
    boolean isSingle = !Walk.variables(here).contains(loop.variable());
    Stmt.For part = loop.with(extent, body);
    return isSingle ? part.with(Stmt.LoopOrder.SERIAL) : part;
  }

  private static int guards(Stmt statement) {
    int[] count = {0};
    Statements.forEach(
        statement,
        each -> {
          if (each instanceof Stmt.If(List<Guard> guards, Stmt _)) {
            count[0] += guards.size();
          }
        });
    return count[0];
  }
}
