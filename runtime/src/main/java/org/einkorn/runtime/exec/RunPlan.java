package org.einkorn.runtime.exec;

import java.util.Arrays;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// All of a run that follows from the extents of its inputs: symbols, shapes, bytes, trip counts.
///
/// Immutable. A runner keeps the plan of its last run, as most calls have the sizes of the call
/// before.
final class RunPlan {
  /// Below this many elements in the largest buffer, threads cost more than they bring.
  private static final long PARALLEL_ELEMENTS = 1 << 14;

  private final Manifest manifest;
  private final long[] inputExtents;
  private final long[] symbols;
  private final Shape[] shapes;
  private final long[] bytes;
  private final long[] parallelExtents;
  private final boolean isSmall;
  private final long allocatedBytes;
  private final long largestTemporaryBytes;

  /// @param inputCount how many of the tensors are inputs; they stand first, of the right ranks
  /// @throws DataException for extents that do not agree, a size that can't be counted, or a budget
  ///   that does not suffice
  RunPlan(KernelModule module, Tensor[] tensors, int inputCount, long budgetBytes) {
    this.manifest = module.manifest();
    int count = manifest.buffers().size();
    this.symbols = new SymbolSolver(module).solve(Arrays.asList(tensors).subList(0, inputCount));
    this.inputExtents = extents(tensors, inputCount);
    this.shapes = new Shape[count];
    this.bytes = new long[count];
    long allocated = 0;
    long largest = 0;
    boolean small = true;
    for (int number = 0; number < count; number++) {
      Manifest.BufferSpec spec = manifest.buffers().get(number);
      shapes[number] = number < inputCount ? tensors[number].shape() : shape(module, number);
      small &= shapes[number].elementCount() < PARALLEL_ELEMENTS;
      if (number >= inputCount) {
        bytes[number] = byteCount(spec, shapes[number]);
        allocated = withinBudget(number, allocated, budgetBytes);
      }
      if (spec.role() == Manifest.Role.TEMPORARY) {
        largest = Math.max(largest, bytes[number]);
      }
    }
    this.isSmall = small;
    this.allocatedBytes = allocated;
    this.largestTemporaryBytes = largest;
    this.parallelExtents = new long[manifest.functions().size()];
    for (int function = 0; function < parallelExtents.length; function++) {
      parallelExtents[function] = module.parallelExtent(function, symbols);
    }
  }

  private static long[] extents(Tensor[] tensors, int inputCount) {
    return Arrays.stream(tensors, 0, inputCount)
        .flatMapToLong(tensor -> Arrays.stream(tensor.shape().extents()))
        .toArray();
  }

  /// Whether this plan is that of a run of these inputs, which have the right ranks.
  boolean fits(Tensor[] tensors, int inputCount) {
    int known = 0;
    for (int number = 0; number < inputCount; number++) {
      Shape shape = tensors[number].shape();
      for (int axis = 0; axis < shape.rank(); axis++) {
        if (shape.extent(axis) != inputExtents[known++]) {
          return false;
        }
      }
    }
    return true;
  }

  /// @throws DataException if outputs and temporaries take more than the budget
  void requireWithin(long budgetBytes) {
    if (allocatedBytes > budgetBytes) {
      long allocated = 0;
      for (int number = 0; number < bytes.length; number++) {
        allocated = withinBudget(number, allocated, budgetBytes);
      }
    }
  }

  /// The value of each symbol, in the manifest's order; not to be changed.
  long[] symbols() {
    return symbols;
  }

  /// The shape of a buffer.
  Shape shape(int buffer) {
    return shapes[buffer];
  }

  /// The trip count of a function's outermost parallel loop.
  long parallelExtent(int function) {
    return parallelExtents[function];
  }

  /// Whether the run is too small for several threads.
  boolean isSmall() {
    return isSmall;
  }

  /// What outputs and temporaries take together.
  long allocatedBytes() {
    return allocatedBytes;
  }

  /// What the largest temporary takes.
  long largestTemporaryBytes() {
    return largestTemporaryBytes;
  }

  private long withinBudget(int number, long allocated, long budgetBytes) {
    // A sum past 2^63 is past every budget too.
    long needed =
        bytes[number] > Long.MAX_VALUE - allocated ? Long.MAX_VALUE : allocated + bytes[number];
    if (needed > budgetBytes || needed == Long.MAX_VALUE) {
      Manifest.BufferSpec spec = manifest.buffers().get(number);
      throw DataException.of(DataFault.MEMORY_BUDGET)
          .at("`" + spec.name() + "`: " + spec.dtype() + shapes[number])
          .expected("at most " + budgetBytes + " bytes for outputs and temporaries")
          .found("at least " + needed + " bytes")
          .withHelp("raise the memory budget");
    }
    return needed;
  }

  private static long byteCount(Manifest.BufferSpec spec, Shape shape) {
    try {
      return Math.multiplyExact(shape.elementCount(), (long) spec.dtype().byteSize());
    } catch (ArithmeticException e) {
      throw DataException.of(DataFault.SHAPE_OVERFLOW)
          .at("`" + spec.name() + "`")
          .expected("fewer than 2^63 bytes")
          .found(spec.dtype().toString() + shape)
          .because(e);
    }
  }

  private Shape shape(KernelModule module, int buffer) {
    long[] extents = new long[manifest.buffers().get(buffer).rank()];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axis] = extent(module, buffer, axis);
    }
    return Shape.of(extents);
  }

  private long extent(KernelModule module, int buffer, int axis) {
    try {
      return module.extent(buffer, axis, symbols);
    } catch (ArithmeticException e) {
      throw DataException.of(DataFault.SHAPE_OVERFLOW)
          .at("axis " + axis + " of `" + manifest.buffers().get(buffer).name() + "`")
          .expected("fewer than 2^63 positions")
          .found("more")
          .because(e);
    }
  }
}
