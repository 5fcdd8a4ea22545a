package org.einkorn.passes.tune;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.einkorn.ir.loop.Module;

/// Names of global memory, for all functions of a module that get schedules one after the other.
///
/// Hundreds of functions may each copy the same matrix: the search for a name goes on where it
/// ended.
final class MemoryNames {
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  MemoryNames(Module module) {
    module.allBuffers().forEach(buffer -> taken.add(buffer.name()));
    module.signature().outputs().forEach(output -> taken.add(output.name()));
  }

  boolean has(String name) {
    return taken.contains(name);
  }

  /// Takes a name like the one that is wanted: `T`, or `T.1`, `T.2` …
  ///
  /// @param isOther whether something that is no memory has a name
  String take(String wanted, Predicate<String> isOther) {
    int number = numbers.getOrDefault(wanted, 0);
    String name = numbered(wanted, number);
    while (isOther.test(name) || !taken.add(name)) {
      number++;
      name = numbered(wanted, number);
    }
    numbers.put(wanted, number + 1);
    return name;
  }

  static String numbered(String wanted, int number) {
    return number == 0 ? wanted : wanted + "." + number;
  }
}
