package org.einkorn.backend.llvm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.integer.IntegerRange;
import org.einkorn.ir.integer.StoredIntegers;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;

/// What the names of a function stand for at the place that is being written.
final class Scope {
  private final Map<String, Value> numbers = new HashMap<>();
  private final Map<String, Place> places = new HashMap<>();
  private final Map<String, IndexExpr> extents = new HashMap<>();

  private final Map<String, IntegerRange> ranges = new HashMap<>();

  /// Where the elements of a tensor lie.
  ///
  /// @param extents one number for each axis
  /// @param isStreamed whether vectors are [stored past the caches][StreamingStores]
  record Place(Value address, Buffer buffer, List<Value> extents, boolean isStreamed) {
    Place {
      extents = List.copyOf(extents);
    }

    Place(Value address, Buffer buffer, List<Value> extents) {
      this(address, buffer, extents, false);
    }

    DType type() {
      return buffer.type().dtype();
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

  /// Binds a variable that is below its extent.
  void bind(String name, Value value, IndexExpr extent) {
    numbers.put(name, value);
    extents.put(name, extent);
  }

  /// Whether each position is a variable that runs over just the axis it is used on.
  boolean isInside(String tensor, List<IndexExpr> indices) {
    List<IndexExpr> axes = place(tensor).buffer().type().extents();
    for (int axis = 0; axis < axes.size(); axis++) {
      if (!(indices.get(axis) instanceof IndexExpr.Variable(String name))
          || !axes.get(axis).equals(extents.get(name))) {
        return false;
      }
    }
    return true;
  }

  void bind(String tensor, Place place) {
    places.put(tensor, place);
    ranges.remove(tensor);
  }

  /// Binds memory that is allocated, and what is known of the integers in it.
  void bind(Stmt.Allocate allocation, Place place) {
    String tensor = allocation.buffer().name();
    bind(tensor, place);
    DType type = place.type();
    if (type.isInteger()) {
      // A sum that leaves its type on the way traps: what is known then is its type alone.
      StoredIntegers.of(allocation)
          .filter(range -> range.fitsIn(type))
          .ifPresent(range -> ranges.put(tensor, range));
    }
  }

  /// What an element can be that is read here.
  IntegerRange elements(Scalar.Read read) {
    return ranges.getOrDefault(read.tensor(), IntegerRange.of(read.type()));
  }

  /// A scope to bind names in that this one doesn't see.
  Scope inner() {
    Scope inner = new Scope();
    inner.numbers.putAll(numbers);
    inner.places.putAll(places);
    inner.extents.putAll(extents);
    inner.ranges.putAll(ranges);
    return inner;
  }
}
