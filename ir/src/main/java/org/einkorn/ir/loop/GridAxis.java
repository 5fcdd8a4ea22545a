package org.einkorn.ir.loop;

import java.util.Locale;
import org.einkorn.ir.loop.Stmt.LoopKind;

/// An axis of the grid in which a GPU runs a function: blocks of threads, each counted along three
/// axes.
///
/// The iterations of a loop that is bound to an axis run at once, one on each block or thread.
/// Blocks never wait for one another. The threads of a block wait for each other where a loop over
/// them ends: what stands after it sees all that its rounds stored. What stands inside the blocks
/// and outside of all loops over threads is done by the first thread.
public enum GridAxis implements LoopKind {
  BLOCK_X(0, Integer.MAX_VALUE),
  BLOCK_Y(1, 65_535),
  BLOCK_Z(2, 65_535),
  THREAD_X(0, 1024),
  THREAD_Y(1, 1024),
  THREAD_Z(2, 64);

  /// The most threads that a block has.
  public static final int MOST_THREADS = 1024;

  private final int dimension;
  private final long most;

  GridAxis(int dimension, long most) {
    this.dimension = dimension;
    this.most = most;
  }

  /// `block.x`
  @Override
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  @Override
  public boolean isAtOnce() {
    return true;
  }

  /// 0 for `x`, 1 for `y`, 2 for `z`.
  public int dimension() {
    return dimension;
  }

  /// Whether this counts the threads of a block, not blocks.
  public boolean isOfThreads() {
    return switch (this) {
      case BLOCK_X, BLOCK_Y, BLOCK_Z -> false;
      case THREAD_X, THREAD_Y, THREAD_Z -> true;
    };
  }

  /// How far a GPU counts along this axis; the limits are those of CUDA's compute capability 9.0.
  public long most() {
    return most;
  }
}
