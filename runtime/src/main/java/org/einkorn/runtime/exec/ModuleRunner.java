package org.einkorn.runtime.exec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.jspecify.annotations.Nullable;

/// Runs a kernel module on tensors.
///
/// The same for every backend: bind inputs by name, solve for the sizes, allocate, run the
/// functions in order, hand out the outputs. Safe to use from many threads at once.
public final class ModuleRunner {
  private final KernelModule module;
  private final boolean keepsGaps;
  private final Manifest manifest;
  private final Manifest.BufferSpec[] specs;
  private final int inputCount;
  private final int[] outputs;
  private final List<String> inputNames;
  private final List<String> outputNames;
  private volatile @Nullable RunPlan last;

  public ModuleRunner(KernelModule module) {
    this(module, false);
  }

  /// @param keepsGaps whether the code leaves some of the memory of its outputs as it is: it lies
  ///   between the elements and may belong to other tensors. Then the caller sees to it that no
  ///   element of an output is one of another tensor, and that outputs do not interlock
  public ModuleRunner(KernelModule module, boolean keepsGaps) {
    this.module = module;
    this.keepsGaps = keepsGaps;
    this.manifest = module.manifest();
    this.specs = manifest.buffers().toArray(Manifest.BufferSpec[]::new);
    int inputs = 0;
    while (inputs < specs.length && specs[inputs].role().isInput()) {
      inputs++;
    }
    this.inputCount = inputs;
    this.outputs =
        IntStream.range(0, specs.length)
            .filter(number -> specs[number].role() == Manifest.Role.OUTPUT)
            .toArray();
    this.inputNames = Arrays.stream(specs, 0, inputs).map(Manifest.BufferSpec::name).toList();
    this.outputNames = Arrays.stream(outputs).mapToObj(number -> specs[number].name()).toList();
  }

  public Manifest manifest() {
    return manifest;
  }

  /// Whether the code leaves some of the memory of its outputs as it is.
  public boolean keepsGaps() {
    return keepsGaps;
  }

  /// The names of the inputs, in the manifest's order.
  public List<String> inputNames() {
    return inputNames;
  }

  /// The names of the outputs that are tensors, in the manifest's order.
  public List<String> outputNames() {
    return outputNames;
  }

  /// What a run made.
  ///
  /// @param made the outputs
  /// @param sizes the values of the symbols, by name
  /// @param measuredPeakBytes the most memory that the run held at once: outputs, temporaries and
  ///   copies, counted where they were allocated
  public record Result(Outputs made, Map<String, Long> sizes, long measuredPeakBytes) {
    public Result {
      sizes = Map.copyOf(sizes);
    }

    /// The outputs that are tensors, by name.
    public Map<String, Tensor> outputs() {
      return made.tensors();
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
    return run(arena, inputs, Map.of(), options);
  }

  /// Runs the module, some of its outputs being memory of the caller.
  ///
  /// @param given outputs by name that are written where they are, each contiguous and of its type
  ///   and shape; they count neither as memory of the run nor against its budget
  /// @throws DataException as [#run]
  public Result run(
      Arena arena, Map<String, Tensor> inputs, Map<String, Tensor> given, RunOptions options) {
    Tensor[] all = new Tensor[specs.length];
    bind(inputs, all);
    RunPlan plan = plan(all, options.memoryBudgetBytes());
    long givenBytes = 0;
    for (int number : outputs) {
      Tensor target = given.get(specs[number].name());
      if (target != null) {
        requireTarget(specs[number], target, plan.shape(number));
        givenBytes += plan.bytes(number);
        all[number] = target;
      }
    }
    plan.requireWithin(options.memoryBudgetBytes(), givenBytes, copiedBytes(all, plan));
    MeasuredArena measured = new MeasuredArena(arena);
    for (int number : outputs) {
      if (!given.containsKey(specs[number].name())) {
        all[number] = Tensor.allocate(measured, specs[number].dtype(), plan.shape(number));
      }
    }
    ListedOutputs lists = new ListedOutputs(manifest, measured);
    long scratchBytes = run(all, plan, options, plan.outputBytes() - givenBytes, lists);
    Map<String, Tensor> results = new LinkedHashMap<>();
    for (int number : outputs) {
      results.put(specs[number].name(), all[number]);
    }
    return new Result(
        new Outputs(results, lists.taken()),
        plan.sizes(),
        measured.takenBytes() + scratchBytes + lists.sortingBytes());
  }

  /// Runs the module into tensors of the caller.
  ///
  /// @param tensors one for each input, then one for each output, in the manifest's order; an
  ///   output is contiguous, of its type and shape, and is overwritten
  /// @throws DataException as [#run], for another number of tensors, and for an output that does
  ///   not fit
  public void runInto(Tensor[] tensors, RunOptions options) {
    if (!manifest.listings().isEmpty()) {
      throw new IllegalStateException("outputs that are lists have no place in given tensors");
    }
    if (tensors.length != inputCount + outputs.length) {
      throw wrongTensors(tensors.length + (tensors.length == 1 ? " tensor" : " tensors"));
    }
    Tensor[] all = new Tensor[specs.length];
    for (int number = 0; number < inputCount; number++) {
      all[number] = requireGiven(tensors[number], specs[number]);
      requireConforming(specs[number], all[number]);
    }
    RunPlan plan = plan(all, options.memoryBudgetBytes());
    for (int number = 0; number < outputs.length; number++) {
      Manifest.BufferSpec spec = specs[outputs[number]];
      Tensor output = requireGiven(tensors[inputCount + number], spec);
      requireTarget(spec, output, plan.shape(outputs[number]));
      all[outputs[number]] = output;
    }
    plan.requireWithin(options.memoryBudgetBytes(), plan.outputBytes(), copiedBytes(all, plan));
    run(all, plan, options, 0, new ListedOutputs(manifest, Arena.global()));
  }

  /// Runs the module on inputs of its order, and gives its one output in new memory.
  ///
  /// @param arena owns the output
  /// @param inputs one for each input, in the manifest's order
  /// @throws DataException as [#run]
  /// @throws IllegalStateException if there is not just one output, a tensor
  public Tensor runNew(Arena arena, Tensor[] inputs, RunOptions options) {
    if (outputs.length != 1 || !manifest.listings().isEmpty() || inputs.length != inputCount) {
      throw new IllegalStateException("not a module of so many inputs and one output");
    }
    Tensor[] all = new Tensor[specs.length];
    for (int number = 0; number < inputCount; number++) {
      all[number] = requireGiven(inputs[number], specs[number]);
      requireConforming(specs[number], all[number]);
    }
    RunPlan plan = plan(all, options.memoryBudgetBytes());
    plan.requireWithin(options.memoryBudgetBytes(), 0, copiedBytes(all, plan));
    int output = outputs[0];
    Tensor made = Tensor.allocate(arena, specs[output].dtype(), plan.layout(output));
    all[output] = made;
    run(all, plan, options, plan.outputBytes(), new ListedOutputs(manifest, Arena.global()));
    return made;
  }

  /// Whether a tensor is one that [#runInto] can write the one output of this module into, or says
  /// what does not fit; not for a tensor that has another rank or type.
  public boolean takes(Tensor target) {
    return outputs.length == 1
        && specs[outputs[0]].dtype() == target.dtype()
        && specs[outputs[0]].rank() == target.rank();
  }

  /// The plan for these inputs, which have the right ranks.
  private RunPlan plan(Tensor[] all, long budgetBytes) {
    RunPlan known = last;
    if (known != null
        && known.fits(all, inputCount)
        && (!known.grows() || known.isWithin(budgetBytes - copiedBytes(all, known)))) {
      return known;
    }
    RunPlan made = RunPlan.roomy(module, all, inputCount);
    if (made.grows() && !made.isWithin(budgetBytes - copiedBytes(all, made))) {
      made = RunPlan.small(module, all, inputCount);
    }
    last = made;
    return made;
  }

  /// What the run must copy: inputs in another type or order than code reads, and memory that code
  /// can't reach.
  private long copiedBytes(Tensor[] all, RunPlan plan) {
    long bytes = 0;
    for (int number = 0; number < specs.length; number++) {
      Tensor tensor = all[number];
      if (tensor != null && !(conforms(specs[number], tensor) && isReached(number, tensor))) {
        bytes = RunPlan.saturatingSum(bytes, plan.bytes(number));
      }
    }
    return bytes;
  }

  private boolean isReached(int number, Tensor tensor) {
    return module.reaches(RunMemory.elements(tensor), specs[number].dtype());
  }

  /// Runs on inputs and outputs; makes the temporaries.
  ///
  /// @param heldBytes what was allocated before
  /// @param lists takes the outputs that are lists
  /// @return the bytes of temporaries and copies
  private long run(
      Tensor[] all, RunPlan plan, RunOptions options, long heldBytes, ListedOutputs lists) {
    RunPlan current = plan;
    while (true) {
      try {
        return runOnce(all.clone(), current, options, heldBytes, lists);
      } catch (FullException full) {
        current = full.larger;
        current.requireWithin(options.memoryBudgetBytes(), plan.outputBytes(), 0);
        last = current;
      }
    }
  }

  /// Something has no place for more; the run is to begin anew.
  private static final class FullException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient RunPlan larger;

    FullException(RunPlan larger) {
      super(null, null, false, false);
      this.larger = larger;
    }
  }

  private long runOnce(
      Tensor[] all, RunPlan plan, RunOptions options, long heldBytes, ListedOutputs lists) {
    int threads = plan.isSmall() ? 1 : options.threads();
    try (Scratch scratch = new Scratch(MemoryPool.SHARED, threads > 1)) {
      for (int number = 0; number < inputCount; number++) {
        if (!conforms(specs[number], all[number])) {
          all[number] = all[number].cast(scratch.arena(), specs[number].dtype());
        }
      }
      if (!keepsGaps) {
        requireApart(all);
      }
      placeTemporaries(all, plan, scratch);
      RunMemory memory =
          RunMemory.of(
              module,
              all,
              inputCount,
              keepsGaps,
              threads,
              scratch,
              options.memoryBudgetBytes() - heldBytes);
      runFunctions(all, memory.segments(), plan, memory.threads(), options.memoryBudgetBytes());
      memory.finish();
      lists.take(all, plan.sizes(), options.memoryBudgetBytes() - heldBytes - scratch.takenBytes());
      return scratch.takenBytes();
    }
  }

  private void placeTemporaries(Tensor[] all, RunPlan plan, Scratch scratch) {
    if (inputCount + outputs.length == specs.length) {
      return;
    }
    MemorySegment memory =
        scratch.allocate(
            plan.scratchBytes(),
            () -> "temporaries, of which " + plan.largest(role -> role == Manifest.Role.TEMPORARY));
    for (int number = inputCount; number < specs.length; number++) {
      if (specs[number].role() == Manifest.Role.TEMPORARY) {
        MemorySegment place = memory.asSlice(plan.offset(number), plan.bytes(number));
        all[number] =
            Tensor.wrap(place, specs[number].dtype(), Layout.rowMajor(plan.shape(number)));
      }
    }
  }

  private Tensor requireGiven(@Nullable Tensor tensor, Manifest.BufferSpec spec) {
    if (tensor == null) {
      throw wrongTensors("null for the " + spec.role().text() + " `" + spec.name() + "`");
    }
    return tensor;
  }

  private DataException wrongTensors(String found) {
    return DataException.of(DataFault.WRONG_TENSORS)
        .expected("the inputs " + inputNames + " and the outputs " + outputNames)
        .found(found);
  }

  private static void requireTarget(Manifest.BufferSpec spec, Tensor tensor, Shape shape) {
    tensor.ensureAccessible();
    if (tensor.dtype() != spec.dtype()) {
      throw DataException.of(DataFault.WRONG_DTYPE)
          .at("the output `" + spec.name() + "`")
          .expected(spec.dtype() + shape.toString())
          .found(tensor.dtype() + tensor.shape().toString());
    }
    if (!tensor.shape().equals(shape)) {
      throw DataException.of(DataFault.SHAPE_MISMATCH)
          .at("the output `" + spec.name() + "`")
          .expected(spec.dtype() + shape.toString())
          .found(tensor.dtype() + tensor.shape().toString());
    }
    if (!tensor.isContiguous()) {
      throw DataException.of(DataFault.NOT_CONTIGUOUS)
          .at("the output `" + spec.name() + "`")
          .expected(
              "an element for each index, as with strides "
                  + Arrays.toString(shape.rowMajorStrides()))
          .found("strides " + Arrays.toString(tensor.layout().strides()) + " of shape " + shape)
          .withHelp("run into a contiguous tensor and copy from that");
    }
    if (tensor.segment().isReadOnly()) {
      throw DataException.of(DataFault.READ_ONLY)
          .expected("writable memory for the output `" + spec.name() + "`")
          .found("read-only memory");
    }
  }

  /// Kernels read their inputs while they write their outputs, so the two may not share memory.
  private void requireApart(Tensor[] tensors) {
    for (int target = 0; target < outputs.length; target++) {
      Tensor written = tensors[outputs[target]];
      for (int other = 0; other < inputCount + target; other++) {
        int number = other < inputCount ? other : outputs[other - inputCount];
        if (RunMemory.overlap(written, tensors[number])) {
          throw sharedMemory(specs[outputs[target]].name(), specs[number].name());
        }
      }
    }
  }

  /// The failure of a run whose output lies in the memory of another tensor.
  public static DataException sharedMemory(String output, String other) {
    return DataException.of(DataFault.MEMORY_MISMATCH)
        .expected("memory for the output `" + output + "` that no other tensor of the run uses")
        .found("memory that `" + other + "` uses");
  }

  private void runFunctions(
      Tensor[] all, MemorySegment[] memory, RunPlan plan, int threads, long budgetBytes) {
    long[] symbols = plan.symbols();
    int[] running = {0};
    try {
      FunctionOrder.run(
          manifest,
          memory,
          function -> {
            running[0] = function;
            Workers.forEachRange(
                plan.parallelExtent(function),
                threads,
                (begin, end) -> module.run(function, memory, symbols, begin, end));
          });
    } catch (KernelTrap trap) {
      boolean isOfIteration = trap.kind() == KernelTrap.Kind.UNSETTLED && trap.site() >= 0;
      Manifest.FunctionSpec function =
          manifest.functions().get(isOfIteration ? trap.site() : running[0]);
      if (trap.kind() == KernelTrap.Kind.POSITION) {
        String tensor = function.fetches().get(trap.site()).tensor();
        Optional<RunPlan> larger = plan.grown(trap, tensor, all, inputCount, budgetBytes);
        if (larger.isPresent()) {
          throw new FullException(larger.get());
        }
      }
      throw explain(trap, function);
    }
  }

  private static DataException explain(KernelTrap trap, Manifest.FunctionSpec function) {
    return switch (trap.kind()) {
      case POSITION -> {
        Manifest.FetchSpec fetch = function.fetches().get(trap.site());
        String axis = "axis " + fetch.axis() + " of `" + fetch.tensor() + "`";
        DataException failure =
            DataException.of(DataFault.POSITION_OUTSIDE_AXIS)
                .inEquation(function.name())
                .expected(
                    trap.bound() == 0
                        ? "no position: " + axis + " is empty"
                        : "a position in 0.." + (trap.bound() - 1) + " of " + axis)
                .found("`" + fetch.source() + "` is " + trap.value());
        yield trap.value() < 0
            ? failure.withHelp("positions taken from data do not count from the end")
            : failure.withHelp("mend the data, or keep the positions inside with `clamp`");
      }
      case OVERFLOW ->
          DataException.of(DataFault.INTEGER_OVERFLOW)
              .inEquation(function.name())
              .expected("a result that its integer type can hold")
              .found("one that it can't")
              .withHelp("give the tensor a wider type, such as `: i64` or `: f64`");
      case UNSETTLED ->
          DataException.of(DataFault.NOT_SETTLED)
              .inEquation(function.name())
              .expected("an end of the iteration within " + trap.bound() + " rounds")
              .found("values that still change")
              .withHelp(
                  "see whether a cycle makes them better without end; `until` and `for` say when"
                      + " to stop");
    };
  }

  private void bind(Map<String, Tensor> inputs, Tensor[] all) {
    for (int number = 0; number < inputCount; number++) {
      Manifest.BufferSpec spec = specs[number];
      Tensor tensor = inputs.get(spec.name());
      if (tensor == null) {
        throw DataException.of(DataFault.INPUT_MISSING)
            .expected("a tensor for the " + spec.role().text() + " `" + spec.name() + "`")
            .found(inputs.isEmpty() ? "none" : "only " + String.join(", ", inputs.keySet()))
            .withHelp("bind it by name: " + spec.name() + "=file.npy");
      }
      requireConforming(spec, tensor);
      all[number] = tensor;
    }
    for (String name : inputs.keySet()) {
      int number = manifest.indexOf(name).orElse(-1);
      if (number < 0 || !specs[number].role().isInput()) {
        throw DataException.of(DataFault.INPUT_UNKNOWN)
            .expected("one of the inputs " + inputNames)
            .found("`" + name + "`");
      }
    }
  }

  private static void requireConforming(Manifest.BufferSpec spec, Tensor tensor) {
    tensor.ensureAccessible();
    if (tensor.rank() != spec.rank()) {
      throw DataException.of(DataFault.WRONG_RANK)
          .at("`" + spec.name() + "`")
          .expected(spec.rank() + " axes")
          .found(tensor.rank() + ", shape " + tensor.shape());
    }
    DType type = tensor.dtype();
    if (type != spec.dtype() && !type.fitsIn(spec.dtype())) {
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
  }

  /// Whether the tensor has the type and order that code reads.
  private static boolean conforms(Manifest.BufferSpec spec, Tensor tensor) {
    return tensor.dtype() == spec.dtype() && tensor.isContiguous();
  }
}
