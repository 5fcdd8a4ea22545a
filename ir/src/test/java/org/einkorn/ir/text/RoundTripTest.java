package org.einkorn.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.einkorn.ir.RandomIr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.junit.jupiter.api.Test;

/// `parse(print(x)).equals(x)` and `print(parse(t)).equals(t)`, on random programs.
class RoundTripTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20251120);
  private static final int ROUNDS = 2000;

  @Test
  void programs() {
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      Program program = new RandomIr(seed).program();
      String text = TensorPrinter.print(program);
      String message = "seed " + seed + "\n" + text;
      Program again = parsed(TensorParser.parse(new SourceFile("t.ir", text)), message);
      assertEquals(program, again, message);
      assertEquals(text, TensorPrinter.print(again), message);
    }
  }

  @Test
  void modules() {
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      Module module = new RandomIr(seed).module();
      String text = LoopPrinter.print(module);
      String message = "seed " + seed + "\n" + text;
      Module again = parsed(LoopParser.parse(new SourceFile("t.ir", text)), message);
      assertEquals(module, again, message);
      assertEquals(text, LoopPrinter.print(again), message);
    }
  }

  private static <T> T parsed(ParseResult<T> result, String message) {
    try {
      return result.require();
    } catch (IllegalStateException e) {
      throw new AssertionError(message, e);
    }
  }
}
