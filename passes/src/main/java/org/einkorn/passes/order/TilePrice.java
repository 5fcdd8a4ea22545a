package org.einkorn.passes.order;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// What the layout of an operand costs a step whose result is summed up in vectors.
///
/// Lanes run over the last axis of the result, in tiles: an operand that changes with that axis is
/// loaded in vectors, and where its elements do not lie side by side they are copied first. That
/// takes positions that are an axis each, and pays where elements are used often. Otherwise lanes
/// run over the last sum and are added up for each element, or one product is done at a time.
final class TilePrice {
  /// A product of one lane, in nanoseconds: `bench/RESULTS.md`.
  static final double PER_POINT = 0.01;

  /// An element that is copied to where lanes want it.
  private static final double PER_COPY = 0.5;

  /// A product where lanes are added up.
  private static final double PER_LANE = 0.06;

  /// A product that is done alone.
  private static final double ALONE = 1e9 * CostModel.FITTED.secondsPerPoint();

  /// So often has a copy to be used to be worth it.
  private static final double LEAST_USES = 16;

  private final Optional<String> columns;
  private final Optional<String> lastSum;
  private final double points;

  /// @param columns the last axis of the result; nothing where that can't have lanes
  /// @param lastSum the innermost sum; nothing where nothing is summed up
  /// @param points of the step
  TilePrice(Optional<String> columns, Optional<String> lastSum, double points) {
    this.columns = columns;
    this.lastSum = lastSum;
    this.points = points;
  }

  /// What an operand costs beyond the products.
  ///
  /// @param indices positions in the operand, over the axes of the step
  /// @param elements of the operand
  /// @param uses how often each element is read for other elements of the result
  double of(List<IndexExpr> indices, double elements, double uses) {
    if (columns.isPresent()) {
      if (isUnitOrNone(indices, columns.get())) {
        return 0;
      }
      if (allows(columns.get(), indices, uses)) {
        return PER_COPY * elements;
      }
    }
    return points
        * (lastSum.filter(sum -> isUnitOrNone(indices, sum)).isPresent() ? PER_LANE : ALONE);
  }

  /// Whether an operand lets an axis have lanes in tiles.
  static boolean allows(String axis, List<IndexExpr> indices, double uses) {
    return isUnitOrNone(indices, axis) || isPlain(indices) && uses >= LEAST_USES;
  }

  private static boolean isPlain(List<IndexExpr> indices) {
    Set<IndexExpr> seen = new HashSet<>();
    return indices.stream()
        .allMatch(index -> index instanceof IndexExpr.Variable && seen.add(index));
  }

  /// Whether an axis changes nothing, or goes through elements side by side.
  private static boolean isUnitOrNone(List<IndexExpr> indices, String axis) {
    if (!mentions(indices, axis)) {
      return true;
    }
    IndexExpr variable = IndexExpr.variable(axis);
    Affine last = Affine.of(indices.getLast());
    return !mentions(indices.subList(0, indices.size() - 1), axis)
        && last.coefficients().getOrDefault(variable, 0L) == 1
        && last.coefficients().keySet().stream()
            .allMatch(atom -> atom.equals(variable) || !Walk.variables(atom).contains(axis));
  }

  private static boolean mentions(List<IndexExpr> indices, String axis) {
    return indices.stream().anyMatch(index -> Walk.variables(index).contains(axis));
  }
}
