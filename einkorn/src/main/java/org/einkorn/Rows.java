package org.einkorn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.einkorn.frontend.Lesson;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;

/// The rows of the data that a step takes, copied to where the step reads them.
final class Rows {
  private final RowOrder order;
  private final int[] rows;
  private final List<Copied> copied;

  private record Copied(String name, Tensor all, Tensor batch, int axis) {}

  private Rows(RowOrder order, int[] rows, List<Copied> copied) {
    this.order = order;
    this.rows = rows;
    this.copied = copied;
  }

  /// @param tensors the data, contiguous
  static Rows of(
      Lesson.Batches batches, Map<String, Tensor> tensors, long seed, int lesson, Arena arena) {
    List<Copied> copied = new ArrayList<>();
    Map<String, Long> lengths = new LinkedHashMap<>();
    for (Lesson.Axis axis : batches.axes()) {
      Tensor all = Objects.requireNonNull(tensors.get(axis.tensor()));
      long[] extents = all.shape().extents().clone();
      lengths.put(axis.tensor(), extents[axis.axis()]);
      extents[axis.axis()] = batches.size();
      Tensor batch = Tensor.allocate(arena, all.dtype(), extents);
      copied.add(new Copied(axis.tensor(), all, batch, axis.axis()));
    }
    long length = lengths.values().iterator().next();
    boolean isEven = lengths.values().stream().allMatch(other -> other == length);
    if (!isEven || length < batches.size() || length > Integer.MAX_VALUE) {
      throw DataException.of(DataFault.SHAPE_MISMATCH)
          .at("the rows of the index `" + batches.index() + "`")
          .expected("as many in each tensor, and at least the " + batches.size() + " of a batch")
          .found(lengths.toString());
    }
    return new Rows(
        new RowOrder(seed, lesson, (int) length), new int[(int) batches.size()], copied);
  }

  /// The tensors that a step reads.
  Map<String, Tensor> batch() {
    Map<String, Tensor> found = new HashMap<>();
    copied.forEach(made -> found.put(made.name, made.batch));
    return found;
  }

  /// Copies the rows of a step, from 1.
  void fill(long step) {
    order.batch(step, rows);
    copied.forEach(this::fill);
  }

  private void fill(Copied made) {
    long[] extents = made.all.shape().extents();
    long inner = made.all.dtype().byteSize();
    long outer = 1;
    for (int axis = 0; axis < extents.length; axis++) {
      if (axis < made.axis) {
        outer *= extents[axis];
      } else if (axis > made.axis) {
        inner *= extents[axis];
      }
    }
    MemorySegment from = made.all.segment();
    MemorySegment to = made.batch.segment();
    for (long block = 0; block < outer; block++) {
      for (int row = 0; row < rows.length; row++) {
        MemorySegment.copy(
            from,
            (block * extents[made.axis] + rows[row]) * inner,
            to,
            (block * rows.length + row) * inner,
            inner);
      }
    }
  }
}
