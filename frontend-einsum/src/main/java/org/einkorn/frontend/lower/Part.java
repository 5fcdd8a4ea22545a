package org.einkorn.frontend.lower;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;

/// One equation of a tensor, resolved.
///
/// @param write where it writes, one position for each axis
/// @param node its right side, with its projections in place
record Part(Item item, Frame frame, List<IndexExpr> write, Node node) {
  Part {
    write = List.copyOf(write);
  }

  IndexExpr extent(Context context, String variable) {
    return context.extents.resolve(frame.get(variable).extent());
  }
}
