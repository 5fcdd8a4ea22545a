package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.Guard;

/// `for i < n { for j < m { s } } → for j < m { for i < n { s } }`
///
/// Between the loops stand only other loops and guards; the guards go inside all of them, where
/// they are asked in each round. The same rounds run. Two rounds that touch one element, one of
/// them to store, run in the order of the outermost loop in which they differ; so each vector of
/// signs that may occur between such rounds has to begin, its zeros left out, with the same sign in
/// the old order of the loops and in the new one.
final class ReorderLoops implements Primitive<Step.Reorder> {
  @Override
  public Module apply(Nest nest, Step.Reorder step) {
    List<Nest.Site<Stmt.For>> named = nest.loops(step.loops());
    Set<Stmt.For> unlike = new LinkedHashSet<>();
    for (Nest.Site<Stmt.For> site : named) {
      if (unlike.stream().anyMatch(loop -> loop == site.statement())) {
        throw nest.refuse(Reason.MALFORMED, site.statement(), "is named twice");
      }
      unlike.add(site.statement());
    }
    Nest.Site<Stmt.For> outermost = named.getFirst();
    Nest.Site<Stmt.For> innermost = named.getFirst();
    for (Nest.Site<Stmt.For> site : named) {
      outermost = site.around().size() < outermost.around().size() ? site : outermost;
      innermost = site.around().size() > innermost.around().size() ? site : innermost;
    }
    List<Stmt> path = innermost.path();
    for (Nest.Site<Stmt.For> site : named) {
      if (path.stream().noneMatch(each -> each == site.statement())) {
        throw nest.refuse(
            Reason.NOT_NESTED,
            site.statement(),
            "does not stand around `" + innermost.statement().variable() + "`");
      }
    }
    Chain chain = Chain.of(path.subList(outermost.around().size(), path.size()), nest);
    List<Stmt.For> order = order(chain.loops(), named);
    requireKinds(chain.loops(), order, nest);
    Assumptions outside = outermost.scope();
    requireExtents(order, chain, nest, outside);
    Stmt body = innermost.statement().body();
    requireSameOrder(chain, order, body, nest, outside);
    Stmt result = Statements.guarded(chain.guards(), body);
    for (Stmt.For loop : order.reversed()) {
      result = loop.with(result);
    }
    return nest.replace(outermost.statement(), result);
  }

  /// Loops that stand in one another, and the guards between them.
  private record Chain(List<Stmt.For> loops, List<Guard> guards) {
    static Chain of(List<Stmt> statements, Nest nest) {
      List<Stmt.For> loops = new ArrayList<>();
      List<Guard> guards = new ArrayList<>();
      for (Stmt statement : statements) {
        if (statement instanceof Stmt.For loop) {
          loops.add(loop);
        } else if (statement instanceof Stmt.If(List<Guard> more, Stmt body)
            && more.stream().noneMatch(Guard::fetches)) {
          guards.addAll(more);
        } else {
          throw nest.refuse(
              Reason.NOT_NESTED, loops.getLast(), "has more in it than the next loop");
        }
      }
      return new Chain(loops, guards);
    }
  }

  /// All loops of the chain, those that are named in their new order.
  private static List<Stmt.For> order(List<Stmt.For> loops, List<Nest.Site<Stmt.For>> named) {
    List<Stmt.For> order = new ArrayList<>();
    int next = 0;
    for (Stmt.For loop : loops) {
      boolean isNamed = named.stream().anyMatch(site -> site.statement() == loop);
      order.add(isNamed ? named.get(next++).statement() : loop);
    }
    return order;
  }

  /// Rounds that run at once do not need one another for any round of the loops around. With more
  /// loops around that is so all the more, and with fewer not.
  private static void requireKinds(List<Stmt.For> before, List<Stmt.For> after, Nest nest) {
    for (Stmt.For loop : before) {
      List<Stmt.For> around = before.subList(0, before.indexOf(loop));
      List<Stmt.For> later = after.subList(0, after.indexOf(loop));
      if (loop.kind().isAtOnce() && !later.containsAll(around)) {
        throw nest.refuse(
            Reason.NOT_SERIAL,
            loop,
            "is " + loop.kind().text() + " already, and would have fewer loops around it");
      }
    }
  }

  private static void requireExtents(
      List<Stmt.For> order, Chain chain, Nest nest, Assumptions outside) {
    Set<String> missing = new HashSet<>();
    chain.loops().forEach(loop -> missing.add(loop.variable()));
    Assumptions scope = outside;
    for (Stmt.For loop : order) {
      for (String variable : Walk.variables(loop.extent())) {
        if (missing.contains(variable)) {
          throw nest.refuse(
              Reason.EXTENT_DEPENDS, loop, "has an extent that needs `" + variable + "`");
        }
      }
      if (!Scopes.canEvaluate(loop.extent(), scope)) {
        throw nest.refuse(
            Reason.EXTENT_MAY_FAIL, loop, "its extent may divide by zero, or is data");
      }
      missing.remove(loop.variable());
      scope = Scopes.inLoop(scope, loop.variable(), loop.extent());
    }
    for (Guard guard : chain.guards()) {
      if (!Scopes.canEvaluate(guard.index(), scope) || !Scopes.canEvaluate(guard.extent(), scope)) {
        throw nest.refuse(
            Reason.EXTENT_MAY_FAIL, order.getLast(), "a guard around it may divide by zero");
      }
    }
  }

  private static void requireSameOrder(
      Chain chain, List<Stmt.For> order, Stmt body, Nest nest, Assumptions outside) {
    List<Loop> loops =
        chain.loops().stream().map(loop -> new Loop(loop.variable(), loop.extent())).toList();
    List<Integer> places = new ArrayList<>();
    Set<String> moved = new HashSet<>();
    for (int place = 0; place < order.size(); place++) {
      int before = chain.loops().indexOf(order.get(place));
      places.add(before);
      if (before != place) {
        moved.add(order.get(place).variable());
      }
    }
    if (moved.isEmpty()) {
      throw nest.refuse(Reason.MALFORMED, order.getFirst(), "the loops stand in this order");
    }
    Order.requireFree(moved, body, nest);
    if (Statements.fetches(body)) {
      throw nest.refuse(
          Reason.POSITION_FROM_DATA,
          order.getLast(),
          "a position inside comes from data: another fault might come first");
    }
    List<Condition> when = chain.guards().stream().map(Condition::of).toList();
    Optional<Dependence> found =
        Dependences.find(
            loops,
            AccessCollector.of(body, when),
            outside,
            signs -> Order.first(signs) != Order.first(places.stream().map(signs::get).toList()));
    if (found.isPresent()) {
      Stmt.For place = order.getFirst();
      throw nest.refuse(
          Reason.DEPENDENCE,
          place,
          "two rounds that need each other would change places",
          found.get().text());
    }
  }
}
