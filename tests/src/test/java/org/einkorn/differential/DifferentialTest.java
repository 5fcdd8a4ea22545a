package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
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

  @Test
  void agreesOnNestedContractions() {
    run(SEED, PROGRAMS, RandomNests::of);
  }

  @Test
  void agreesOnNestedContractionsOfTheDay() {
    run(System.currentTimeMillis() * 100_000, FRESH_PROGRAMS, RandomNests::of);
  }

  private static void run(long first, int count) {
    run(first, count, RandomProgram::of);
  }

  private static void run(long first, int count, LongFunction<Case> maker) {
    System.out.printf("%d random programs from -Deinkorn.seed=%d on%n", count, first);
    AtomicInteger finished = new AtomicInteger();
    AtomicInteger settling = new AtomicInteger();
    Map<String, Integer> refused = new ConcurrentSkipListMap<>();
    Optional<Long> failing =
        LongStream.range(first, first + count)
            .parallel()
            .filter(
                seed -> {
                  Agreement.Verdict verdict = check(seed, maker);
                  if (verdict.oracle() instanceof Outcome.Finished) {
                    finished.incrementAndGet();
                  }
                  switch (verdict.equations()) {
                    case EquationText.Same _, EquationText.Wrong _ -> {}
                    case EquationText.Settles _ -> settling.incrementAndGet();
                    case EquationText.Refused(String reason) ->
                        refused.merge(reason, 1, Integer::sum);
                  }
                  return verdict.disagreement().isPresent();
                })
            .boxed()
            .findFirst();
    if (failing.isPresent()) {
      fail(report(failing.get(), maker));
    }
    assertTrue(
        count < 100 || finished.get() * 2 >= count,
        () -> finished + " of " + count + " programs ran to their end");
    reportEquations(count, refused, settling.get());
  }

  private static Agreement.Verdict check(long seed, LongFunction<Case> maker) {
    try {
      return Agreement.check(maker.apply(seed));
    } catch (RuntimeException crash) {
      throw new IllegalStateException("-Deinkorn.seed=" + seed + " -Deinkorn.programs=1", crash);
    }
  }

  /// Not every program has a source; how many have none, and why, is said and bounded.
  private static void reportEquations(int count, Map<String, Integer> refused, int settling) {
    refused.forEach(
        (reason, number) ->
            System.out.printf("%d of %d programs have no source: %s%n", number, count, reason));
    System.out.printf(
        "%d of %d programs print otherwise as equations once they were read%n", settling, count);
    int without = refused.values().stream().mapToInt(Integer::intValue).sum();
    assertTrue(
        without <= 10 + count / 10,
        () -> without + " of " + count + " programs have no source: " + refused);
    assertTrue(
        settling <= 5 + count / 200,
        () -> settling + " of " + count + " programs print otherwise once they were read");
  }

  private static String report(long seed, LongFunction<Case> maker) {
    Case made = maker.apply(seed);
    String what =
        Agreement.check(made)
            .disagreement()
            .map(found -> Shrinker.report(made, found))
            .orElse("which fails only beside other programs\n\n" + made);
    return "-Deinkorn.seed=" + seed + " -Deinkorn.programs=1\n" + what;
  }
}
