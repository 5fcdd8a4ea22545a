package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// One way in which a tensor `T` changes with a tensor `R` that its definition reads:
///
/// ```text
/// for axes where guards:   dT[write] += partial · dR[at]
/// ```
///
/// This is linear in `dR`. Read from right to left it is the forward derivative; its transpose
/// reads at `write` and writes at `at`.
record LinearTerm(List<Axis> axes, List<Guard> guards, List<IndexExpr> write, Partial partial) {

  LinearTerm {
    axes = List.copyOf(axes);
    guards = List.copyOf(guards);
    write = List.copyOf(write);
  }

  /// Reads a derivative at a position, in a type; nothing where it is 1 everywhere.
  interface Direction extends BiFunction<List<IndexExpr>, DType, Optional<Scalar>> {}

  String source() {
    return partial.read().tensor();
  }

  /// `dT[write] += partial · dR[at]`
  Contraction forward(Direction direction, DType type) {
    return new Contraction(
        axes,
        guards,
        write,
        BinaryOp.MULTIPLY,
        partial.times(direction.apply(partial.read().indices(), type), type));
  }

  /// `dR[at] += partial · dT[write]`, where a position can be solved for an axis as a sum over the
  /// elements of `R`: `X[x + dx] += …` at `x` becomes `X[x] += …` at `x - dx`.
  ///
  /// @param source the type of `R`
  Contraction transposed(Direction direction, TensorType source, DType type) {
    List<IndexExpr> at = new ArrayList<>(partial.read().indices());
    List<Guard> inside = new ArrayList<>(guards);
    if (partial.isConditional()) {
      // The position was looked at only where the conditions held.
      for (int axis = 0; axis < at.size(); axis++) {
        at.set(axis, conditional(at.get(axis)));
        Guard guard = new Guard(at.get(axis), source.extents().get(axis));
        if (!Positions.fetches(at.get(axis)) && !Positions.isInside(guard, axes)) {
          inside.add(guard);
        }
      }
    }
    Contraction scattered =
        new Contraction(
            axes, inside, at, BinaryOp.MULTIPLY, partial.times(direction.apply(write, type), type));
    return Gathering.of(scattered, source, write);
  }

  /// A position from data, or the first where a condition fails, so that it is no fault there.
  private IndexExpr conditional(IndexExpr at) {
    if (!(at instanceof IndexExpr.Fetch(String tensor, int axis, IndexExpr extent, Scalar from))) {
      return at;
    }
    Scalar source = from;
    for (Partial.Step step : partial.steps().reversed()) {
      if (step instanceof Partial.Step.Condition(Scalar holds)) {
        source = new Scalar.Select(holds, source, Scalar.Literal.of(source.type(), 0));
      }
    }
    return new IndexExpr.Fetch(tensor, axis, extent, source);
  }
}
