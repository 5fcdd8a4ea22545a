package org.einkorn.runtime.io;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// Tensors as relations.
final class RelationOfTensor {
  private final TextPool texts = new TextPool();
  private int[] cells = new int[64];
  private int count;

  private RelationOfTensor() {}

  static Relation of(Tensor tensor) {
    RelationOfTensor made = new RelationOfTensor();
    int columns = made.read(tensor);
    return new Relation(
        "the tensor, row",
        0,
        made.count == 0 ? 0 : columns,
        Arrays.copyOf(made.cells, made.count),
        made.texts,
        Optional.empty());
  }

  private int read(Tensor tensor) {
    if (tensor.dtype() == DType.BOOL) {
      tensor
          .shape()
          .forEachIndex(
              index -> {
                if (tensor.getBoolean(index)) {
                  Arrays.stream(index).forEach(this::add);
                }
              });
      return tensor.rank();
    }
    if (!tensor.dtype().isInteger()) {
      throw DataException.of(DataFault.WRONG_DTYPE)
          .expected("truth values, or the tuples of a relation as integers")
          .found(tensor.dtype() + tensor.shape().toString());
    }
    if (tensor.rank() != 2) {
      throw DataException.of(DataFault.WRONG_RANK)
          .expected("2 axes: the tuples of a relation and their columns")
          .found("shape " + tensor.shape());
    }
    Shape shape = tensor.shape();
    for (long row = 0; row < shape.extent(0); row++) {
      for (long column = 0; column < shape.extent(1); column++) {
        add(tensor.getLong(row, column));
      }
    }
    return Math.toIntExact(shape.extent(1));
  }

  private void add(long number) {
    if (count == cells.length) {
      cells = Arrays.copyOf(cells, 2 * count);
    }
    byte[] text = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    cells[count++] = texts.add(text, 0, text.length);
  }
}
