package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.Pass;
import org.einkorn.passes.rewrite.Substitution;

/// Takes blocks apart where a schedule is done with them: what the iterators are bound to stands in
/// their places, simplified by what is known of the loops around.
///
/// ```text
/// for ji < 32 { block C(spatial j < m = 32 * jo + ji) { C[j] = P[j floordiv 32, j mod 32] } }
/// → for ji < 32 { C[32 * jo + ji] = P[jo, ji] }
/// ```
///
/// So backends see which positions are numbers once a loop is written out, and which go along
/// vectors.
public final class ResolveBlocks {
  /// `block b(i = e) { s } → s[e/i]` in functions that have a schedule.
  public static final Pass<Module> PASS =
      new Pass<>(
          "resolve-blocks",
          "puts loops in the places of the iterators of blocks, in scheduled functions",
          (module, context) ->
              ScheduledFunctions.map(
                  module, context, body -> resolved(body, Map.of(), Assumptions.NONE)));

  private ResolveBlocks() {}

  /// @param values what stands for the iterators of the blocks around
  private static Stmt resolved(Stmt statement, Map<String, IndexExpr> values, Assumptions scope) {
    Resolution here = new Resolution(new Substitution(values), scope);
    return switch (statement) {
      case Stmt.For loop -> {
        IndexExpr size = here.index(loop.extent());
        Assumptions inside = Scopes.inLoop(scope, loop.variable(), size);
        yield loop.with(size, resolved(loop.body(), values, inside));
      }
      case Stmt.Block block -> block(block, here, values, scope);
      case Stmt.If(List<Guard> guards, Stmt body) ->
          where(here.guards(guards), body, values, scope);
      case Stmt.When(Scalar condition, Stmt body) ->
          new Stmt.When(here.scalar(condition), resolved(body, values, scope));
      case Stmt.While(Scalar condition, Stmt body) ->
          new Stmt.While(here.scalar(condition), resolved(body, values, scope));
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) ->
          new Stmt.Store(buffer, indices.stream().map(here::index).toList(), here.scalar(value));
      case Stmt.Sequence _, Stmt.Allocate _ ->
          statement.mapChildren(each -> resolved(each, values, scope));
    };
  }

  private static Stmt block(
      Stmt.Block block, Resolution here, Map<String, IndexExpr> values, Assumptions scope) {
    if (block.iters().stream().anyMatch(iter -> Walk.fetches(here.index(iter.binding())))) {
      return bound(block, here, scope);
    }
    Map<String, IndexExpr> inside = new HashMap<>(values);
    List<Guard> first = new ArrayList<>();
    for (Stmt.BlockIter iter : block.iters()) {
      IndexExpr value = here.index(iter.binding());
      inside.put(iter.variable(), value);
      if (iter.kind() == Stmt.IterKind.REDUCE) {
        first.add(new Guard(value, IndexExpr.Constant.ONE));
      }
    }
    Resolution bound = new Resolution(new Substitution(inside), scope);
    Stmt body =
        block
            .init()
            .<Stmt>map(init -> new Stmt.Sequence(List.of(new Stmt.If(first, init), block.body())))
            .orElse(block.body());
    return where(bound.guards(block.guards()), body, inside, scope);
  }

  /// A block that stays: what iterators take from data is taken once, before the block may store
  /// it.
  private static Stmt bound(Stmt.Block block, Resolution here, Assumptions scope) {
    List<Stmt.BlockIter> iters = new ArrayList<>();
    for (Stmt.BlockIter iter : block.iters()) {
      iters.add(
          new Stmt.BlockIter(
              iter.kind(), iter.variable(), here.index(iter.extent()), here.index(iter.binding())));
    }
    Assumptions inside = Scopes.inside(scope, block);
    return Statements.with(
        block,
        block.name(),
        iters,
        block.init().map(init -> resolved(init, Map.of(), inside)),
        resolved(block.body(), Map.of(), inside));
  }

  /// A statement under the guards that are not proved; their positions are resolved already.
  private static Stmt where(
      List<Guard> guards, Stmt body, Map<String, IndexExpr> values, Assumptions scope) {
    Assumptions inside = scope;
    List<Guard> left = new ArrayList<>();
    for (Guard guard : guards) {
      if (guard.fetches() || !inside.proves(Condition.of(guard))) {
        left.add(guard);
        inside = Scopes.where(inside, guard);
      }
    }
    return Statements.guarded(left, resolved(body, values, inside));
  }

  /// Puts values in the places of iterators, and simplifies.
  private record Resolution(Substitution values, Assumptions scope) {
    IndexExpr index(IndexExpr expr) {
      return scope.simplify(values.apply(expr));
    }

    Scalar scalar(Scalar scalar) {
      return positions(values.apply(scalar));
    }

    /// Simplifies positions alone: values stay as they are computed.
    private Scalar positions(Scalar scalar) {
      return scalar.mapParts(scope::simplify, this::positions);
    }

    List<Guard> guards(List<Guard> guards) {
      return guards.stream()
          .map(guard -> new Guard(index(guard.index()), index(guard.extent())))
          .toList();
    }
  }
}
