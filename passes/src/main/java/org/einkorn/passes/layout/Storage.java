package org.einkorn.passes.layout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// How the elements of a tensor lie in memory, as far as code depends on it.
///
/// The memory of a view is that of a row-major tensor, its *memory tensor*: the elements from the
/// lowest that the view has to the highest.
public sealed interface Storage {
  /// Row-major: the memory tensor is the tensor itself.
  record Dense() implements Storage {}

  /// Row-major but for the order and direction of axes; the memory tensor has the axes that are not
  /// repeated.
  ///
  /// @param places for each axis of the view where it is
  /// @param rank the number of axes of the memory tensor
  record Permuted(List<Place> places, int rank) implements Storage {
    public Permuted {
      places = List.copyOf(places);
    }
  }

  /// Any strides; the memory tensor has one axis.
  ///
  /// @param strides in elements, with their signs
  /// @param first the number of the element at index 0, counted from the lowest
  /// @param elements from the lowest to the highest
  record Strided(List<Long> strides, long first, long elements) implements Storage {
    public Strided {
      strides = List.copyOf(strides);
    }
  }

  /// Where one axis of a view is.
  ///
  /// @param axis of the memory tensor; −1 for an axis that repeats one element, of stride 0
  /// @param isReversed whether it runs from the end
  record Place(int axis, boolean isReversed) {
    boolean isRepeated() {
      return axis < 0;
    }
  }

  /// How a tensor of this layout lies.
  static Storage of(Layout layout) {
    if (layout.isContiguous()) {
      return new Dense();
    }
    List<Integer> inMemory = new ArrayList<>();
    for (int axis = 0; axis < layout.rank(); axis++) {
      if (layout.stride(axis) != 0 || layout.shape().extent(axis) == 1) {
        inMemory.add(axis);
      }
    }
    // An axis of one position fits everywhere, whatever its stride.
    inMemory.sort(
        Comparator.comparingLong(
            axis ->
                layout.shape().extent(axis) == 1
                    ? Long.MIN_VALUE
                    : -Math.abs(layout.stride(axis))));
    return isDense(layout, inMemory) ? permuted(layout, inMemory) : strided(layout);
  }

  private static boolean isDense(Layout layout, List<Integer> inMemory) {
    long expected = 1;
    for (int axis : inMemory.reversed()) {
      long extent = layout.shape().extent(axis);
      if (extent != 1 && Math.abs(layout.stride(axis)) != expected) {
        return false;
      }
      expected *= extent;
    }
    return true;
  }

  private static Storage permuted(Layout layout, List<Integer> inMemory) {
    List<Place> places = new ArrayList<>();
    for (int axis = 0; axis < layout.rank(); axis++) {
      boolean isReversed = layout.stride(axis) < 0 && layout.shape().extent(axis) > 1;
      places.add(new Place(inMemory.indexOf(axis), isReversed));
    }
    return new Permuted(places, inMemory.size());
  }

  private static Storage strided(Layout layout) {
    List<Long> strides = new ArrayList<>();
    long first = 0;
    long last = 0;
    for (int axis = 0; axis < layout.rank(); axis++) {
      long stride = layout.shape().extent(axis) == 1 ? 0 : layout.stride(axis);
      long reach = stride * (layout.shape().extent(axis) - 1);
      strides.add(stride);
      first -= Math.min(reach, 0);
      last += Math.max(reach, 0);
    }
    return new Strided(strides, first, first + last + 1);
  }

  /// Whether code for this storage is for these sizes only, on one axis of the view.
  default boolean fixesExtent(int axis) {
    return switch (this) {
      case Dense _ -> false;
      case Permuted permuted -> permuted.places.get(axis).isRepeated();
      case Strided _ -> true;
    };
  }

  /// The memory tensor of a view that is stored so.
  default Tensor memory(Tensor view) {
    Layout layout = view.layout();
    return switch (this) {
      case Dense _ -> view;
      case Permuted permuted -> {
        long[] extents = new long[permuted.rank];
        for (int axis = 0; axis < layout.rank(); axis++) {
          Place place = permuted.places.get(axis);
          if (!place.isRepeated()) {
            extents[place.axis] = layout.shape().extent(axis);
          }
        }
        yield rowMajor(view, Shape.of(extents));
      }
      case Strided strided -> rowMajor(view, Shape.of(strided.elements));
    };
  }

  private static Tensor rowMajor(Tensor view, Shape shape) {
    Layout layout = view.layout();
    long lowest = layout.offset();
    for (int axis = 0; axis < layout.rank(); axis++) {
      lowest += Math.min(layout.stride(axis), 0) * (layout.shape().extent(axis) - 1);
    }
    return Tensor.wrap(
        view.segment(), view.dtype(), new Layout(shape, shape.rowMajorStrides(), lowest));
  }

  /// The extents of the memory tensor.
  ///
  /// @param extents those of the view
  default List<IndexExpr> extents(List<IndexExpr> extents) {
    return switch (this) {
      case Dense _ -> extents;
      case Permuted permuted -> {
        IndexExpr[] inMemory = new IndexExpr[permuted.rank];
        for (int axis = 0; axis < extents.size(); axis++) {
          Place place = permuted.places.get(axis);
          if (!place.isRepeated()) {
            inMemory[place.axis] = extents.get(axis);
          } else if (!(extents.get(axis) instanceof IndexExpr.Constant)) {
            throw new IllegalArgumentException("a repeated axis of unknown extent");
          }
        }
        yield List.of(inMemory);
      }
      case Strided strided -> {
        if (!extents.stream().allMatch(IndexExpr.Constant.class::isInstance)) {
          throw new IllegalArgumentException("strides for sizes that are not known");
        }
        yield List.of(IndexExpr.of(strided.elements));
      }
    };
  }

  /// The position in the memory tensor of an element of the view.
  ///
  /// @param extents those of the view
  /// @param at the position in the view
  default List<IndexExpr> position(List<IndexExpr> extents, List<IndexExpr> at) {
    return switch (this) {
      case Dense _ -> at;
      case Permuted permuted -> {
        IndexExpr[] inMemory = new IndexExpr[permuted.rank];
        for (int axis = 0; axis < at.size(); axis++) {
          Place place = permuted.places.get(axis);
          if (!place.isRepeated()) {
            inMemory[place.axis] =
                place.isReversed
                    ? extents.get(axis).plus(at.get(axis).times(-1)).plus(-1)
                    : at.get(axis);
          }
        }
        yield List.of(inMemory);
      }
      case Strided strided -> {
        IndexExpr number = IndexExpr.of(strided.first);
        for (int axis = 0; axis < at.size(); axis++) {
          number = number.plus(at.get(axis).times(strided.strides.get(axis)));
        }
        yield List.of(number);
      }
    };
  }
}
