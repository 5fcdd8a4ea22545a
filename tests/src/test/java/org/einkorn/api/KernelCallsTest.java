package org.einkorn.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;

/// What runners keep between calls is never seen: each call has its own data, sizes and budget.
final class KernelCallsTest {
  private static final List<Target> TARGETS =
      List.of(Target.jvm(), Target.llvm(), Target.interpreter());

  private static final String WITH_TEMPORARY =
      """
      input X[i: N]
      T[i] = 2 X[i]
      Y[i] = T[i] S
      S = T[i]
      """;

  private static float[] range(int count) {
    float[] values = new float[count];
    for (int number = 0; number < count; number++) {
      values[number] = number + 1;
    }
    return values;
  }

  /// `T[i] · ΣT` for `X = 1, 2, …`.
  private static double[] expected(int count) {
    double[] values = new double[count];
    for (int number = 0; number < count; number++) {
      values[number] = 2.0 * (number + 1) * count * (count + 1);
    }
    return values;
  }

  @Test
  void sizesMayChangeFromCallToCall() {
    for (Target target : TARGETS) {
      Program program =
          Einkorn.compile("calls", WITH_TEMPORARY)
              .with(Options.defaults().withTarget(target))
              .keeping("Y");
      for (int count : new int[] {3, 3, 5, 0, 3, 20_000, 3}) {
        Tensor x = Tensor.wrap(range(count));
        double[] actual = program.with("X", x).run().get("Y").toDoubleArray();
        double[] expected = expected(count);
        assertEquals(count, actual.length);
        for (int number = 0; number < count; number++) {
          // The sum of 20000 numbers is rounded in float.
          assertEquals(expected[number], actual[number], 1e-3 * expected[number], target.name());
        }
      }
    }
  }

  @Test
  void aBudgetHoldsForEachCall() {
    Program program = Einkorn.compile("calls", "input X[i: N]\nY[i] = 2 X[i]\n");
    Program bound = program.with("X", Tensor.wrap(range(4)));
    bound.run();
    RunOptions tight = RunOptions.defaults().withMemoryBudgetBytes(15);
    Program refused = bound.with(Options.defaults().withRun(tight));
    assertEquals(DataFault.MEMORY_BUDGET, assertThrows(DataException.class, refused::run).fault());
    bound.with(Options.defaults().withRun(tight.withMemoryBudgetBytes(16))).run();
  }

  @Test
  void aCopiedInputMayShareTheMemoryOfAnOutput() {
    for (Target target : TARGETS) {
      Kernel kernel =
          Einkorn.compile("calls", "input X[i: 2, j: 2]\nY[i, j] = 10 X[i, j]\n")
              .kernel(target, Map.of());
      Tensor memory = Tensor.wrap(new float[] {1, 2, 3, 4}, 2, 2);
      kernel.run(memory.permute(1, 0), memory);
      assertArrayEquals(new double[] {10, 30, 20, 40}, memory.toDoubleArray(), target.name());
    }
  }

  @Test
  void manyThreadsCallOneKernel() throws Exception {
    for (Target target : TARGETS) {
      Kernel kernel =
          Einkorn.compile("calls", WITH_TEMPORARY)
              .keeping("Y")
              .kernel(target, Map.of("X", Shape.of(6)));
      List<Callable<double[]>> calls = new ArrayList<>();
      for (int caller = 0; caller < 8; caller++) {
        calls.add(() -> lastOfManyCalls(kernel));
      }
      try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
        for (Future<double[]> result : callers.invokeAll(calls)) {
          assertArrayEquals(expected(6), result.get(), target.name());
        }
      }
    }
  }

  private static double[] lastOfManyCalls(Kernel kernel) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor x = Tensor.of(arena, range(6), 6);
      Tensor y = Tensor.allocate(arena, DType.F32, 6);
      for (int call = 0; call < 200; call++) {
        kernel.run(x, y);
      }
      return y.toDoubleArray();
    }
  }
}
