package org.einkorn.passes.tune;

import java.util.List;
import java.util.OptionalLong;
import org.einkorn.ir.expr.IndexExpr;

/// A loop of a nest, by its name.
record Axis(String loop, IndexExpr extent) {
  /// An extent that nobody knows is taken for this.
  private static final long UNKNOWN = 1024;

  /// How many rounds it has, where that is a number.
  OptionalLong known() {
    return extent instanceof IndexExpr.Constant(long value)
        ? OptionalLong.of(value)
        : OptionalLong.empty();
  }

  /// How many rounds it has, as far as a model needs to know.
  long rounds() {
    return known().orElse(UNKNOWN);
  }

  /// The rounds of all loops together.
  static double rounds(List<Axis> axes) {
    return axes.stream().mapToDouble(Axis::rounds).reduce(1, (left, right) -> left * right);
  }

  /// How many tiles there are, the one for the rest included.
  double tiles(long tile) {
    return known().isPresent() ? Math.ceilDiv(known().getAsLong(), tile) : (double) UNKNOWN / tile;
  }

  /// Whether it is as long as its tile, and stays one loop.
  boolean isWhole(long tile) {
    return known().orElse(-1) == tile;
  }
}
