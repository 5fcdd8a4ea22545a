package org.einkorn;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.einsum.EinsumFrontend;
import org.einkorn.ir.algebra.Semiring;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.passes.layout.InPlace;
import org.einkorn.passes.layout.Placement;
import org.einkorn.passes.layout.Storage;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ModuleRunner;
import org.jspecify.annotations.Nullable;

/// One einsum string, compiled once for each combination of element types, ranks and broadcast
/// axes.
///
/// Strings are NumPy's: `ij,jk->ik`, `ij,jk`, `...ij->...ji`, blanks, any letters of Unicode; and
/// also letters that occur twice in the output, `i->ii`, and axes with numbers, `[0,1]->[1,0]`.
/// Safe to use from many threads at once.
public final class Einsum {
  /// Among the numbers of axes: any further axes, as `...` in a string.
  public static final int ELLIPSIS = -1;

  /// Beyond this many kinds of operands all code is forgotten: strides make kinds without end.
  private static final int MOST_COMPILED = 1024;

  private final String spec;
  private final Semiring semiring;
  private final Options options;
  private final Map<Key, SizedCode> compiled = new ConcurrentHashMap<>();

  /// The code of the last call whose operands were row-major.
  private volatile @Nullable LastCall<ModuleRunner> last;

  private Einsum(String spec, Semiring semiring, Options options) {
    this.spec = spec;
    this.semiring = semiring;
    this.options = options;
  }

  /// An einsum over sums and products.
  public static Einsum of(String spec) {
    return new Einsum(
        Objects.requireNonNull(spec, "spec"), Semiring.PLUS_TIMES, Options.defaults());
  }

  /// An einsum whose axes have numbers instead of letters: `of(List.of(0, 1), List.of(1, 2))` is
  /// `ij,jk`. [#ELLIPSIS] stands for any further axes.
  ///
  /// @param operands the axes of each operand; numbers from 0
  @SafeVarargs
  public static Einsum of(List<Integer>... operands) {
    List<String> terms = new ArrayList<>();
    for (List<Integer> axes : Objects.requireNonNull(operands, "operands")) {
      terms.add(sublist(Objects.requireNonNull(axes, "an element of operands")));
    }
    return of(String.join(",", terms));
  }

  /// This einsum with the axes of its result.
  ///
  /// @param output numbers of axes; one may occur several times
  public Einsum to(List<Integer> output) {
    return new Einsum(
        spec + "->" + sublist(Objects.requireNonNull(output, "output")), semiring, options);
  }

  private static String sublist(List<Integer> axes) {
    return axes.stream()
        .map(axis -> axis == ELLIPSIS ? "..." : axis.toString())
        .collect(Collectors.joining(",", "[", "]"));
  }

  /// This einsum over other operations than sums and products: `min-plus`, or `(min, +)`. They need
  /// not be a semiring.
  ///
  /// @throws DataException for a name that is no pair of operations
  public Einsum over(String semiringName) {
    Objects.requireNonNull(semiringName, "semiringName");
    Semiring found =
        Semiring.of(semiringName)
            .orElseThrow(
                () ->
                    DataException.of(DataFault.ARGUMENT_SYNTAX)
                        .expected("one of " + Semiring.TABLE.stream().map(Semiring::name).toList())
                        .found("`" + semiringName + "`")
                        .withHelp(
                            "or two operations that are defined on the same numbers: (max, +)"));
    return new Einsum(spec, found, options);
  }

  /// This einsum with other options.
  public Einsum with(Options newOptions) {
    Objects.requireNonNull(newOptions, "newOptions");
    return new Einsum(spec, semiring, newOptions);
  }

  /// The result for these operands; it lives as long as it is reachable, and its memory counts
  /// against `-XX:MaxDirectMemorySize` as that of [Program#run()] does.
  ///
  /// @throws CompileException when the string does not fit the operands
  public Tensor apply(Tensor... operands) {
    requireGiven(operands);
    ModuleRunner known = known(operands);
    return known == null
        ? apply(Arena.ofAuto(), operands)
        : runAgain(known, SmallResults.SHARED, operands);
  }

  /// The result for these operands, in `arena`.
  ///
  /// @throws CompileException when the string does not fit the operands
  public Tensor apply(Arena arena, Tensor... operands) {
    Objects.requireNonNull(arena, "arena");
    requireGiven(operands);
    ModuleRunner known = known(operands);
    if (known != null) {
      return runAgain(known, arena, operands);
    }
    return run(arena, operands).tensors().values().iterator().next();
  }

  /// The code for operands like those of the last call; none if they differ.
  private @Nullable ModuleRunner known(Tensor[] operands) {
    LastCall<ModuleRunner> call = last;
    return call != null && call.fits(operands) ? call.found() : null;
  }

  private Tensor runAgain(ModuleRunner code, Arena arena, Tensor[] operands) {
    try {
      return code.runNew(arena, operands, options.run());
    } catch (DataException e) {
      throw explained(e, operands);
    }
  }

  /// Keeps the code of a call that found nothing to say, for the next.
  private void remember(CompiledCode code, Tensor[] operands) {
    for (Tensor operand : operands) {
      if (!operand.isContiguous()) {
        return;
      }
    }
    boolean isPlain =
        code.counting().isEmpty()
            && code.warnings().isEmpty()
            && code.runner().manifest().listings().isEmpty()
            && code.runner().inputNames().size() == operands.length;
    if (isPlain && areInOrder(code.runner().inputNames())) {
      last = LastCall.of(operands, code.runner());
    }
  }

  private static boolean areInOrder(List<String> names) {
    for (int number = 0; number < names.size(); number++) {
      if (!names.get(number).equals(EinsumFrontend.operandName(number))) {
        return false;
      }
    }
    return true;
  }

  /// The result for these operands, `Y`, in `arena`, and what the run took.
  ///
  /// @throws CompileException when the string does not fit the operands
  public Results run(Arena arena, Tensor... operands) {
    Objects.requireNonNull(arena, "arena");
    requireGiven(operands);
    List<Pipeline.Timing> timings = new ArrayList<>();
    return run(
        operands,
        Optional.empty(),
        timings,
        (code, memory) -> {
          Map<String, Tensor> inputs = new LinkedHashMap<>();
          for (int number = 0; number < memory.length; number++) {
            inputs.put(EinsumFrontend.operandName(number), memory[number]);
          }
          Results results = code.run(arena, inputs, options.run(), timings);
          remember(code, operands);
          return results;
        });
  }

  /// Puts the result for these operands into `target`, which is overwritten.
  ///
  /// @param target a tensor of the type and shape of the result, which shares no memory with an
  ///   operand. Its strides may be any that give each index an element of its own; what lies
  ///   between its elements stays as it is
  /// @return `target`
  /// @throws CompileException when the string does not fit the operands
  /// @throws DataException when the target does not fit the result
  public Tensor into(Tensor target, Tensor... operands) {
    Objects.requireNonNull(target, "target");
    if (options.counts()) {
      throw new IllegalArgumentException(
          "a run into memory of the caller does not count; use `run` to count");
    }
    requireGiven(operands);
    ModuleRunner known = target.isContiguous() ? known(operands) : null;
    if (known != null && known.takes(target)) {
      Tensor[] all = Arrays.copyOf(operands, operands.length + 1);
      all[operands.length] = target;
      try {
        known.runInto(all, options.run());
        return target;
      } catch (DataException e) {
        throw e.fault() == DataFault.SHAPE_MISMATCH
            ? wrongTarget(target, operands, e)
            : explained(e, operands);
      }
    }
    Optional<Placement> placement = Placement.of(target.layout());
    try {
      return run(
          operands,
          Optional.of(target),
          new ArrayList<>(),
          (code, memory) -> {
            Tensor[] all = Arrays.copyOf(memory, memory.length + 1);
            // What can't be written is refused by the run.
            all[memory.length] = placement.map(place -> place.memory(target)).orElse(target);
            code.runner().runInto(all, options.run());
            if (target.isContiguous()) {
              remember(code, operands);
            }
            return target;
          });
    } catch (DataException e) {
      throw e.fault() == DataFault.SHAPE_MISMATCH ? wrongTarget(target, operands, e) : e;
    }
  }

  private DataException wrongTarget(Tensor target, Tensor[] operands, DataException cause) {
    TensorType type = equations(exactly(operands)).signature().outputs().getFirst().type();
    return DataException.of(DataFault.SHAPE_MISMATCH)
        .at("the target")
        .expected(ExprPrinter.print(type))
        .found(target.dtype() + target.shape().toString())
        .because(cause);
  }

  private static void requireGiven(Tensor[] operands) {
    Objects.requireNonNull(operands, "operands");
    for (int number = 0; number < operands.length; number++) {
      Objects.requireNonNull(operands[number], "operand " + EinsumFrontend.operandName(number));
    }
  }

  /// Everything that code depends on.
  ///
  /// @param operands what is known of each, and how it lies
  /// @param target where the result goes; nothing where that is new memory
  private record Key(List<Known> operands, List<Storage> storages, Optional<Placed> target) {}

  /// How a target lies.
  ///
  /// @param extents its shape, where its strides are in the code
  private record Placed(Placement placement, List<Long> extents) {
    static Placed of(Tensor tensor, Placement placement) {
      List<Long> extents =
          placement.memory() instanceof Storage.Strided
              ? Arrays.stream(tensor.shape().extents()).boxed().toList()
              : List.of();
      return new Placed(placement, extents);
    }
  }

  private interface Run<T> {
    /// @param memory for each operand the tensor that code reads
    T with(CompiledCode code, Tensor[] memory);
  }

  private <T> T run(
      Tensor[] operands, Optional<Tensor> target, List<Pipeline.Timing> timings, Run<T> run) {
    Optional<Placed> placed =
        target.flatMap(
            tensor -> Placement.of(tensor.layout()).map(place -> Placed.of(tensor, place)));
    boolean isFixed = placed.isPresent() && !placed.get().extents.isEmpty();
    List<Storage> storages =
        Arrays.stream(operands).map(operand -> Storage.of(operand.layout())).toList();
    List<Known> known = new ArrayList<>();
    Tensor[] memory = new Tensor[operands.length];
    for (int number = 0; number < operands.length; number++) {
      known.add(
          isFixed
              ? Known.of(operands[number].dtype(), operands[number].shape())
              : generalize(operands[number], storages.get(number)));
      memory[number] = storages.get(number).memory(operands[number]);
    }
    try {
      if (compiled.size() >= MOST_COMPILED) {
        compiled.clear();
      }
      SizedCode code = compiled.computeIfAbsent(new Key(known, storages, placed), this::compile);
      CompiledCode sized = code.of(input -> shape(input, memory), timings);
      target.ifPresent(tensor -> requireApart(tensor, operands));
      sized.warnings().forEach(options.onWarning());
      return run.with(sized, memory);
    } catch (CompileException e) {
      throw explain(e, operands);
    } catch (DataException e) {
      throw explained(e, operands);
    }
  }

  private RuntimeException explained(DataException failure, Tensor[] operands) {
    return switch (failure.fault()) {
      case SHAPE_MISMATCH -> explain(failure, operands);
      case INTEGER_OVERFLOW ->
          RunFaults.explain(failure, equations(exactly(operands)))
              .withHelp("give an operand of a wider type, such as i64: the result takes it over");
      default -> failure;
    };
  }

  /// Axes of extent 1 may broadcast, and those of odd strides are in the code as numbers; other
  /// sizes are not part of what is compiled.
  private static Known generalize(Tensor tensor, Storage storage) {
    List<OptionalLong> extents = new ArrayList<>();
    for (int axis = 0; axis < tensor.rank(); axis++) {
      long extent = tensor.extent(axis);
      boolean isFixed = extent == 1 || storage.fixesExtent(axis);
      extents.add(isFixed ? OptionalLong.of(extent) : OptionalLong.empty());
    }
    return new Known(tensor.dtype(), extents);
  }

  private SizedCode compile(Key key) {
    Map<String, Storage> storages = new LinkedHashMap<>();
    for (int number = 0; number < key.storages.size(); number++) {
      storages.put(EinsumFrontend.operandName(number), key.storages.get(number));
    }
    org.einkorn.ir.tensor.Program program = equations(key.operands);
    Signature.Output output = program.signature().outputs().getFirst();
    Map<String, Storage> targets = new LinkedHashMap<>();
    key.target.ifPresent(
        target -> {
          requireShape(target, output.type());
          storages.put(output.name(), target.placement.ordered());
          if (!(target.placement.memory() instanceof Storage.Dense)) {
            targets.put(output.name(), target.placement.memory());
          }
        });
    return new SizedCode(InPlace.of(program, storages), targets, options);
  }

  /// The run compares the shape of the memory behind a target; this is what that does not show.
  private static void requireShape(Placed target, TensorType type) {
    boolean hasRank = target.placement.order().size() == type.rank();
    boolean hasExtents =
        target.extents.isEmpty()
            || type.extents().equals(target.extents.stream().map(IndexExpr::of).toList());
    if (!hasRank || !hasExtents) {
      throw DataException.of(DataFault.SHAPE_MISMATCH)
          .at("the target")
          .expected(ExprPrinter.print(type))
          .found(target.extents);
    }
  }

  private static void requireApart(Tensor target, Tensor[] operands) {
    for (int number = 0; number < operands.length; number++) {
      if (target.overlaps(operands[number])) {
        throw ModuleRunner.sharedMemory("Y", EinsumFrontend.operandName(number));
      }
    }
  }

  private static Optional<Known> shape(Signature.Input input, Tensor[] operands) {
    for (int number = 0; number < operands.length; number++) {
      if (EinsumFrontend.operandName(number).equals(input.name())) {
        return Optional.of(Known.of(operands[number].dtype(), operands[number].shape()));
      }
    }
    return Optional.empty();
  }

  /// The equations of this einsum for operands of which this is known.
  org.einkorn.ir.tensor.Program equations(List<Known> known) {
    Compiled result = EinsumFrontend.compile(spec, known, semiring);
    return result.program().orElseThrow(() -> new CompileException(result.diagnostics()));
  }

  /// What the compiler decided, for operands `A`, `B`, … of type `f32` and these shapes.
  ///
  /// @throws CompileException when the string does not fit the shapes
  /// @throws DataException E0553 for a shape of something that is no operand
  public Explanation explain(Map<String, Shape> shapes) {
    Objects.requireNonNull(shapes, "shapes");
    List<String> names =
        IntStream.range(0, EinsumFrontend.operandCount(spec))
            .mapToObj(EinsumFrontend::operandName)
            .toList();
    for (String name : shapes.keySet()) {
      if (!names.contains(name)) {
        throw DataException.of(DataFault.INPUT_UNKNOWN)
            .expected("one of the operands " + names)
            .found("`" + name + "`");
      }
    }
    List<Known> known = new ArrayList<>();
    for (String name : names) {
      Shape shape = shapes.get(name);
      if (shape == null) {
        throw DataException.of(DataFault.INPUT_MISSING)
            .expected("the shape of the operand `" + name + "`")
            .found(shapes.isEmpty() ? "none" : "only " + shapes)
            .withHelp("give it: --shape " + name + "=64x64");
      }
      known.add(Known.of(DType.F32, shape));
    }
    return Explanation.of(equations(known), options, new ArrayList<>());
  }

  /// What the compiler decided, for operands of the types and shapes of these.
  ///
  /// @throws CompileException when the string does not fit the operands
  public Explanation explain(Tensor... operands) {
    requireGiven(operands);
    return Explanation.of(equations(exactly(operands)), options, new ArrayList<>());
  }

  private static List<Known> exactly(Tensor[] operands) {
    return Arrays.stream(operands)
        .map(operand -> Known.of(operand.dtype(), operand.shape()))
        .toList();
  }

  /// The same failure in words that know every extent.
  private RuntimeException explain(RuntimeException failure, Tensor[] operands) {
    Compiled result = EinsumFrontend.compile(spec, exactly(operands), semiring);
    return result.program().isPresent() ? failure : new CompileException(result.diagnostics());
  }

  @Override
  public String toString() {
    return spec;
  }
}
