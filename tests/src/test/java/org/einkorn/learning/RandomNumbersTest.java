package org.einkorn.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.runtime.Elementary;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;

/// `random` and `normal`: the same bits everywhere, and the distributions that they say.
final class RandomNumbersTest {
  private static final int COUNT = 200_000;

  private static Results run(String text, Target target, int threads) {
    return Einkorn.compile("random", text)
        .with(
            Options.defaults()
                .withTarget(target)
                .withRun(RunOptions.defaults().withThreads(threads)))
        .run();
  }

  @Test
  void mixIsSplitMix() {
    SplittableRandom reference = new SplittableRandom(0);
    for (int place = 0; place < 100; place++) {
      assertEquals(reference.nextLong(), Elementary.mix(place));
    }
  }

  @Test
  void givesTheSameBitsOnEveryTargetAndNumberOfThreads() {
    String text = "R[i: 300, j: 70] = random(seed: 9)\nS[i: 300, j: 70] = random(i, j, seed: 9)\n";
    float[] first = run(text, Target.interpreter(), 1).get("R").toFloatArray();
    for (Target target : List.of(Target.interpreter(), Target.jvm(), Target.llvm())) {
      for (int threads : new int[] {1, 4}) {
        Results results = run(text, target, threads);
        assertArrayEquals(first, results.get("R").toFloatArray());
        assertArrayEquals(first, results.get("S").toFloatArray());
      }
    }
  }

  @Test
  void anElementDoesNotDependOnTheSizeOfItsTensor() {
    float[] small = run("R[i: 5] = random(seed: 2)\n", Target.jvm(), 1).get("R").toFloatArray();
    float[] large = run("R[i: 9] = random(seed: 2)\n", Target.jvm(), 1).get("R").toFloatArray();
    assertArrayEquals(small, Arrays.copyOf(large, 5));
  }

  @Test
  void isUniform() {
    for (int seed : new int[] {0, 1, 2, -5}) {
      double[] numbers =
          run(
                  "R[i: 200000] = random(seed: SEED)\n".replace("SEED", Integer.toString(seed)),
                  Target.jvm(),
                  2)
              .get("R")
              .toDoubleArray();
      int[] cells = new int[100];
      double sum = 0;
      double product = 0;
      for (int i = 0; i < COUNT; i++) {
        assertTrue(numbers[i] >= 0 && numbers[i] < 1);
        cells[(int) (numbers[i] * 100)]++;
        sum += numbers[i];
        product += i == 0 ? 0 : (numbers[i] - 0.5) * (numbers[i - 1] - 0.5) * 12;
      }
      double chi = 0;
      for (int cell : cells) {
        chi += (cell - COUNT / 100.0) * (cell - COUNT / 100.0) / (COUNT / 100.0);
      }
      assertEquals(99, chi, 5 * Math.sqrt(2 * 99), "seed " + seed);
      assertEquals(0.5, sum / COUNT, 5 / Math.sqrt(12.0 * COUNT), "seed " + seed);
      assertEquals(0, product / COUNT, 5 / Math.sqrt(COUNT), "seed " + seed);
    }
  }

  @Test
  void isNormal() {
    double[] numbers =
        run("R[i: 200000] = normal(seed: 3)\n", Target.jvm(), 2).get("R").toDoubleArray();
    double mean = 0;
    double square = 0;
    double fourth = 0;
    for (double x : numbers) {
      mean += x / COUNT;
      square += x * x / COUNT;
      fourth += x * x * x * x / COUNT;
    }
    assertEquals(0, mean, 5 / Math.sqrt(COUNT));
    assertEquals(1, square, 5 * Math.sqrt(2.0 / COUNT));
    assertEquals(3, fourth, 5 * Math.sqrt(96.0 / COUNT));
  }
}
