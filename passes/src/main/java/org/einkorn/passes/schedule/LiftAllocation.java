package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;

/// `for i < 8 { alloc a: T[] { s } } → alloc a: T[8] { for i < 8 { s } }`, where `s` has `a[i]` for
/// `a[]`.
///
/// What is allocated in a round is undefined as the round begins, so nothing passes from one round
/// to another; each round has an element of its own afterwards. The axes are those of the loops,
/// the outermost first, and that of a vectorized loop last. An array of the thread's own needs
/// extents that are numbers.
final class LiftAllocation implements Primitive<Step.Lift> {
  @Override
  public Module apply(Nest nest, Step.Lift step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.Allocate allocation = nest.allocation(step.buffer());
    List<Stmt.For> left = new ArrayList<>();
    if (!leaves(site.statement(), allocation, left, nest)) {
      throw nest.refuse(
          Reason.NOT_NESTED,
          site.statement(),
          "`" + step.buffer() + "` is not allocated inside of it");
    }
    // Lanes of vectors lie side by side.
    left.sort(Comparator.comparing(loop -> loop.kind() == Stmt.LoopOrder.VECTORIZED));
    List<IndexExpr> extents = new ArrayList<>();
    for (Stmt.For loop : left) {
      if (loop.kind() == Stmt.LoopOrder.PARALLEL) {
        throw nest.refuse(
            Reason.NOT_SERIAL, loop, "is parallel, and each thread needs memory of its own");
      }
      if (!(loop.extent() instanceof IndexExpr.Constant)) {
        throw nest.refuse(
            Reason.EXTENT_UNKNOWN,
            loop,
            "has an extent that is no number, as an array of the thread's own needs",
            "split it, and lift above the inner loop");
      }
      extents.add(loop.extent());
    }
    Buffer old = allocation.buffer();
    extents.addAll(old.type().extents());
    Buffer buffer =
        new Buffer(old.name(), new TensorType(old.type().dtype(), extents), Buffer.Scope.LOCAL);
    RoundAccesses accesses =
        new RoundAccesses(
            buffer,
            left.stream()
                .map(loop -> new RoundAccesses.Outer(loop.variable(), loop.extent()))
                .toList(),
            (own, here) -> inRound(left, own, here),
            new FreshNames(nest.names()));
    Stmt body = accesses.changed(allocation.body());
    Stmt loop = Statements.replace(site.statement(), allocation, body);
    return nest.replace(site.statement(), new Stmt.Allocate(buffer, loop));
  }

  /// The loops from a statement down to the allocation; false where that is not inside.
  private static boolean leaves(
      Stmt statement, Stmt.Allocate allocation, List<Stmt.For> loops, Nest nest) {
    if (statement == allocation) {
      return true;
    }
    if (statement instanceof Stmt.For loop) {
      loops.add(loop);
    }
    for (Stmt each : statement.children()) {
      if (leaves(each, allocation, loops, nest)) {
        if (statement instanceof Stmt.Block block) {
          throw nest.refuse(Reason.NOT_NESTED, block, "holds the allocation");
        }
        return true;
      }
    }
    if (statement instanceof Stmt.For) {
      loops.removeLast();
    }
    return false;
  }

  /// The round, and then the positions in it.
  private static List<IndexExpr> inRound(
      List<Stmt.For> loops, List<IndexExpr> own, Substitution here) {
    List<IndexExpr> all = new ArrayList<>();
    loops.forEach(loop -> all.add(here.apply(IndexExpr.variable(loop.variable()))));
    all.addAll(own);
    return all;
  }
}
