package org.einkorn.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.einkorn.Einkorn;
import org.einkorn.Kernel;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Convolutions with padding, of random sizes, steps and distances, against loops in Java.
/// `-Deinkorn.seed` says where they begin and `-Deinkorn.rounds` how many there are.
class PaddedSumsTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261129);
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 30);

  @Test
  void agreeWithLoops() {
    System.out.printf("%d padded sums from -Deinkorn.seed=%d on%n", ROUNDS, SEED);
    int stored = 0;
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      stored += check(seed) ? 1 : 0;
    }
    assertTrue(ROUNDS < 30 || stored * 3 >= ROUNDS, stored + " of " + ROUNDS + " were stored");
  }

  /// @return whether the padded operand was stored
  private static boolean check(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int channels = random.nextInt(1, 5);
    int filters = random.nextInt(1, 40);
    int height = random.nextInt(1, 12);
    int width = random.nextInt(1, 12);
    int rows = random.nextInt(1, 5);
    int columns = random.nextInt(1, 5);
    int step = random.nextInt(1, 3);
    int distance = random.nextInt(1, 3) * (random.nextBoolean() ? 1 : -1);
    int up = random.nextInt(-3, 4);
    int left = random.nextInt(-3, 4);
    int outHeight = random.nextInt(1, 12);
    int outWidth = random.nextInt(1, 12);
    String source =
        """
        input X[c: C, h: H, w: W]
        input F[o: O, c: C, p: P, q: Q]
        Y[o, y: %d, x: %d] = X[c, %d y + %d p + %d, x + %d q + %d] F[o, c, p, q] pad
        output Y
        """
            .formatted(outHeight, outWidth, step, distance, up, distance, left);
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("X", Shape.of(channels, height, width));
    shapes.put("F", Shape.of(filters, channels, rows, columns));
    float[] image = values(random, channels * height * width);
    float[] filter = values(random, filters * channels * rows * columns);
    double[] expected = new double[filters * outHeight * outWidth];
    for (int o = 0; o < filters; o++) {
      for (int c = 0; c < channels; c++) {
        for (int y = 0; y < outHeight; y++) {
          for (int x = 0; x < outWidth; x++) {
            for (int p = 0; p < rows; p++) {
              for (int q = 0; q < columns; q++) {
                int h = step * y + distance * p + up;
                int w = x + distance * q + left;
                if (0 <= h && h < height && 0 <= w && w < width) {
                  expected[(o * outHeight + y) * outWidth + x] +=
                      (double) image[(c * height + h) * width + w]
                          * filter[((o * channels + c) * rows + p) * columns + q];
                }
              }
            }
          }
        }
      }
    }
    boolean stored = false;
    for (Target target : new Target[] {Target.interpreter(), Target.jvm(), Target.llvm()}) {
      try (Arena arena = Arena.ofShared()) {
        Tensor result = Tensor.allocate(arena, DType.F32, Shape.of(filters, outHeight, outWidth));
        Kernel kernel =
            Einkorn.compile("padded", source)
                .with(Options.defaults().withTarget(target))
                .kernel(target, shapes);
        kernel.run(
            Tensor.of(arena, image, channels, height, width),
            Tensor.of(arena, filter, filters, channels, rows, columns),
            result);
        float[] found = result.toFloatArray();
        for (int number = 0; number < expected.length; number++) {
          assertEquals(
              expected[number],
              found[number],
              1e-4,
              "-Deinkorn.seed=%d -Deinkorn.rounds=1 on %s%n%s".formatted(seed, target, source));
        }
        stored |= kernel.ir(org.einkorn.Stage.TENSOR).contains("Y.padded");
      }
    }
    return stored;
  }

  private static float[] values(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int number = 0; number < count; number++) {
      values[number] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
