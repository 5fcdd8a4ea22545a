package org.einkorn.passes.order;

import org.einkorn.passes.Objective;

/// What one step adds to the objective, as numbers that doubles can add: `node + pointFactor ×
/// points`, where `node` depends on the result alone.
///
/// Counts past 10³⁰⁸ are brought into range by a common factor `2^-scale`; what then is too small
/// or too large to hold is far below or above the best plan known and decides nothing.
///
/// Every tensor made is read once and every operand too, so a read is priced where the tensor is
/// made: all orders have the rest in common.
final class Pricing {
  private final Objective objective;
  private final CostModel model;
  private final double scale;
  private final double unit;

  Pricing(Objective objective, CostModel model, double scale) {
    this.objective = objective;
    this.model = model;
    this.scale = scale;
    unit = Math.pow(2, -scale);
  }

  Objective objective() {
    return objective;
  }

  double scale() {
    return scale;
  }

  /// A number of elements or points, scaled.
  double linear(double log2) {
    return power(log2 - scale);
  }

  static double power(double log2) {
    // Whole powers of two are exact, and by far the most frequent.
    long whole = Math.round(log2);
    return whole == log2 && Math.abs(log2) < 1000
        ? Math.scalb(1.0, (int) whole)
        : Math.pow(2, log2);
  }

  double pointFactor() {
    return objective == Objective.TIME ? model.secondsPerPoint() : 1;
  }

  /// What it costs to make a tensor of so many elements, and to read it once.
  ///
  /// @param elements scaled
  double node(double elements) {
    return switch (objective) {
      case FLOPS, SIZE -> 0;
      case TIME ->
          model.secondsPerStep() * unit
              + (model.secondsPerWrite() + model.secondsPerRead()) * elements
              + model.secondsPerSpill() * Math.max(0, elements - model.cacheElements() * unit);
    };
  }
}
