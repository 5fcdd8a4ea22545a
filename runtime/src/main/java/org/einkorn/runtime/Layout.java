package org.einkorn.runtime;

import java.util.Arrays;

/// Where the elements of a tensor lie, all counted in elements: the element at index `(i0, …, in)`
/// is number `offset + i0·strides[0] + … + in·strides[n]` of the memory. A stride of 0 repeats one
/// element along an axis, a negative stride walks backwards.
///
/// Every index has a number in `0..2^63−1`: the constructor refuses a layout that would leave it.
public record Layout(Shape shape, long[] strides, long offset) {
  public Layout {
    strides = strides.clone();
    if (strides.length != shape.rank()) {
      throw DataException.of(DataFault.WRONG_RANK)
          .expected(shape.rank() + " strides for shape " + shape)
          .found(strides.length + " strides: " + Arrays.toString(strides));
    }
    try {
      if (reach(shape, strides, offset, -1) < 0) {
        throw DataException.of(DataFault.MEMORY_MISMATCH)
            .expected("no element before the start of the memory")
            .found(describe(shape, strides, offset));
      }
      Math.incrementExact(reach(shape, strides, offset, 1));
    } catch (ArithmeticException overflow) {
      throw DataException.of(DataFault.SHAPE_OVERFLOW)
          .expected("element numbers below 2^63")
          .found(describe(shape, strides, offset));
    }
  }

  /// The contiguous layout with the last axis fastest.
  public static Layout rowMajor(Shape shape) {
    return new Layout(shape, shape.rowMajorStrides(), 0);
  }

  /// The strides in elements; a copy.
  @Override
  public long[] strides() {
    return strides.clone();
  }

  /// The stride of one axis in elements.
  public long stride(int axis) {
    return strides[shape.checkAxis(axis)];
  }

  public int rank() {
    return shape.rank();
  }

  /// The number of elements of memory that this layout needs: one more than the highest element
  /// number, 0 if there are no elements.
  public long memoryElements() {
    return shape.elementCount() == 0 ? 0 : reach(shape, strides, offset, 1) + 1;
  }

  /// Whether the elements lie one after the other in row-major order. Strides of axes of extent 1
  /// do not matter; a layout without elements is contiguous.
  public boolean isContiguous() {
    if (shape.elementCount() == 0) {
      return true;
    }
    long expected = 1;
    for (int axis = rank() - 1; axis >= 0; axis--) {
      long extent = shape.extent(axis);
      if (extent != 1 && strides[axis] != expected) {
        return false;
      }
      expected *= extent;
    }
    return true;
  }

  /// The number of the element at this index.
  ///
  /// @throws DataException E0533 for another number of indices than axes, E0532 for an index
  ///   outside
  public long elementNumber(long... index) {
    if (index.length != rank()) {
      throw DataException.of(DataFault.WRONG_RANK)
          .expected(rank() + " indices for shape " + shape)
          .found(index.length + " indices: " + Arrays.toString(index));
    }
    long number = offset;
    for (int axis = 0; axis < index.length; axis++) {
      number += checkIndex(axis, index[axis]) * strides[axis];
    }
    return number;
  }

  /// The layout whose axis `n` is axis `axes[n]` of this one.
  public Layout permute(int... axes) {
    long[] extents = new long[rank()];
    long[] newStrides = new long[rank()];
    boolean[] seen = new boolean[rank()];
    boolean valid = axes.length == rank();
    for (int n = 0; valid && n < axes.length; n++) {
      int axis = axes[n];
      valid = axis >= 0 && axis < rank() && !seen[axis];
      if (valid) {
        seen[axis] = true;
        extents[n] = shape.extent(axis);
        newStrides[n] = strides[axis];
      }
    }
    if (!valid) {
      throw DataException.of(DataFault.WRONG_RANK)
          .expected("each axis of shape " + shape + " once")
          .found(Arrays.toString(axes));
    }
    return new Layout(Shape.of(extents), newStrides, offset);
  }

  /// The elements `start, start + step, …` of one axis, up to but without `stop`. Positions count
  /// from the start of the axis and are not clipped: a rising slice needs `0 ≤ start ≤ stop ≤
  /// extent`, a falling one (`step < 0`) `−1 ≤ stop ≤ start < extent`.
  public Layout slice(int axis, long start, long stop, long step) {
    long extent = shape.extent(axis);
    boolean inside =
        step > 0
            ? 0 <= start && start <= stop && stop <= extent
            : step < 0 && -1 <= stop && stop <= start && start < extent;
    if (!inside) {
      throw DataException.of(DataFault.INDEX_OUT_OF_BOUNDS)
          .expected(
              step == 0
                  ? "a step other than 0"
                  : step > 0
                      ? "0 <= start <= stop <= " + extent
                      : "-1 <= stop <= start < " + extent)
          .found("start " + start + ", stop " + stop + ", step " + step + " on axis " + axis);
    }
    long distance = Math.abs(stop - start);
    long magnitude = step == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(step);
    long count = distance == 0 ? 0 : (distance - 1) / magnitude + 1;
    long[] extents = shape.extents();
    extents[axis] = count;
    long[] newStrides = strides.clone();
    // A slice of one element needs no stride; leaving it as it was avoids an overflow for nothing.
    newStrides[axis] = count > 1 ? strides[axis] * step : strides[axis];
    long newOffset = count == 0 ? offset : offset + start * strides[axis];
    return new Layout(Shape.of(extents), newStrides, newOffset);
  }

  /// The layout at one position of an axis; that axis is gone.
  public Layout select(int axis, long index) {
    shape.checkAxis(axis);
    long newOffset = offset + checkIndex(axis, index) * strides[axis];
    long[] extents = new long[rank() - 1];
    long[] newStrides = new long[rank() - 1];
    for (int from = 0, to = 0; from < rank(); from++) {
      if (from != axis) {
        extents[to] = shape.extent(from);
        newStrides[to++] = strides[from];
      }
    }
    return new Layout(Shape.of(extents), newStrides, newOffset);
  }

  /// The layout of a larger shape that repeats this one: axes are matched from the last, an axis of
  /// extent 1 or a new leading axis is repeated with stride 0.
  public Layout broadcastTo(Shape target) {
    long[] newStrides = new long[target.rank()];
    int shift = target.rank() - rank();
    boolean fits = shift >= 0;
    for (int axis = 0; fits && axis < rank(); axis++) {
      long from = shape.extent(axis);
      fits = from == target.extent(axis + shift) || from == 1;
      newStrides[Math.max(axis + shift, 0)] =
          fits && from == target.extent(axis + shift) ? strides[axis] : 0;
    }
    if (!fits) {
      throw DataException.of(DataFault.SHAPE_MISMATCH)
          .expected("a shape that broadcasts to " + target)
          .found(shape);
    }
    return new Layout(target, newStrides, offset);
  }

  /// The same elements in the same row-major order under another shape.
  ///
  /// @throws DataException E0536 if the numbers of elements differ, E0537 if this is not contiguous
  public Layout reshape(Shape target) {
    if (target.elementCount() != shape.elementCount()) {
      throw DataException.of(DataFault.SHAPE_MISMATCH)
          .expected(shape.elementCount() + " elements, as in " + shape)
          .found(target.elementCount() + " elements in " + target);
    }
    if (!isContiguous()) {
      throw DataException.of(DataFault.NOT_CONTIGUOUS)
          .expected("row-major strides " + Arrays.toString(shape.rowMajorStrides()))
          .found("strides " + Arrays.toString(strides) + " of shape " + shape)
          .withHelp("copy it first with `contiguous(arena)`");
    }
    return new Layout(target, target.rowMajorStrides(), offset);
  }

  private long checkIndex(int axis, long index) {
    if (index < 0 || index >= shape.extent(axis)) {
      throw DataException.of(DataFault.INDEX_OUT_OF_BOUNDS)
          .expected(
              shape.extent(axis) == 0
                  ? "no index: axis " + axis + " of " + shape + " is empty"
                  : "0.." + (shape.extent(axis) - 1) + " on axis " + axis + " of " + shape)
          .found(index);
    }
    return index;
  }

  /// The lowest (`sign` −1) or highest (`sign` 1) element number, or ArithmeticException.
  private static long reach(Shape shape, long[] strides, long offset, int sign) {
    long number = offset;
    if (shape.elementCount() == 0) {
      return number;
    }
    for (int axis = 0; axis < strides.length; axis++) {
      if (Long.signum(strides[axis]) == sign) {
        number = Math.addExact(number, Math.multiplyExact(shape.extent(axis) - 1, strides[axis]));
      }
    }
    return number;
  }

  private static String describe(Shape shape, long[] strides, long offset) {
    return "shape " + shape + ", strides " + Arrays.toString(strides) + ", offset " + offset;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout layout
        && shape.equals(layout.shape)
        && Arrays.equals(strides, layout.strides)
        && offset == layout.offset;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return describe(shape, strides, offset);
  }
}
