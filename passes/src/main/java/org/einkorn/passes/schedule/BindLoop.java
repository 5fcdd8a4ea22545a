package org.einkorn.passes.schedule;

import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.LoopOrder;
import org.einkorn.ir.schedule.Step;

/// `for i < n { s } → for block.x i < n { s }`
///
/// The rounds are as independent as those of a [parallel][IndependentLoop] loop. Blocks never wait
/// for one another, so nothing but loops over blocks stands around a loop over blocks; a loop over
/// threads may stand anywhere inside them, and the threads of a block wait for each other where it
/// ends.
final class BindLoop implements Primitive<Step.Bind> {
  @Override
  public Module apply(Nest nest, Step.Bind step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.For loop = site.statement();
    requireExtent(nest, loop, step.axis());
    for (Stmt.For other : Statements.loops(nest.function().body())) {
      if (other.kind() == LoopOrder.PARALLEL) {
        throw nest.refuse(
            Reason.NOT_SERIAL, other, "is parallel, and a function runs on a CPU or on a grid");
      }
    }
    for (Stmt.For inner : Statements.loops(loop.body())) {
      if (inner.kind() == step.axis()) {
        throw nest.refuse(
            Reason.NOT_SERIAL, inner, "stands inside, and is bound to this axis already");
      }
      if (step.axis().isOfThreads() && isOfBlocks(inner)) {
        throw nest.refuse(Reason.NOT_NESTED, inner, "is over blocks, and stands inside");
      }
    }
    if (!step.axis().isOfThreads()) {
      requireBlocksAround(nest, site);
    }
    return IndependentLoop.apply(nest, step.loop(), step.axis());
  }

  private static boolean isOfBlocks(Stmt.For loop) {
    return loop.kind() instanceof GridAxis axis && !axis.isOfThreads();
  }

  private static void requireExtent(Nest nest, Stmt.For loop, GridAxis axis) {
    if (loop.extent() instanceof IndexExpr.Constant(long extent)) {
      if (extent > axis.most()) {
        throw nest.refuse(
            Reason.TOO_LARGE,
            loop,
            "has %d rounds, and `%s` counts up to %d".formatted(extent, axis.text(), axis.most()),
            "split it first");
      }
    } else if (axis.isOfThreads()) {
      throw nest.refuse(
          Reason.EXTENT_UNKNOWN,
          loop,
          "has an extent that is no number, as threads need",
          "split it by a number, and bind the inner loop");
    } else if (!Walk.variables(loop.extent()).isEmpty() || Walk.fetches(loop.extent())) {
      throw nest.refuse(Reason.EXTENT_UNKNOWN, loop, "has an extent that is not over sizes alone");
    }
  }

  private static void requireBlocksAround(Nest nest, Nest.Site<Stmt.For> site) {
    for (Stmt around : site.around()) {
      if (!(around instanceof Stmt.For outer)) {
        throw nest.refuse(
            Reason.NOT_NESTED,
            site.statement(),
            "is not all there is, and blocks never wait for one another",
            "bind it to threads, or make it a function of its own");
      }
      if (!isOfBlocks(outer)) {
        throw nest.refuse(
            Reason.NOT_NESTED,
            outer,
            "stands around it, and is not over blocks, which never wait for one another",
            "bind this loop to blocks first");
      }
    }
  }
}
