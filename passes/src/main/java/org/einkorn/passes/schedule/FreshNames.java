package org.einkorn.passes.schedule;

import java.util.HashSet;
import java.util.Set;

/// Names that nothing has yet.
final class FreshNames {
  private final Set<String> taken;

  /// @param taken the names that there are
  FreshNames(Set<String> taken) {
    this.taken = new HashSet<>(taken);
  }

  /// The name with the first number that makes it free: `i.1`, then `i.2`.
  String like(String name) {
    int number = 1;
    while (!taken.add(name + "." + number)) {
      number++;
    }
    return name + "." + number;
  }
}
