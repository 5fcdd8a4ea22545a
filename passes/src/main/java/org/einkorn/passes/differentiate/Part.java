package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.Scalar;

/// A series whose coefficients are stored one after the other, so that each may read those before.
final class Part {
  private final Scalar value;
  private final Store store;
  private final List<Optional<Scalar>> coefficients = new ArrayList<>();

  /// Defines what is stored.
  interface Store {
    /// Stores the coefficient of an order, and gives its element at the points; nothing for 0.
    Optional<Scalar> put(int n, Optional<Scalar> coefficient);
  }

  /// @param value of order 0, as an element that is stored
  Part(Scalar value, Store store) {
    this.value = value;
    this.store = store;
  }

  Scalar value() {
    return value;
  }

  /// The coefficient of an order that is stored already.
  Optional<Scalar> at(int n) {
    return n == 0
        ? Optional.of(Partial.convert(value.type().compute(), value))
        : coefficients.get(n - 1);
  }

  /// Stores the coefficient of the next order.
  void put(Optional<Scalar> coefficient) {
    coefficients.add(store.put(coefficients.size() + 1, coefficient));
  }

  /// Whether anything is stored.
  boolean isUsed() {
    return !coefficients.isEmpty();
  }

  Series series() {
    return new Series(value, coefficients);
  }
}
