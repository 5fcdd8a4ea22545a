import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// What a product with a matrix that data list takes, beside the time that its bytes take to be moved:
/// 1,000,000 entries on 100,000 rows, times 32 columns. `bench/sparse-products.sh` starts it.
final class SparseProducts {
  private static final int ENTRIES = 1_000_000;
  private static final int ROWS = 100_000;
  private static final int COLUMNS = 32;
  private static final int RUNS = 15;

  private static final String LIST =
      """
      let N = 100000
      input I[t: T]: i64
      input J[t: T]: i64
      input V[t: T]
      input X[j: N, d: 32]
      tensor A[N, N]
      A[I[t], J[t]] += V[t]
      """;

  private SparseProducts() {}

  public static void main(String[] arguments) {
    double bandwidth = bandwidth();
    System.out.printf("copy: %.1f GB/s read and written%n", bandwidth / 1e9);
    for (Target target : new Target[] {Target.llvm(), Target.jvm()}) {
      // The sum over rows needs the sorted entries and is next to nothing beside them.
      double sorting = milliseconds(target, "Y[i] = A[i, j]\n", ROWS);
      double product = milliseconds(target, "Y[i, d] = A[i, j] X[j, d]\n", ROWS, COLUMNS) - sorting;
      // Each entry: where it is, its value, a row of X; each row of the result once.
      double bytes = ENTRIES * (8.0 + 4 + 4 * COLUMNS) + ROWS * (8.0 + 4 * COLUMNS);
      double floor = bytes / bandwidth * 1e3;
      System.out.printf(
          "%-5s sorting %.1f ms, product %.1f ms, floor %.1f ms, ratio %.2f%n",
          target.name(), sorting, product, floor, product / floor);
    }
  }

  private static double milliseconds(Target target, String equation, long... shape) {
    try (Arena arena = Arena.ofShared()) {
      Random random = new Random(1);
      long[] rows = random.longs(ENTRIES, 0, ROWS).toArray();
      long[] columns = random.longs(ENTRIES, 0, ROWS).toArray();
      float[] values = new float[ENTRIES];
      float[] dense = new float[ROWS * COLUMNS];
      for (int number = 0; number < values.length; number++) {
        values[number] = random.nextFloat();
      }
      for (int number = 0; number < dense.length; number++) {
        dense[number] = random.nextFloat();
      }
      Shape list = Shape.of(ENTRIES);
      Map<String, Shape> shapes =
          Map.of("I", list, "J", list, "V", list, "X", Shape.of(ROWS, COLUMNS));
      Kernel kernel =
          Einkorn.compile("product", LIST + equation).keeping("Y").kernel(target, shapes);
      Tensor[] all = {
        Tensor.of(arena, rows, ENTRIES),
        Tensor.of(arena, columns, ENTRIES),
        Tensor.of(arena, values, ENTRIES),
        Tensor.of(arena, dense, ROWS, COLUMNS),
        Tensor.allocate(arena, DType.F32, shape)
      };
      double[] times = new double[RUNS];
      for (int run = 0; run < RUNS; run++) {
        long start = System.nanoTime();
        kernel.run(all);
        times[run] = (System.nanoTime() - start) / 1e6;
      }
      Arrays.sort(times);
      return times[RUNS / 2];
    }
  }

  /// Bytes a second that one large copy reads and writes.
  private static double bandwidth() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(1L << 28);
      MemorySegment to = arena.allocate(1L << 28);
      double best = 0;
      for (int run = 0; run < 9; run++) {
        long start = System.nanoTime();
        to.copyFrom(from);
        best = Math.max(best, 2 * from.byteSize() * 1e9 / (System.nanoTime() - start));
      }
      return best;
    }
  }
}
