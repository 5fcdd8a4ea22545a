package org.einkorn.schedules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.ServiceLoader;
import org.einkorn.CompileException;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// The product of `examples/schedules` that warps of a GPU do: the interpreter, with its checks of
/// threads and of the memory that they share, computes what it does of the equations; code for a
/// CPU is refused.
final class WarpExampleTest {
  private static final Path FOLDER = Path.of("..", "examples", "schedules");
  private static final Options INTERPRETED = Options.defaults().withTarget(Target.interpreter());
  private static final int ROWS = 64;
  private static final int ROUNDS = 64;
  private static final int COLUMNS = 32;

  /// Half the distance of 1 and the next number of f16, and of f32.
  private static final double UNIT = 0x1p-11;

  private static final double UNIT_OF_SUMS = 0x1p-24;

  private static Program program() {
    return Einkorn.compile(FOLDER.resolve("halves.ein"));
  }

  private static SourceFile script() {
    Path script = FOLDER.resolve("halves.schedule");
    return new SourceFile(script.toString(), Einkorn.readText(script));
  }

  private static Module scheduled() {
    String text = program().with(Options.defaults().withSchedule(script())).ir(Stage.SCHEDULED);
    return LoopParser.parse(new SourceFile("scheduled.ir", text)).require();
  }

  private interface Numbers {
    float next();
  }

  private static Tensor halves(Arena arena, int rows, int columns, Numbers numbers) {
    float[] elements = new float[rows * columns];
    for (int number = 0; number < elements.length; number++) {
      elements[number] = numbers.next();
    }
    return Tensor.of(arena, elements, rows, columns).cast(arena, DType.F16);
  }

  private static double[] product(Options options, Tensor left, Tensor right) {
    return Objects.requireNonNull(
            program()
                .with(options)
                .with("A", left)
                .with("B", right)
                .run(Arena.ofAuto())
                .tensors()
                .get("C"))
        .toDoubleArray();
  }

  /// Sums of small integers are exact in every order.
  @Test
  void integersAreTheSame() {
    Random random = new Random(1);
    try (Arena arena = Arena.ofConfined()) {
      Tensor left = halves(arena, ROWS, ROUNDS, () -> random.nextInt(9) - 4);
      Tensor right = halves(arena, ROUNDS, COLUMNS, () -> random.nextInt(9) - 4);
      assertArrayEquals(
          product(INTERPRETED, left, right),
          product(INTERPRETED.withSchedule(script()), left, right));
    }
  }

  /// Products are exact in f32; a sum of n of them is off by n units of f32, and both results are
  /// rounded to f16.
  @Test
  void floatsAreNear() {
    Random random = new Random(2);
    try (Arena arena = Arena.ofConfined()) {
      Tensor left = halves(arena, ROWS, ROUNDS, () -> random.nextFloat() * 4 - 2);
      Tensor right = halves(arena, ROUNDS, COLUMNS, () -> random.nextFloat() * 4 - 2);
      double[] expected = product(INTERPRETED, left, right);
      double[] found = product(INTERPRETED.withSchedule(script()), left, right);
      double ofSum = ROUNDS * UNIT_OF_SUMS * ROUNDS * 4;
      for (int number = 0; number < expected.length; number++) {
        assertEquals(
            expected[number],
            found[number],
            2 * UNIT * (Math.abs(expected[number]) + ofSum) + ofSum,
            "element " + number);
      }
    }
  }

  @Test
  void loopIsAnInstruction() {
    String text = program().with(Options.defaults().withSchedule(script())).ir(Stage.SCHEDULED);
    assertTrue(text.contains("for ki < 16 mma m16n8k16 {"), text);
  }

  /// A condition that is the same in the warp: the rounds that need none get loops of their own,
  /// and the instruction stands in both.
  @Test
  void conditionsOfTheWarpArePeeled() {
    String text = script().text();
    String split =
        text.replace("  bind io to block.y\n", "  (ib, iw) = split io by 3\n")
            .replace("  bind jo to block.x\n", "");
    SourceFile uneven = new SourceFile("uneven.schedule", split);
    String loops = program().with(Options.defaults().withSchedule(uneven)).ir(Stage.SCHEDULED);
    assertEquals(3, loops.split(" mma m16n8k16 ", -1).length, loops);
    Random random = new Random(3);
    try (Arena arena = Arena.ofConfined()) {
      Tensor left = halves(arena, ROWS, ROUNDS, () -> random.nextInt(9) - 4);
      Tensor right = halves(arena, ROUNDS, COLUMNS, () -> random.nextInt(9) - 4);
      assertArrayEquals(
          product(INTERPRETED, left, right),
          product(INTERPRETED.withSchedule(uneven), left, right));
    }
  }

  @Test
  void codeForACpuIsRefused() {
    Module module = scheduled();
    int refused = 0;
    for (Backend backend : ServiceLoader.load(Backend.class)) {
      assertEquals(
          "E0710",
          assertThrows(RefusedException.class, () -> backend.compile(module)).code(),
          backend.name());
      refused++;
    }
    assertTrue(refused >= 2, refused + " backends");
  }

  /// The instruction adds in an order of its own.
  @Test
  void exactRefusesIt() {
    SourceFile warp = new SourceFile("warp.schedule", "schedule C {\n  tensorize k.0 as mma\n}\n");
    Program exact = program().with(Options.defaults().withExact(true).withSchedule(warp));
    assertEquals(
        "E0813",
        assertThrows(CompileException.class, () -> exact.ir(Stage.SCHEDULED))
            .diagnostics()
            .getFirst()
            .code());
  }
}
