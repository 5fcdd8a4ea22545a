package org.einkorn.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.einkorn.Einkorn;
import org.einkorn.Einsum;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;

/// A plan that memory makes dear is told before the run, and with its results.
final class PlanWarningsTest {
  private static final String CHAIN = "Y[i, m] = A[i, j] B[j, k] C[k, l] D[l, m]\n";
  private static final Shape SQUARE = Shape.of(24, 24);

  private static Options limited(long bytes, List<Diagnostic> told) {
    return Options.defaults()
        .withRun(RunOptions.defaults().withMemoryBudgetBytes(bytes))
        .withWarnings(told::add);
  }

  private static Tensor matrix() {
    float[] values = new float[24 * 24];
    for (int number = 0; number < values.length; number++) {
      values[number] = number % 3 - 1;
    }
    return Tensor.of(Arena.ofAuto(), values, 24, 24);
  }

  @Test
  void anEinsumTellsItOnEachRun() {
    List<Diagnostic> told = new ArrayList<>();
    Einsum chain = Einsum.of("ij,jk,kl,lm->im");
    Tensor m = matrix();
    Einsum tight = chain.with(limited(2368, told));
    double[] dear = tight.run(Arena.ofAuto(), m, m, m, m).get("Y").toDoubleArray();
    Results again = tight.run(Arena.ofAuto(), m, m, m, m);
    assertEquals(List.of("W0201", "W0201"), told.stream().map(Diagnostic::code).toList());
    assertEquals(told.subList(1, 2), again.warnings());
    assertEquals(again.warnings(), again.explanation().warnings());
    long needed = Long.parseLong(told.getFirst().help().orElseThrow().replaceAll("\\D", ""));
    told.clear();
    Results good = chain.with(limited(needed, told)).run(Arena.ofAuto(), m, m, m, m);
    assertEquals(List.of(), told);
    assertTrue(good.measuredPeakBytes() <= needed);
    assertArrayEquals(dear, good.get("Y").toDoubleArray());
  }

  @Test
  void aKernelTellsItWhenItIsMade() {
    List<Diagnostic> told = new ArrayList<>();
    Map<String, Shape> shapes = Map.of("A", SQUARE, "B", SQUARE, "C", SQUARE, "D", SQUARE);
    Kernel kernel =
        Einkorn.compile("chain.ein", CHAIN).with(limited(2368, told)).kernel(Target.jvm(), shapes);
    assertEquals(1, told.size());
    assertEquals(told, kernel.explanation().warnings());
  }

  /// Slices of the result's own axes need no memory to add up in: a budget little larger than the
  /// result has a good order.
  @Test
  void slicesOfTheResultNeedLittleMore() {
    Tensor m = matrix();
    for (Target target : List.of(Target.jvm(), Target.llvm())) {
      List<Diagnostic> told = new ArrayList<>();
      Einsum chain = Einsum.of("ij,jk,kl,lm->im");
      Options options = Options.defaults().withTarget(target);
      Results free = chain.with(options).run(Arena.ofAuto(), m, m, m, m);
      Results sliced =
          chain.with(limited(2560, told).withTarget(target)).run(Arena.ofAuto(), m, m, m, m);
      assertEquals(List.of(), told);
      assertTrue(sliced.measuredPeakBytes() <= 2560);
      assertEquals(free.explanation().totals().planned(), sliced.explanation().totals().planned());
      assertArrayEquals(free.get("Y").toDoubleArray(), sliced.get("Y").toDoubleArray());
    }
  }
}
