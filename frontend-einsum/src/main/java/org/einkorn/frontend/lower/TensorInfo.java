package org.einkorn.frontend.lower;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// What is known of a tensor when an equation reads it.
///
/// @param dtype the type it is stored in
/// @param narrow the type its values came from, for a temporary of `f16` operands; else `dtype`
/// @param extents over symbols, which may be unknown yet
/// @param isBroken whether its definition has an error, so that no one complains again
record TensorInfo(
    String name,
    DType dtype,
    DType narrow,
    List<IndexExpr> extents,
    boolean isInput,
    boolean isBroken,
    Origin origin) {
  TensorInfo {
    extents = List.copyOf(extents);
  }

  int rank() {
    return extents.size();
  }

  TensorType type() {
    return new TensorType(dtype, extents);
  }
}
