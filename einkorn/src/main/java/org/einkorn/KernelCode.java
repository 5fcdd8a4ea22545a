package org.einkorn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.layout.InPlace;
import org.einkorn.passes.layout.Placement;
import org.einkorn.passes.layout.Storage;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;
import org.jspecify.annotations.Nullable;

/// The code of a kernel: one for row-major tensors, and one for each other way in which the tensors
/// of a call lay in memory. Safe to use from many threads at once.
final class KernelCode {
  /// Beyond this many ways all but the row-major one are forgotten: there are strides without end.
  private static final int MOST_COMPILED = 64;

  private final Program program;
  private final Options options;
  private final RunOptions runOptions;
  private final CompiledCode compiled;
  private final ModuleRunner rowMajor;
  private final Map<Key, ModuleRunner> inPlace = new ConcurrentHashMap<>();
  private volatile @Nullable LastCall<Viewed> last;
  private final List<TensorType> inputs;
  private final List<TensorType> outputs;

  /// Whether each output can be written in another order of axes; a scan has its own.
  private final List<Boolean> mayReorder;

  private KernelCode(Program program, Options options, CompiledCode compiled) {
    this.program = program;
    this.options = options;
    this.runOptions = options.run();
    this.compiled = compiled;
    this.rowMajor = compiled.runner();
    Map<String, TensorType> types = new LinkedHashMap<>();
    program.signature().inputs().forEach(input -> types.put(input.name(), input.type()));
    program.definitions().forEach(made -> types.put(made.name(), made.type()));
    this.inputs = rowMajor.inputNames().stream().map(name -> type(types, name)).toList();
    this.outputs = rowMajor.outputNames().stream().map(name -> type(types, name)).toList();
    this.mayReorder = rowMajor.outputNames().stream().map(this::isAccumulated).toList();
  }

  private static TensorType type(Map<String, TensorType> types, String name) {
    TensorType type = types.get(name);
    if (type == null) {
      throw new IllegalStateException("`" + name + "` is no tensor of the program");
    }
    return type;
  }

  private boolean isAccumulated(String output) {
    return program.definitions().stream()
        .filter(definition -> definition.name().equals(output))
        .map(Definition::body)
        .anyMatch(Body.Accumulate.class::isInstance);
  }

  /// @param program a program whose sizes are constants
  /// @param timings receives what compiling took
  static KernelCode of(Program program, Options options, List<Pipeline.Timing> timings) {
    return new KernelCode(program, options, KeptCode.compile(program, Map.of(), options, timings));
  }

  /// What was decided.
  Explanation explanation() {
    return compiled.plan().orElseThrow().get().explain(Map.of(), new ArrayList<>());
  }

  /// What the plan warns of.
  List<Diagnostic> warnings() {
    return compiled.warnings();
  }

  List<String> inputs() {
    return rowMajor.inputNames();
  }

  List<String> outputs() {
    return rowMajor.outputNames();
  }

  /// How the tensors of a call lie.
  private record Key(List<Storage> inputs, List<Placement> outputs) {}

  /// Code for views.
  ///
  /// @param layouts of the memory tensor of each
  private record Viewed(ModuleRunner runner, Layout[] layouts) {}

  void run(Tensor[] tensors) {
    if (areRowMajor(tensors)) {
      rowMajor.runInto(tensors, runOptions);
    } else if (!fit(tensors)) {
      rowMajor.runInto(tensors, runOptions); // which says what does not fit
    } else if (!runAgain(tensors)) {
      runInPlace(tensors);
    }
  }

  private static boolean areRowMajor(@Nullable Tensor[] tensors) {
    for (Tensor tensor : tensors) {
      if (tensor != null && !tensor.isContiguous()) {
        return false;
      }
    }
    return true;
  }

  private boolean fit(@Nullable Tensor[] tensors) {
    if (tensors.length != inputs.size() + outputs.size()) {
      return false;
    }
    for (int number = 0; number < tensors.length; number++) {
      Tensor tensor = tensors[number];
      boolean isInput = number < inputs.size();
      TensorType type = isInput ? inputs.get(number) : outputs.get(number - inputs.size());
      if (tensor == null
          || !(tensor.dtype() == type.dtype() || isInput && tensor.dtype().fitsIn(type.dtype()))
          || !hasShape(tensor, type)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasShape(Tensor tensor, TensorType type) {
    if (tensor.rank() != type.rank()) {
      return false;
    }
    for (int axis = 0; axis < tensor.rank(); axis++) {
      if (!(type.extents().get(axis) instanceof IndexExpr.Constant(long extent))
          || extent != tensor.extent(axis)) {
        return false;
      }
    }
    return true;
  }

  /// Runs the code of the last call, if it is for these tensors and no memory is shared.
  private boolean runAgain(Tensor[] tensors) {
    LastCall<Viewed> call = last;
    if (call == null || !call.fits(tensors)) {
      return false;
    }
    Tensor[] memory = new Tensor[tensors.length];
    for (int number = 0; number < memory.length; number++) {
      Layout layout = call.found().layouts[number];
      Tensor tensor = tensors[number];
      memory[number] =
          layout == tensor.layout()
              ? tensor
              : Tensor.wrap(tensor.segment(), tensor.dtype(), layout);
    }
    if (!areApart(memory)) {
      return false;
    }
    call.found().runner.runInto(memory, runOptions);
    return true;
  }

  /// Whether no output reaches into the memory of another tensor, as far as addresses show it;
  /// those of arrays do not.
  private boolean areApart(Tensor[] memory) {
    for (int output = inputs.size(); output < memory.length; output++) {
      for (int other = 0; other < output; other++) {
        if (!areApart(memory[output], memory[other])) {
          return false;
        }
      }
    }
    return true;
  }

  /// @param one,other tensors without gaps
  private static boolean areApart(Tensor one, Tensor other) {
    long first = begin(one);
    long second = begin(other);
    return one.segment().isNative()
        && other.segment().isNative()
        && (first + one.elementCount() * one.dtype().byteSize() <= second
            || second + other.elementCount() * other.dtype().byteSize() <= first);
  }

  private static long begin(Tensor tensor) {
    return tensor.segment().address() + tensor.layout().offset() * tensor.dtype().byteSize();
  }

  /// Runs on tensors of the right types and shapes.
  private void runInPlace(Tensor[] tensors) {
    List<Placement> placements = new ArrayList<>();
    Tensor[] memory = tensors.clone();
    for (int number = inputs.size(); number < tensors.length; number++) {
      Optional<Placement> placement = placement(tensors[number], number - inputs.size());
      if (placement.isEmpty()) {
        rowMajor.runInto(tensors, runOptions); // which refuses it
        return;
      }
      placements.add(placement.get());
      memory[number] = placement.get().memory(tensors[number]);
    }
    List<Storage> storages = new ArrayList<>();
    for (int number = 0; number < inputs.size(); number++) {
      storages.add(storage(tensors, number));
      memory[number] = storages.getLast().memory(tensors[number]);
    }
    requireApart(tensors, memory);
    Key key = new Key(storages, placements);
    if (inPlace.size() >= MOST_COMPILED && !inPlace.containsKey(key)) {
      inPlace.clear();
    }
    ModuleRunner runner = inPlace.computeIfAbsent(key, this::compile);
    runner.runInto(memory, runOptions);
    if (areApart(memory)) {
      last =
          LastCall.of(
              tensors,
              new Viewed(runner, Arrays.stream(memory).map(Tensor::layout).toArray(Layout[]::new)));
    }
  }

  private Optional<Placement> placement(Tensor tensor, int output) {
    return mayReorder.get(output)
        ? Placement.of(tensor.layout())
        : Placement.inOrder(tensor.layout());
  }

  /// How an input lies, as far as it is read there. The run copies what is stored in another type,
  /// then no more than the elements; and what lies in the memory of an output.
  private Storage storage(Tensor[] tensors, int input) {
    Tensor tensor = tensors[input];
    Storage storage = Storage.of(tensor.layout());
    boolean isConverted = tensor.dtype() != inputs.get(input).dtype();
    boolean isWider =
        storage instanceof Storage.Strided strided && strided.elements() > tensor.elementCount();
    if (isConverted && isWider) {
      return new Storage.Dense();
    }
    for (int output = inputs.size(); output < tensors.length; output++) {
      if (!(storage instanceof Storage.Dense) && tensor.overlaps(tensors[output])) {
        return new Storage.Dense();
      }
    }
    return storage;
  }

  /// Copies of inputs lie apart from everything. Copies of outputs are put back with all that lies
  /// between their elements, which therefore must not be an element of another output.
  private void requireApart(Tensor[] tensors, Tensor[] memory) {
    for (int output = inputs.size(); output < tensors.length; output++) {
      for (int other = 0; other < output; other++) {
        boolean isInput = other < inputs.size();
        boolean isCopied =
            isInput
                && !(memory[other].isContiguous()
                    && memory[other].dtype() == inputs.get(other).dtype());
        boolean meets =
            isInput
                ? tensors[output].overlaps(tensors[other])
                : memory[output].overlaps(memory[other]);
        if (!isCopied && meets) {
          throw ModuleRunner.sharedMemory(
              rowMajor.outputNames().get(output - inputs.size()),
              isInput
                  ? rowMajor.inputNames().get(other)
                  : rowMajor.outputNames().get(other - inputs.size()));
        }
      }
    }
  }

  private ModuleRunner compile(Key key) {
    Map<String, Storage> equations = new LinkedHashMap<>();
    Map<String, Storage> loops = new LinkedHashMap<>();
    for (int number = 0; number < key.outputs.size(); number++) {
      Placement placement = key.outputs.get(number);
      equations.put(outputs().get(number), placement.ordered());
      if (!(placement.memory() instanceof Storage.Dense)) {
        loops.put(outputs().get(number), placement.memory());
      }
    }
    for (int number = 0; number < key.inputs.size(); number++) {
      equations.put(inputs().get(number), key.inputs.get(number));
    }
    Program rewritten = InPlace.of(program, equations);
    List<Pipeline.Timing> unused = new ArrayList<>();
    return KeptCode.compile(rewritten, loops, options, unused).runner();
  }
}
