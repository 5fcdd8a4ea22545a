package org.einkorn.cli.bench;

import java.util.Optional;
import java.util.OptionalLong;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;

/// A tensor that a kernel takes or makes.
///
/// @param positions how many positions there are on the axis that its numbers are positions on,
///   where they are
/// @param file the file that the program names for it
record Parameter(
    String name, DType dtype, Shape shape, OptionalLong positions, Optional<String> file) {
  long bytes() {
    return Math.multiplyExact(shape.elementCount(), dtype.byteSize());
  }
}
