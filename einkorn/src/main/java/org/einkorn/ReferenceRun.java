package org.einkorn;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.Manifest;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.RunOptions;

/// What a program gives for seeded inputs, to hold later forms of it against.
///
/// Every size is a small number, every element a small value of its type, so that positions taken
/// from data are often right. A run that fails is a result too: its message.
final class ReferenceRun {
  private static final long SIZE_LIMIT = 5;
  private static final RunOptions ONE_THREAD = RunOptions.defaults().withThreads(1);

  /// How far results that were rounded elsewhere may be apart, in units in the last place of the
  /// largest element: in the type of the arithmetic, and in the type that is stored.
  private static final double COMPUTED_ULPS = 1024;

  private static final double STORED_ULPS = 4;

  /// The same, in `f32`, where a schedule rounds otherwise: sums have few terms, but those may be
  /// larger than what is left of them.
  private static final double SCHEDULED_ULPS = 256;

  private final long seed;
  private final List<Result> results;

  private ReferenceRun(long seed, List<Result> results) {
    this.seed = seed;
    this.results = List.copyOf(results);
  }

  /// A tensor, or the code of the failure that came instead of all of them.
  ///
  /// @param text every element, so that equal texts mean equal bits (all NaNs being one)
  /// @param reals the elements of a tensor of floats, else empty
  /// @param distance how far elements may be from those of another order, for elements up to 1
  private record Result(String name, String text, List<Double> reals, double distance) {
    Result {
      reals = List.copyOf(reals);
    }

    boolean isFailure() {
      return text.isEmpty();
    }

    boolean isNear(Result other, double leastDistance) {
      if (reals.isEmpty() || reals.size() != other.reals.size() || !name.equals(other.name)) {
        return equals(other);
      }
      double greatest = 1;
      for (double value : reals) {
        greatest = Double.isFinite(value) ? Math.max(greatest, Math.abs(value)) : greatest;
      }
      double allowed = Math.max(distance, leastDistance) * greatest;
      for (int number = 0; number < reals.size(); number++) {
        double value = reals.get(number);
        if (Double.isFinite(value) && !(Math.abs(value - other.reals.get(number)) <= allowed)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return isFailure() ? name : name + " = " + text;
    }
  }

  static ReferenceRun of(KernelModule module, long seed) {
    return new ReferenceRun(seed, run(module, seed));
  }

  /// The run to hold what follows against, where a pass may combine floats in another order: this
  /// module's own results, which must be near these. A failure may have gone away.
  ///
  /// @throws IllegalStateException naming the pass, if the module gives other results
  ReferenceRun requireNear(String pass, KernelModule module) {
    return requireNear(pass, module, 0);
  }

  /// The same where a schedule has sums in `f32` instead of `f64`, or fuses operations.
  ///
  /// @throws IllegalStateException naming the pass, if the module gives other results
  ReferenceRun requireScheduled(String pass, KernelModule module) {
    return requireNear(pass, module, SCHEDULED_ULPS * unit(DType.F32));
  }

  private ReferenceRun requireNear(String pass, KernelModule module, double leastDistance) {
    List<Result> now = run(module, seed);
    boolean isNear = now.size() == results.size();
    for (int number = 0; isNear && number < now.size(); number++) {
      isNear = results.get(number).isNear(now.get(number), leastDistance);
    }
    if (!isNear && !results.getFirst().isFailure()) {
      throw changed(pass, now);
    }
    return new ReferenceRun(seed, now);
  }

  /// @throws IllegalStateException naming the pass, if the module gives other results
  void requireEqual(String pass, KernelModule module) {
    List<Result> now = run(module, seed);
    if (!now.equals(results)) {
      throw changed(pass, now);
    }
  }

  private IllegalStateException changed(String pass, List<Result> now) {
    return new IllegalStateException(
        "the pass `"
            + pass
            + "` changed a result (seed "
            + seed
            + ")\nbefore: "
            + results
            + "\nafter:  "
            + now);
  }

  private static List<Result> run(KernelModule module, long seed) {
    ModuleRunner runner = new ModuleRunner(module);
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> inputs = inputs(arena, module, new Random(seed));
      List<Result> results = new ArrayList<>();
      ModuleRunner.Result run = runner.run(arena, inputs, ONE_THREAD);
      run.outputs().forEach((name, tensor) -> results.add(result(name, tensor)));
      run.made()
          .relations()
          .forEach((name, relation) -> results.add(result(name, relation.toTensor(arena))));
      results.sort(Comparator.comparing(Result::name));
      return results;
    } catch (DataException e) {
      return List.of(new Result(e.code(), "", List.of(), 0));
    }
  }

  private static Map<String, Tensor> inputs(Arena arena, KernelModule module, Random random) {
    Manifest manifest = module.manifest();
    long[] symbols = new long[manifest.symbols().size()];
    for (int number = 0; number < symbols.length; number++) {
      symbols[number] = 1 + random.nextLong(SIZE_LIMIT);
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int buffer = 0; buffer < manifest.buffers().size(); buffer++) {
      Manifest.BufferSpec spec = manifest.buffers().get(buffer);
      if (spec.role().isInput()) {
        long[] extents = new long[spec.rank()];
        for (int axis = 0; axis < extents.length; axis++) {
          extents[axis] = module.extent(buffer, axis, symbols);
        }
        Tensor tensor = Tensor.allocate(arena, spec.dtype(), extents);
        fill(tensor, random);
        inputs.put(spec.name(), tensor);
      }
    }
    return inputs;
  }

  private static void fill(Tensor tensor, Random random) {
    DType type = tensor.dtype();
    Tensor flat = tensor.reshape(tensor.elementCount());
    for (long number = 0; number < flat.elementCount(); number++) {
      switch (type.kind()) {
        case FLOAT -> flat.set(random.nextInt(-16, 17) / 8.0, number);
        case INTEGER -> flat.setLong(random.nextInt(3), number);
        case BOOLEAN -> flat.setLong(random.nextInt(2), number);
        case COMPLEX ->
            flat.setComplex(random.nextInt(-8, 9) / 8.0, random.nextInt(-8, 9) / 8.0, number);
      }
    }
  }

  private static Result result(String name, Tensor tensor) {
    List<Double> reals = new ArrayList<>();
    DType type = tensor.dtype();
    Tensor flat = tensor.reshape(tensor.elementCount());
    for (long number = 0; type.part().isFloat() && number < flat.elementCount(); number++) {
      reals.add(flat.getReal(number));
      if (type.isComplex()) {
        reals.add(flat.getImaginary(number));
      }
    }
    return new Result(name, elements(tensor), reals, distance(tensor.dtype()));
  }

  private static double distance(DType type) {
    return Math.max(COMPUTED_ULPS * unit(type.compute().part()), STORED_ULPS * unit(type.part()));
  }

  private static double unit(DType type) {
    return switch (type) {
      case F64 -> 0x1p-52;
      case F32 -> 0x1p-23;
      case F16 -> 0x1p-10;
      case BF16 -> 0x1p-7;
      case F8E4M3 -> 0x1p-3;
      case F8E5M2 -> 0x1p-2;
      case I64, I32, I16, I8, U8, I4, BOOL, C64, C128 -> 0;
    };
  }

  private static String elements(Tensor tensor) {
    StringBuilder text = new StringBuilder(tensor.dtype().toString() + tensor.shape());
    Tensor flat = tensor.reshape(tensor.elementCount());
    for (long number = 0; number < flat.elementCount(); number++) {
      text.append(' ');
      switch (tensor.dtype().kind()) {
        case FLOAT -> text.append(flat.getDouble(number));
        case INTEGER, BOOLEAN -> text.append(flat.getLong(number));
        case COMPLEX -> text.append(flat.getReal(number)).append(flat.getImaginary(number));
      }
    }
    return text.toString();
  }
}
