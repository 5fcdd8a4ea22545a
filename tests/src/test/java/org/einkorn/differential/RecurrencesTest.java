package org.einkorn.differential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Random recurrences: the interpreter, which checks that each element is computed before it is
/// read, the loops with their folded memory, and both backends come to the same bits; the texts of
/// both levels and the equations read back to the same.
///
/// `-Deinkorn.seed=S -Deinkorn.recurrences=1` runs one program again.
@Execution(ExecutionMode.CONCURRENT)
final class RecurrencesTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20_261_128L);
  private static final int PROGRAMS = Integer.getInteger("einkorn.recurrences", 400);

  @Test
  void agreeOnProgramsOfAFixedSeed() {
    run(SEED, PROGRAMS);
  }

  @Test
  void agreeOnProgramsOfTheDay() {
    run(System.currentTimeMillis() * 1000, PROGRAMS / 6);
  }

  private static void run(long first, int count) {
    SourceCheck.run("recurrences", first, count, RandomRecurrence::of);
  }
}
