package org.einkorn.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.einkorn.ir.RandomIr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Slicing;
import org.junit.jupiter.api.Test;

/// `parse(print(x)).equals(x)` and `print(parse(t)).equals(t)`, on random programs.
class RoundTripTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20251120);
  private static final int ROUNDS = 2000;

  @Test
  void programs() {
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      Program program = sliced(new RandomIr(seed).program(), new Random(seed));
      String text = TensorPrinter.print(program);
      String message = "seed " + seed + "\n" + text;
      Program again = parsed(TensorParser.parse(new SourceFile("t.ir", text)), message);
      assertEquals(program, again, message);
      assertEquals(text, TensorPrinter.print(again), message);
    }
  }

  /// Runs of definitions under axes of any name: text does not ask what the verifier does.
  private static Program sliced(Program program, Random random) {
    List<String> names = program.definitions().stream().map(Definition::name).toList();
    List<Slicing> slicings = new ArrayList<>();
    for (int first = 0; first < names.size(); first += 1 + random.nextInt(4)) {
      int end = first + 1 + random.nextInt(names.size() - first);
      List<String> axes = List.of("s", "for", "ä b").subList(0, 1 + random.nextInt(3));
      slicings.add(new Slicing(axes, names.subList(first, end)));
    }
    return new Program(program.name(), program.signature(), program.definitions(), slicings);
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
