package org.einkorn.frontend.lower;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;

/// One equation of a tensor, resolved.
///
/// @param write where it writes, one position for each axis
/// @param node its right side, with its projections in place
/// @param bounds what points must keep inside
record Part(Item item, Frame frame, List<IndexExpr> write, Node node, List<Bound> bounds) {
  Part {
    write = List.copyOf(write);
    bounds = List.copyOf(bounds);
  }

  /// A position that points must keep inside: `with l-m: L`.
  record Bound(IndexExpr position, IndexExpr extent) {}

  IndexExpr extent(Context context, String variable) {
    return context.extents.resolve(frame.get(variable).extent());
  }
}
