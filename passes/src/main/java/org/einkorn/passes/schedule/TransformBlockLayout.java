package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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

/// `for v < n { block b(v) { s } } → for w < f(n) { if 0 <= g(w) < n { block b(w) { s[g(w)/v] } }
/// }`, where `w` is `f(v)` and `g` is the inverse of `f`: see [BlockMap].
///
/// The loops directly around the block are those that its iterators are bound to, one each. `f`
/// takes every point that they run over to one of the new box, and each point of that which a guard
/// lets pass back: so the same points run, each once. They run in another order; two points that
/// touch one element, one of them to store, are proved to keep theirs ([MappedOrder]). `init` is
/// done where all reduce iterators are 0, and that is the same point.
final class TransformBlockLayout implements Primitive<Step.TransformBlockLayout> {
  @Override
  public Module apply(Nest nest, Step.TransformBlockLayout step) {
    Stmt.Block block = nest.block(step.block());
    if (step.iterators().size() != block.iters().size()) {
      throw nest.refuse(
          Reason.MALFORMED,
          block,
          "has %d iterators, and %d are named"
              .formatted(block.iters().size(), step.iterators().size()));
    }
    Chain chain = Chain.of(block, nest);
    requireFree(chain, block, nest);
    List<IndexExpr> positions = positions(step, block, nest);
    List<IterKind> kinds = kinds(positions, block, nest);
    List<String> loops = new ArrayList<>();
    List<String> iterators = new ArrayList<>();
    names(block, positions.size(), chain, loops, iterators, nest);
    List<Loop> box = new ArrayList<>();
    block.iters().forEach(iter -> box.add(new Loop(iter.variable(), iter.extent())));
    BlockMap map = BlockMap.of(box, positions, iterators, chain.scope(), block, nest);
    if (block.init().isPresent()) {
      requireSameStart(map, block, nest);
    }
    Map<String, IndexExpr> bindings = new HashMap<>();
    for (int number = 0; number < loops.size(); number++) {
      bindings.put(iterators.get(number), IndexExpr.variable(loops.get(number)));
    }
    List<Guard> guards = new Substitution(bindings).guards(map.guards());
    Stmt inner = Statements.guarded(guards, transformed(block, map, kinds, loops, chain.scope()));
    MappedOrder.require(chain.loops(), block, loops, inner, map, bindings, chain.scope(), nest);
    for (int number = loops.size() - 1; number >= 0; number--) {
      inner =
          new Stmt.For(Stmt.LoopOrder.SERIAL, loops.get(number), map.extents().get(number), inner);
    }
    return nest.replace(chain.loops().getFirst(), inner);
  }

  /// The loops that stand directly around a block, the outermost first, one for each iterator.
  private record Chain(List<Stmt.For> loops, Assumptions scope) {
    static Chain of(Stmt.Block block, Nest nest) {
      List<Stmt> path = new ArrayList<>();
      find(nest.function().body(), block, path);
      int count = block.iters().size();
      List<Stmt.For> loops = new ArrayList<>();
      for (Stmt each : path.subList(Math.max(0, path.size() - count), path.size())) {
        if (each instanceof Stmt.For loop) {
          loops.add(loop);
        }
      }
      if (count == 0 || loops.size() < count) {
        throw nest.refuse(
            Reason.NOT_NESTED, block, "does not stand directly in a loop for each iterator");
      }
      for (Stmt.For loop : loops) {
        nest.requireSerial(loop);
        boolean isBound =
            block.iters().stream()
                .anyMatch(
                    iter ->
                        iter.binding().equals(IndexExpr.variable(loop.variable()))
                            && iter.extent().equals(loop.extent()));
        if (!isBound) {
          throw nest.refuse(
              Reason.NO_MATCH,
              loop,
              "is not what an iterator of `" + block.name() + "` is bound to, and as long");
        }
        if (!Scopes.canEvaluate(loop.extent(), Assumptions.NONE)
            || loops.stream()
                .anyMatch(other -> Walk.variables(loop.extent()).contains(other.variable()))) {
          throw nest.refuse(
              Reason.EXTENT_DEPENDS, loop, "has an extent that is not known before all of them");
        }
      }
      return new Chain(loops, Scopes.inside(path.subList(0, path.size() - count)));
    }

    private static boolean find(Stmt statement, Stmt.Block block, List<Stmt> path) {
      if (statement == block) {
        return true;
      }
      path.addLast(statement);
      for (Stmt each : statement.children()) {
        if (find(each, block, path)) {
          return true;
        }
      }
      path.removeLast();
      return false;
    }
  }

  private static void requireFree(Chain chain, Stmt.Block block, Nest nest) {
    Set<String> variables = new HashSet<>();
    chain.loops().forEach(loop -> variables.add(loop.variable()));
    Order.requireFree(variables, block, nest);
    if (Statements.fetches(block)) {
      throw nest.refuse(
          Reason.POSITION_FROM_DATA,
          block,
          "takes a position from data: another fault might come first");
    }
  }

  /// The positions over the iterators of the block.
  private static List<IndexExpr> positions(
      Step.TransformBlockLayout step, Stmt.Block block, Nest nest) {
    Map<String, IndexExpr> values = new HashMap<>();
    for (int number = 0; number < step.iterators().size(); number++) {
      values.put(
          step.iterators().get(number), IndexExpr.variable(block.iters().get(number).variable()));
    }
    for (IndexExpr position : step.positions()) {
      for (String variable : Walk.variables(position)) {
        if (!values.containsKey(variable)) {
          throw nest.refuse(
              Reason.UNKNOWN_NAME, block, "has no iterator named `" + variable + "` here");
        }
      }
    }
    if (step.positions().isEmpty()) {
      throw nest.refuse(Reason.MALFORMED, block, "would have no iterator");
    }
    return new Substitution(values).positions(step.positions());
  }

  /// Iterators of one kind become one of this kind.
  private static List<IterKind> kinds(List<IndexExpr> positions, Stmt.Block block, Nest nest) {
    List<IterKind> kinds = new ArrayList<>();
    for (IndexExpr position : positions) {
      Set<String> variables = Walk.variables(position);
      List<IterKind> own =
          block.iters().stream()
              .filter(iter -> variables.contains(iter.variable()))
              .map(Stmt.BlockIter::kind)
              .distinct()
              .toList();
      if (own.size() > 1) {
        throw nest.refuse(
            Reason.NO_MATCH, block, "would have an iterator that is spatial and reduce at once");
      }
      kinds.add(own.isEmpty() ? IterKind.SPATIAL : own.getFirst());
    }
    return kinds;
  }

  /// `b.0` for the first loop, `b.0v` for its iterator; with `_` after `b` where these are taken.
  private static void names(
      Stmt.Block block,
      int count,
      Chain chain,
      List<String> loops,
      List<String> iterators,
      Nest nest) {
    Set<String> taken = nest.names();
    chain.loops().forEach(loop -> taken.remove(loop.variable()));
    block.iters().forEach(iter -> taken.remove(iter.variable()));
    // What they stand for is still there as they are put in.
    Set<String> old = new HashSet<>();
    block.iters().forEach(iter -> old.add(iter.variable()));
    chain.loops().forEach(loop -> old.add(loop.variable()));
    String prefix = block.name();
    do {
      loops.clear();
      iterators.clear();
      for (int number = 0; number < count; number++) {
        loops.add(prefix + "." + number);
        iterators.add(prefix + "." + number + "v");
      }
      prefix += "_";
    } while (loops.stream().anyMatch(name -> taken.contains(name) || old.contains(name))
        || iterators.stream().anyMatch(name -> taken.contains(name) || old.contains(name)));
  }

  /// Refuses a map under which another point would be the first of a reduction.
  private static void requireSameStart(BlockMap map, Stmt.Block block, Nest nest) {
    Map<String, IndexExpr> zeros = new HashMap<>();
    Set<String> reduce = new HashSet<>();
    for (Stmt.BlockIter iter : block.iters()) {
      if (iter.kind() == IterKind.REDUCE) {
        zeros.put(iter.variable(), IndexExpr.Constant.ZERO);
        reduce.add(iter.variable());
      }
    }
    Set<String> made = new HashSet<>();
    for (int number = 0; number < map.positions().size(); number++) {
      IndexExpr position = map.positions().get(number);
      if (Walk.variables(position).stream().noneMatch(reduce::contains)) {
        continue;
      }
      made.add(map.names().get(number));
      IndexExpr start = new Substitution(zeros).apply(position);
      if (!Assumptions.NONE.proves(Condition.equal(start, IndexExpr.Constant.ZERO))) {
        throw nest.refuse(
            Reason.NOT_FIRST_ROUND, block, "would not begin to reduce where all iterators are 0");
      }
    }
    for (String variable : reduce) {
      if (!made.containsAll(Walk.variables(map.inverse(variable)))) {
        throw nest.refuse(
            Reason.NOT_FIRST_ROUND, block, "would reduce over iterators that are spatial");
      }
    }
  }

  private static Stmt.Block transformed(
      Stmt.Block block,
      BlockMap map,
      List<IterKind> kinds,
      List<String> loops,
      Assumptions outside) {
    List<Stmt.BlockIter> iters = new ArrayList<>();
    Assumptions scope = outside;
    for (int number = 0; number < loops.size(); number++) {
      String name = map.names().get(number);
      IndexExpr extent = map.extents().get(number);
      iters.add(
          new Stmt.BlockIter(
              kinds.get(number), name, extent, IndexExpr.variable(loops.get(number))));
      scope = scope.with(name, extent);
    }
    // The guards stand outside of the block, and hold in it.
    Assumptions inside = Scopes.where(scope, map.guards());
    Map<String, IndexExpr> values = map.inverses();
    Substitution substitution = new Substitution(values);
    Optional<Stmt> init = block.init().map(each -> Rebinding.of(values, each, inside));
    return new Stmt.Block(
        block.name(),
        iters,
        block.guards().stream()
            .map(substitution::apply)
            .map(
                guard -> new Guard(inside.simplify(guard.index()), inside.simplify(guard.extent())))
            .toList(),
        regions(block.reads(), substitution, inside),
        regions(block.writes(), substitution, inside),
        init,
        Rebinding.of(values, block.body(), inside));
  }

  private static List<Stmt.Region> regions(
      List<Stmt.Region> regions, Substitution values, Assumptions scope) {
    List<Stmt.Region> all = new ArrayList<>();
    for (Stmt.Region region : regions) {
      List<Stmt.Range> ranges = new ArrayList<>();
      for (Stmt.Range range : region.ranges()) {
        ranges.add(
            new Stmt.Range(
                scope.simplify(values.apply(range.start())),
                scope.simplify(values.apply(range.extent()))));
      }
      all.add(new Stmt.Region(region.buffer(), ranges));
    }
    return all;
  }
}
