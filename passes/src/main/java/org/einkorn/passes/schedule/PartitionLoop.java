package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.rewrite.Substitution;

/// `for i < n { s } → for i0 < p { s }, for i1 < n - p { s }`, where the first `s` has `i0` for `i`
/// and the second `p + i1`.
///
/// The same rounds run in the same order where `0 ≤ p ≤ n`. Where that is not proved, the first
/// loop has `max(0, min(p, n))` rounds and the second `max(0, n - max(0, p))`, and begins at
/// `max(0, p)`: where it has a round, p is below n. Guards that always hold in one of the parts go
/// away there.
final class PartitionLoop implements Primitive<Step.Partition> {
  /// A function of more statements is not made larger.
  private static final int MAX_STATEMENTS = 2000;

  @Override
  public Module apply(Nest nest, Step.Partition step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.For loop = site.statement();
    nest.requireSerial(loop);
    nest.requireFree(List.of(step.first(), step.second()), List.of(loop));
    nest.requireKnown(step.point(), "the point", site);
    Assumptions outside = site.scope();
    if (!Scopes.canEvaluate(loop.extent(), outside)) {
      throw nest.refuse(Reason.EXTENT_MAY_FAIL, loop, "its extent may divide by zero, or is data");
    }
    if (Statements.count(nest.function().body()) + Statements.count(loop) > MAX_STATEMENTS) {
      throw nest.refuse(
          Reason.TOO_LARGE, loop, "the function would have more than 2000 statements");
    }
    requireParts(step.point(), loop, nest, outside);
    IndexExpr from = notNegative(step.point(), outside);
    IndexExpr rest = loop.extent().minus(from);
    IndexExpr before = from;
    if (!outside.proves(Condition.atMost(from, loop.extent()))) {
      rest = rest.max(IndexExpr.Constant.ZERO);
      before = notNegative(step.point().min(loop.extent()), outside);
    }
    Condition isNatural = Condition.less(IndexExpr.Constant.ZERO, loop.extent());
    Part first =
        new Part(
            step.first(),
            outside.simplify(before),
            IndexExpr.variable(step.first()),
            Condition.less(IndexExpr.Constant.ZERO, step.point()).and(isNatural));
    Part second =
        new Part(
            step.second(),
            outside.simplify(rest),
            from.plus(IndexExpr.variable(step.second())),
            Condition.less(step.point(), loop.extent()).and(isNatural));
    Stmt copy = renamed(loop.body(), step.second(), nest);
    List<Stmt> parts =
        List.of(first.of(loop, loop.body(), outside), second.of(loop, copy, outside));
    return nest.replace(loop, new Stmt.Sequence(parts));
  }

  private static IndexExpr notNegative(IndexExpr expr, Assumptions outside) {
    return Scopes.isNotNegative(expr, outside) ? expr : expr.max(IndexExpr.Constant.ZERO);
  }

  /// One of the two loops.
  ///
  /// @param value what stands for the old variable
  /// @param inRound what holds wherever there is a round
  private record Part(String name, IndexExpr extent, IndexExpr value, Condition inRound) {
    Stmt of(Stmt.For loop, Stmt body, Assumptions outside) {
      Assumptions scope = Scopes.inLoop(outside.and(inRound), name, extent);
      Map<String, IndexExpr> values = Map.of(loop.variable(), scope.simplify(value));
      return loop.with(name, extent, Rebinding.of(values, body, scope));
    }
  }

  private static void requireParts(IndexExpr point, Stmt.For loop, Nest nest, Assumptions outside) {
    if (outside.proves(Condition.atMost(point, IndexExpr.Constant.ZERO))) {
      throw nest.refuse(Reason.PART_EMPTY, loop, "has no rounds before the point");
    }
    if (outside.proves(Condition.atMost(loop.extent(), point))) {
      throw nest.refuse(Reason.PART_EMPTY, loop, "has no rounds from the point on");
    }
  }

  /// A copy in which loops and blocks have names of their own: those of the first with the name of
  /// the second loop at the end.
  private static Stmt renamed(Stmt body, String suffix, Nest nest) {
    List<String> names = new ArrayList<>();
    Statements.loops(body).forEach(loop -> names.add(loop.variable() + "." + suffix));
    nest.requireFree(names.stream().distinct().toList(), List.of());
    return copy(body, suffix, Map.of());
  }

  static Stmt copy(Stmt statement, String suffix, Map<String, IndexExpr> names) {
    Substitution values = new Substitution(names);
    Stmt own = statement.mapOwn(values::apply, values::apply);
    return switch (own) {
      case Stmt.For loop -> {
        String name = loop.variable() + "." + suffix;
        Map<String, IndexExpr> inside = new LinkedHashMap<>(names);
        inside.put(loop.variable(), IndexExpr.variable(name));
        yield loop.with(name, loop.extent(), copy(loop.body(), suffix, inside));
      }
      case Stmt.Block block ->
          Statements.with(
              block,
              block.name() + "." + suffix,
              block.iters(),
              block.init().map(init -> copy(init, suffix, Map.of())),
              copy(block.body(), suffix, Map.of()));
      case Stmt.Sequence _, Stmt.Allocate _, Stmt.If _, Stmt.When _, Stmt.While _, Stmt.Store _ ->
          own.mapChildren(each -> copy(each, suffix, names));
    };
  }
}
