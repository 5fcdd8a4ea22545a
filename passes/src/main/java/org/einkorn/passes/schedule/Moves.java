package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;

/// What steps ask that move a nest into a loop of another.
final class Moves {
  private Moves() {}

  /// Refuses a loop that runs at once, or that a block or data stand around.
  ///
  /// @param from how many of the statements around the loop stand around both nests
  static void requirePlain(Nest nest, Nest.Site<Stmt.For> target, int from) {
    for (Stmt each : target.path().subList(from, target.path().size())) {
      switch (each) {
        case Stmt.For loop -> requireOrder(nest, loop);
        case Stmt.Sequence _, Stmt.Allocate _, Stmt.If _ -> {}
        case Stmt.Block block ->
            throw nest.refuse(Reason.NOT_NESTED, block, "is a block around the loop");
        case Stmt.When _, Stmt.While _, Stmt.Store _ ->
            throw nest.refuse(
                Reason.NOT_NESTED, target.statement(), "a condition on data stands around it");
      }
    }
  }

  static void requireOrder(Nest nest, Stmt.For loop) {
    if (loop.kind().isAtOnce()) {
      nest.requireSerial(loop);
    }
  }

  /// Refuses a nest without a loop that can be cut, and loops whose order or number is not free.
  static void requireLoops(
      Nest nest, AxisLoops moving, Assumptions scope, Stmt.Block block, String buffer) {
    if (moving.loops().isEmpty()) {
      throw nest.refuse(
          Reason.NO_MATCH,
          block,
          "stands in no outermost loop over the positions of `" + buffer + "` on an axis");
    }
    for (Stmt.For loop : moving.loops()) {
      nest.requireSerial(loop);
      if (!Scopes.canEvaluate(loop.extent(), scope)) {
        throw nest.refuse(
            Reason.EXTENT_MAY_FAIL, loop, "its extent may divide by zero, or is data");
      }
    }
    Order.requireFree(moving.variables(), moving.body(), nest);
  }

  /// The reads of a buffer in a statement.
  static List<Access> reads(Stmt statement, String buffer) {
    return AccessCollector.of(statement, List.of()).stream()
        .filter(access -> !access.isStore() && access.buffer().equals(buffer))
        .toList();
  }

  /// The stores to a buffer in a statement.
  static List<Access> stores(Stmt statement, String buffer) {
    return AccessCollector.of(statement, List.of()).stream()
        .filter(access -> access.isStore() && access.buffer().equals(buffer))
        .toList();
  }

  /// Whether a function but this one stores a buffer.
  static boolean isStoredElsewhere(Nest nest, String buffer) {
    return nest.module().functions().stream()
        .filter(function -> !function.name().equals(nest.function().name()))
        .anyMatch(function -> nest.uses().isStored(function, buffer));
  }

  /// The module without memory that nothing touches any more.
  static Module without(Module module, String function, String buffer) {
    List<Function> functions =
        module.functions().stream()
            .map(
                each ->
                    each.name().equals(function)
                        ? new Function(
                            function,
                            Statements.flattened(unallocated(each.body(), buffer)),
                            each.origin())
                        : each)
            .toList();
    List<Buffer> buffers =
        module.buffers().stream().filter(each -> !each.name().equals(buffer)).toList();
    return module.with(module.signature(), buffers, functions);
  }

  private static Stmt unallocated(Stmt statement, String buffer) {
    return statement instanceof Stmt.Allocate(Buffer own, Stmt body) && own.name().equals(buffer)
        ? unallocated(body, buffer)
        : statement.mapChildren(each -> unallocated(each, buffer));
  }

  /// Whether the module, or a function but this one, reads a buffer.
  static boolean isSeen(Nest nest, String buffer) {
    Module module = nest.module();
    return module.isNamed(buffer)
        || module.signature().hasOutput(buffer)
        || module.functions().stream()
            .filter(function -> !function.name().equals(nest.function().name()))
            .anyMatch(function -> nest.uses().isRead(function, buffer));
  }

  /// Refuses to give memory other extents against which positions from data are checked.
  static void requireUnchecked(Nest nest, String buffer) {
    for (Function function : nest.module().functions()) {
      if (nest.uses().checked(function).contains(buffer)) {
        throw nest.refuse(
            Reason.POSITION_FROM_DATA,
            "function `%s` checks positions from data against the extents of `%s`"
                .formatted(function.name(), buffer));
      }
    }
  }
}
