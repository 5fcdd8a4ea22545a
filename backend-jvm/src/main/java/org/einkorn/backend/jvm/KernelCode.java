package org.einkorn.backend.jvm;

import java.lang.foreign.MemorySegment;

/// What the classes that are compiled into this process implement.
public interface KernelCode {
  /// See [org.einkorn.runtime.exec.KernelModule#run].
  void run(int function, MemorySegment[] memory, long[] symbols, long begin, long end);
}
