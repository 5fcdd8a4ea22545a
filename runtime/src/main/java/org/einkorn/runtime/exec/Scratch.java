package org.einkorn.runtime.exec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.einkorn.runtime.Allocation;
import org.einkorn.runtime.DataException;
import org.jspecify.annotations.Nullable;

/// Memory that a run gives back at its end.
///
/// Temporaries and copies lie in blocks of the [pool][MemoryPool], so that a run of the same sizes
/// finds them where they were; their content is undefined. All else is in an arena that is opened
/// when it is first asked for: closing a shared arena stops every thread of the process for a
/// moment, tens of microseconds, and most runs need none.
final class Scratch implements AutoCloseable {
  private final MemoryPool pool;
  private final boolean isShared;
  private final List<MemoryPool.Block> blocks = new ArrayList<>(1);
  private long pooledBytes;
  private @Nullable MeasuredArena arena;

  /// @param isShared whether other threads than this one touch the memory of [#arena()]
  Scratch(MemoryPool pool, boolean isShared) {
    this.pool = pool;
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

  /// Memory for temporaries and copies, whose content is undefined.
  ///
  /// @param what they are, for a message
  /// @throws DataException if there is not so much
  MemorySegment allocate(long bytes, Supplier<String> what) {
    try {
      MemoryPool.Block block = pool.take(bytes);
      blocks.add(block);
      pooledBytes += bytes;
      return block.memory().asSlice(0, bytes);
    } catch (OutOfMemoryError exhausted) {
      throw Allocation.exhausted(bytes + " bytes for " + what.get(), bytes, exhausted);
    }
  }

  /// The bytes of all pieces so far; they are held until the end.
  long takenBytes() {
    MeasuredArena open = arena;
    return pooledBytes + (open == null ? 0 : open.takenBytes());
  }

  @Override
  public void close() {
    blocks.forEach(pool::give);
    if (arena != null) {
      arena.close();
    }
  }
}
