package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Thousands of random programs, each run by the interpreters, on the JVM and by LLVM.
///
/// `-Deinkorn.seed=S -Deinkorn.programs=1` runs one program again.
final class DifferentialTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261120_000000L);
  private static final int PROGRAMS = Integer.getInteger("einkorn.programs", 2000);
  private static final int FRESH_PROGRAMS = PROGRAMS / 10;

  @Test
  void agreesOnTheProgramsOfAFixedSeed() {
    run(SEED, PROGRAMS);
  }

  @Test
  void agreesOnProgramsOfTheDay() {
    run(System.currentTimeMillis() * 100_000, FRESH_PROGRAMS);
  }

  private static void run(long first, int count) {
    System.out.printf("%d random programs from -Deinkorn.seed=%d on%n", count, first);
    int finished = 0;
    for (long seed = first; seed < first + count; seed++) {
      Case made = RandomProgram.of(seed);
      Agreement.Verdict verdict = Agreement.check(made);
      finished += verdict.oracle() instanceof Outcome.Finished ? 1 : 0;
      Optional<Disagreement> found = verdict.disagreement();
      if (found.isPresent()) {
        fail("-Deinkorn.seed=" + seed + "\n" + Shrinker.report(made, found.get()));
      }
    }
    assertTrue(finished * 2 >= count, finished + " of " + count + " programs ran to their end");
  }
}
