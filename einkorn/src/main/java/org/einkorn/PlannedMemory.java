package org.einkorn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.einkorn.ir.eval.ProgramInterpreter;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.tensor.Program;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.Manifest;
import org.einkorn.runtime.exec.MemoryPlan;

/// The memory that a run of a program takes, if nothing needs to be copied.
///
/// @param peakBytes outputs, and the memory that temporaries share, as the runner allocates them
/// @param largestTemporaryBytes the largest temporary
record PlannedMemory(long peakBytes, long largestTemporaryBytes) {
  /// @throws ArithmeticException for 2^63 bytes or more
  static PlannedMemory of(
      Program program, Pipelines.Lowered lowered, Map<String, Long> sizes, Options options) {
    if (options.target() instanceof Target.Interpreter && !options.counts()) {
      try (KernelModule module = ProgramInterpreter.of(program)) {
        return of(module.manifest(), module::extent, sizes);
      }
    }
    ModuleFacts facts = ModuleFacts.of(lowered.scheduled());
    return of(facts.manifest(), facts::extent, sizes);
  }

  private interface Extents {
    long of(int buffer, int axis, long[] symbols);
  }

  private static PlannedMemory of(Manifest manifest, Extents extents, Map<String, Long> sizes) {
    long[] symbols =
        manifest.symbols().stream()
            .mapToLong(
                symbol ->
                    manifest.grows(symbol) ? 1 : Objects.requireNonNull(sizes.get(symbol.name())))
            .toArray();
    List<MemoryPlan.Span> temporaries = new ArrayList<>();
    long outputBytes = 0;
    long largest = 0;
    for (int number = 0; number < manifest.buffers().size(); number++) {
      Manifest.BufferSpec spec = manifest.buffers().get(number);
      if (spec.role().isInput()) {
        continue;
      }
      long bytes = spec.dtype().byteSize();
      for (int axis = 0; axis < spec.rank(); axis++) {
        bytes = Math.multiplyExact(bytes, extents.of(number, axis, symbols));
      }
      if (spec.role() == Manifest.Role.TEMPORARY) {
        temporaries.add(new MemoryPlan.Span(bytes, spec.live()));
        largest = Math.max(largest, bytes);
      } else {
        outputBytes = Math.addExact(outputBytes, bytes);
      }
    }
    long scratchBytes = MemoryPlan.of(temporaries).totalBytes();
    return new PlannedMemory(Math.addExact(outputBytes, scratchBytes), largest);
  }
}
