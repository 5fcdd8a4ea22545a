package org.einkorn.passes.tune;

import java.util.List;

/// One thing that is chosen for a schedule.
///
/// @param name what it is, for people
/// @param options the values it can have
public record Knob(String name, List<Long> options) {
  public Knob {
    options = List.copyOf(options);
    if (options.isEmpty()) {
      throw new IllegalArgumentException("`" + name + "` has no options");
    }
  }
}
