package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// The way from a loop down to a block, over serial loops, conditions on positions and sequences
/// alone: part of what the block does can have the same loops and conditions once more.
///
/// @param statements the outermost first, without the block
record BlockPath(List<Stmt> statements, Stmt.Block block) {
  BlockPath {
    statements = List.copyOf(statements);
  }

  /// @throws RefusedStepException where the block does not stand in the loop, or something else
  ///   stands between them
  static BlockPath of(Nest nest, Stmt.For loop, Stmt.Block block) {
    List<Stmt> path = Statements.path(loop, block);
    if (path.isEmpty()) {
      throw nest.refuse(Reason.NOT_NESTED, loop, "does not stand around `" + block.name() + "`");
    }
    List<Stmt> statements = path.subList(0, path.size() - 1);
    for (Stmt each : statements) {
      requirePlain(each, nest);
    }
    return new BlockPath(statements, block);
  }

  private static void requirePlain(Stmt statement, Nest nest) {
    switch (statement) {
      case Stmt.For loop -> nest.requireSerial(loop);
      case Stmt.If _, Stmt.Sequence _ -> {}
      case Stmt.Block outer -> throw nest.refuse(Reason.NOT_NESTED, outer, "is a block around it");
      case Stmt.Allocate(var buffer, Stmt _) ->
          throw nest.refuse(Reason.NOT_NESTED, "`" + buffer.name() + "` is allocated between them");
      case Stmt.When _, Stmt.While _, Stmt.Store _ ->
          throw nest.refuse(Reason.NOT_NESTED, "a condition on data stands between them");
    }
  }

  static List<Stmt.For> loops(List<Stmt> statements) {
    List<Stmt.For> loops = new ArrayList<>();
    for (Stmt each : statements) {
      if (each instanceof Stmt.For loop) {
        loops.add(loop);
      }
    }
    return loops;
  }

  /// The part of the way from a place on.
  BlockPath from(int place) {
    return new BlockPath(statements.subList(place, statements.size()), block);
  }

  /// The part of the way up to a place.
  BlockPath before(int place) {
    return new BlockPath(statements.subList(0, place), block);
  }

  List<Stmt.For> loops() {
    return loops(statements);
  }

  /// The conditions on the way that are no data.
  List<Condition> when() {
    List<Condition> when = new ArrayList<>();
    for (Stmt each : statements) {
      if (each instanceof Stmt.If(List<Guard> guards, Stmt _)) {
        guards.stream()
            .filter(guard -> !guard.fetches())
            .forEach(guard -> when.add(Condition.of(guard)));
      }
    }
    return when;
  }

  /// A statement in the loops and conditions of the way, without what stands beside it.
  Stmt around(Stmt part) {
    Stmt result = part;
    for (Stmt each : statements.reversed()) {
      Stmt inside = result;
      result = each instanceof Stmt.Sequence ? result : each.mapChildren(_ -> inside);
    }
    return result;
  }
}
