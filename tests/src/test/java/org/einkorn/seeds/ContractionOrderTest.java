package org.einkorn.seeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.einkorn.Einkorn;
import org.einkorn.Explanation;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Sums pushed through products: the order in which contractions run.
final class ContractionOrderTest {
  private static final Path SEEDS = Path.of("..", "examples", "seeds");

  private static Program open(String name) {
    return Einkorn.open(SEEDS.resolve(name + ".ein"), Stage.EQUATIONS, Options.defaults());
  }

  private static Explanation explain(String name) {
    return open(name).explain(Map.of());
  }

  private static Tensor random(Arena arena, Random random, int... extents) {
    long[] shape = new long[extents.length];
    int count = 1;
    for (int axis = 0; axis < extents.length; axis++) {
      shape[axis] = extents[axis];
      count *= extents[axis];
    }
    float[] values = new float[count];
    for (int at = 0; at < count; at++) {
      values[at] = random.nextFloat() - 0.5f;
    }
    return Tensor.of(arena, values, shape);
  }

  /// The run does as many operations as were planned, on both targets.
  private static void assertExecuted(Program bound, OperationCount planned) {
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      Results results = bound.with(Options.defaults().withTarget(target).withCounting(true)).run();
      assertEquals(planned, results.executed().orElseThrow(), target.name());
    }
  }

  /// Three contractions of 4 · 64 · 33, then the product of three over the rank.
  @Test
  void lowRankMultimodalFusion() {
    Explanation explanation = explain("lmf");
    long contractions = 3 * 4 * 64 * 33;
    long products = 2 * 4 * 64;
    assertEquals(25_344, contractions);
    assertEquals(
        OperationCount.of(contractions + products, contractions + 4 * 64),
        explanation.totals().planned());
    assertTrue(explanation.totals().largestTemporaryBytes() <= 4 * 64 * 4, "no 33³ buffer");
    try (Arena arena = Arena.ofConfined()) {
      Random random = new Random(1);
      Program program = open("lmf");
      for (String input : List.of("x", "y", "z")) {
        program = program.with(input, random(arena, random, 33));
      }
      for (String input : List.of("W1", "W2", "W3")) {
        program = program.with(input, random(arena, random, 4, 64, 33));
      }
      assertExecuted(program, explanation.totals().planned());
    }
  }

  /// Two Gram matrices of 512 · 64², then their elementwise product.
  @Test
  void innerProductsOfTensorsInCpForm() {
    Explanation explanation = explain("cp");
    long gram = 512L * 64 * 64;
    assertEquals(OperationCount.of(2 * gram + 64 * 64, 2 * gram), explanation.totals().planned());
    assertEquals(BigInteger.valueOf(4_198_400), explanation.totals().planned().multiplies());
    assertEquals(BigInteger.TWO.pow(30), explanation.totals().naive().adds());
  }

  /// The core meets the smallest growth first: 4·5·6·40, then 40·5·6·50, then 40·50·6·60.
  @Test
  void tucker() {
    List<Long> orders =
        List.of(
            cost(new long[] {4, 5, 6}, new long[] {40, 50, 60}, 0, 1, 2),
            cost(new long[] {4, 5, 6}, new long[] {40, 50, 60}, 0, 2, 1),
            cost(new long[] {4, 5, 6}, new long[] {40, 50, 60}, 1, 0, 2),
            cost(new long[] {4, 5, 6}, new long[] {40, 50, 60}, 1, 2, 0),
            cost(new long[] {4, 5, 6}, new long[] {40, 50, 60}, 2, 0, 1),
            cost(new long[] {4, 5, 6}, new long[] {40, 50, 60}, 2, 1, 0));
    long best = orders.stream().mapToLong(Long::longValue).min().orElseThrow();
    assertEquals(BigInteger.valueOf(best), explain("tucker").totals().planned().multiplies());
  }

  private static long cost(long[] ranks, long[] extents, int... order) {
    long[] shape = ranks.clone();
    long total = 0;
    for (int mode : order) {
      total += shape[0] * shape[1] * shape[2] * extents[mode];
      shape[mode] = extents[mode];
    }
    return total;
  }

  /// A vector runs along the chain: 18 matrices of 16 · 16, and a last inner product.
  @Test
  void matrixProductState() {
    Explanation explanation = explain("mps");
    OperationCount planned = explanation.totals().planned();
    assertEquals(BigInteger.valueOf(18 * 16 * 16 + 16), planned.multiplies());
    assertTrue(planned.multiplies().longValue() <= 5_248);
    try (Arena arena = Arena.ofConfined()) {
      Random random = new Random(2);
      Program program = open("mps");
      program = program.with("A1", random(arena, random, 2, 16));
      for (int site = 2; site < 20; site++) {
        program = program.with("A" + site, random(arena, random, 16, 2, 16));
      }
      program = program.with("A20", random(arena, random, 16, 2));
      long[] spins = new long[20];
      for (int site = 0; site < 20; site++) {
        spins[site] = random.nextInt(2);
      }
      program = program.with("S", Tensor.of(arena, spins, 20));
      assertExecuted(program, planned);
    }
  }

  /// (X U) V is chosen exactly where the rank is below m n / (m + n) = 2048, up to what X (U V)
  /// pays for its product U V.
  @Test
  void lowRankLayer() {
    long rows = 1L << 26;
    for (long rank : new long[] {1, 1024, 2047, 2049, 4000}) {
      Map<String, Shape> shapes =
          Map.of("X", Shape.of(rows, 4096), "U", Shape.of(4096, rank), "V", Shape.of(rank, 4096));
      Explanation explanation = open("low-rank").explain(shapes);
      BigInteger thin = BigInteger.valueOf(rows * rank * 8192);
      BigInteger wide = BigInteger.valueOf(rows * 4096 * 4096 + 4096 * rank * 4096);
      assertEquals(rank < 2048, thin.compareTo(wide) < 0);
      assertEquals(thin.min(wide), explanation.totals().planned().multiplies(), "rank " + rank);
      boolean makesWeights =
          explanation.equations().getFirst().order().getFirst().contains("[4096, 4096]");
      assertEquals(rank > 2048, makesWeights, "rank " + rank);
    }
  }
}
