package org.einkorn.cli.bench;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.einkorn.Kernel;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;

/// A kernel of this compiler, with memory of its own for what it makes.
final class Engine implements Contender {
  private static final byte JUNK = 0x7f;

  private final Target target;
  private final Kernel kernel;
  private final Tensor[] tensors;
  private final SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();

  /// @param data the inputs by name
  Engine(Target target, Kernel kernel, Facts facts, Map<String, Tensor> data, Arena arena) {
    this.target = target;
    this.kernel = kernel;
    List<Tensor> all = new ArrayList<>();
    for (Parameter input : facts.inputs()) {
      Tensor tensor = data.get(input.name());
      if (tensor == null) {
        throw new IllegalStateException("`" + input.name() + "` has no data");
      }
      all.add(tensor);
    }
    for (Parameter output : facts.outputs()) {
      Tensor tensor = Tensor.allocate(arena, output.dtype(), output.shape());
      outputs.put(output.name(), tensor);
      all.add(tensor);
    }
    tensors = all.toArray(Tensor[]::new);
  }

  @Override
  public String name() {
    return target.name();
  }

  @Override
  public double warmSeconds() {
    return target.equals(Target.jvm()) ? 1.0 : 0.3;
  }

  @Override
  public boolean isBeingCompiled() {
    return target.equals(Target.jvm()) && JitCompiler.isBusy();
  }

  @Override
  public long run(int times) {
    long start = System.nanoTime();
    for (int number = 0; number < times; number++) {
      kernel.run(tensors);
    }
    return System.nanoTime() - start;
  }

  /// The first result: what lay in the memory before is not taken for one.
  ///
  /// @return copies of what it made
  SequencedMap<String, Tensor> first(Arena arena) {
    for (Tensor output : outputs.values()) {
      if (output.dtype() != DType.BOOL) {
        output.segment().fill(JUNK);
      } else {
        output.segment().fill((byte) 1);
      }
    }
    run(1);
    SequencedMap<String, Tensor> copies = new LinkedHashMap<>();
    outputs.forEach((name, tensor) -> copies.put(name, tensor.copy(arena)));
    return copies;
  }

  /// What the last run made.
  SequencedMap<String, Tensor> outputs() {
    return outputs;
  }
}
