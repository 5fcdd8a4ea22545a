package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Stage;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Layout;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Results that are larger than a cache are stored past it by LLVM's code: in the caller's memory
/// wherever that begins, with rows of any length, by one thread and by two.
final class StreamingStoresTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261130L);
  private static final byte RUBBISH = 0x5a;
  private static final int MARGIN_BYTES = 256;

  /// A program of `A`, a matrix, and `B`, a row, whose result is called `Y`.
  record Work(String program, DType dtype, long rows, long columns, Shape result) {
    Kernel kernel(Target target, int threads) {
      Options options =
          Options.defaults().withTarget(target).withRun(RunOptions.defaults().withThreads(threads));
      return Einkorn.compile("work", program + "\noutput Y\n")
          .with(options)
          .kernel(target, Map.of("A", Shape.of(rows, columns), "B", Shape.of(columns)));
    }

    boolean streams() {
      return kernel(Target.llvm(), 1).ir(Stage.LLVM).contains("!nontemporal");
    }
  }

  private static Work f32(String equations, long rows, long columns, long... result) {
    String inputs = "input A[i: I, j: J]: f32\ninput B[j: J]: f32\n";
    return new Work(inputs + equations, DType.F32, rows, columns, Shape.of(result));
  }

  static List<Work> works() {
    String sum = "Y[i, j] = max(A[i, j] + B[j], 0.0)";
    return List.of(
        f32(sum, 2048, 1024, 2048, 1024),
        f32(sum, 2100, 1001, 2100, 1001),
        f32(sum, 1, 2100003, 1, 2100003),
        new Work(
            "input A[i: I, j: J]: f64\ninput B[j: J]: f64\n" + sum,
            DType.F64,
            1025,
            1024,
            Shape.of(1025, 1024)),
        f32("Y[j, i] = A[i, j]", 1536, 1408, 1408, 1536),
        f32("Y[j, i] = A[i, j] B[j]", 1450, 1451, 1451, 1450),
        f32("Y[i, j.] = softmax(A[i, j])", 2053, 1030, 2053, 1030),
        f32("Y[i, k] = A[i, j] A[k, j]", 1480, 5, 1480, 1480),
        f32("Y[i, j] = where(j <= i, A[i, j], B[j])", 1500, 1500, 1500, 1500));
  }

  /// A tensor that begins `offset` elements after a multiple of a vector, with rubbish around it.
  private static Tensor tensor(Arena arena, DType dtype, Shape shape, int offset) {
    long bytes = shape.elementCount() * dtype.byteSize();
    MemorySegment room = arena.allocate(bytes + 2 * MARGIN_BYTES, MARGIN_BYTES);
    room.fill(RUBBISH);
    long start = MARGIN_BYTES - (long) offset * dtype.byteSize();
    return Tensor.wrap(room.asSlice(start, bytes), dtype, Layout.rowMajor(shape));
  }

  @ParameterizedTest
  @MethodSource("works")
  void storesTheSameWhereverMemoryBegins(Work work) {
    assertTrue(work.streams(), work.program());
    SplittableRandom random = new SplittableRandom(SEED);
    try (Arena arena = Arena.ofShared()) {
      Tensor a = tensor(arena, work.dtype(), Shape.of(work.rows(), work.columns()), 0);
      Tensor b = tensor(arena, work.dtype(), Shape.of(work.columns()), 0);
      for (Tensor input : List.of(a, b)) {
        input.shape().forEachIndex(index -> input.set(random.nextDouble(-2, 2), index));
      }
      Tensor expected = tensor(arena, work.dtype(), work.result(), 0);
      work.kernel(Target.llvm(), 1).run(a, b, expected);
      requireNearOracle(work, a, b, expected);
      for (int threads = 1; threads <= 2; threads++) {
        Kernel kernel = work.kernel(Target.llvm(), threads);
        for (int offset = 0; offset < 16; offset += 1 + random.nextInt(4)) {
          Tensor found = tensor(arena, work.dtype(), work.result(), offset);
          kernel.run(a, b, found);
          assertEquals(-1, found.segment().mismatch(expected.segment()), work.program() + offset);
        }
      }
    }
  }

  private static void requireNearOracle(Work work, Tensor a, Tensor b, Tensor found) {
    try (Arena arena = Arena.ofShared()) {
      Tensor oracle = tensor(arena, work.dtype(), work.result(), 0);
      work.kernel(Target.interpreter(), 1).run(a, b, oracle);
      double[] right = oracle.toDoubleArray();
      double[] wrong = found.toDoubleArray();
      double near = work.dtype() == DType.F32 ? 1e-5 : 1e-14;
      for (int place = 0; place < right.length; place++) {
        assertEquals(right[place], wrong[place], near * Math.max(1, Math.abs(right[place])));
      }
    }
  }

  @Test
  void whatIsSmallOrReadAgainGoesThroughCaches() {
    String sum = "Y[i, j] = A[i, j] + B[j]";
    assertFalse(f32(sum, 1024, 1024, 1024, 1024).streams());
    // `T` is read where `Y` is computed: only `Y` is stored in both ways.
    String both = "T[i, j] = A[i, j] + B[j]\noutput T\nY[i, j] = T[i, j] * T[i, j]";
    String text = f32(both, 2048, 1024, 2048, 1024).kernel(Target.llvm(), 1).ir(Stage.LLVM);
    List<String> stores =
        text.lines().filter(line -> line.strip().matches("store <\\d+ x float>.*")).toList();
    long streamed = stores.stream().filter(line -> line.contains("!nontemporal")).count();
    assertTrue(streamed > 0 && stores.size() == 3 * streamed, text);
  }
}
