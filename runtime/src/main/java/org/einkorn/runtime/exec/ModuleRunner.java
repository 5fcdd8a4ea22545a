package org.einkorn.runtime.exec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// Runs a kernel module on tensors.
///
/// The same for every backend: bind inputs by name, solve for the sizes, allocate, run the
/// functions in order, hand out the outputs. Safe to use from many threads at once.
public final class ModuleRunner {
  /// Below this many elements in the largest buffer, threads cost more than they bring.
  private static final long PARALLEL_ELEMENTS = 1 << 14;

  private final KernelModule module;
  private final Manifest manifest;

  public ModuleRunner(KernelModule module) {
    this.module = module;
    this.manifest = module.manifest();
  }

  public Manifest manifest() {
    return manifest;
  }

  /// What a run made.
  ///
  /// @param outputs by name, in the manifest's order
  /// @param allocatedBytes what outputs, temporaries and copies took together
  /// @param largestTemporaryBytes the largest temporary
  public record Result(
      Map<String, Tensor> outputs, long allocatedBytes, long largestTemporaryBytes) {
    public Result {
      outputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }
  }

  /// Runs the module.
  ///
  /// @param arena owns the outputs
  /// @param inputs a tensor for each input; one of another type is accepted where its values all
  ///   are values of the declared type
  /// @throws DataException for a missing input, a wrong shape or type, a position outside its axis,
  ///   an integer overflow, or a memory budget that does not suffice
  public Result run(Arena arena, Map<String, Tensor> inputs, RunOptions options) {
    return run(inputs, options, (spec, shape) -> Tensor.allocate(arena, spec.dtype(), shape));
  }

  /// Runs the module into tensors of the caller.
  ///
  /// @param targets a contiguous tensor for each output, of its type and shape; overwritten
  /// @throws DataException as [#run], and for a target that does not fit
  public Result runInto(
      Map<String, Tensor> inputs, Map<String, Tensor> targets, RunOptions options) {
    return run(inputs, options, (spec, shape) -> target(targets, spec, shape));
  }

  /// Where an output comes from.
  private interface OutputSource {
    Tensor of(Manifest.BufferSpec spec, Shape shape);
  }

  private Result run(Map<String, Tensor> inputs, RunOptions options, OutputSource outputSource) {
    try (Arena scratch = Arena.ofShared()) {
      List<Tensor> all = bind(inputs, scratch);
      int inputCount = all.size();
      long[] symbols = new SymbolSolver(module).solve(all);
      List<Shape> shapes = checkBudget(symbols, inputCount, options.memoryBudgetBytes());
      Map<String, Tensor> outputs = new LinkedHashMap<>();
      long allocated = 0;
      long largestTemporary = 0;
      for (Shape shape : shapes) {
        Manifest.BufferSpec spec = manifest.buffers().get(all.size());
        long bytes = byteCount(spec, shape);
        allocated += bytes;
        if (spec.role() == Manifest.Role.OUTPUT) {
          Tensor output = outputSource.of(spec, shape);
          outputs.put(spec.name(), output);
          all.add(output);
        } else {
          largestTemporary = Math.max(largestTemporary, bytes);
          all.add(Tensor.allocate(scratch, spec.dtype(), shape));
        }
      }
      requireApart(all, inputCount);
      boolean isSmall = all.stream().allMatch(t -> t.elementCount() < PARALLEL_ELEMENTS);
      int threads = isSmall ? 1 : options.threads();
      RunMemory memory =
          RunMemory.of(all, inputCount, threads, scratch, options.memoryBudgetBytes() - allocated);
      runFunctions(memory.segments(), symbols, memory.threads());
      memory.finish();
      return new Result(outputs, allocated + memory.copiedBytes(), largestTemporary);
    }
  }

  /// The shapes of outputs and temporaries, before any memory is taken.
  private List<Shape> checkBudget(long[] symbols, int firstBuffer, long budget) {
    List<Shape> shapes = new ArrayList<>();
    long allocated = 0;
    for (int number = firstBuffer; number < manifest.buffers().size(); number++) {
      Manifest.BufferSpec spec = manifest.buffers().get(number);
      Shape shape = shapeOf(number, symbols);
      shapes.add(shape);
      // A sum past 2^63 is past every budget too.
      long bytes = byteCount(spec, shape);
      allocated = bytes > Long.MAX_VALUE - allocated ? Long.MAX_VALUE : allocated + bytes;
      if (allocated > budget || allocated == Long.MAX_VALUE) {
        throw overBudget(spec, shape, allocated, budget);
      }
    }
    return shapes;
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

  private static Tensor target(Map<String, Tensor> targets, Manifest.BufferSpec spec, Shape shape) {
    Tensor tensor = targets.get(spec.name());
    if (tensor == null) {
      throw DataException.of(DataFault.INPUT_MISSING)
          .expected("a tensor for the output `" + spec.name() + "`")
          .found("only " + targets.keySet());
    }
    tensor.ensureAccessible();
    boolean fits =
        tensor.dtype() == spec.dtype() && tensor.shape().equals(shape) && tensor.isContiguous();
    if (!fits) {
      throw DataException.of(DataFault.SHAPE_MISMATCH)
          .at("`" + spec.name() + "`")
          .expected("a contiguous " + spec.dtype() + shape)
          .found(tensor.dtype().toString() + tensor.shape());
    }
    if (tensor.segment().isReadOnly()) {
      throw DataException.of(DataFault.READ_ONLY)
          .expected("writable memory for the output `" + spec.name() + "`")
          .found("read-only memory");
    }
    return tensor;
  }

  /// Kernels read their inputs while they write their outputs, so the two may not share memory.
  private void requireApart(List<Tensor> tensors, int inputCount) {
    for (int target = inputCount; target < tensors.size(); target++) {
      MemorySegment written = RunMemory.elements(tensors.get(target));
      for (int other = 0; other < target; other++) {
        if (written.asOverlappingSlice(RunMemory.elements(tensors.get(other))).isPresent()) {
          throw DataException.of(DataFault.MEMORY_MISMATCH)
              .expected(
                  "memory for the output `"
                      + manifest.buffers().get(target).name()
                      + "` that no other tensor of the run uses")
              .found("memory that `" + manifest.buffers().get(other).name() + "` uses");
        }
      }
    }
  }

  private void runFunctions(MemorySegment[] memory, long[] symbols, int threads) {
    for (int number = 0; number < manifest.functions().size(); number++) {
      int function = number;
      try {
        Workers.forEachRange(
            module.parallelExtent(function, symbols),
            threads,
            (begin, end) -> module.run(function, memory, symbols, begin, end));
      } catch (KernelTrap trap) {
        throw explain(trap, manifest.functions().get(function));
      }
    }
  }

  private static DataException explain(KernelTrap trap, Manifest.FunctionSpec function) {
    return switch (trap.kind()) {
      case POSITION -> {
        Manifest.FetchSpec fetch = function.fetches().get(trap.site());
        yield DataException.of(DataFault.POSITION_OUTSIDE_AXIS)
            .at("the equation of `" + function.name() + "`")
            .expected(
                "a position in 0.."
                    + (trap.bound() - 1)
                    + " of axis "
                    + fetch.axis()
                    + " of `"
                    + fetch.tensor()
                    + "`")
            .found("`" + fetch.source() + "` is " + trap.value())
            .withHelp("positions taken from data do not count from the end");
      }
      case OVERFLOW ->
          DataException.of(DataFault.INTEGER_OVERFLOW)
              .at("the equation of `" + function.name() + "`")
              .expected("a result that its integer type can hold")
              .found("one that it can't")
              .withHelp("give the tensor a wider type, such as `: i64` or `: f64`");
    };
  }

  private List<Tensor> bind(Map<String, Tensor> inputs, Arena scratch) {
    List<Tensor> bound = new ArrayList<>();
    for (Manifest.BufferSpec spec : manifest.buffers()) {
      if (!spec.role().isInput()) {
        break;
      }
      Tensor tensor = inputs.get(spec.name());
      if (tensor == null) {
        throw DataException.of(DataFault.INPUT_MISSING)
            .expected("a tensor for the " + spec.role().text() + " `" + spec.name() + "`")
            .found(inputs.isEmpty() ? "none" : "only " + String.join(", ", inputs.keySet()))
            .withHelp("bind it by name: " + spec.name() + "=file.npy");
      }
      bound.add(conform(spec, tensor, scratch));
    }
    for (String name : inputs.keySet()) {
      int number = manifest.indexOf(name).orElse(-1);
      if (number < 0 || !manifest.buffers().get(number).role().isInput()) {
        throw DataException.of(DataFault.INPUT_UNKNOWN)
            .expected("one of the inputs " + inputNames())
            .found("`" + name + "`");
      }
    }
    return bound;
  }

  private List<String> inputNames() {
    return manifest.buffers().stream()
        .filter(spec -> spec.role().isInput())
        .map(Manifest.BufferSpec::name)
        .toList();
  }

  private static Tensor conform(Manifest.BufferSpec spec, Tensor tensor, Arena scratch) {
    tensor.ensureAccessible();
    if (tensor.rank() != spec.rank()) {
      throw DataException.of(DataFault.WRONG_RANK)
          .at("`" + spec.name() + "`")
          .expected(spec.rank() + " axes")
          .found(tensor.rank() + ", shape " + tensor.shape());
    }
    DType type = tensor.dtype();
    if (type != spec.dtype()) {
      if (!type.fitsIn(spec.dtype())) {
        throw DataException.of(DataFault.WRONG_DTYPE)
            .at("`" + spec.name() + "`")
            .expected(spec.dtype())
            .found(type)
            .withHelp(
                "declare it with `: "
                    + type
                    + "`, or convert the data; a conversion from "
                    + type
                    + " to "
                    + spec.dtype()
                    + " could lose digits");
      }
      return tensor.cast(scratch, spec.dtype());
    }
    return tensor.isContiguous() ? tensor : tensor.contiguous(scratch);
  }

  private long extent(int buffer, int axis, long[] symbols) {
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

  private Shape shapeOf(int buffer, long[] symbols) {
    long[] extents = new long[manifest.buffers().get(buffer).rank()];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axis] = extent(buffer, axis, symbols);
    }
    return Shape.of(extents);
  }

  private static DataException overBudget(
      Manifest.BufferSpec spec, Shape shape, long needed, long budget) {
    return DataException.of(DataFault.MEMORY_BUDGET)
        .at("`" + spec.name() + "`: " + spec.dtype() + shape)
        .expected("at most " + budget + " bytes for outputs and temporaries")
        .found("at least " + needed + " bytes")
        .withHelp("raise the memory budget");
  }
}
