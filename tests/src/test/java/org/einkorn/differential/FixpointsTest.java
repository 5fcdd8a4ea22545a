package org.einkorn.differential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Random fixpoints: what the interpreter computes round by round, from all elements anew, is what
/// the loops compute from those that changed.
///
/// `-Deinkorn.seed=S -Deinkorn.fixpoints=1` runs one program again.
@Execution(ExecutionMode.CONCURRENT)
final class FixpointsTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_128L);
  private static final int PROGRAMS = Integer.getInteger("einkorn.fixpoints", 120);

  @Test
  void agreeOnProgramsOfAFixedSeed() {
    run(SEED, PROGRAMS);
  }

  @Test
  void agreeOnProgramsOfTheDay() {
    run(System.currentTimeMillis() * 1000, PROGRAMS / 6);
  }

  private static void run(long first, int count) {
    SourceCheck.run("fixpoints", first, count, RandomFixpoint::of);
  }
}
