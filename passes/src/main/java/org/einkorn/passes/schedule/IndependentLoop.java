package org.einkorn.passes.schedule;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.LoopKind;
import org.einkorn.ir.loop.Stmt.LoopOrder;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.passes.schedule.Dependence.Sign;

/// `for i < n { s } → for parallel i < n { s }`, or vectorized, or bound to an axis of a grid.
///
/// With the rounds of the loops around the same, no two rounds of this loop touch one element, of
/// which one stores it: then it is all the same which of them runs first, or whether they run at
/// once.
final class IndependentLoop {
  private IndependentLoop() {}

  static Module apply(Nest nest, LoopName name, LoopKind kind) {
    Nest.Site<Stmt.For> site = nest.loop(name);
    Stmt.For loop = site.statement();
    nest.requireSerial(loop);
    for (Stmt around : site.around()) {
      if (around instanceof Stmt.For outer && excludes(outer.kind(), kind)) {
        throw nest.refuse(
            Reason.NOT_SERIAL,
            loop,
            "stands inside `" + outer.variable() + "`, which is " + outer.kind().text());
      }
    }
    Order.requireFree(Set.of(loop.variable()), loop.body(), nest);
    if (kind == LoopOrder.VECTORIZED
        && Statements.fetches(loop.body())
        && !Faults.areSameInRounds(loop)) {
      throw nest.refuse(
          Reason.POSITION_FROM_DATA,
          loop,
          "a position inside comes from data: another fault might come first");
    }
    Optional<Dependence> found =
        Dependences.find(
            List.of(new Loop(loop.variable(), loop.extent())),
            AccessCollector.of(loop.body(), List.of()),
            site.scope(),
            signs -> signs.getFirst() != Sign.EQUAL);
    if (found.isPresent()) {
      throw nest.refuse(Reason.DEPENDENCE, loop, "its rounds need one another", found.get().text());
    }
    return nest.replace(loop, loop.with(kind));
  }

  /// A loop of lanes has one order of lanes, the threads of a CPU are handed out once, and so is
  /// each axis of a grid.
  private static boolean excludes(LoopKind outer, LoopKind inner) {
    if (outer instanceof GridAxis && inner instanceof GridAxis) {
      return outer == inner;
    }
    return outer == LoopOrder.VECTORIZED || outer.isOnThreads() && inner.isOnThreads();
  }
}
