package org.einkorn.ir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.einkorn.ir.RandomIr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TensorPrinter;
import org.junit.jupiter.api.Test;

/// Rules that hold of every program the generator makes raise no false alarm.
class RandomProgramsVerifyTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20251120);
  private static final int ROUNDS = 1000;

  @Test
  void programs() {
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      Program program = new RandomIr(seed).program();
      assertEquals(
          List.of(),
          TensorVerifier.verify(program),
          "seed " + seed + "\n" + TensorPrinter.print(program));
    }
  }

  @Test
  void modules() {
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      Module module = new RandomIr(seed).module();
      assertEquals(
          List.of(),
          LoopVerifier.verify(module),
          "seed " + seed + "\n" + LoopPrinter.print(module));
    }
  }
}
