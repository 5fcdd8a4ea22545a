package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.rewrite.Substitution;

/// A function that sums up, or reduces in another way, in a register for each element of its
/// result:
///
/// ```text
/// for spatial… { alloc acc: register { init; for reduce… { update }; output } }
/// ```
///
/// @param function its name
/// @param spatial the loops around the register, the outermost first
/// @param reduce the loops around the update, the outermost first
/// @param accumulator the register
/// @param init the name of the block that stores it first
/// @param update the name of the block that reduces into it
/// @param combine the operation that reduces
/// @param value what is reduced
/// @param operands what the value reads, each once, over loops
/// @param output what is stored in the end
record ReductionNest(
    String function,
    List<Axis> spatial,
    List<Axis> reduce,
    Buffer accumulator,
    String init,
    String update,
    BinaryOp combine,
    Scalar value,
    List<Operand> operands,
    Operand output) {
  ReductionNest {
    spatial = List.copyOf(spatial);
    reduce = List.copyOf(reduce);
    operands = List.copyOf(operands);
  }

  /// A loop.
  record Axis(String loop, IndexExpr extent) {
    /// How many rounds it has, where that is a number.
    OptionalLong rounds() {
      return extent instanceof IndexExpr.Constant(long value)
          ? OptionalLong.of(value)
          : OptionalLong.empty();
    }

    /// How many rounds it has, or `unknown`.
    long roundsOr(long unknown) {
      return rounds().orElse(unknown);
    }
  }

  /// An element that is touched.
  ///
  /// @param indices over loops
  record Operand(String tensor, List<IndexExpr> indices) {
    Operand {
      indices = List.copyOf(indices);
    }

    /// Whether it is another element in each round of a loop.
    boolean changesWith(Axis axis) {
      return indices.stream().anyMatch(index -> mentions(index, axis));
    }

    /// Whether rounds of a loop touch elements side by side.
    boolean isUnit(Axis axis) {
      if (indices.isEmpty()
          || indices.subList(0, indices.size() - 1).stream()
              .anyMatch(index -> mentions(index, axis))) {
        return false;
      }
      IndexExpr last = indices.getLast();
      Affine affine = Affine.of(last);
      IndexExpr variable = IndexExpr.variable(axis.loop());
      return affine.coefficients().getOrDefault(variable, 0L) == 1
          && affine.coefficients().keySet().stream()
              .allMatch(atom -> atom.equals(variable) || !mentions(atom, axis));
    }

    /// Whether each position is a loop alone, each another one.
    boolean isPlain() {
      Set<IndexExpr> seen = new HashSet<>();
      return indices.stream()
          .allMatch(index -> index instanceof IndexExpr.Variable && seen.add(index));
    }

    private static boolean mentions(IndexExpr index, Axis axis) {
      return Walk.variables(index).contains(axis.loop());
    }
  }

  /// The nest of a function, if it is one.
  static Optional<ReductionNest> of(Function function) {
    List<Axis> spatial = new ArrayList<>();
    Stmt inside = function.body();
    while (inside instanceof Stmt.For loop && loop.kind() == Stmt.LoopKind.SERIAL) {
      spatial.add(new Axis(loop.variable(), loop.extent()));
      inside = loop.body();
    }
    if (!(inside instanceof Stmt.Allocate(Buffer register, Stmt body))
        || register.scope() != Buffer.Scope.REGISTER
        || !(body instanceof Stmt.Sequence(List<Stmt> parts))
        || parts.size() != 3
        || !(parts.get(0) instanceof Stmt.Block init)
        || !(parts.get(2) instanceof Stmt.Block last)
        || !(last.body() instanceof Stmt.Store output)) {
      return Optional.empty();
    }
    List<Axis> reduce = new ArrayList<>();
    Stmt reducing = parts.get(1);
    while (reducing instanceof Stmt.For loop && loop.kind() == Stmt.LoopKind.SERIAL) {
      reduce.add(new Axis(loop.variable(), loop.extent()));
      reducing = loop.body();
    }
    if (reduce.isEmpty()
        || !(reducing instanceof Stmt.Block update)
        || !(update.body() instanceof Stmt.Store store)
        || !store.buffer().equals(register.name())
        || !(store.value() instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar value))
        || !(left instanceof Scalar.Read read && read.tensor().equals(register.name()))) {
      return Optional.empty();
    }
    List<Operand> operands = operands(value, update);
    Operand result = new Operand(output.buffer(), overLoops(last).positions(output.indices()));
    boolean isKnown =
        operands.stream().allMatch(each -> each.indices().stream().noneMatch(Walk::fetches))
            && result.indices().stream().noneMatch(Walk::fetches)
            && operands.stream().noneMatch(each -> each.tensor().equals(register.name()));
    return isKnown
        ? Optional.of(
            new ReductionNest(
                function.name(),
                spatial,
                reduce,
                register,
                init.name(),
                update.name(),
                op,
                value,
                operands,
                result))
        : Optional.empty();
  }

  private static List<Operand> operands(Scalar value, Stmt.Block block) {
    Substitution overLoops = overLoops(block);
    Set<Operand> found = new java.util.LinkedHashSet<>();
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read(String tensor, var _, List<IndexExpr> indices)) {
                found.add(new Operand(tensor, overLoops.positions(indices)));
              }
            })
        .visit(value);
    return List.copyOf(found);
  }

  private static Substitution overLoops(Stmt.Block block) {
    Map<String, IndexExpr> bindings = new HashMap<>();
    block.iters().forEach(iter -> bindings.put(iter.variable(), iter.binding()));
    return new Substitution(bindings);
  }

  /// How often the update runs, as far as that is known; loops of unknown extents count `unknown`.
  double rounds(long unknown) {
    double rounds = 1;
    for (Axis axis : spatial) {
      rounds *= axis.roundsOr(unknown);
    }
    for (Axis axis : reduce) {
      rounds *= axis.roundsOr(unknown);
    }
    return rounds;
  }
}
