package org.einkorn.frontend;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;

/// What is known of a tensor before the program is compiled.
///
/// @param dtype its element type
/// @param extents for each axis the extent, or nothing where it is to stay a symbol
public record Known(DType dtype, List<OptionalLong> extents) {
  public Known {
    extents = List.copyOf(extents);
  }

  /// A tensor of this type and shape.
  public static Known of(DType dtype, Shape shape) {
    List<OptionalLong> extents = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      extents.add(OptionalLong.of(shape.extent(axis)));
    }
    return new Known(dtype, extents);
  }

  public int rank() {
    return extents.size();
  }
}
