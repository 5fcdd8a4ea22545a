package org.einkorn.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.einkorn.ir.loop.Module;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

class RandomModuleTest {
  /// More rounds for a longer search: `-Deinkorn.rounds=5000`.
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 150);

  private static final long SEED = Long.getLong("einkorn.seed", 20261120);

  @Test
  void agreesWithTheInterpreterBitForBit() {
    int finished = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long seed = SEED + round;
      SplittableRandom random = new SplittableRandom(seed);
      Module module = RandomModule.of(random);
      try {
        boolean isFinished =
            Trial.compare(
                module,
                new long[] {size(random), random.nextInt(1, 4)},
                (name, trial) -> fill(trial, name, random),
                0);
        finished += isFinished ? 1 : 0;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Deinkorn.seed=" + seed + " -Deinkorn.rounds=1: " + e, e);
      }
    }
    int least = ROUNDS / 4;
    String message = finished + " of " + ROUNDS + " programs ran to the end";
    assertTrue(finished >= least, message);
  }

  /// Mostly small; now and then some vectors and a rest.
  private static int size(SplittableRandom random) {
    return random.nextInt(4) == 0 ? random.nextInt(6, 80) : random.nextInt(1, 6);
  }

  static void fill(Trial trial, String name, SplittableRandom random) {
    DType type = trial.type(name);
    int count = (int) trial.count(name);
    if (type.isFloat()) {
      double[] values = new double[count];
      for (int index = 0; index < count; index++) {
        values[index] =
            switch (random.nextInt(20)) {
              case 0 -> Double.NaN;
              case 1 -> Double.POSITIVE_INFINITY;
              case 2 -> -0.0;
              default -> random.nextInt(-40, 41) / 8.0;
            };
      }
      trial.set(name, values);
      return;
    }
    long[] values = new long[count];
    for (int index = 0; index < count; index++) {
      values[index] =
          switch (type) {
            case BOOL -> random.nextInt(2);
            case U8 -> random.nextInt(0, 10);
            default -> name.equals("P") ? random.nextInt(0, 3) : random.nextInt(-4, 8);
          };
    }
    trial.setLongs(name, values);
  }
}
