package org.einkorn.ir.tensor;

import org.einkorn.ir.source.Origin;

/// One tensor and what it equals. Each name is defined once.
///
/// @param origin where the user wrote it; no part of equality
public record Definition(String name, TensorType type, Body body, Origin origin) {
  public Definition {
    var unused = new org.einkorn.ir.expr.IndexExpr.Symbol(name);
  }

  public Definition(String name, TensorType type, Body body) {
    this(name, type, body, Origin.UNKNOWN);
  }
}
