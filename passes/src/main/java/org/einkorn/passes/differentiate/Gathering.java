package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;

/// Solves the positions that a sum writes to for an axis, so that it writes by plain axes.
///
/// ```text
/// for x < N, dx < D              for x < M, dx < D where 0 ≤ x - dx < N
///   [x + dx] <- A[x] * F[dx]  →    [x] <- A[x - dx] * F[dx]
/// ```
///
/// A position is solved for an axis that has coefficient 1 or −1 in it and stands in no other. It
/// must be an axis of the tensor that was read before: of `2 i + k` only `k` could be solved for,
/// which would make a loop over all of `i` for each element out of one over `k`.
final class Gathering {
  private Gathering() {}

  /// @param target the type of the tensor that is written
  /// @param before the positions that the untransposed term wrote to
  static Contraction of(Contraction scattered, TensorType target, List<IndexExpr> before) {
    Contraction term = scattered;
    for (int axis = 0; axis < target.rank(); axis++) {
      term = solved(term, axis, target.extents().get(axis), before);
    }
    return term;
  }

  private static Contraction solved(
      Contraction term, int place, IndexExpr extent, List<IndexExpr> before) {
    IndexExpr at = term.write().get(place);
    boolean isPlain =
        at instanceof IndexExpr.Variable
            && term.axes().stream()
                .anyMatch(axis -> axis.variable().equals(at) && axis.extent().equals(extent));
    if (isPlain || Positions.fetches(at)) {
      return term;
    }
    for (Axis axis : term.axes()) {
      boolean isElsewhere =
          term.write().stream()
              .anyMatch(other -> other != at && Walk.variables(other).contains(axis.name()));
      boolean isSpatial = before.contains(axis.variable()) || at.equals(axis.variable());
      Optional<Positions.Slope> slope = Positions.slope(at, axis.name());
      if (isSpatial && !isElsewhere && slope.isPresent() && Math.abs(slope.get().by()) == 1) {
        return solvedFor(axis, slope.get(), term, place, extent);
      }
    }
    return term;
  }

  /// `by · axis + rest = new`, so `axis = by · (new - rest)`.
  private static Contraction solvedFor(
      Axis axis, Positions.Slope slope, Contraction term, int place, IndexExpr extent) {
    IndexExpr solution = axis.variable().minus(slope.rest()).times(slope.by());
    Substitution by = Substitution.of(axis.name(), solution);
    Axis renewed = new Axis(axis.name(), extent);
    List<Axis> axes = new ArrayList<>(term.axes());
    axes.replaceAll(other -> other.equals(axis) ? renewed : other);
    Guard landed = new Guard(term.write().get(place), extent);
    Set<Guard> guards = new LinkedHashSet<>();
    for (Guard guard : term.guards()) {
      if (!guard.equals(landed)) {
        guards.add(by.apply(guard));
      }
    }
    guards.add(new Guard(solution, axis.extent()));
    guards.removeIf(guard -> Positions.isInside(guard, axes));
    List<IndexExpr> write = new ArrayList<>(by.positions(term.write()));
    write.set(place, axis.variable());
    return new Contraction(
        axes, List.copyOf(guards), write, term.join(), by.operands(term.operands()));
  }
}
