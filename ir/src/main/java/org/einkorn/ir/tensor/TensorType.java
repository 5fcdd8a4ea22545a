package org.einkorn.ir.tensor;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.runtime.DType;

/// Element type and extents of a tensor; the extents are expressions over symbols.
public record TensorType(DType dtype, List<IndexExpr> extents) {
  public TensorType {
    extents = List.copyOf(extents);
  }

  public int rank() {
    return extents.size();
  }
}
