package org.einkorn.backend.llvm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.runtime.DType;

/// What the names of a function stand for at the place that is being written.
final class Scope {
  private final Map<String, Value> numbers = new HashMap<>();
  private final Map<String, Place> places = new HashMap<>();

  /// Where the elements of a tensor lie.
  ///
  /// @param extents one number for each axis
  record Place(Value address, DType type, List<Value> extents) {
    Place {
      extents = List.copyOf(extents);
    }
  }

  /// The value of a variable or symbol.
  Value number(String name) {
    Value value = numbers.get(name);
    if (value == null) {
      throw new IllegalStateException("`" + name + "` has no value here");
    }
    return value;
  }

  Place place(String tensor) {
    Place place = places.get(tensor);
    if (place == null) {
      throw new IllegalStateException("`" + tensor + "` has no memory");
    }
    return place;
  }

  void bind(String name, Value value) {
    numbers.put(name, value);
  }

  void bind(String tensor, Place place) {
    places.put(tensor, place);
  }

  /// A scope to bind names in that this one doesn't see.
  Scope inner() {
    Scope inner = new Scope();
    inner.numbers.putAll(numbers);
    inner.places.putAll(places);
    return inner;
  }
}
