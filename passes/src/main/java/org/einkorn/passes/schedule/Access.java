package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.text.ExprPrinter;

/// A read or a store of an element while loops run.
///
/// @param by what reads or stores: "block `C`"
/// @param indices over the variables of loops: iterators of blocks are replaced
/// @param inner the loops around it that stand inside the loops that are looked at, the outermost
///   first
/// @param when what holds where it happens
record Access(
    boolean isStore,
    String by,
    String buffer,
    List<IndexExpr> indices,
    List<Loop> inner,
    List<Condition> when) {
  Access {
    indices = List.copyOf(indices);
    inner = List.copyOf(inner);
    when = List.copyOf(when);
  }

  /// "block `C` stores `C[i, j]`"
  String text() {
    return "%s %s `%s%s`"
        .formatted(by, isStore ? "stores" : "reads", buffer, ExprPrinter.printIndices(indices));
  }
}
