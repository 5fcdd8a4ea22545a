package org.einkorn.passes;

/// What the order of a contraction makes small.
public enum Objective {
  /// The seconds that the steps are predicted to take (`CostModel`).
  TIME,
  /// The sum of the steps' products of extents.
  FLOPS,
  /// The largest intermediate; of those orders, the one with the fewest operations.
  SIZE
}
