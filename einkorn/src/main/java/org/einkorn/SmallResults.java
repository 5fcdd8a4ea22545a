package org.einkorn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.einkorn.runtime.Tensor;

/// Memory for results that live as long as they are reachable.
///
/// An arena of its own for each result takes longer than a small kernel runs, as the garbage
/// collector has to be told of it. So small results share an arena, one after the other, which is
/// freed when none of them is reachable any more; a result keeps at most [#SLAB_BYTES] alive. Safe
/// to use from many threads at once.
final class SmallResults implements Arena {
  static final SmallResults SHARED = new SmallResults();

  private static final long SLAB_BYTES = 1 << 14;
  private static final long MOST_BYTES = 1 << 9;

  /// Memory of zeros that is given out from its beginning to its end.
  private record Slab(Arena arena, MemorySegment memory, AtomicLong takenBytes) {
    static Slab make() {
      Arena arena = Arena.ofAuto();
      return new Slab(arena, arena.allocate(SLAB_BYTES, Tensor.ALIGNMENT_BYTES), new AtomicLong());
    }
  }

  private final AtomicReference<Slab> current = new AtomicReference<>(Slab.make());

  private SmallResults() {}

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    if (byteSize > MOST_BYTES || byteAlignment > Tensor.ALIGNMENT_BYTES) {
      return Arena.ofAuto().allocate(byteSize, byteAlignment);
    }
    // A whole number of cache lines: results of two threads share none.
    long lines = Math.ceilDiv(Math.max(1, byteSize), Tensor.ALIGNMENT_BYTES);
    long bytes = lines * Tensor.ALIGNMENT_BYTES;
    while (true) {
      Slab slab = current.get();
      long offset = slab.takenBytes.getAndAdd(bytes);
      if (offset + bytes <= SLAB_BYTES) {
        return slab.memory.asSlice(offset, byteSize, byteAlignment);
      }
      current.compareAndSet(slab, Slab.make());
    }
  }

  @Override
  public MemorySegment.Scope scope() {
    return current.get().arena.scope();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("the garbage collector frees results");
  }
}
