package org.einkorn.runtime.exec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/// An arena that counts the bytes that are really taken from another.
final class MeasuredArena implements Arena {
  private final Arena arena;
  private final AtomicLong takenBytes = new AtomicLong();

  MeasuredArena(Arena arena) {
    this.arena = arena;
  }

  long takenBytes() {
    return takenBytes.get();
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    MemorySegment segment = arena.allocate(byteSize, byteAlignment);
    takenBytes.addAndGet(segment.byteSize());
    return segment;
  }

  @Override
  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  @Override
  public void close() {
    arena.close();
  }
}
