package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// What is done to statements whatever they are: look at their parts, put others in their places.
final class Statements {
  private Statements() {}

  static Stmt.Block with(
      Stmt.Block block, String name, List<Stmt.BlockIter> iters, Optional<Stmt> init, Stmt body) {
    return new Stmt.Block(name, iters, block.guards(), block.reads(), block.writes(), init, body);
  }

  /// The statement where `old`, this very instance, is replaced.
  static Stmt replace(Stmt statement, Stmt old, Stmt replacement) {
    return statement == old
        ? replacement
        : statement.mapChildren(each -> replace(each, old, replacement));
  }

  /// The statements from one down to another inside of it, both included; none where it is not
  /// inside.
  static List<Stmt> path(Stmt from, Stmt to) {
    List<Stmt> path = new ArrayList<>();
    return isPath(from, to, path) ? Collections.unmodifiableList(path) : List.of();
  }

  private static boolean isPath(Stmt from, Stmt to, List<Stmt> path) {
    path.addLast(from);
    if (from == to || from.children().stream().anyMatch(each -> isPath(each, to, path))) {
      return true;
    }
    path.removeLast();
    return false;
  }

  /// The statement without sequences directly in sequences, or around one statement alone.
  static Stmt flattened(Stmt statement) {
    Stmt mapped = statement.mapChildren(Statements::flattened);
    if (!(mapped instanceof Stmt.Sequence(List<Stmt> parts))) {
      return mapped;
    }
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    if (parts.stream().noneMatch(Stmt.Sequence.class::isInstance)) {
      return mapped;
    }
    List<Stmt> all = new ArrayList<>();
    for (Stmt part : parts) {
      all.addAll(part instanceof Stmt.Sequence(List<Stmt> inner) ? inner : List.of(part));
    }
    return all.size() == 1 ? all.getFirst() : new Stmt.Sequence(all);
  }

  /// Calls `action` with the statement and all inside of it, in text order.
  static void forEach(Stmt statement, Consumer<Stmt> action) {
    action.accept(statement);
    statement.children().forEach(each -> forEach(each, action));
  }

  static int count(Stmt statement) {
    int[] count = {0};
    forEach(statement, each -> count[0]++);
    return count[0];
  }

  static int depth(Stmt statement) {
    return 1 + statement.children().stream().mapToInt(Statements::depth).max().orElse(0);
  }

  /// The index expressions of a statement itself, not of those inside of it: the positions of a
  /// store too, but nothing in values.
  static List<IndexExpr> indices(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> List.of(loop.extent());
      case Stmt.Block block -> {
        List<IndexExpr> all = new ArrayList<>();
        for (Stmt.BlockIter iter : block.iters()) {
          all.add(iter.extent());
          all.add(iter.binding());
        }
        all.addAll(ofGuards(block.guards()));
        yield all;
      }
      case Stmt.If(List<Guard> guards, Stmt body) -> ofGuards(guards);
      case Stmt.Store store -> store.indices();
      case Stmt.Sequence _, Stmt.When _, Stmt.While _ -> List.of();
      case Stmt.Allocate(var buffer, Stmt body) -> buffer.type().extents();
    };
  }

  private static List<IndexExpr> ofGuards(List<Guard> guards) {
    List<IndexExpr> all = new ArrayList<>();
    for (Guard guard : guards) {
      all.add(guard.index());
      all.add(guard.extent());
    }
    return all;
  }

  /// The value that a statement itself computes.
  static Optional<Scalar> value(Stmt statement) {
    return switch (statement) {
      case Stmt.Store store -> Optional.of(store.value());
      case Stmt.When(Scalar condition, Stmt body) -> Optional.of(condition);
      case Stmt.While(Scalar condition, Stmt body) -> Optional.of(condition);
      case Stmt.For _, Stmt.Block _, Stmt.Sequence _, Stmt.Allocate _, Stmt.If _ ->
          Optional.empty();
    };
  }

  /// Whether something inside takes a position from data, and so may fail.
  static boolean fetches(Stmt statement) {
    boolean[] found = {false};
    Walk walk = Walk.ofIndices(part -> found[0] |= part instanceof IndexExpr.Fetch);
    forEach(
        statement,
        each -> {
          indices(each).forEach(walk::visit);
          value(each).ifPresent(walk::visit);
        });
    return found[0];
  }

  /// `if guards { body }`, one `if` where there are two, none where there is no guard.
  static Stmt guarded(List<Guard> guards, Stmt body) {
    if (guards.isEmpty()) {
      return body;
    }
    if (body instanceof Stmt.If(List<Guard> inner, Stmt inside)) {
      List<Guard> all = new ArrayList<>(guards);
      inner.stream().filter(guard -> !guards.contains(guard)).forEach(all::add);
      return new Stmt.If(all, inside);
    }
    return new Stmt.If(guards, body);
  }

  /// The loops of a statement, in text order.
  static List<Stmt.For> loops(Stmt statement) {
    List<Stmt.For> loops = new ArrayList<>();
    forEach(
        statement,
        each -> {
          if (each instanceof Stmt.For loop) {
            loops.add(loop);
          }
        });
    return Collections.unmodifiableList(loops);
  }

  /// The blocks of a statement, in text order.
  static List<Stmt.Block> blocks(Stmt statement) {
    List<Stmt.Block> blocks = new ArrayList<>();
    forEach(
        statement,
        each -> {
          if (each instanceof Stmt.Block block) {
            blocks.add(block);
          }
        });
    return Collections.unmodifiableList(blocks);
  }
}
