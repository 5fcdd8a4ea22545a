package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Random fixpoints: what the interpreter computes round by round, from all elements anew, is what
/// the loops compute from those that changed.
///
/// `-Deinkorn.seed=S -Deinkorn.fixpoints=1` runs one program again.
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
    System.out.printf("%d random fixpoints from -Deinkorn.seed=%d on%n", count, first);
    AtomicInteger finished = new AtomicInteger();
    LongStream.range(first, first + count)
        .parallel()
        .forEach(
            seed -> {
              RandomSource.Made made = RandomFixpoint.of(seed);
              try {
                if (SourceCheck.check(made, seed) instanceof Outcome.Finished) {
                  finished.incrementAndGet();
                }
              } catch (RuntimeException | AssertionError failure) {
                fail(
                    "-Deinkorn.seed=%d -Deinkorn.fixpoints=1%n%s%n%s"
                        .formatted(seed, made.text(), made.inputs()),
                    failure);
              }
            });
    assertTrue(count < 50 || finished.get() * 2 >= count, finished + " ran to their end");
  }
}
