package org.einkorn.runtime.exec;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;

/// The memory of the tensors of one run, in a form that each thread of the run may touch.
///
/// The JVM lets only its owner touch the memory of a confined arena. A run of several threads over
/// such memory has three ways, and takes the first that is open to it:
/// 1. With native access (`--enable-native-access`) it looks at the memory past that guard. Its
///    owner waits in the run, so the memory stays open.
/// 2. Without native access that would make the JVM print a warning, and a later one refuse. It
///    then works on copies, and copies outputs back at the end.
/// 3. Where the memory budget or the machine has no room for the copies, it takes one thread.
///
/// Memory of any other arena, and arrays, are used as they are where code reaches them; what it
/// doesn't reach is copied in any case.
///
/// @param segments the elements of each tensor, row-major
/// @param threads how many threads may touch them
/// @param copies what was copied
record RunMemory(MemorySegment[] segments, int threads, List<Copy> copies) {

  /// A segment of the caller, and what stands for it in the run.
  private record Copy(MemorySegment original, MemorySegment shared, boolean isOutput) {
    static Copy of(MemorySegment original, Scratch scratch, boolean isOutput, boolean keepsGaps) {
      MemorySegment shared = scratch.allocate(original.byteSize(), () -> "a copy");
      if (!isOutput || keepsGaps) {
        shared.copyFrom(original);
      }
      return new Copy(original, shared, isOutput);
    }
  }

  /// @param module what will run
  /// @param tensors contiguous tensors: inputs, then all others
  /// @param inputs how many of them are only read
  /// @param threads how many threads the run would take
  /// @param keepsGaps whether the run leaves some of the memory of its outputs as it is
  /// @param scratch memory for copies; shared where `threads` is more than 1
  /// @param budgetBytes what the scratch memory and copies may take
  static RunMemory of(
      KernelModule module,
      Tensor[] tensors,
      int inputs,
      boolean keepsGaps,
      int threads,
      Scratch scratch,
      long budgetBytes) {
    MemorySegment[] elements = new MemorySegment[tensors.length];
    List<Copy> needed = new ArrayList<>();
    for (int number = 0; number < elements.length; number++) {
      elements[number] = elements(tensors[number]);
      if (!module.reaches(elements[number], tensors[number].dtype())) {
        Copy copy = Copy.of(elements[number], scratch, number >= inputs, keepsGaps);
        needed.add(copy);
        elements[number] = copy.shared;
      }
    }
    return threads == 1
        ? new RunMemory(elements, 1, needed)
        : shared(elements, needed, inputs, keepsGaps, threads, scratch, budgetBytes);
  }

  private static RunMemory shared(
      MemorySegment[] elements,
      List<Copy> needed,
      int inputs,
      boolean keepsGaps,
      int threads,
      Scratch scratch,
      long budgetBytes) {
    boolean mayLift = RunMemory.class.getModule().isNativeAccessEnabled();
    MemorySegment[] shared = elements.clone();
    List<Copy> copies = new ArrayList<>(needed);
    for (int number = 0; number < shared.length; number++) {
      MemorySegment segment = elements[number];
      if (!segment.isNative() || segment.isAccessibleBy(Probe.OTHER)) {
        continue;
      }
      if (mayLift) {
        shared[number] = MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
        continue;
      }
      if (segment.byteSize() > budgetBytes - scratch.takenBytes()) {
        return new RunMemory(elements, 1, needed);
      }
      try {
        Copy copy = Copy.of(segment, scratch, number >= inputs, keepsGaps);
        shared[number] = copy.shared;
        copies.add(copy);
      } catch (DataException exhausted) {
        return new RunMemory(elements, 1, needed);
      }
    }
    return new RunMemory(shared, threads, copies);
  }

  /// Puts results where the caller looks for them.
  void finish() {
    for (Copy copy : copies) {
      if (copy.isOutput) {
        copy.original.copyFrom(copy.shared);
      }
    }
  }

  /// The memory of the elements of a contiguous tensor.
  static MemorySegment elements(Tensor tensor) {
    MemorySegment segment = tensor.segment();
    long elementBytes = tensor.dtype().byteSize();
    long offset = tensor.layout().offset() * elementBytes;
    long size = tensor.elementCount() * elementBytes;
    return offset == 0 && size == segment.byteSize() ? segment : segment.asSlice(offset, size);
  }

  /// Whether elements of two contiguous tensors lie in the same memory.
  static boolean overlap(Tensor one, Tensor other) {
    MemorySegment first = elements(one);
    MemorySegment second = elements(other);
    boolean meet =
        first.isNative() == second.isNative()
            && first.address() < second.address() + second.byteSize()
            && second.address() < first.address() + first.byteSize();
    // Addresses in arrays count from the start of each array, and do not say which it is.
    return meet && (first.isNative() || first.asOverlappingSlice(second).isPresent());
  }

  /// A thread that owns no memory: what it may touch, every thread may.
  private static final class Probe {
    static final Thread OTHER = new Thread(() -> {}, "einkorn-probe");
  }
}
