package org.einkorn.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory of an arena, or the reason why there is none.
public final class Allocation {
  /// From here on it is no limit of the JVM that is in the way: 1 TiB.
  private static final long MACHINE_BYTES = 1L << 40;

  private Allocation() {}

  /// Zeroed memory for a tensor.
  ///
  /// @throws DataException E0539 for an arena that is closed or of another thread, E0541 where
  ///   memory does not suffice
  static MemorySegment allocate(Arena arena, long bytes, DType dtype, Shape shape) {
    try {
      return arena.allocate(bytes, Tensor.ALIGNMENT_BYTES);
    } catch (OutOfMemoryError exhausted) {
      throw exhausted(bytes + " bytes for " + dtype + shape, bytes, exhausted);
    } catch (WrongThreadException foreign) {
      throw DataException.of(DataFault.MEMORY_CLOSED)
          .expected("an arena in which this thread may allocate " + dtype + shape)
          .found("a confined arena of another thread than " + Thread.currentThread().getName())
          .withHelp("allocate from `Arena.ofShared()` or `Arena.ofAuto()`")
          .because(foreign);
    } catch (IllegalStateException closed) {
      if (arena.scope().isAlive()) {
        throw closed;
      }
      throw DataException.of(DataFault.MEMORY_CLOSED)
          .expected("an open arena for " + dtype + shape)
          .found("a closed one")
          .withHelp("make the tensor inside the try block of its arena")
          .because(closed);
    }
  }

  /// The failure of an allocation.
  ///
  /// @param what what the bytes are for
  public static DataException exhausted(String what, long bytes, OutOfMemoryError failure) {
    String reason = String.valueOf(failure.getMessage());
    // Only memory of `Arena.ofAuto` is counted, and its message names the limit.
    boolean isLimit = reason.contains("limit:") && bytes < MACHINE_BYTES;
    return DataException.of(DataFault.OUT_OF_MEMORY)
        .expected(what)
        .found(failure.getMessage() == null ? "less memory" : reason)
        .withHelp(
            isLimit
                ? "start Java with a larger -XX:MaxDirectMemorySize"
                : "work on smaller parts, or on a machine with more memory");
  }
}
