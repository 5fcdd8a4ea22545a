package org.einkorn.runtime.exec;

import java.lang.foreign.MemorySegment;
import org.einkorn.runtime.DType;

/// Compiled code: functions over raw memory, with the data that says what the memory is.
///
/// Implementations are safe to call from many threads at once.
public interface KernelModule extends AutoCloseable {
  /// What the buffers, symbols and functions are.
  Manifest manifest();

  /// The extent of one axis of a buffer, in elements.
  ///
  /// @param symbols the value of each symbol, in the manifest's order; an axis that only depends on
  ///   other symbols may be asked for while some are unknown (any value)
  long extent(int buffer, int axis, long[] symbols);

  /// The trip count of a function's outermost parallel loop; 1 where it has none.
  long parallelExtent(int function, long[] symbols);

  /// Runs the iterations `begin … end − 1` of a function's outermost parallel loop, or the whole
  /// function for `0 … 1` where it has none.
  ///
  /// @param memory one row-major segment for each buffer of the manifest, in order
  /// @throws KernelTrap when the data make the program fail, such as an index outside its tensor
  void run(int function, MemorySegment[] memory, long[] symbols, long begin, long end);

  /// Whether code can work on this memory as it is; a runner copies other memory for the run.
  default boolean reaches(MemorySegment elements, DType type) {
    return true;
  }

  /// Frees the code. It must not be running.
  @Override
  void close();
}
