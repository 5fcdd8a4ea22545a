package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.PassContext;

/// A function that computes each element of its result by itself: `for… { block }`.
///
/// @param function its name
/// @param block the name of the block
/// @param loops around the block, the outermost first
/// @param value what is computed of an element
/// @param operands what is read, each once, over loops
/// @param output what is stored
record MapNest(
    String function,
    String block,
    List<Axis> loops,
    Scalar value,
    List<Operand> operands,
    Operand output)
    implements ElementNest {
  MapNest {
    loops = List.copyOf(loops);
    operands = List.copyOf(operands);
  }

  /// The nest of a function, if it is one.
  static Optional<MapNest> of(Function function, PassContext context) {
    List<Axis> loops = new ArrayList<>();
    Stmt inside = Axis.peel(function.body(), loops, context);
    if (loops.isEmpty()
        || !(inside instanceof Stmt.Block block)
        || block.init().isPresent()
        || !(block.body() instanceof Stmt.Store store)
        || block.iters().stream().anyMatch(iter -> iter.kind() != Stmt.IterKind.SPATIAL)) {
      return Optional.empty();
    }
    List<Operand> operands = Operand.allOf(store.value(), block);
    Operand output = Operand.of(store, block);
    return operands.stream().noneMatch(Operand::fetches) && !output.fetches()
        ? Optional.of(
            new MapNest(function.name(), block.name(), loops, store.value(), operands, output))
        : Optional.empty();
  }

  /// The nest with other loops, and with accesses over them.
  MapNest with(List<Axis> newLoops, List<Operand> newOperands, Operand newOutput) {
    return new MapNest(function, block, newLoops, value, newOperands, newOutput);
  }

  @Override
  public List<Axis> spatial() {
    return loops;
  }
}
