package org.einkorn.differential;

import org.junit.jupiter.api.Test;

/// Random products of listed tensors: what loops along rows compute is what the interpreter
/// computes from all positions.
///
/// `-Deinkorn.seed=S -Deinkorn.sparse=1` runs one program again.
final class SparseTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_129L);
  private static final int PROGRAMS = Integer.getInteger("einkorn.sparse", 60);

  @Test
  void agreeOnProgramsOfAFixedSeed() {
    SourceCheck.runWhole("sparse", SEED, PROGRAMS, RandomSparse::of);
  }

  @Test
  void agreeOnProgramsOfTheDay() {
    SourceCheck.runWhole(
        "sparse", System.currentTimeMillis() * 1000, PROGRAMS / 6, RandomSparse::of);
  }

  /// What becomes of infinities and NaN is said by the equations after the passes.
  @Test
  void agreeOnInfinitiesAndNaN() {
    SourceCheck.runFromEquations("sparse", SEED, PROGRAMS / 2, RandomSparse::special);
  }
}
