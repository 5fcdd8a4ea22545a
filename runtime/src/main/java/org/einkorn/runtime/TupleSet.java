package org.einkorn.runtime;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.function.Consumer;

/// A relation as the list of the positions at which it holds, in order, each once: what a tensor of
/// truth values says that may have too many positions to be one.
public final class TupleSet {
  private final Tensor tuples;
  private final long[] extents;

  private TupleSet(Tensor tuples, long[] extents) {
    this.tuples = tuples;
    this.extents = extents;
  }

  /// The set of the rows of a tensor, in any order.
  ///
  /// @param arena owns the tuples
  /// @param rows `i64[rows, axes]` or with more columns, which are left out; no position is
  ///   negative
  /// @param from the first row
  /// @param to the row before which they end
  /// @param extents of the axes of the relation, on which the positions lie
  /// @throws DataException E0541 if there are too many
  public static TupleSet of(Arena arena, Tensor rows, long from, long to, long... extents) {
    int width = extents.length;
    long[] positions = new long[count(to - from, width)];
    int at = 0;
    for (long row = from; row < to; row++) {
      for (int axis = 0; axis < width; axis++) {
        positions[at++] = rows.getLong(row, axis);
      }
    }
    long[] ordered = Tuples.distinct(positions, width);
    long count = width == 0 ? Math.min(1, to - from) : ordered.length / width;
    return new TupleSet(tensor(arena, ordered, count, width), extents.clone());
  }

  /// The positions at which a tensor of truth values holds.
  ///
  /// @param arena owns the tuples
  public static TupleSet of(Arena arena, Tensor holds) {
    Shape shape = holds.shape();
    long[] count = {0};
    shape.forEachIndex(index -> count[0] += holds.getBoolean(index) ? 1 : 0);
    Tensor tuples = Tensor.allocate(arena, DType.I64, count[0], shape.rank());
    long[] row = {0};
    shape.forEachIndex(
        index -> {
          if (holds.getBoolean(index)) {
            for (int axis = 0; axis < index.length; axis++) {
              tuples.setLong(index[axis], row[0], axis);
            }
            row[0]++;
          }
        });
    return new TupleSet(tuples, shape.extents());
  }

  private static final int MOST = Integer.MAX_VALUE - 8;

  private static int count(long tuples, int width) {
    if (tuples > MOST / Math.max(1, width)) {
      throw DataException.of(DataFault.OUT_OF_MEMORY)
          .expected("at most " + MOST / Math.max(1, width) + " tuples of " + width + " positions")
          .found(tuples);
    }
    return (int) tuples * width;
  }

  private static Tensor tensor(Arena arena, long[] positions, long count, int width) {
    Tensor tensor = Tensor.allocate(arena, DType.I64, count, width);
    int at = 0;
    for (long row = 0; row < count; row++) {
      for (int axis = 0; axis < width; axis++) {
        tensor.setLong(positions[at++], row, axis);
      }
    }
    return tensor;
  }

  /// How many tuples there are.
  public long count() {
    return tuples.extent(0);
  }

  /// The tuples, `i64[tuples, axes]`.
  public Tensor tuples() {
    return tuples;
  }

  /// A copy of the extents of the axes of the relation.
  public long[] extents() {
    return extents.clone();
  }

  /// Calls an action for each tuple, in order, with an array of its own.
  public void forEach(Consumer<long[]> action) {
    for (long row = 0; row < count(); row++) {
      long[] tuple = new long[extents.length];
      for (int axis = 0; axis < tuple.length; axis++) {
        tuple[axis] = tuples.getLong(row, axis);
      }
      action.accept(tuple);
    }
  }

  /// The relation as a tensor of truth values.
  ///
  /// @param arena owns the tensor
  /// @throws DataException E0530 or E0541 if it has too many positions for that
  public Tensor toTensor(Arena arena) {
    Tensor tensor = Tensor.allocate(arena, DType.BOOL, extents);
    forEach(tuple -> tensor.setLong(1, tuple));
    return tensor;
  }

  @Override
  public String toString() {
    return count() + " tuples of " + Arrays.toString(extents);
  }
}
