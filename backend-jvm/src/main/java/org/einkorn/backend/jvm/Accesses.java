package org.einkorn.backend.jvm;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// The names that a statement reads from or stores to and that are allocated outside of it.
final class Accesses {
  private final Set<String> found = new LinkedHashSet<>();
  private final Set<String> stored = new HashSet<>();

  private Accesses() {}

  /// All names.
  static Set<String> of(Stmt statement) {
    Accesses accesses = new Accesses();
    accesses.visit(statement, Set.of());
    return accesses.found;
  }

  /// The names that it stores to.
  static Set<String> storesOf(Stmt statement) {
    Accesses accesses = new Accesses();
    accesses.visit(statement, Set.of());
    return accesses.stored;
  }

  private void visit(Stmt statement, Set<String> inside) {
    Walk walk =
        Walk.ofScalars(
            scalar -> {
              if (scalar instanceof Scalar.Read read && !inside.contains(read.tensor())) {
                found.add(read.tensor());
              }
            });
    switch (statement) {
      case Stmt.For loop -> {
        walk.visit(loop.extent());
        visit(loop.body(), inside);
      }
      case Stmt.Block block -> {
        block.iters().forEach(iter -> walk.visit(iter.binding()));
        visit(block.guards(), walk);
        block.init().ifPresent(init -> visit(init, inside));
        visit(block.body(), inside);
      }
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.forEach(member -> visit(member, inside));
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        Set<String> more = new HashSet<>(inside);
        more.add(buffer.name());
        visit(body, more);
      }
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        visit(guards, walk);
        visit(body, inside);
      }
      case Stmt.When(Scalar condition, Stmt body) -> {
        walk.visit(condition);
        visit(body, inside);
      }
      case Stmt.While(Scalar condition, Stmt body) -> {
        walk.visit(condition);
        visit(body, inside);
      }
      case Stmt.Store store -> {
        if (!inside.contains(store.buffer())) {
          found.add(store.buffer());
          stored.add(store.buffer());
        }
        store.indices().forEach(walk::visit);
        walk.visit(store.value());
      }
    }
  }

  private static void visit(List<Guard> guards, Walk walk) {
    for (Guard guard : guards) {
      walk.visit(guard.index());
      walk.visit(guard.extent());
    }
  }
}
