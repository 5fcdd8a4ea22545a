package org.einkorn.passes.layout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Tensor;

/// Where an output is written, in two parts: the order in which its axes lie, and what is left.
///
/// The order decides which loop is innermost, so that stores go along the memory; [InPlace] writes
/// it into the equations. The memory behind it is row-major but for gaps and direction, which
/// [PlaceOutputs] writes into the loops.
///
/// @param order the axes from the largest stride to the smallest
/// @param memory how the tensor with its axes in that order lies
public record Placement(List<Integer> order, Storage memory) {
  public Placement {
    order = List.copyOf(order);
  }

  /// How an output of this layout is written; nothing where two indices share an element, so that
  /// it can't be written.
  public static Optional<Placement> of(Layout layout) {
    if (layout.isContiguous()) {
      return Optional.of(row(layout));
    }
    List<Integer> order = new ArrayList<>();
    for (int axis = 0; axis < layout.rank(); axis++) {
      order.add(axis);
    }
    // An axis of one position fits everywhere, whatever its stride.
    order.sort(Comparator.comparingLong(axis -> -step(layout, axis)));
    return isInjective(layout, order)
        ? Optional.of(new Placement(order, Storage.of(permuted(layout, order))))
        : Optional.empty();
  }

  /// As [#of], the axes being in the order of the tensor.
  public static Optional<Placement> inOrder(Layout layout) {
    return of(layout).map(any -> new Placement(row(layout).order, Storage.of(layout)));
  }

  private static Placement row(Layout layout) {
    List<Integer> order = new ArrayList<>();
    for (int axis = 0; axis < layout.rank(); axis++) {
      order.add(axis);
    }
    return new Placement(order, new Storage.Dense());
  }

  private static long step(Layout layout, int axis) {
    return layout.shape().extent(axis) == 1 ? Long.MAX_VALUE : Math.abs(layout.stride(axis));
  }

  /// Whether each axis steps over all that the axes after it reach.
  private static boolean isInjective(Layout layout, List<Integer> order) {
    long reach = 0;
    for (int axis : order.reversed()) {
      if (layout.shape().extent(axis) > 1) {
        if (step(layout, axis) <= reach) {
          return false;
        }
        reach += step(layout, axis) * (layout.shape().extent(axis) - 1);
      }
    }
    return true;
  }

  private static Layout permuted(Layout layout, List<Integer> order) {
    return layout.permute(order.stream().mapToInt(Integer::intValue).toArray());
  }

  /// Whether the axes lie in the order of the tensor.
  public boolean isInOrder() {
    for (int place = 0; place < order.size(); place++) {
      if (order.get(place) != place) {
        return false;
      }
    }
    return true;
  }

  /// The order as the storage of the tensor: what equations that know of no gaps write.
  public Storage ordered() {
    if (isInOrder()) {
      return new Storage.Dense();
    }
    List<Storage.Place> places = new ArrayList<>();
    for (int axis = 0; axis < order.size(); axis++) {
      places.add(new Storage.Place(order.indexOf(axis), false));
    }
    return new Storage.Permuted(places, order.size());
  }

  /// The tensor that code writes for one that is stored so.
  public Tensor memory(Tensor view) {
    return memory.memory(
        isInOrder() ? view : view.permute(order.stream().mapToInt(Integer::intValue).toArray()));
  }
}
