package org.einkorn.runtime.io;

import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;

/// What a file says about a tensor before its elements are read.
public record Header(DType dtype, Shape shape) {
  /// As a declaration has it: `f32[2, 3]`.
  @Override
  public String toString() {
    return dtype.text() + shape;
  }
}
