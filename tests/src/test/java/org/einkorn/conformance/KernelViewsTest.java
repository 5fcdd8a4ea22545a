package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;

/// A kernel reads and writes tensors of any strides where they lie.
final class KernelViewsTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261128L);
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 30);
  private static final List<Target> TARGETS =
      List.of(Target.interpreter(), Target.jvm(), Target.llvm());

  /// An output that another definition reads, one that is scattered, a scan, and a recurrence.
  private static final String SOURCE =
      """
      input A[i: I, j: J]
      input B[j: J, k: K]
      C[i, k] = A[i, j] B[j, k]
      S[i] = C[i, k]
      D[i, i] = A[i, j]
      P[i, k] = cumsum[i](C[i, k])
      R[0, k] = C[0, k]
      R[i, k] = R[i - 1, k] + C[i, k]
      output C
      output S
      output D
      output P
      output R
      """;

  private static final long I = 3;
  private static final long J = 4;
  private static final long K = 2;

  /// `D` is summed up in `f64`, in memory that is aligned.
  private static final long TEMPORARY_BYTES = 128;

  private static Kernel kernel(Target target, Options options) {
    return Einkorn.compile("views.ein", SOURCE)
        .with(options)
        .kernel(target, Map.of("A", Shape.of(I, J), "B", Shape.of(J, K)));
  }

  /// A tensor of this shape in memory of its own, with axes in any order and direction; every
  /// element of the memory behind it has a value.
  ///
  /// @param mayRepeat whether an axis may have stride 0
  private static Tensor view(Arena arena, Random random, boolean mayRepeat, long... shape) {
    Integer[] order = new Integer[shape.length];
    Arrays.setAll(order, axis -> axis);
    java.util.Collections.shuffle(Arrays.asList(order), random);
    int[] kinds = random.ints(shape.length, mayRepeat ? 0 : 1, 6).toArray();
    long[] extents = new long[shape.length];
    int[] back = new int[shape.length];
    for (int place = 0; place < shape.length; place++) {
      int axis = order[place];
      back[axis] = place;
      extents[place] =
          switch (kinds[axis]) {
            case 0 -> 1;
            case 1 -> shape[axis] + 3;
            case 2 -> 3 * shape[axis];
            default -> shape[axis];
          };
    }
    Tensor tensor = numbers(arena, random, extents).permute(back);
    for (int axis = 0; axis < shape.length; axis++) {
      tensor =
          switch (kinds[axis]) {
            case 1 -> tensor.slice(axis, 2, 2 + shape[axis], 1);
            case 2 -> tensor.slice(axis, 3 * shape[axis] - 1, -1, -3);
            case 3 -> tensor.slice(axis, shape[axis] - 1, -1, -1);
            default -> tensor;
          };
    }
    return tensor.broadcastTo(Shape.of(shape));
  }

  private static Tensor numbers(Arena arena, Random random, long... extents) {
    float[] values = new float[(int) Shape.of(extents).elementCount()];
    for (int number = 0; number < values.length; number++) {
      values[number] = random.nextInt(9) - 4;
    }
    return Tensor.of(arena, values, extents);
  }

  /// What the kernel computes of row-major copies.
  private static List<double[]> expected(Arena arena, Kernel kernel, Tensor a, Tensor b) {
    Tensor[] out = {
      Tensor.allocate(arena, DType.F32, I, K),
      Tensor.allocate(arena, DType.F32, I),
      Tensor.allocate(arena, DType.F32, I, I),
      Tensor.allocate(arena, DType.F32, I, K),
      Tensor.allocate(arena, DType.F32, I, K)
    };
    kernel.run(a.copy(arena), b.copy(arena), out[0], out[1], out[2], out[3], out[4]);
    return Arrays.stream(out).map(Tensor::toDoubleArray).toList();
  }

  /// All of the memory behind a tensor but its own elements.
  private static List<Float> gaps(Tensor tensor) {
    float[] memory = tensor.segment().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
    boolean[] own = new boolean[memory.length];
    mark(tensor, new long[tensor.rank()], 0, own);
    List<Float> gaps = new ArrayList<>();
    for (int number = 0; number < memory.length; number++) {
      if (!own[number]) {
        gaps.add(memory[number]);
      }
    }
    return gaps;
  }

  private static void mark(Tensor tensor, long[] at, int axis, boolean[] own) {
    if (axis == at.length) {
      own[(int) tensor.layout().elementNumber(at)] = true;
      return;
    }
    for (at[axis] = 0; at[axis] < tensor.extent(axis); at[axis]++) {
      mark(tensor, at, axis + 1, own);
    }
    at[axis] = 0;
  }

  /// Nothing is copied: with a budget of the temporaries alone, a copy would be refused.
  @Test
  void anyStridesGiveTheSameNumbersWithoutACopy() {
    for (Target target : TARGETS) {
      Kernel kernel =
          kernel(
              target,
              Options.defaults()
                  .withRun(RunOptions.defaults().withMemoryBudgetBytes(TEMPORARY_BYTES)));
      for (int round = 0; round < ROUNDS; round++) {
        Random random = new Random(SEED + round);
        try (Arena arena = Arena.ofConfined()) {
          Tensor a = view(arena, random, true, I, J);
          Tensor b = view(arena, random, true, J, K);
          Tensor[] out = {
            view(arena, random, false, I, K),
            view(arena, random, false, I),
            view(arena, random, false, I, I),
            view(arena, random, false, I, K),
            view(arena, random, false, I, K)
          };
          String where = target.name() + ", seed " + (SEED + round);
          for (Tensor tensor : new Tensor[] {a, b, out[0], out[1], out[2], out[3], out[4]}) {
            where += "; " + tensor.layout();
          }
          List<List<Float>> gaps = Arrays.stream(out).map(KernelViewsTest::gaps).toList();
          kernel.run(a, b, out[0], out[1], out[2], out[3], out[4]);
          List<double[]> expected = expected(arena, kernel, a, b);
          for (int number = 0; number < out.length; number++) {
            assertArrayEquals(
                positive(expected.get(number)), positive(out[number].toDoubleArray()), where);
            assertEquals(gaps.get(number), gaps(out[number]), where);
          }
        }
      }
    }
  }

  private static double[] positive(double[] values) {
    return Arrays.stream(values).map(value -> value + 0.0).toArray();
  }

  /// The negative of the test above: what must be copied shows in the budget.
  @Test
  void aConversionIsACopy() {
    for (Target target : TARGETS) {
      Kernel kernel =
          Einkorn.compile("copy.ein", "input A[i: 4]: f32\nY = A[i]\n")
              .with(Options.defaults().withRun(RunOptions.defaults().withMemoryBudgetBytes(15)))
              .kernel(target, Map.of());
      Tensor y = Tensor.allocate(Arena.ofAuto(), DType.F32);
      Tensor bytes = Tensor.allocate(Arena.ofAuto(), DType.I8, 1000, 4).permute(1, 0).select(1, 7);
      DataException refused = assertThrows(DataException.class, () -> kernel.run(bytes, y));
      assertEquals(DataFault.MEMORY_BUDGET, refused.fault(), refused.getMessage());
      Tensor spread = Tensor.allocate(Arena.ofAuto(), DType.I8, 4, 1000).select(1, 7);
      refused = assertThrows(DataException.class, () -> kernel.run(spread, y));
      // The four elements, not the 3001 that they are spread over.
      assertEquals("16 bytes", refused.help().orElseThrow().replaceAll(".* is ", ""));
    }
  }

  /// Memory that code doesn't reach is copied and put back, with what lies between.
  @Test
  void partsOfArraysAreWritten() {
    for (Target target : TARGETS) {
      Kernel kernel =
          Einkorn.compile("part.ein", "input X[i: 3]\nY[i] = 2 X[i]\n").kernel(target, Map.of());
      float[] memory = {1, 10, 2, 20, 3, 30};
      Tensor both = Tensor.wrap(memory, 3, 2);
      kernel.run(both.select(1, 0), both.select(1, 1));
      assertArrayEquals(new float[] {1, 2, 2, 4, 3, 6}, memory, target.name());
    }
  }

  @Test
  void anInputThatLiesInAnOutputIsCopiedUnlessItIsRowMajor() {
    for (Target target : TARGETS) {
      Kernel kernel =
          Einkorn.compile("part.ein", "input X[i: 3]\nY[i] = 2 X[i]\n").kernel(target, Map.of());
      float[] memory = {1, 2, 3, 4, 5};
      Tensor all = Tensor.wrap(memory);
      kernel.run(all.slice(0, 4, 1, -1), all.slice(0, 0, 5, 2));
      assertArrayEquals(new float[] {10, 2, 8, 4, 6}, memory, target.name());
      DataException refused =
          assertThrows(
              DataException.class, () -> kernel.run(all.slice(0, 1, 4, 1), all.slice(0, 0, 5, 2)));
      assertEquals(DataFault.MEMORY_MISMATCH, refused.fault());
      refused =
          assertThrows(
              DataException.class,
              () ->
                  kernel.run(Tensor.wrap(new float[3]), all.select(0, 1).broadcastTo(Shape.of(3))));
      assertEquals(DataFault.NOT_CONTIGUOUS, refused.fault());
    }
  }

  /// More ways to lie than are kept, from many threads.
  @Test
  void manyThreadsCallWithManyStrides() throws Exception {
    Kernel kernel =
        Einkorn.compile("part.ein", "input X[i: 3]\nY[i] = 2 X[i]\n")
            .kernel(Target.jvm(), Map.of());
    List<Callable<Boolean>> calls = new ArrayList<>();
    for (int caller = 0; caller < 4; caller++) {
      calls.add(
          () -> {
            for (int step = 1; step <= 80; step++) {
              float[] x = new float[3 * step];
              float[] y = new float[3 * step];
              for (int number = 0; number < x.length; number++) {
                x[number] = number;
              }
              kernel.run(
                  Tensor.wrap(x).slice(0, 0, x.length, step),
                  Tensor.wrap(y).slice(0, step - 1, y.length, step));
              for (int number = 0; number < 3; number++) {
                assertEquals(2f * number * step, y[(number + 1) * step - 1]);
              }
            }
            return true;
          });
    }
    try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
      for (Future<Boolean> result : callers.invokeAll(calls)) {
        assertEquals(true, result.get());
      }
    }
  }
}
