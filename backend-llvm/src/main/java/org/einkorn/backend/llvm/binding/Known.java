package org.einkorn.backend.llvm.binding;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a block has computed so far.
///
/// Arrays that have different addresses at their start do not overlap: each buffer of a kernel has
/// its own memory, as `noalias` tells LLVM.
final class Known {
  private final Map<Key, Value> values = new HashMap<>();
  private final Map<Key, Load> loads = new HashMap<>();
  private final Map<Long, Long> arrays = new HashMap<>();

  /// An operation and what it is applied to; values and types by their addresses.
  record Key(int operation, long kind, long first, long second, List<Long> more) {
    Key(int operation, long kind, long first, long second, long third) {
      this(operation, kind, first, second, third == 0 ? List.of() : List.of(third));
    }

    static Key of(NativeFunction function, List<Value> arguments) {
      return new Key(
          -1,
          function.ref.address(),
          0,
          0,
          arguments.stream().map(argument -> argument.ref.address()).toList());
    }
  }

  /// @param array the address at the start of what was loaded from
  private record Load(Value value, long array) {}

  Value value(Key key, Supplier<Value> written) {
    @Nullable Value before = values.get(key);
    if (before != null) {
      return before;
    }
    Value value = written.get();
    values.put(key, value);
    return value;
  }

  Value load(Value address, Key key, Supplier<Value> written) {
    @Nullable Load before = loads.get(key);
    if (before != null) {
      return before.value;
    }
    Value value = written.get();
    loads.put(key, new Load(value, array(address)));
    return value;
  }

  /// Notes that an address lies in an array.
  void isIn(Value address, Value array) {
    arrays.put(address.ref.address(), array(array));
  }

  private long array(Value address) {
    return arrays.getOrDefault(address.ref.address(), address.ref.address());
  }

  /// Forgets what was loaded from the array that an address lies in.
  void stored(Value address) {
    long array = array(address);
    loads.values().removeIf(load -> load.array == array);
  }

  /// Forgets all that was loaded.
  void anythingStored() {
    loads.clear();
  }
}
