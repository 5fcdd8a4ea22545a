package org.einkorn.backend.jvm;

import java.lang.foreign.MemorySegment;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.Manifest;
import org.jspecify.annotations.Nullable;

/// A module whose code is a class of this process. The class is unloaded when nothing refers to it
/// any more; a closed module no longer does.
final class CompiledModule implements KernelModule {
  private final ModuleFacts facts;
  private volatile @Nullable KernelCode code;

  CompiledModule(ModuleFacts facts, KernelCode code) {
    this.facts = facts;
    this.code = code;
  }

  @Override
  public Manifest manifest() {
    return facts.manifest();
  }

  @Override
  public long extent(int buffer, int axis, long[] symbols) {
    return facts.extent(buffer, axis, symbols);
  }

  @Override
  public long parallelExtent(int function, long[] symbols) {
    return facts.parallelExtent(function, symbols);
  }

  @Override
  public void run(int function, MemorySegment[] memory, long[] symbols, long begin, long end) {
    KernelCode current = code;
    if (current == null) {
      throw new IllegalStateException("the code is closed");
    }
    current.run(function, memory, symbols, begin, end);
  }

  @Override
  public void close() {
    code = null;
  }
}
