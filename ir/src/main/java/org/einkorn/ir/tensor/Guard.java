package org.einkorn.ir.tensor;

import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// The condition `0 ≤ index < extent` on a point of the iteration domain.
public record Guard(IndexExpr index, IndexExpr extent) {
  /// Whether it depends on data.
  public boolean fetches() {
    return Walk.fetches(index) || Walk.fetches(extent);
  }
}
