package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.tensor.TensorType;

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
    List<IndexExpr> round = left.stream().map(loop -> IndexExpr.variable(loop.variable())).toList();
    Stmt body =
        new Expansion(buffer, left, Nest.names(nest.function(), List.of()))
            .expanded(allocation.body(), round);
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

  /// Puts the round before all positions of a buffer; a block, which sees no loop, gets an iterator
  /// for each.
  private static final class Expansion {
    private final Buffer buffer;
    private final List<Stmt.For> loops;
    private final Set<String> taken;

    Expansion(Buffer buffer, List<Stmt.For> loops, Set<String> taken) {
      this.buffer = buffer;
      this.loops = loops;
      this.taken = new HashSet<>(taken);
    }

    Stmt expanded(Stmt statement, List<IndexExpr> round) {
      Accesses accesses = Accesses.moving(buffer, own -> concat(round, own));
      return switch (statement) {
        case Stmt.Block block -> accesses.isAccessed(block) ? block(block, round) : block;
        case Stmt.For _,
            Stmt.Sequence _,
            Stmt.Allocate _,
            Stmt.If _,
            Stmt.When _,
            Stmt.While _,
            Stmt.Store _ ->
            accesses.shallow(Statements.mapChildren(statement, each -> expanded(each, round)));
      };
    }

    private Stmt block(Stmt.Block block, List<IndexExpr> round) {
      List<Stmt.BlockIter> iters = new ArrayList<>(block.iters());
      List<IndexExpr> inside = new ArrayList<>();
      for (int number = 0; number < round.size(); number++) {
        String name = free(loops.get(number).variable());
        iters.add(
            new Stmt.BlockIter(
                Stmt.IterKind.SPATIAL, name, loops.get(number).extent(), round.get(number)));
        inside.add(IndexExpr.variable(name));
      }
      Accesses accesses = Accesses.moving(buffer, own -> concat(inside, own));
      return new Stmt.Block(
          block.name(),
          iters,
          accesses.guards(block.guards()),
          accesses.regions(block.reads()),
          accesses.regions(block.writes()),
          block.init().map(init -> expanded(init, inside)),
          expanded(block.body(), inside));
    }

    private String free(String loop) {
      int number = 0;
      while (!taken.add(loop + "." + number)) {
        number++;
      }
      return loop + "." + number;
    }

    private static List<IndexExpr> concat(List<IndexExpr> first, List<IndexExpr> second) {
      List<IndexExpr> all = new ArrayList<>(first);
      all.addAll(second);
      return all;
    }
  }
}
