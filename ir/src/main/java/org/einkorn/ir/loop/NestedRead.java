package org.einkorn.ir.loop;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;

/// A read of a buffer in a statement.
///
/// @param indices as they are written
/// @param around the loops and blocks of the statement that it stands in, the outermost first:
///   those that variables of the indices may belong to
public record NestedRead(List<IndexExpr> indices, List<Stmt> around) {
  public NestedRead {
    indices = List.copyOf(indices);
    around = List.copyOf(around);
  }

  /// The reads of a buffer, each once.
  public static List<NestedRead> of(Stmt statement, String buffer) {
    Collector collector = new Collector(buffer);
    collector.visit(statement, List.of());
    return List.copyOf(collector.found);
  }

  /// The loops and blocks that the position depends on, the outermost first: a variable of one of
  /// them stands in it, or in the extent or in a binding of one that it depends on. Of a block
  /// there are no other iterators than those.
  public List<Stmt> path() {
    Set<String> needed = new LinkedHashSet<>();
    indices.forEach(index -> needed.addAll(Walk.variables(index)));
    List<Stmt> path = new ArrayList<>();
    for (Stmt each : around.reversed()) {
      switch (each) {
        case Stmt.For loop when needed.remove(loop.variable()) -> {
          path.addFirst(loop);
          needed.addAll(Walk.variables(loop.extent()));
        }
        case Stmt.Block block -> {
          List<Stmt.BlockIter> used =
              block.iters().stream().filter(iter -> needed.remove(iter.variable())).toList();
          if (!used.isEmpty()) {
            path.addFirst(of(block, used));
            used.forEach(iter -> needed.addAll(Walk.variables(iter.binding())));
          }
        }
        case Stmt.For _,
            Stmt.Sequence _,
            Stmt.Allocate _,
            Stmt.If _,
            Stmt.When _,
            Stmt.While _,
            Stmt.Store _ -> {}
      }
    }
    return List.copyOf(path);
  }

  private static Stmt.Block of(Stmt.Block block, List<Stmt.BlockIter> iters) {
    return new Stmt.Block(
        block.name(), iters, List.of(), List.of(), List.of(), block.init(), block.body());
  }

  /// Whether the position, or how far a loop goes that it depends on, comes from data.
  public boolean isFromData() {
    return indices.stream().anyMatch(Walk::fetches)
        || path().stream()
            .anyMatch(
                each ->
                    switch (each) {
                      case Stmt.For loop -> Walk.fetches(loop.extent());
                      case Stmt.Block block ->
                          block.iters().stream().anyMatch(iter -> Walk.fetches(iter.binding()));
                      case Stmt.Sequence _,
                          Stmt.Allocate _,
                          Stmt.If _,
                          Stmt.When _,
                          Stmt.While _,
                          Stmt.Store _ ->
                          false;
                    });
  }

  private static final class Collector {
    private final String buffer;
    private final Set<NestedRead> found = new LinkedHashSet<>();

    Collector(String buffer) {
      this.buffer = buffer;
    }

    void visit(Stmt statement, List<Stmt> around) {
      Walk walk = reads(around);
      switch (statement) {
        case Stmt.For loop -> {
          walk.visit(loop.extent());
          visit(loop.body(), and(around, loop));
        }
        case Stmt.Block block -> {
          List<Stmt> inside = and(around, block);
          for (Stmt.BlockIter iter : block.iters()) {
            walk.visit(iter.extent());
            walk.visit(iter.binding());
          }
          guards(block.guards(), reads(inside));
          block.children().forEach(each -> visit(each, inside));
        }
        case Stmt.Sequence(List<Stmt> statements) ->
            statements.forEach(each -> visit(each, around));
        case Stmt.Allocate(Buffer _, Stmt body) -> visit(body, around);
        case Stmt.If(List<Guard> guards, Stmt body) -> {
          guards(guards, walk);
          visit(body, around);
        }
        case Stmt.When(Scalar condition, Stmt body) -> {
          walk.visit(condition);
          visit(body, around);
        }
        case Stmt.While(Scalar condition, Stmt body) -> {
          walk.visit(condition);
          visit(body, around);
        }
        case Stmt.Store(String _, List<IndexExpr> positions, Scalar value) -> {
          positions.forEach(walk::visit);
          walk.visit(value);
        }
      }
    }

    private static List<Stmt> and(List<Stmt> around, Stmt inner) {
      List<Stmt> more = new ArrayList<>(around);
      more.add(inner);
      return more;
    }

    private static void guards(List<Guard> guards, Walk walk) {
      for (Guard guard : guards) {
        walk.visit(guard.index());
        walk.visit(guard.extent());
      }
    }

    private Walk reads(List<Stmt> around) {
      return Walk.ofScalars(
          part -> {
            if (part instanceof Scalar.Read(String tensor, var _, List<IndexExpr> indices)
                && tensor.equals(buffer)) {
              found.add(new NestedRead(indices, around));
            }
          });
    }
  }
}
