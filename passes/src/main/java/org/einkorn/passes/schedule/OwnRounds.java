package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Extremes;
import org.einkorn.ir.integer.IteratorMap;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.schedule.Dependence.Sign;

/// Whether each round of a loop stores itself what it reads of a buffer.
///
/// What is read was stored before, by this round or an earlier one. So it is this one where no
/// round reads what an earlier one stored, or where a round begins with a box that holds all of its
/// reads.
final class OwnRounds {
  private OwnRounds() {}

  /// Refuses a loop where a round, of it or of one around it, reads what an earlier one has stored.
  static void require(Nest nest, String buffer, Nest.Site<Stmt.For> site) {
    if (storesFirst(buffer, site)) {
      return;
    }
    List<Stmt> path = site.path();
    for (int depth = 0; depth < path.size(); depth++) {
      if (path.get(depth) instanceof Stmt.For loop) {
        Optional<Dependence> found =
            Dependences.between(
                List.of(new Loop(loop.variable(), loop.extent())),
                Moves.stores(loop.body(), buffer),
                Moves.reads(loop.body(), buffer),
                Scopes.inside(path.subList(0, depth)),
                signs -> signs.getFirst() == Sign.LATER);
        if (found.isPresent()) {
          throw nest.refuse(
              Reason.DEPENDENCE,
              loop,
              "has rounds that read what others store",
              found.get().text());
        }
      }
    }
  }

  /// Whether a round first fills a box in which it reads: with the elements of the box that any
  /// round stores, so with all that can be read.
  private static boolean storesFirst(String buffer, Nest.Site<Stmt.For> site) {
    Stmt body = site.statement().body();
    List<Stmt.Store> stores = new ArrayList<>();
    Statements.forEach(
        body,
        each -> {
          if (each instanceof Stmt.Store store && store.buffer().equals(buffer)) {
            stores.add(store);
          }
        });
    Stmt inside = body;
    while (inside instanceof Stmt.Allocate(Buffer _, Stmt deeper)) {
      inside = deeper;
    }
    if (!(inside instanceof Stmt.Sequence(List<Stmt> parts)) || stores.size() != 1) {
      return false;
    }
    int place = 0;
    while (Statements.path(parts.get(place), stores.getFirst()).isEmpty()) {
      place++;
    }
    Stmt filling = parts.get(place);
    Assumptions scope = Scopes.inside(site.path());
    Access stored = Moves.stores(filling, buffer).getFirst();
    return Touched.of(parts.subList(0, place + 1)).reads().stream().noneMatch(buffer::equals)
        && isFilling(filling, stores.getFirst(), stored)
        && holds(stored, Moves.reads(body, buffer), scope);
  }

  /// Whether a store happens wherever its position lies between numbers that are the same in all
  /// rounds.
  private static boolean isFilling(Stmt filling, Stmt.Store store, Access stored) {
    List<Stmt> path = Statements.path(filling, store);
    for (int depth = 0; depth < path.size(); depth++) {
      switch (path.get(depth)) {
        case Stmt.If(List<Guard> guards, Stmt _) -> {
          for (Guard guard : guards) {
            if (!stored.indices().contains(guard.index())
                || guard.fetches()
                || !Walk.variables(guard.extent()).isEmpty()) {
              return false;
            }
          }
        }
        case Stmt.Block block -> {
          if (!block.guards().isEmpty() || Statements.path(block.body(), store).isEmpty()) {
            return false;
          }
        }
        case Stmt.When _, Stmt.While _ -> {
          return false;
        }
        case Stmt.For _, Stmt.Sequence _, Stmt.Allocate _, Stmt.Store _ -> {}
      }
    }
    return true;
  }

  /// Whether the positions of a store, while the loops around it run, are a box that holds those of
  /// reads.
  private static boolean holds(Access stored, List<Access> reads, Assumptions scope) {
    if (stored.indices().stream().anyMatch(Walk::fetches)
        || stored.inner().stream().anyMatch(loop -> Walk.fetches(loop.extent()))) {
      return false;
    }
    List<IteratorMap.Binding> bindings = new ArrayList<>();
    for (IndexExpr index : stored.indices()) {
      bindings.add(new IteratorMap.Binding("axis." + bindings.size(), index));
    }
    if (!(IteratorMap.detect(bindings, stored.inner(), List.of(), scope)
            instanceof IteratorMap.Independent map)
        || !map.inside().equals(Condition.of(true))) {
      return false;
    }
    for (int axis = 0; axis < bindings.size(); axis++) {
      IteratorMap.Iterator box = map.iterators().get(axis);
      Optional<Extremes.Span> span = Tile.span(reads, axis, scope);
      if (span.isEmpty()
          || !box.step().equals(IndexExpr.Constant.ONE)
              && !box.extent().equals(IndexExpr.Constant.ONE)
          || !scope.proves(Condition.atMost(box.start(), span.get().least()))
          || !scope.proves(Condition.less(span.get().greatest(), box.start().plus(box.extent())))) {
        return false;
      }
    }
    return true;
  }
}
