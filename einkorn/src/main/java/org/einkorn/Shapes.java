package org.einkorn;

import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.Shape;

/// Shapes of tensors whose extents are numbers.
final class Shapes {
  private Shapes() {}

  static Shape of(TensorType type) {
    return Shape.of(
        type.extents().stream()
            .mapToLong(
                extent -> {
                  if (extent instanceof IndexExpr.Constant(long size)) {
                    return size;
                  }
                  throw new IllegalStateException("an open extent");
                })
            .toArray());
  }
}
