package org.einkorn.runtime.exec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.einkorn.runtime.Tensor;
import org.jspecify.annotations.Nullable;

/// Memory of runs that have ended, kept for runs to come.
///
/// New memory costs more than the arithmetic of most kernels: the system hands out each page only
/// when it is touched, and empties it before, as [Arena#allocate] does once more. Blocks are handed
/// out as they were given back, so what is in them is undefined.
///
/// Any thread may use a block, and any thread may ask for one.
final class MemoryPool {
  /// What may lie idle, as a share of the largest heap; that is itself a share of the memory of the
  /// machine or the container.
  private static final int SHARE = 4;

  /// Blocks are multiples of a page, so that a run that needs a little more than the one before it
  /// finds room in the same.
  private static final long PAGE_BYTES = 4096;

  /// The pool of this process.
  static final MemoryPool SHARED = new MemoryPool(Runtime.getRuntime().maxMemory() / SHARE);

  private final long mostIdleBytes;
  private final ArrayDeque<Block> idle = new ArrayDeque<>();
  private long idleBytes;

  /// @param mostIdleBytes how much may lie idle
  MemoryPool(long mostIdleBytes) {
    this.mostIdleBytes = mostIdleBytes;
  }

  /// Memory and the arena that ends with it.
  record Block(Arena arena, MemorySegment memory) {}

  /// A block of at least so many bytes.
  ///
  /// @throws OutOfMemoryError where there is not so much, even with all idle blocks given back
  Block take(long bytes) {
    Block known = takeIdle(bytes);
    if (known != null) {
      return known;
    }
    try {
      return allocate(bytes);
    } catch (OutOfMemoryError exhausted) {
      clear();
      return allocate(bytes);
    }
  }

  /// Takes a block back.
  void give(Block block) {
    List<Block> tooMany = new ArrayList<>();
    synchronized (this) {
      idle.addFirst(block);
      idleBytes += block.memory.byteSize();
      while (idleBytes > mostIdleBytes) {
        Block oldest = idle.removeLast();
        idleBytes -= oldest.memory.byteSize();
        tooMany.add(oldest);
      }
    }
    tooMany.forEach(each -> each.arena.close());
  }

  /// The bytes of all idle blocks.
  synchronized long idleBytes() {
    return idleBytes;
  }

  private void clear() {
    List<Block> all;
    synchronized (this) {
      all = new ArrayList<>(idle);
      idle.clear();
      idleBytes = 0;
    }
    all.forEach(block -> block.arena.close());
  }

  /// The block that was used last of those that fit without wasting more than they hold.
  private synchronized @Nullable Block takeIdle(long bytes) {
    for (Iterator<Block> blocks = idle.iterator(); blocks.hasNext(); ) {
      Block block = blocks.next();
      long size = block.memory.byteSize();
      if (bytes <= size && size / 2 <= Math.max(bytes, PAGE_BYTES)) {
        blocks.remove();
        idleBytes -= size;
        return block;
      }
    }
    return null;
  }

  private static Block allocate(long bytes) {
    long pages = Math.max(1, Math.ceilDiv(bytes, PAGE_BYTES));
    Arena arena = Arena.ofShared();
    try {
      return new Block(
          arena, arena.allocate(Math.multiplyExact(pages, PAGE_BYTES), Tensor.ALIGNMENT_BYTES));
    } catch (OutOfMemoryError | ArithmeticException exhausted) {
      arena.close();
      throw exhausted instanceof OutOfMemoryError error
          ? error
          : new OutOfMemoryError(bytes + " bytes");
    }
  }
}
