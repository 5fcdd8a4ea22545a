package org.einkorn.passes.schedule;

import java.util.ArrayList;
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
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.passes.schedule.Dependence.Sign;

/// `for k < d { block b { init { s } t } } → if 0 < d { block b.init { s } } for k < d { block b {
/// t } }`
///
/// A block does its `init` where all reduce iterators are 0. Of the loops from `k` on, those that
/// spatial iterators are bound to are written for the `init` too; the others are 0 in the one round
/// in which it happens, which must be the only one. The `init` runs earlier then, and nothing else
/// inside may touch, in an earlier round, what it stores.
final class DecomposeReduction implements Primitive<Step.DecomposeReduction> {
  @Override
  public Module apply(Nest nest, Step.DecomposeReduction step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.Block block = nest.block(step.block());
    Stmt init =
        block.init().orElseThrow(() -> nest.refuse(Reason.NO_MATCH, block, "has no `init`"));
    nest.requireFreeBlock(block.name() + ".init");
    List<Stmt> path = BlockPath.of(nest, site.statement(), block).statements();
    if (Statements.fetches(site.statement())) {
      throw nest.refuse(
          Reason.POSITION_FROM_DATA,
          site.statement(),
          "a position inside comes from data: another fault might come first");
    }
    Set<String> variables = new LinkedHashSet<>();
    BlockPath.loops(path).forEach(loop -> variables.add(loop.variable()));
    Order.requireFree(variables, site.statement().body(), nest);
    Set<String> kept = spatial(block);
    Map<String, IndexExpr> zeros = new HashMap<>();
    BlockPath.loops(path).stream()
        .map(Stmt.For::variable)
        .filter(variable -> !kept.contains(variable))
        .forEach(variable -> zeros.put(variable, IndexExpr.Constant.ZERO));
    requireOneRound(block, path, zeros, site.scope(), nest);
    Stmt.Block rest =
        Statements.with(block, block.name(), block.iters(), Optional.empty(), block.body());
    Stmt.Block initial =
        Statements.with(block, block.name(), block.iters(), Optional.empty(), init);
    requireFirst(initial, rest, path, zeros, nest, site);
    Stmt update = Statements.replace(site.statement(), block, rest);
    Stmt first = initNest(block, init, path, zeros, site.scope());
    return nest.replace(site.statement(), new Stmt.Sequence(List.of(first, update)));
  }

  private static Set<String> spatial(Stmt.Block block) {
    Set<String> variables = new LinkedHashSet<>();
    for (Stmt.BlockIter iter : block.iters()) {
      if (iter.kind() == IterKind.SPATIAL) {
        variables.addAll(Walk.variables(iter.binding()));
      }
    }
    return variables;
  }

  private static Assumptions inside(List<Stmt> path, Assumptions outside) {
    Assumptions scope = outside;
    for (Stmt each : path) {
      scope = Scopes.inside(scope, each);
    }
    return scope;
  }

  /// That all reduce iterators are 0 where the loops that are left out are, and nowhere else.
  private static void requireOneRound(
      Stmt.Block block,
      List<Stmt> path,
      Map<String, IndexExpr> zeros,
      Assumptions outside,
      Nest nest) {
    Assumptions scope = inside(path, outside);
    Assumptions atStart = scope;
    for (Stmt.BlockIter iter : block.iters()) {
      if (iter.kind() != IterKind.REDUCE) {
        continue;
      }
      IndexExpr first = new Substitution(zeros).apply(iter.binding());
      if (!scope.proves(Condition.equal(first, IndexExpr.Constant.ZERO))) {
        throw nest.refuse(
            Reason.NOT_FIRST_ROUND,
            block,
            "`%s` is not known to be 0 as the loop begins".formatted(iter.variable()));
      }
      atStart = atStart.and(Condition.equal(iter.binding(), IndexExpr.Constant.ZERO));
    }
    for (String variable : zeros.keySet()) {
      Condition isZero = Condition.equal(IndexExpr.variable(variable), IndexExpr.Constant.ZERO);
      if (!atStart.proves(isZero)) {
        throw nest.refuse(
            Reason.NOT_FIRST_ROUND,
            block,
            "its `init` may happen in several rounds of `" + variable + "`");
      }
    }
  }

  private static void requireFirst(
      Stmt.Block initial,
      Stmt.Block rest,
      List<Stmt> path,
      Map<String, IndexExpr> zeros,
      Nest nest,
      Nest.Site<Stmt.For> site) {
    List<Condition> when = new ArrayList<>();
    zeros.keySet().stream()
        .map(IndexExpr::variable)
        .forEach(zero -> when.add(Condition.equal(zero, IndexExpr.Constant.ZERO)));
    List<Loop> loops =
        BlockPath.loops(path).stream()
            .map(loop -> new Loop(loop.variable(), loop.extent()))
            .toList();
    Optional<Dependence> found =
        Dependences.between(
            loops,
            AccessCollector.of(initial, when),
            AccessCollector.of(rest, List.of()),
            site.scope(),
            signs -> Order.first(signs) == Sign.EARLIER);
    if (found.isEmpty()) {
      found = besides(initial, path, nest, site);
    }
    if (found.isPresent()) {
      throw nest.refuse(
          Reason.DEPENDENCE,
          site.statement(),
          "what the `init` stores is touched before it",
          found.get().text());
    }
  }

  /// What else stands in the loop may touch in later rounds alone what the `init` stores.
  private static Optional<Dependence> besides(
      Stmt.Block initial, List<Stmt> path, Nest nest, Nest.Site<Stmt.For> site) {
    Stmt.Block block = nest.block(initial.name());
    Stmt body = site.statement().body();
    Stmt others = Statements.replace(body, block, new Stmt.Sequence(List.of()));
    Stmt alone = initial;
    for (Stmt each : path.subList(1, path.size()).reversed()) {
      Stmt inside = alone;
      alone = each instanceof Stmt.Sequence ? alone : each.mapChildren(_ -> inside);
    }
    return Dependences.between(
        List.of(new Loop(site.statement().variable(), site.statement().extent())),
        AccessCollector.of(alone, List.of()),
        AccessCollector.of(others, List.of()),
        site.scope(),
        signs -> signs.getFirst() != Sign.LATER);
  }

  private static Stmt initNest(
      Stmt.Block block,
      Stmt init,
      List<Stmt> path,
      Map<String, IndexExpr> zeros,
      Assumptions outside) {
    Substitution first = new Substitution(zeros);
    List<Stmt.BlockIter> iters = new ArrayList<>();
    Map<String, IndexExpr> reduced = new HashMap<>();
    for (Stmt.BlockIter iter : block.iters()) {
      if (iter.kind() == IterKind.REDUCE) {
        reduced.put(iter.variable(), IndexExpr.Constant.ZERO);
      } else {
        iters.add(iter);
      }
    }
    Substitution inBlock = new Substitution(reduced);
    Stmt result =
        new Stmt.Block(
            block.name() + ".init",
            iters,
            inBlock.guards(block.guards()),
            List.of(),
            block.writes(),
            Optional.empty(),
            Rebinding.of(reduced, init, Assumptions.NONE));
    for (int number = path.size() - 1; number >= 0; number--) {
      Assumptions scope = inside(path.subList(0, number), outside);
      result =
          switch (path.get(number)) {
            case Stmt.For loop when zeros.containsKey(loop.variable()) -> {
              Guard runs = new Guard(IndexExpr.Constant.ZERO, loop.extent());
              yield Scopes.isPositive(loop.extent(), scope)
                  ? result
                  : Statements.guarded(List.of(runs), result);
            }
            case Stmt.For loop -> loop.with(first.apply(loop.extent()), result);
            case Stmt.If(List<Guard> guards, Stmt _) ->
                Statements.guarded(first.guards(guards), result);
            case Stmt.Sequence _ -> result;
            case Stmt.Block _, Stmt.Allocate _, Stmt.When _, Stmt.While _, Stmt.Store _ ->
                throw new IllegalStateException("a path of loops and guards");
          };
    }
    return result;
  }
}
