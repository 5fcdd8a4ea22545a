package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Substitution;

/// Finds all accesses of a statement to memory that it does not allocate itself: what is allocated
/// inside is another memory in each round.
///
/// They are taken from the statements, not from the regions that blocks declare.
final class AccessCollector {
  private final Set<Access> found = new LinkedHashSet<>();
  private final Set<String> locals = new HashSet<>();

  private AccessCollector() {}

  /// Where in the statement a part stands.
  ///
  /// @param iterators what the iterators of blocks are over loops
  private record Spot(
      String by, Map<String, IndexExpr> iterators, List<Loop> loops, List<Condition> when) {
    Spot and(List<Condition> more) {
      List<Condition> all = new ArrayList<>(when);
      all.addAll(more);
      return new Spot(by, iterators, loops, all);
    }

    IndexExpr resolved(IndexExpr expr) {
      return new Substitution(iterators).apply(expr);
    }
  }

  /// The accesses of a statement, each once.
  ///
  /// @param when what holds where the statement runs
  static List<Access> of(Stmt statement, List<Condition> when) {
    AccessCollector collector = new AccessCollector();
    collector.visit(
        statement, new Spot("a statement in no block", Map.of(), List.of(), List.copyOf(when)));
    return List.copyOf(collector.found);
  }

  private void visit(Stmt statement, Spot spot) {
    Statements.indices(statement).forEach(index -> reads(index, spot));
    switch (statement) {
      case Stmt.For loop -> {
        List<Loop> loops = new ArrayList<>(spot.loops());
        loops.add(new Loop(loop.variable(), spot.resolved(loop.extent())));
        visit(loop.body(), new Spot(spot.by(), spot.iterators(), loops, spot.when()));
      }
      case Stmt.Block block -> block(block, spot);
      case Stmt.If(List<Guard> guards, Stmt body) ->
          visit(body, spot.and(conditions(guards, spot)));
      case Stmt.Allocate(var buffer, Stmt body) -> {
        locals.add(buffer.name());
        visit(body, spot);
      }
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) -> {
        Walk.ofScalars(part -> read(part, spot)).visit(value);
        add(true, buffer, indices, spot);
      }
      case Stmt.When(Scalar condition, Stmt body) -> {
        Walk.ofScalars(part -> read(part, spot)).visit(condition);
        visit(body, spot);
      }
      case Stmt.While(Scalar condition, Stmt body) -> {
        Walk.ofScalars(part -> read(part, spot)).visit(condition);
        visit(body, spot);
      }
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(each -> visit(each, spot));
    }
  }

  private void block(Stmt.Block block, Spot outside) {
    Map<String, IndexExpr> iterators = new HashMap<>(outside.iterators());
    List<Condition> first = new ArrayList<>();
    List<Condition> ranges = new ArrayList<>();
    for (Stmt.BlockIter iter : block.iters()) {
      IndexExpr value = outside.resolved(iter.binding());
      iterators.put(iter.variable(), value);
      IndexExpr extent = outside.resolved(iter.extent());
      if (!(extent instanceof IndexExpr.Constant) && !Walk.fetches(extent)) {
        // Where a block runs, its iterators have values.
        ranges.add(Condition.atMost(IndexExpr.Constant.ONE, extent));
      }
      if (iter.kind() == IterKind.REDUCE && !Walk.fetches(value)) {
        first.add(Condition.equal(value, IndexExpr.Constant.ZERO));
      }
    }
    Spot inside =
        new Spot("block `" + block.name() + "`", iterators, outside.loops(), outside.when())
            .and(ranges);
    block.guards().forEach(guard -> reads(guard.index(), inside));
    Spot guarded = inside.and(conditions(block.guards(), inside));
    block.init().ifPresent(init -> visit(init, guarded.and(first)));
    visit(block.body(), guarded);
  }

  private static List<Condition> conditions(List<Guard> guards, Spot spot) {
    List<Condition> conditions = new ArrayList<>();
    for (Guard guard : guards) {
      Guard resolved = new Guard(spot.resolved(guard.index()), spot.resolved(guard.extent()));
      if (!resolved.fetches()) {
        conditions.add(Condition.of(resolved));
      }
    }
    return conditions;
  }

  private void reads(IndexExpr index, Spot spot) {
    Walk.ofScalars(part -> read(part, spot)).visit(index);
  }

  private void read(Scalar part, Spot spot) {
    if (part instanceof Scalar.Read(String tensor, var type, List<IndexExpr> indices)) {
      add(false, tensor, indices, spot);
    }
  }

  private void add(boolean isStore, String buffer, List<IndexExpr> indices, Spot spot) {
    if (!locals.contains(buffer)) {
      found.add(
          new Access(
              isStore,
              spot.by(),
              buffer,
              indices.stream().map(spot::resolved).toList(),
              spot.loops(),
              spot.when()));
    }
  }
}
