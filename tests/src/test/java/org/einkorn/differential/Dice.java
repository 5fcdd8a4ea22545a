package org.einkorn.differential;

import java.util.List;
import java.util.SplittableRandom;

/// Random choices that follow from one seed.
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /// A number from 0 to `bound − 1`.
  int below(int bound) {
    return random.nextInt(bound);
  }

  /// A number from `least` to `greatest`.
  int between(int least, int greatest) {
    return random.nextInt(least, greatest + 1);
  }

  long anyLong() {
    return random.nextLong();
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
