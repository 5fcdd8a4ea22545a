package org.einkorn.runtime.exec;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// All of a run that follows from the extents of its inputs: symbols, shapes, trip counts, and
/// where its temporaries lie.
///
/// Immutable. A runner keeps the plan of its last run, as most calls have the sizes of the call
/// before.
final class RunPlan {
  /// Below this many elements in the largest buffer, threads cost more than they bring.
  private static final long PARALLEL_ELEMENTS = 1 << 14;

  /// Places along an axis that grows, to begin with, where no data say that it will be more.
  private static final long FIRST_PLACES = 1 << 10;

  /// The most places with which something begins before it is known to need them.
  private static final long MOST_FIRST_PLACES = 1 << 20;

  /// How many times as many places there are after an axis has grown.
  private static final long GROWTH = 4;

  private final KernelModule module;
  private final Manifest manifest;
  private final long[] inputExtents;
  private final long[] grown;
  private final long[] symbols;
  private final Map<String, Long> sizes;
  private final Shape[] shapes;
  private final Layout[] layouts;
  private final long[] bytes;
  private final long[] parallelExtents;
  private final boolean isSmall;
  private final long[] offsets;
  private final long outputBytes;
  private final long scratchBytes;

  /// A plan for these inputs in which nothing that grows has more places than it needs to begin.
  ///
  /// @param inputCount how many of the tensors are inputs; they stand first, of the right ranks
  /// @throws DataException for extents that do not agree, or a size that can't be counted
  static RunPlan small(KernelModule module, Tensor[] tensors, int inputCount) {
    return new RunPlan(module, tensors, inputCount, places(module.manifest(), FIRST_PLACES));
  }

  /// A plan for these inputs in which what grows begins with as many places as the longest relation
  /// has tuples, up to a million: what comes of a relation is often as large.
  ///
  /// @param inputCount how many of the tensors are inputs; they stand first, of the right ranks
  /// @throws DataException for extents that do not agree, or a size that can't be counted
  static RunPlan roomy(KernelModule module, Tensor[] tensors, int inputCount) {
    Manifest manifest = module.manifest();
    long longest =
        IntStream.range(0, inputCount)
            .filter(
                number ->
                    manifest.buffers().get(number).content().kind() == Manifest.Content.Kind.TUPLES)
            .mapToLong(number -> tensors[number].extent(0))
            .max()
            .orElse(0);
    long places = Math.min(MOST_FIRST_PLACES, Math.max(FIRST_PLACES, longest + 1));
    return new RunPlan(module, tensors, inputCount, places(manifest, places));
  }

  private static long[] places(Manifest manifest, long each) {
    long[] places = new long[(int) manifest.symbols().stream().filter(manifest::grows).count()];
    Arrays.fill(places, each);
    return places;
  }

  /// Whether some memory grows as a run needs.
  boolean grows() {
    return grown.length > 0;
  }

  /// Whether outputs and temporaries take no more than this.
  boolean isWithin(long budgetBytes) {
    return saturatingSum(outputBytes, scratchBytes) <= budgetBytes;
  }

  private RunPlan(KernelModule module, Tensor[] tensors, int inputCount, long[] grown) {
    this.module = module;
    this.grown = grown;
    this.manifest = module.manifest();
    int count = manifest.buffers().size();
    this.symbols =
        new SymbolSolver(module).solve(Arrays.asList(tensors).subList(0, inputCount), grown);
    this.inputExtents = extents(tensors, inputCount);
    this.shapes = new Shape[count];
    this.layouts = new Layout[count];
    this.bytes = new long[count];
    long allOutputs = 0;
    boolean small = true;
    for (int number = 0; number < count; number++) {
      Manifest.BufferSpec spec = manifest.buffers().get(number);
      shapes[number] = number < inputCount ? tensors[number].shape() : shape(module, number);
      layouts[number] = Layout.rowMajor(shapes[number]);
      small &= shapes[number].elementCount() < PARALLEL_ELEMENTS;
      bytes[number] = byteCount(spec, shapes[number]);
      if (spec.role() == Manifest.Role.OUTPUT) {
        allOutputs = saturatingSum(allOutputs, bytes[number]);
      }
    }
    Map<String, Long> named = new HashMap<>();
    for (int number = 0; number < symbols.length; number++) {
      Manifest.SymbolSpec symbol = manifest.symbols().get(number);
      if (!manifest.grows(symbol)) {
        named.put(symbol.name(), symbols[number]);
      }
    }
    this.sizes = Map.copyOf(named);
    this.isSmall = small;
    this.outputBytes = allOutputs;
    this.offsets = new long[count];
    this.scratchBytes = placeTemporaries();
    this.parallelExtents = new long[manifest.functions().size()];
    for (int function = 0; function < parallelExtents.length; function++) {
      parallelExtents[function] = module.parallelExtent(function, symbols);
    }
  }

  /// The plan for more places along the axis that a trap was about, if it is one that grows.
  ///
  /// What grows later in the program gets as many places, up to a million and where the budget has
  /// room: relations of one program are often of one size, and each time that one is full
  /// everything begins anew.
  ///
  /// @param tensors those that this plan is for
  Optional<RunPlan> grown(
      KernelTrap trap, String tensor, Tensor[] tensors, int inputCount, long budgetBytes) {
    int growing = 0;
    for (Manifest.SymbolSpec symbol : manifest.symbols()) {
      if (manifest.grows(symbol)) {
        boolean isFull = trap.value() >= grown[growing] && trap.bound() == grown[growing];
        if (isFull && manifest.buffers().get(symbol.buffer()).name().equals(tensor)) {
          long[] more = grown.clone();
          more[growing] = Math.multiplyExact(grown[growing], GROWTH);
          RunPlan least = new RunPlan(module, tensors, inputCount, more);
          long[] ahead = more.clone();
          for (int later = growing + 1; later < ahead.length; later++) {
            ahead[later] = Math.max(ahead[later], Math.min(MOST_FIRST_PLACES, more[growing]));
          }
          RunPlan roomy = new RunPlan(module, tensors, inputCount, ahead);
          return Optional.of(roomy.isWithin(budgetBytes) ? roomy : least);
        }
        growing++;
      }
    }
    return Optional.empty();
  }

  /// The values of the symbols that inputs fix, by name.
  Map<String, Long> sizes() {
    return sizes;
  }

  private long placeTemporaries() {
    List<Integer> temporaries =
        IntStream.range(0, bytes.length)
            .filter(number -> manifest.buffers().get(number).role() == Manifest.Role.TEMPORARY)
            .boxed()
            .toList();
    MemoryPlan plan;
    try {
      plan =
          MemoryPlan.of(
              temporaries.stream()
                  .map(
                      number ->
                          new MemoryPlan.Span(bytes[number], manifest.buffers().get(number).live()))
                  .toList());
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE; // past every budget
    }
    for (int place = 0; place < temporaries.size(); place++) {
      offsets[temporaries.get(place)] = plan.offset(place);
    }
    return plan.totalBytes();
  }

  static long saturatingSum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
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

  /// @param givenBytes outputs that the caller has memory for
  /// @param copiedBytes copies that the run can't do without
  /// @throws DataException if outputs, temporaries and copies take more than the budget
  void requireWithin(long budgetBytes, long givenBytes, long copiedBytes) {
    long needed = saturatingSum(saturatingSum(outputBytes, scratchBytes), copiedBytes);
    // A sum past 2^63 is past every budget too.
    if (needed == Long.MAX_VALUE) {
      throw overBudget(budgetBytes, "2^63 bytes or more")
          .withHelp("no budget suffices: make the program smaller");
    }
    long least = needed - givenBytes;
    if (least > budgetBytes) {
      String copies = copiedBytes == 0 ? "" : ", and " + copiedBytes + " for copies of inputs";
      throw overBudget(
              budgetBytes,
              least
                  + " bytes: "
                  + (outputBytes - givenBytes)
                  + " for outputs, "
                  + scratchBytes
                  + " for temporaries"
                  + copies)
          .withHelp("the smallest memory budget that works is " + least + " bytes");
    }
  }

  private DataException overBudget(long budgetBytes, String found) {
    return DataException.of(DataFault.MEMORY_BUDGET)
        .at(largest(role -> !role.isInput()))
        .expected("at most " + budgetBytes + " bytes for outputs and temporaries")
        .found(found);
  }

  /// Which buffer of some roles takes the most memory; there is one.
  String largest(Predicate<Manifest.Role> isMeant) {
    int largest = -1;
    for (int number = 0; number < bytes.length; number++) {
      if (isMeant.test(manifest.buffers().get(number).role())
          && (largest < 0 || bytes[number] > bytes[largest])) {
        largest = number;
      }
    }
    Manifest.BufferSpec spec = manifest.buffers().get(largest);
    return "`" + spec.name() + "`: " + spec.dtype() + shapes[largest] + " is the largest";
  }

  /// The value of each symbol, in the manifest's order; not to be changed.
  long[] symbols() {
    return symbols;
  }

  /// The shape of a buffer.
  Shape shape(int buffer) {
    return shapes[buffer];
  }

  /// How a buffer lies that the run makes.
  Layout layout(int buffer) {
    return layouts[buffer];
  }

  /// The trip count of a function's outermost parallel loop.
  long parallelExtent(int function) {
    return parallelExtents[function];
  }

  /// Whether the run is too small for several threads.
  boolean isSmall() {
    return isSmall;
  }

  /// What a buffer takes.
  long bytes(int buffer) {
    return bytes[buffer];
  }

  /// The first byte of a temporary in the scratch memory.
  long offset(int buffer) {
    return offsets[buffer];
  }

  /// What outputs take together.
  long outputBytes() {
    return outputBytes;
  }

  /// What the temporaries take that live at once.
  long scratchBytes() {
    return scratchBytes;
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
