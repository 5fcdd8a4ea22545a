package org.einkorn.runtime;

import java.util.Arrays;
import java.util.function.Consumer;

/// The extents of a tensor, immutable. Each is ≥ 0 and their product fits a `long`, so that
/// [#elementCount()] never overflows. Rank 0 is a scalar: one element.
public final class Shape {
  private static final Shape SCALAR = new Shape(new long[0], 1);

  private final long[] extents;
  private final long elementCount;

  private Shape(long[] extents, long elementCount) {
    this.extents = extents;
    this.elementCount = elementCount;
  }

  /// The shape with these extents.
  ///
  /// @throws DataException E0531 if an extent is negative, E0530 if there are 2^63 elements or
  ///   more, counted without the axes of extent 0
  public static Shape of(long... extents) {
    if (extents.length == 0) {
      return SCALAR;
    }
    long[] own = extents.clone();
    // Axes of extent 0 are left out of the product: [0, 2^40, 2^40] is empty, but its strides would
    // overflow.
    long count = 1;
    boolean empty = false;
    for (long extent : own) {
      if (extent < 0) {
        throw DataException.of(DataFault.NEGATIVE_EXTENT)
            .expected("extents of 0 or more")
            .found(Arrays.toString(own));
      }
      empty |= extent == 0;
      try {
        count = Math.multiplyExact(count, Math.max(extent, 1));
      } catch (ArithmeticException overflow) {
        throw DataException.of(DataFault.SHAPE_OVERFLOW)
            .expected("fewer than 2^63 elements")
            .found(Arrays.toString(own));
      }
    }
    return new Shape(own, empty ? 0 : count);
  }

  /// The number of axes.
  public int rank() {
    return extents.length;
  }

  /// The extent of one axis, counted from 0.
  public long extent(int axis) {
    return extents[checkAxis(axis)];
  }

  /// A copy of all extents.
  public long[] extents() {
    return extents.clone();
  }

  /// The number of elements; 1 for rank 0.
  public long elementCount() {
    return elementCount;
  }

  /// The strides, in elements, of a contiguous row-major tensor of this shape: the last axis has
  /// stride 1. An axis of extent 0 counts as 1, so that the strides stay positive.
  public long[] rowMajorStrides() {
    long[] strides = new long[extents.length];
    long stride = 1;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= Math.max(extents[axis], 1);
    }
    return strides;
  }

  /// The axis itself, once it is known to exist.
  int checkAxis(int axis) {
    if (axis < 0 || axis >= extents.length) {
      throw DataException.of(DataFault.WRONG_RANK)
          .expected(
              extents.length == 0
                  ? "no axis: the tensor is a scalar"
                  : "an axis in 0.." + (extents.length - 1) + " of shape " + this)
          .found("axis " + axis);
    }
    return axis;
  }

  /// Calls an action for each index, the last axis the fastest. The array is the same in each call.
  public void forEachIndex(Consumer<long[]> action) {
    if (elementCount > 0) {
      forEachIndex(0, new long[rank()], action);
    }
  }

  private void forEachIndex(int axis, long[] index, Consumer<long[]> action) {
    if (axis == index.length) {
      action.accept(index);
      return;
    }
    for (index[axis] = 0; index[axis] < extents[axis]; index[axis]++) {
      forEachIndex(axis + 1, index, action);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(extents, shape.extents);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(extents);
  }

  /// The extents as `[2, 3]`.
  @Override
  public String toString() {
    return Arrays.toString(extents);
  }
}
