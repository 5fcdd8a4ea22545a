package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.rewrite.Substitution;

/// Changes the positions of a buffer by the round that loops around it are in. A block, which sees
/// no loop, gets an iterator for each of them.
final class RoundAccesses {
  private final Buffer buffer;
  private final List<Outer> outers;
  private final Positions positions;
  private final FreshNames names;

  /// A loop, or an iterator of a block, around the accesses.
  record Outer(String variable, IndexExpr extent) {}

  /// Where the element at some positions lies afterwards.
  @FunctionalInterface
  interface Positions {
    /// @param own where it lay
    /// @param here what stands for the variables around
    List<IndexExpr> of(List<IndexExpr> own, Substitution here);
  }

  /// @param buffer as it is afterwards
  /// @param names of iterators
  RoundAccesses(Buffer buffer, List<Outer> outers, Positions positions, FreshNames names) {
    this.buffer = buffer;
    this.outers = List.copyOf(outers);
    this.positions = positions;
    this.names = names;
  }

  /// What stands inside the loops, with other positions.
  Stmt changed(Stmt statement) {
    return changed(statement, Map.of());
  }

  private Stmt changed(Stmt statement, Map<String, IndexExpr> here) {
    Accesses accesses = accesses(here);
    return switch (statement) {
      case Stmt.Block block -> accesses.isAccessed(block) ? block(block, accesses, here) : block;
      case Stmt.For _,
          Stmt.Sequence _,
          Stmt.Allocate _,
          Stmt.If _,
          Stmt.When _,
          Stmt.While _,
          Stmt.Store _ ->
          accesses.shallow(statement.mapChildren(each -> changed(each, here)));
    };
  }

  private Accesses accesses(Map<String, IndexExpr> here) {
    Substitution values = new Substitution(here);
    return Accesses.moving(buffer, own -> positions.of(own, values));
  }

  private Stmt block(Stmt.Block block, Accesses around, Map<String, IndexExpr> outside) {
    Substitution values = new Substitution(outside);
    List<Stmt.BlockIter> iters = new ArrayList<>(((Stmt.Block) around.shallow(block)).iters());
    Map<String, IndexExpr> here = new HashMap<>();
    for (Outer outer : outers) {
      String name = names.like(outer.variable());
      iters.add(
          new Stmt.BlockIter(
              Stmt.IterKind.SPATIAL,
              name,
              values.apply(outer.extent()),
              values.apply(IndexExpr.variable(outer.variable()))));
      here.put(outer.variable(), IndexExpr.variable(name));
    }
    Accesses accesses = accesses(here);
    return new Stmt.Block(
        block.name(),
        iters,
        accesses.guards(block.guards()),
        accesses.regions(block.reads()),
        accesses.regions(block.writes()),
        block.init().map(init -> changed(init, here)),
        changed(block.body(), here));
  }
}
