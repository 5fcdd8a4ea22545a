package org.einkorn.seeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The equations of each seed as they are written, with axes so short that the interpreter can run
/// them: both targets come to what it comes to.
final class SmallSeedsTest {
  private static final Path SEEDS = Path.of("..", "examples", "seeds");
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_128);
  private static final Pattern INPUT = Pattern.compile("(?m)^input (\\w+)\\[(.*)]");
  private static final Pattern EXTENT = Pattern.compile(": (\\d+)(?=[,\\]])");
  private static final Pattern SYMBOL = Pattern.compile(": ([A-Z])(?=[,\\]])");

  static List<Path> seeds() throws IOException {
    try (Stream<Path> files = Files.list(SEEDS)) {
      return files.filter(file -> file.toString().endsWith(".ein")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void agreesOnAllTargets(Path seed) throws IOException {
    String text = small(Files.readString(seed));
    try (Arena arena = Arena.ofConfined()) {
      Program program = bound(arena, text, new Random(SEED));
      Tensor expected = result(program, Target.interpreter());
      for (Target target : List.of(Target.jvm(), Target.llvm())) {
        assertAgrees(expected, result(program, target), seed + " on " + target.name());
      }
    }
  }

  /// Long axes cut to between 2 and 7; what counts sites or positions stays.
  private static String small(String text) {
    String numbers =
        EXTENT.matcher(text).replaceAll(found -> ": " + cut(Long.parseLong(found.group(1))));
    return SYMBOL.matcher(numbers).replaceAll(found -> ": " + (2 + found.group(1).charAt(0) % 5));
  }

  private static long cut(long extent) {
    // 20 is the number of sites of the chain, one equation names them all.
    return extent == 20 || extent < 8 ? extent : extent == 16 ? 2 : 2 + extent % 6;
  }

  private static Program bound(Arena arena, String text, Random random) {
    Program program = Einkorn.compile("seed", text);
    Matcher inputs = INPUT.matcher(text);
    int count = 0;
    while (inputs.find()) {
      String name = inputs.group(1);
      Shape shape =
          Shape.of(
              EXTENT
                  .matcher(inputs.group(2) + "]")
                  .results()
                  .map(MatchResult::group)
                  .mapToLong(found -> Long.parseLong(found.substring(2)))
                  .toArray());
      program = program.with(name, random(arena, program.inputType(name), shape, random));
      count++;
    }
    assertFalse(count == 0, text);
    return program;
  }

  /// Floats in (−½, ½); as positions, 0 and 1.
  private static Tensor random(Arena arena, DType type, Shape shape, Random random) {
    Tensor flat = Tensor.allocate(arena, type, Shape.of(shape.elementCount()));
    for (long at = 0; at < shape.elementCount(); at++) {
      if (type.isFloat()) {
        flat.set(random.nextFloat() - 0.5, at);
      } else {
        flat.setLong(random.nextInt(2), at);
      }
    }
    return flat.reshape(shape.extents());
  }

  private static Tensor result(Program program, Target target) {
    return program
        .with(Options.defaults().withTarget(target))
        .run(Arena.ofAuto())
        .tensors()
        .values()
        .iterator()
        .next();
  }

  /// Every element within 64 ulp of the largest: the order of sums and products differs.
  private static void assertAgrees(Tensor expected, Tensor found, String where) {
    assertEquals(expected.shape(), found.shape(), where);
    double[] left = expected.toDoubleArray();
    double[] right = found.toDoubleArray();
    double largest = 0;
    for (double value : left) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int at = 0; at < left.length; at++) {
      assertEquals(left[at], right[at], 64 * Math.ulp((float) largest), where + " element " + at);
    }
  }
}
