package org.einkorn.ir.tensor;

import java.util.ArrayList;
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

  /// The same memory as real numbers: `f32[i, 2]` for `c64[i]`, with the real part first. Loops see
  /// a complex tensor so.
  public TensorType parts() {
    if (!dtype.isComplex()) {
      return this;
    }
    List<IndexExpr> axes = new ArrayList<>(extents);
    axes.add(IndexExpr.of(2));
    return new TensorType(dtype.part(), axes);
  }
}
