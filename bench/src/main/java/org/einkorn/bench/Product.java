package org.einkorn.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// An einsum of two tensors as products of matrices, without moving anything: `C = A B` for each
/// value of the batch axes.
///
/// @param batch the axes that all three have
/// @param row the axis of A and C, several that lie behind one another taken as one; so are
///   `column`, of B and C, and `sum`, of A and B
/// @param shape of C
record Product(List<Axis> batch, Axis row, Axis column, Axis sum, Shape shape, DType type) {
  /// An axis of some of the tensors: its extent, and the distance of elements along it in each, 0
  /// in those that do not have it.
  record Axis(long extent, long left, long right, long result) {
    Axis turned() {
      return new Axis(extent, /* left= */ right, /* right= */ left, result);
    }
  }

  Product {
    batch = List.copyOf(batch);
  }

  /// @return the product, if the einsum is one
  static Optional<Product> of(String spec, List<Tensor> inputs) {
    String[] sides = spec.split("->", -1);
    String[] terms = sides[0].split(",", -1);
    if (terms.length != 2 || inputs.get(0).dtype() != inputs.get(1).dtype()) {
      return Optional.empty();
    }
    String all = terms[0] + terms[1] + sides[1];
    for (String term : List.of(terms[0], terms[1], sides[1])) {
      if (term.chars().distinct().count() != term.length()) {
        return Optional.empty();
      }
    }
    long[] extents = sides[1].chars().mapToLong(letter -> extent(letter, terms, inputs)).toArray();
    Shape shape = Shape.of(extents);
    List<Axis> batch = new ArrayList<>();
    List<Axis> rows = new ArrayList<>();
    List<Axis> columns = new ArrayList<>();
    List<Axis> sums = new ArrayList<>();
    for (int letter : all.chars().distinct().toArray()) {
      Axis axis =
          new Axis(
              extent(letter, terms, inputs),
              stride(terms[0], letter, inputs.get(0).shape()),
              stride(terms[1], letter, inputs.get(1).shape()),
              stride(sides[1], letter, shape));
      boolean isLeft = axis.left > 0;
      boolean isRight = axis.right > 0;
      if (isLeft && isRight) {
        (axis.result > 0 ? batch : sums).add(axis);
      } else if (axis.result > 0) {
        (isLeft ? rows : columns).add(axis);
      } else {
        return Optional.empty(); // a sum over one of them alone
      }
    }
    Optional<Axis> row = merged(rows);
    Optional<Axis> column = merged(columns);
    Optional<Axis> sum = merged(sums);
    if (row.isEmpty() || column.isEmpty() || sum.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Product(batch, row.get(), column.get(), sum.get(), shape, inputs.getFirst().dtype()));
  }

  private static long extent(int letter, String[] terms, List<Tensor> inputs) {
    for (int number = 0; number < terms.length; number++) {
      int axis = terms[number].indexOf(letter);
      if (axis >= 0) {
        return inputs.get(number).extent(axis);
      }
    }
    throw new IllegalArgumentException("an axis of the result that no input has");
  }

  private static long stride(String term, int letter, Shape shape) {
    int axis = term.indexOf(letter);
    return axis < 0 ? 0 : shape.rowMajorStrides()[axis];
  }

  /// The axes as one, if they lie behind one another in the same way wherever they are.
  private static Optional<Axis> merged(List<Axis> axes) {
    if (axes.isEmpty()) {
      return Optional.of(new Axis(1, 0, 0, 0));
    }
    Axis all = axes.getFirst();
    for (Axis next : axes.subList(1, axes.size())) {
      boolean fits =
          all.left == next.left * next.extent
              && all.right == next.right * next.extent
              && all.result == next.result * next.extent;
      if (!fits) {
        return Optional.empty();
      }
      all = new Axis(all.extent * next.extent, next.left, next.right, next.result);
    }
    return Optional.of(all);
  }

  /// The transpose: `Cᵀ = Bᵀ Aᵀ`, of the same tensors in the other order.
  Product turned() {
    return new Product(
        batch.stream().map(Axis::turned).toList(),
        column.turned(),
        row.turned(),
        sum.turned(),
        shape,
        type);
  }

  /// Where the matrices of each product begin: of A, of B, of C.
  List<long[]> offsets() {
    List<long[]> offsets = new ArrayList<>(List.of(new long[3]));
    for (Axis axis : batch) {
      List<long[]> more = new ArrayList<>();
      for (long[] offset : offsets) {
        for (long at = 0; at < axis.extent; at++) {
          more.add(
              new long[] {
                offset[0] + at * axis.left,
                offset[1] + at * axis.right,
                offset[2] + at * axis.result
              });
        }
      }
      offsets = more;
    }
    return offsets;
  }
}
