package org.einkorn.backend.jvm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelTrap;
import org.junit.jupiter.api.Test;

/// Compiled code and the interpreter agree on random modules, bit for bit and trap for trap.
class RandomModulesTest {
  private static final int MODULES = 400;

  @Test
  void agreesWithTheInterpreter() {
    long first = Long.getLong("einkorn.seed", 20250917);
    int finished = 0;
    for (int number = 0; number < MODULES; number++) {
      long seed = first + number;
      try {
        finished += run(seed) ? 1 : 0;
      } catch (Throwable failure) {
        throw new AssertionError("with -Deinkorn.seed=" + seed, failure);
      }
    }
    assertTrue(finished > MODULES / 4, "most modules trap: " + (MODULES - finished));
  }

  /// Whether the module ran to its end.
  private static boolean run(long seed) {
    Random random = new Random(seed);
    Module module = RandomModule.next(random);
    Execution execution = Execution.of(module, 1 + random.nextInt(4), 1 + random.nextInt(4));
    for (Buffer input : module.allBuffers()) {
      fill(execution, input, random);
    }
    Optional<KernelTrap> trap = execution.run();
    return trap.isEmpty();
  }

  private static void fill(Execution execution, Buffer buffer, Random random) {
    DType type = buffer.type().dtype();
    int count = Math.toIntExact(execution.count(buffer.name()));
    for (int element = 0; element < count; element++) {
      if (type.isFloat()) {
        double[] special = {Double.NaN, Double.POSITIVE_INFINITY, -0.0, 0, 1e30, -1e-30};
        double value =
            random.nextInt(6) == 0
                ? special[random.nextInt(special.length)]
                : random.nextGaussian() * 3;
        execution.set(buffer.name(), element, value);
      } else {
        execution.set(buffer.name(), element, random.nextInt(type == DType.BOOL ? 2 : 4));
      }
    }
  }
}
