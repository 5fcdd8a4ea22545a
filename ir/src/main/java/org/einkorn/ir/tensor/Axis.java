package org.einkorn.ir.tensor;

import org.einkorn.ir.expr.IndexExpr;

/// An iteration variable of a contraction: `0 ≤ name < extent`.
public record Axis(String name, IndexExpr extent) {
  public Axis {
    var unused = new IndexExpr.Variable(name);
  }

  public IndexExpr variable() {
    return new IndexExpr.Variable(name);
  }
}
