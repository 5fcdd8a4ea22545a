package org.einkorn.ir.loop;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;

/// A read or a store of a buffer inside of a statement.
///
/// @param indices the position that is used
/// @param guards the conditions around it, inside of the statement
/// @param loops around it, inside of the statement, the outermost first
/// @param iterators of the blocks around it, inside of the statement
public record Use(
    List<IndexExpr> indices, List<Guard> guards, List<Stmt.For> loops, List<String> iterators) {
  public Use {
    iterators = List.copyOf(iterators);
    indices = List.copyOf(indices);
    guards = List.copyOf(guards);
    loops = List.copyOf(loops);
  }

  /// The uses of a buffer in text order.
  public static List<Use> of(Stmt statement, String buffer) {
    List<Use> uses = new ArrayList<>();
    collect(statement, buffer, new Use(List.of(), List.of(), List.of(), List.of()), uses);
    return uses;
  }

  /// @param around what stands around the statement
  private static void collect(Stmt statement, String buffer, Use around, List<Use> uses) {
    Walk reads =
        Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read && read.tensor().equals(buffer)) {
                uses.add(around.at(read.indices()));
              }
            });
    List<Guard> guards = around.guards;
    List<Stmt.For> loops = around.loops;
    List<String> iterators = around.iterators;
    switch (statement) {
      case Stmt.For loop -> {
        reads.visit(loop.extent());
        loops = join(loops, List.of(loop));
      }
      case Stmt.Block block -> {
        for (Stmt.BlockIter iter : block.iters()) {
          reads.visit(iter.extent());
          reads.visit(iter.binding());
        }
        visit(block.guards(), reads);
        guards = join(guards, block.guards());
        iterators = join(iterators, block.iters().stream().map(Stmt.BlockIter::variable).toList());
      }
      case Stmt.If(List<Guard> more, Stmt _) -> {
        visit(more, reads);
        guards = join(guards, more);
      }
      case Stmt.When(Scalar condition, Stmt _) -> reads.visit(condition);
      case Stmt.While(Scalar condition, Stmt _) -> reads.visit(condition);
      case Stmt.Store store -> {
        store.indices().forEach(reads::visit);
        reads.visit(store.value());
        if (store.buffer().equals(buffer)) {
          uses.add(around.at(store.indices()));
        }
      }
      case Stmt.Sequence _, Stmt.Allocate _ -> {}
    }
    Use inside = new Use(List.of(), guards, loops, iterators);
    for (Stmt child : statement.children()) {
      collect(child, buffer, inside, uses);
    }
  }

  private Use at(List<IndexExpr> position) {
    return new Use(position, guards, loops, iterators);
  }

  private static void visit(List<Guard> guards, Walk walk) {
    for (Guard guard : guards) {
      walk.visit(guard.index());
      walk.visit(guard.extent());
    }
  }

  private static <T> List<T> join(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  /// Whether all uses are of elements for which a condition holds. It stands around each of them;
  /// it says something of a position on one axis, the same one in all, that is the variable of a
  /// loop like the given one; and all else in it is the same inside of the statement.
  public static boolean areUnder(Guard guard, Stmt.For loop, List<Use> uses) {
    IndexExpr position = IndexExpr.variable(loop.variable());
    Set<String> changing = new HashSet<>();
    Set<Integer> axes = new HashSet<>();
    for (Use use : uses) {
      use.loops.forEach(each -> changing.add(each.variable()));
      changing.addAll(use.iterators);
      axes.add(use.indices.indexOf(position));
    }
    changing.remove(loop.variable());
    return axes.size() == 1
        && !axes.contains(-1)
        && !guard.fetches()
        && uses.stream().allMatch(use -> use.guards.contains(guard) && use.isIn(loop))
        && Walk.variables(guard.index()).contains(loop.variable())
        && Walk.variables(guard.index()).stream().noneMatch(changing::contains)
        && Walk.variables(guard.extent()).stream().noneMatch(changing::contains);
  }

  /// Whether a loop like the given one is around.
  private boolean isIn(Stmt.For loop) {
    return loops.stream()
        .anyMatch(
            each ->
                each.variable().equals(loop.variable())
                    && each.kind() == loop.kind()
                    && each.extent().equals(loop.extent()));
  }
}
