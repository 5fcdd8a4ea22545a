package org.einkorn;

import java.lang.foreign.Arena;
import java.util.ArrayList;
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

  private final long seed;
  private final List<String> results;

  private ReferenceRun(long seed, List<String> results) {
    this.seed = seed;
    this.results = List.copyOf(results);
  }

  static ReferenceRun of(KernelModule module, long seed) {
    return new ReferenceRun(seed, run(module, seed));
  }

  /// @throws IllegalStateException naming the pass, if the module gives other results
  void requireEqual(String pass, KernelModule module) {
    List<String> now = run(module, seed);
    if (!now.equals(results)) {
      throw new IllegalStateException(
          "the pass `"
              + pass
              + "` changed a result (seed "
              + seed
              + ")\nbefore: "
              + results
              + "\nafter:  "
              + now);
    }
  }

  private static List<String> run(KernelModule module, long seed) {
    ModuleRunner runner = new ModuleRunner(module);
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Tensor> inputs = inputs(arena, module, new Random(seed));
      List<String> results = new ArrayList<>();
      runner
          .run(arena, inputs, ONE_THREAD)
          .outputs()
          .forEach((name, tensor) -> results.add(name + " = " + elements(tensor)));
      results.sort(String::compareTo);
      return results;
    } catch (DataException e) {
      return List.of(e.code());
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

  /// Every element, so that equal texts mean equal bits (all NaNs being one).
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
