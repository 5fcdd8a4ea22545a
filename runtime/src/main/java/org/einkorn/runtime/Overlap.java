package org.einkorn.runtime;

import java.lang.foreign.MemorySegment;
import java.util.TreeSet;

/// Whether two tensors have an element in the same memory.
///
/// Parts of one larger tensor lie on one grid, where each stride divides the next, and the steps
/// that lead from an element of one to an element of the other can be found from the smallest
/// stride on. Where strides make no grid, the ranges of memory decide, which may take tensors for
/// overlapping that interlock.
final class Overlap {
  /// Beyond this many tries the ranges of memory decide.
  private static final int MOST_TRIES = 1000;

  private final Layout one;
  private final Layout other;
  private final long[] strides;
  private int tries;

  private Overlap(Layout one, Layout other, long[] strides) {
    this.one = one;
    this.other = other;
    this.strides = strides;
  }

  static boolean of(Tensor one, Tensor other) {
    if (one.elementCount() == 0 || other.elementCount() == 0) {
      return false;
    }
    MemorySegment first = range(one);
    MemorySegment second = range(other);
    boolean isNear =
        first.isNative() == second.isNative()
            && first.address() < second.address() + second.byteSize()
            && second.address() < first.address() + first.byteSize();
    // Addresses in arrays count from the start of each array, and do not say which it is.
    if (!isNear || !(first.isNative() || first.asOverlappingSlice(second).isPresent())) {
      return false;
    }
    long bytes = one.dtype().byteSize();
    long distanceBytes = second.address() - first.address();
    return bytes != other.dtype().byteSize()
        || distanceBytes % bytes != 0
        || meet(one.layout(), other.layout(), distanceBytes / bytes);
  }

  /// The memory from the lowest element to the highest.
  private static MemorySegment range(Tensor tensor) {
    Layout layout = tensor.layout();
    long bytes = tensor.dtype().byteSize();
    long lowest = lowest(layout);
    return tensor.segment().asSlice(lowest * bytes, (layout.memoryElements() - lowest) * bytes);
  }

  private static long lowest(Layout layout) {
    long lowest = layout.offset();
    for (int axis = 0; axis < layout.rank(); axis++) {
      lowest += Math.min(layout.stride(axis), 0) * (layout.shape().extent(axis) - 1);
    }
    return lowest;
  }

  /// @param distance from the lowest element of the one to that of the other, in elements
  private static boolean meet(Layout one, Layout other, long distance) {
    TreeSet<Long> strides = new TreeSet<>();
    addStrides(one, strides);
    addStrides(other, strides);
    long[] grid = strides.stream().mapToLong(Long::longValue).toArray();
    for (int number = 1; number < grid.length; number++) {
      if (grid[number] % grid[number - 1] != 0) {
        return true;
      }
    }
    return grid.length == 0 ? distance == 0 : new Overlap(one, other, grid).meet(0, distance);
  }

  /// Whether `distance` is a sum of multiples of the strides from one of them on: of each so many
  /// as the one has steps, less so many as the other has.
  private boolean meet(int number, long distance) {
    long stride = strides[number];
    if (distance % stride != 0) {
      return false;
    }
    long steps = distance / stride;
    long least = -steps(other, stride);
    long most = steps(one, stride);
    if (number == strides.length - 1) {
      return least <= steps && steps <= most;
    }
    // What the larger strides can't make must come from this one.
    long period = strides[number + 1] / stride;
    for (long taken = least + Math.floorMod(steps - least, period);
        taken <= most;
        taken += period) {
      tries++;
      if (tries > MOST_TRIES || meet(number + 1, distance - taken * stride)) {
        return true;
      }
    }
    return false;
  }

  private static void addStrides(Layout layout, TreeSet<Long> strides) {
    for (int axis = 0; axis < layout.rank(); axis++) {
      if (layout.shape().extent(axis) > 1 && layout.stride(axis) != 0) {
        strides.add(Math.abs(layout.stride(axis)));
      }
    }
  }

  private static long steps(Layout layout, long stride) {
    long steps = 0;
    for (int axis = 0; axis < layout.rank(); axis++) {
      if (Math.abs(layout.stride(axis)) == stride) {
        steps += layout.shape().extent(axis) - 1;
      }
    }
    return steps;
  }
}
