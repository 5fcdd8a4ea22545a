package org.einkorn.runtime;

/// Walks a layout in row-major order, one row (the last axis) at a time.
final class Rows {
  /// Takes the elements numbered `first, first + stride, …`, `count` of them.
  @FunctionalInterface
  interface Visitor {
    void row(long first, long stride, long count);
  }

  private Rows() {}

  /// Shows every row to the visitor; a scalar is one row of one element.
  static void forEach(Layout layout, Visitor visitor) {
    Shape shape = layout.shape();
    if (shape.elementCount() == 0) {
      return;
    }
    int last = shape.rank() - 1;
    if (last < 0) {
      visitor.row(layout.offset(), 1, 1);
      return;
    }
    if (layout.isContiguous()) {
      visitor.row(layout.offset(), 1, shape.elementCount());
      return;
    }
    long[] extents = shape.extents();
    long[] strides = layout.strides();
    long[] index = new long[last];
    long number = layout.offset();
    while (true) {
      visitor.row(number, strides[last], extents[last]);
      int axis = last - 1;
      while (axis >= 0 && ++index[axis] == extents[axis]) {
        number -= (extents[axis] - 1) * strides[axis];
        index[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
      number += strides[axis];
    }
  }
}
