package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.integer.StoredIntegers;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.PassContext;
import org.einkorn.runtime.DType;

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
/// @param isNarrow whether it holds `i64`, and all that it can ever hold is proved to be `i32`
/// @param init the name of the block that stores it first
/// @param update the name of the block that reduces into it
/// @param block the name of the block that stores the result in the end
/// @param combine the operation that reduces
/// @param value what is reduced
/// @param operands what the value reads, each once, over loops
/// @param output what is stored in the end
record ReductionNest(
    String function,
    List<Axis> spatial,
    List<Axis> reduce,
    Buffer accumulator,
    boolean isNarrow,
    String init,
    String update,
    String block,
    BinaryOp combine,
    Scalar value,
    List<Operand> operands,
    Operand output)
    implements ElementNest {
  ReductionNest {
    spatial = List.copyOf(spatial);
    reduce = List.copyOf(reduce);
    operands = List.copyOf(operands);
  }

  /// The nest of a function, if it is one.
  static Optional<ReductionNest> of(Function function, PassContext context) {
    List<Axis> spatial = new ArrayList<>();
    Stmt inside = Axis.peel(function.body(), spatial, context);
    if (!(inside instanceof Stmt.Allocate allocation)
        || !(allocation instanceof Stmt.Allocate(Buffer register, Stmt body))
        || register.scope() != Buffer.Scope.REGISTER
        || !(body instanceof Stmt.Sequence(List<Stmt> parts))
        || parts.size() != 3
        || !(parts.get(0) instanceof Stmt.Block init)
        || !(parts.get(2) instanceof Stmt.Block last)
        || !(last.body() instanceof Stmt.Store output)) {
      return Optional.empty();
    }
    List<Axis> reduce = new ArrayList<>();
    Stmt reducing = Axis.peel(parts.get(1), reduce, context);
    if (reduce.isEmpty()
        || !(reducing instanceof Stmt.Block update)
        || !(update.body() instanceof Stmt.Store store)
        || !store.buffer().equals(register.name())
        || !(store.value() instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar value))
        || !(left instanceof Scalar.Read read && read.tensor().equals(register.name()))) {
      return Optional.empty();
    }
    List<Operand> operands = Operand.allOf(value, update);
    Operand result = Operand.of(output, last);
    boolean isKnown =
        operands.stream().noneMatch(Operand::fetches)
            && !result.fetches()
            && operands.stream().noneMatch(each -> each.tensor().equals(register.name()));
    return isKnown
        ? Optional.of(
            new ReductionNest(
                function.name(),
                spatial,
                reduce,
                register,
                isNarrow(allocation),
                init.name(),
                update.name(),
                last.name(),
                op,
                value,
                operands,
                result))
        : Optional.empty();
  }

  private static boolean isNarrow(Stmt.Allocate allocation) {
    return allocation.buffer().type().dtype() == DType.I64
        && StoredIntegers.of(allocation).filter(range -> range.fitsIn(DType.I32)).isPresent();
  }

  @Override
  public List<Axis> loops() {
    List<Axis> all = new ArrayList<>(spatial);
    all.addAll(reduce);
    return List.copyOf(all);
  }

  /// The nest with other loops, and with accesses over them.
  ReductionNest with(
      List<Axis> newSpatial, List<Axis> newReduce, List<Operand> newOperands, Operand newOutput) {
    return new ReductionNest(
        function,
        newSpatial,
        newReduce,
        accumulator,
        isNarrow,
        init,
        update,
        block,
        combine,
        value,
        newOperands,
        newOutput);
  }

  /// The type that sums are kept in: `f32` instead of `f64` where only that is summed up, and that
  /// may be rounded otherwise; `i32` instead of `i64` where that is the same, though `set-dtype`
  /// counts as a step that may round.
  DType sums(boolean mayRound) {
    if (isNarrow && mayRound) {
      return DType.I32;
    }
    return mayRound
            && accumulator.type().dtype() == DType.F64
            && value instanceof Scalar.Cast(DType _, Scalar summand)
            && summand.type() == DType.F32
        ? DType.F32
        : accumulator.type().dtype();
  }
}
