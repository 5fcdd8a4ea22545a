package org.einkorn.differential;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Axis;

/// Random positions.
final class RandomIndices {
  private final Dice dice;
  private final Scene scene;

  RandomIndices(Dice dice, Scene scene) {
    this.dice = dice;
    this.scene = scene;
  }

  /// Any integer of axes and symbols. Divisors are positive numbers.
  IndexExpr any(List<Axis> axes, int depth) {
    if (depth == 0 || dice.chance(0.25)) {
      if (!axes.isEmpty() && dice.chance(0.75)) {
        return dice.pick(axes).variable();
      }
      return scene.sizes().isEmpty() || dice.chance(0.7)
          ? IndexExpr.of(dice.between(-2, 4))
          : IndexExpr.symbol(dice.pick(List.copyOf(scene.sizes().keySet())));
    }
    IndexExpr left = any(axes, depth - 1);
    IndexExpr number = IndexExpr.of(dice.between(1, 4));
    return switch (dice.below(12)) {
      case 0, 1 -> left.plus(any(axes, depth - 1));
      case 2 -> left.minus(any(axes, depth - 1));
      case 3 -> left.plus(dice.between(-2, 2));
      case 4 -> left.times(dice.between(-2, 3));
      case 5 -> new IndexExpr.Product(left, number);
      case 6, 7 -> new IndexExpr.FloorDiv(left, number);
      case 8, 9 -> new IndexExpr.FloorMod(left, number);
      case 10 -> new IndexExpr.Minimum(left, any(axes, depth - 1));
      default -> new IndexExpr.Maximum(left, any(axes, depth - 1));
    };
  }

  /// A position that lies inside `extent` for every point of the axes, if there is an obvious one.
  Optional<IndexExpr> inside(IndexExpr extent, List<Axis> axes) {
    List<Axis> fitting = axes.stream().filter(axis -> axis.extent().equals(extent)).toList();
    if (!fitting.isEmpty()) {
      IndexExpr variable = dice.pick(fitting).variable();
      return Optional.of(dice.chance(0.8) ? variable : extent.minus(variable).plus(-1));
    }
    if (extent instanceof IndexExpr.Constant(long size) && size > 0) {
      List<Axis> shorter =
          axes.stream()
              .filter(axis -> axis.extent() instanceof IndexExpr.Constant(long e) && e < size)
              .toList();
      if (!shorter.isEmpty() && dice.chance(0.4)) {
        Axis axis = dice.pick(shorter);
        long room = size - ((IndexExpr.Constant) axis.extent()).value();
        return Optional.of(axis.variable().plus(dice.between(0, (int) room)));
      }
      return Optional.of(
          dice.chance(0.4)
              ? IndexExpr.of(dice.below((int) size))
              : new IndexExpr.FloorMod(any(axes, 2), extent));
    }
    return Optional.empty();
  }
}
