package org.einkorn.runtime.exec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.einkorn.runtime.Allocation;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.jspecify.annotations.Nullable;

/// Memory that a run gives back at its end.
///
/// The arena is opened when the first piece is asked for: closing a shared arena stops every thread
/// of the process for a moment, tens of microseconds, and most runs of small kernels need none.
final class Scratch implements AutoCloseable {
  private final boolean isShared;
  private @Nullable MeasuredArena arena;

  /// @param isShared whether other threads than this one touch the memory
  Scratch(boolean isShared) {
    this.isShared = isShared;
  }

  Arena arena() {
    MeasuredArena open = arena;
    if (open == null) {
      open = new MeasuredArena(isShared ? Arena.ofShared() : Arena.ofConfined());
      arena = open;
    }
    return open;
  }

  /// Memory for temporaries and copies.
  ///
  /// @param what they are, for a message
  /// @throws DataException if there is not so much
  MemorySegment allocate(long bytes, Supplier<String> what) {
    try {
      return arena().allocate(bytes, Tensor.ALIGNMENT_BYTES);
    } catch (OutOfMemoryError exhausted) {
      throw Allocation.exhausted(bytes + " bytes for " + what.get(), bytes, exhausted);
    }
  }

  /// The bytes of all pieces so far; they are held until the end.
  long takenBytes() {
    MeasuredArena open = arena;
    return open == null ? 0 : open.takenBytes();
  }

  @Override
  public void close() {
    if (arena != null) {
      arena.close();
    }
  }
}
