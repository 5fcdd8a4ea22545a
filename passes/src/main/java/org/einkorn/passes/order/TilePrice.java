package org.einkorn.passes.order;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// What the layout of an operand costs a step whose result is summed up in tiles: lanes run over
/// the last axis of the result.
///
/// An operand that changes with that axis is loaded in vectors. Where its elements do not lie side
/// by side they are copied first, if each of its positions is an axis alone; otherwise lanes run
/// over a sum instead and are added up for each element.
final class TilePrice {
  /// A product of one lane, in nanoseconds: `bench/RESULTS.md`.
  static final double PER_POINT = 0.01;

  /// An element that is copied to where lanes want it.
  private static final double PER_COPY = 0.5;

  /// A product of a step that adds lanes up.
  private static final double PER_LANE = 0.06;

  /// What an operand costs beyond the products.
  ///
  /// @param indices positions in the operand, over the axes of the step
  /// @param columns the last axis of the result; nothing where that is a scalar
  /// @param elements of the operand
  /// @param points of the step
  static double of(
      List<IndexExpr> indices, Optional<String> columns, double elements, double points) {
    if (columns.isEmpty() || !mentions(indices, columns.get()) || isUnit(indices, columns.get())) {
      return 0;
    }
    Set<IndexExpr> seen = new HashSet<>();
    boolean isPlain =
        indices.stream().allMatch(index -> index instanceof IndexExpr.Variable && seen.add(index));
    return isPlain ? PER_COPY * elements : PER_LANE * points;
  }

  private static boolean mentions(List<IndexExpr> indices, String axis) {
    return indices.stream().anyMatch(index -> Walk.variables(index).contains(axis));
  }

  private static boolean isUnit(List<IndexExpr> indices, String axis) {
    IndexExpr variable = IndexExpr.variable(axis);
    Affine last = Affine.of(indices.getLast());
    return !mentions(indices.subList(0, indices.size() - 1), axis)
        && last.coefficients().getOrDefault(variable, 0L) == 1
        && last.coefficients().keySet().stream()
            .allMatch(atom -> atom.equals(variable) || !Walk.variables(atom).contains(axis));
  }

  private TilePrice() {}
}
