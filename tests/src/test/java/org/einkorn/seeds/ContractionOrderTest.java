package org.einkorn.seeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Arrays;
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

  /// The run does as many operations as were planned, on both targets, and comes to the reference.
  ///
  /// @param reference each element, computed in `f64` by the factored form of the paper
  /// @param magnitude the same with the magnitudes of all operands, which bounds what rounding does
  private static void assertRuns(
      Program bound, String tensor, double[] reference, double[] magnitude) {
    OperationCount planned = bound.explain(Map.of()).totals().planned();
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      Results results = bound.with(Options.defaults().withTarget(target).withCounting(true)).run();
      assertEquals(planned, results.executed().orElseThrow(), target.name());
      double[] found = results.get(tensor).toDoubleArray();
      assertEquals(reference.length, found.length);
      for (int at = 0; at < found.length; at++) {
        double allowed = 32 * magnitude[at] * 0x1p-24;
        assertEquals(reference[at], found[at], allowed, target.name() + " element " + at);
      }
    }
  }

  private static double[] values(Tensor tensor, boolean areMagnitudes) {
    double[] values = tensor.toDoubleArray();
    for (int at = 0; areMagnitudes && at < values.length; at++) {
      values[at] = Math.abs(values[at]);
    }
    return values;
  }

  /// The product of a matrix given by its strides, in elements, and a row-major one.
  private static double[] product(
      double[] left,
      int rows,
      int rowStride,
      int innerStride,
      double[] right,
      int inner,
      int columns) {
    double[] result = new double[rows * columns];
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < inner; k++) {
        double factor = left[row * rowStride + k * innerStride];
        for (int column = 0; column < columns; column++) {
          result[row * columns + column] += factor * right[k * columns + column];
        }
      }
    }
    return result;
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
      Tensor[] vectors = new Tensor[3];
      Tensor[] weights = new Tensor[3];
      for (int mode = 0; mode < 3; mode++) {
        vectors[mode] = random(arena, random, 33);
        weights[mode] = random(arena, random, 4, 64, 33);
        program = program.with(List.of("x", "y", "z").get(mode), vectors[mode]);
        program = program.with("W" + (mode + 1), weights[mode]);
      }
      assertRuns(program, "H", fused(weights, vectors, false), fused(weights, vectors, true));
    }
  }

  private static double[] fused(Tensor[] weights, Tensor[] vectors, boolean areMagnitudes) {
    double[] result = new double[64];
    double[][] projected = new double[3][];
    for (int mode = 0; mode < 3; mode++) {
      double[] weight = values(weights[mode], areMagnitudes);
      projected[mode] = product(weight, 4 * 64, 33, 1, values(vectors[mode], areMagnitudes), 33, 1);
    }
    for (int at = 0; at < 4 * 64; at++) {
      result[at % 64] += projected[0][at] * projected[1][at] * projected[2][at];
    }
    return result;
  }

  /// Two Gram matrices of 512 · 64², then their elementwise product.
  @Test
  void innerProductsOfTensorsInCpForm() {
    Explanation explanation = explain("cp");
    long gram = 512L * 64 * 64;
    assertEquals(OperationCount.of(2 * gram + 64 * 64, 2 * gram), explanation.totals().planned());
    assertEquals(BigInteger.valueOf(4_198_400), explanation.totals().planned().multiplies());
    assertEquals(BigInteger.TWO.pow(30), explanation.totals().naive().adds());
    try (Arena arena = Arena.ofConfined()) {
      Random random = new Random(3);
      Program program = open("cp");
      Tensor[] factors = new Tensor[4];
      for (int number = 0; number < 4; number++) {
        factors[number] = random(arena, random, 512, 64);
        program = program.with(List.of("A", "B", "C", "D").get(number), factors[number]);
      }
      assertRuns(program, "Y", grams(factors, false), grams(factors, true));
    }
  }

  private static double[] grams(Tensor[] factors, boolean areMagnitudes) {
    double[][] given = new double[4][];
    for (int number = 0; number < 4; number++) {
      given[number] = values(factors[number], areMagnitudes);
    }
    double[] first = product(given[0], 64, 1, 64, given[2], 512, 64);
    double[] second = product(given[1], 64, 1, 64, given[3], 512, 64);
    for (int at = 0; at < first.length; at++) {
      first[at] *= second[at];
    }
    return first;
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
    try (Arena arena = Arena.ofConfined()) {
      Random random = new Random(4);
      Tensor[] parts = {
        random(arena, random, 4, 5, 6),
        random(arena, random, 40, 4),
        random(arena, random, 50, 5),
        random(arena, random, 60, 6)
      };
      Program program = open("tucker");
      for (int number = 0; number < 4; number++) {
        program = program.with(List.of("G", "U", "V", "W").get(number), parts[number]);
      }
      assertRuns(program, "Y", expanded(parts, false), expanded(parts, true));
    }
  }

  /// Element by element, from the definition.
  private static double[] expanded(Tensor[] parts, boolean areMagnitudes) {
    double[] core = values(parts[0], areMagnitudes);
    double[] u = values(parts[1], areMagnitudes);
    double[] v = values(parts[2], areMagnitudes);
    double[] w = values(parts[3], areMagnitudes);
    double[] result = new double[40 * 50 * 60];
    for (int at = 0; at < result.length; at++) {
      int i = at / (50 * 60);
      int j = at / 60 % 50;
      int k = at % 60;
      for (int c = 0; c < core.length; c++) {
        result[at] += core[c] * u[i * 4 + c / 30] * v[j * 5 + c / 6 % 5] * w[k * 6 + c % 6];
      }
    }
    return result;
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
      long[] spins = new long[20];
      Tensor[] sites = new Tensor[20];
      for (int site = 0; site < 20; site++) {
        spins[site] = random.nextInt(2);
        sites[site] =
            site == 0
                ? random(arena, random, 2, 16)
                : site == 19 ? random(arena, random, 16, 2) : random(arena, random, 16, 2, 16);
        program = program.with("A" + (site + 1), sites[site]);
      }
      program = program.with("S", Tensor.of(arena, spins, 20));
      double[] amplitude = {swept(sites, spins, false)};
      assertRuns(program, "Amplitude", amplitude, new double[] {swept(sites, spins, true)});
    }
  }

  private static double swept(Tensor[] sites, long[] spins, boolean areMagnitudes) {
    double[] first = values(sites[0], areMagnitudes);
    double[] state = Arrays.copyOfRange(first, (int) spins[0] * 16, (int) spins[0] * 16 + 16);
    for (int site = 1; site < 19; site++) {
      double[] chosen = values(sites[site], areMagnitudes);
      double[] next = new double[16];
      for (int a = 0; a < 16; a++) {
        for (int b = 0; b < 16; b++) {
          next[b] += state[a] * chosen[(a * 2 + (int) spins[site]) * 16 + b];
        }
      }
      state = next;
    }
    double[] last = values(sites[19], areMagnitudes);
    double sum = 0;
    for (int a = 0; a < 16; a++) {
      sum += state[a] * last[a * 2 + (int) spins[19]];
    }
    return sum;
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
    try (Arena arena = Arena.ofConfined()) {
      Random random = new Random(5);
      Tensor x = random(arena, random, 90, 70);
      Tensor u = random(arena, random, 70, 6);
      Tensor v = random(arena, random, 6, 80);
      Program program = open("low-rank").with("X", x).with("U", u).with("V", v);
      assertRuns(program, "Y", layer(x, u, v, false), layer(x, u, v, true));
    }
  }

  private static double[] layer(Tensor x, Tensor u, Tensor v, boolean areMagnitudes) {
    double[] thin = product(values(x, areMagnitudes), 90, 70, 1, values(u, areMagnitudes), 70, 6);
    return product(thin, 90, 6, 1, values(v, areMagnitudes), 6, 80);
  }
}
