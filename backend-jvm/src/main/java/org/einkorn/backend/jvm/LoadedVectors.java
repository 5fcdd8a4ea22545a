package org.einkorn.backend.jvm;

import java.util.HashMap;
import java.util.Map;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.runtime.DType;
import org.jspecify.annotations.Nullable;

/// The vectors that were loaded from memory and lie in local variables.
///
/// The JIT compiler would find repeated loads too, but only after it has inlined each of them, and
/// the number of calls it inlines is limited.
final class LoadedVectors {
  private final Map<Key, Integer> slots = new HashMap<>();

  /// What was loaded.
  ///
  /// @param variables the values of the iterators that stand in `value`
  /// @param vector which of the vectors side by side; −1 for a value that all lanes share
  record Key(Scalar value, Map<String, Polynomial> variables, DType type, int vector) {
    Key {
      variables = Map.copyOf(variables);
    }
  }

  /// The local variable with what was loaded, if it was.
  @Nullable Integer slot(Key key) {
    return slots.get(key);
  }

  void put(Key key, int slot) {
    slots.put(key, slot);
  }

  /// All that is known now, for [#retain].
  Map<Key, Integer> known() {
    return Map.copyOf(slots);
  }

  /// Forgets what was loaded by code that was perhaps not executed.
  void retain(Map<Key, Integer> known) {
    // What was known and loaded again lies elsewhere.
    slots.entrySet().retainAll(known.entrySet());
  }

  /// Forgets everything.
  void forget() {
    slots.clear();
  }

  /// Forgets what was loaded from a tensor that has changed.
  void forget(String tensor) {
    slots
        .keySet()
        .removeIf(
            key -> {
              boolean[] reads = {false};
              Walk.ofScalars(
                      part ->
                          reads[0] |=
                              part instanceof Scalar.Read read && read.tensor().equals(tensor))
                  .visit(key.value);
              return reads[0];
            });
  }
}
