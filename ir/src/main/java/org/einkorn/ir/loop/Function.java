package org.einkorn.ir.loop;

import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;

/// One loop nest that runs as a unit: the kernel of one definition.
///
/// @param origin where the user wrote the equation; no part of equality
public record Function(String name, Stmt body, Origin origin) {
  public Function {
    var unused = new IndexExpr.Variable(name);
  }

  public Function(String name, Stmt body) {
    this(name, body, Origin.UNKNOWN);
  }

  /// The trip count of the outermost loop where that loop is parallel, else 1.
  ///
  /// A caller may run any partition of `0 … extent − 1` as ranges of this loop.
  public IndexExpr parallelExtent() {
    return body instanceof Stmt.For loop && loop.kind() == Stmt.LoopOrder.PARALLEL
        ? loop.extent()
        : IndexExpr.Constant.ONE;
  }
}
