package org.einkorn.runtime.exec;

import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Memory that a run gives back at its end.
///
/// The arena is opened when the first piece is asked for: closing a shared arena stops every thread
/// of the process for a moment, tens of microseconds, and most runs of small kernels need none.
final class Scratch implements AutoCloseable {
  private final boolean isShared;
  private @Nullable Arena arena;

  /// @param isShared whether other threads than this one touch the memory
  Scratch(boolean isShared) {
    this.isShared = isShared;
  }

  Arena arena() {
    Arena open = arena;
    if (open == null) {
      open = isShared ? Arena.ofShared() : Arena.ofConfined();
      arena = open;
    }
    return open;
  }

  @Override
  public void close() {
    if (arena != null) {
      arena.close();
    }
  }
}
