package org.einkorn.derivatives;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Random programs, their derivatives computed in all ways. `-Deinkorn.seed` and
/// `-Deinkorn.derivatives` say where to begin and how many.
@ResourceLock("the count of finite derivatives")
class RandomDerivativesTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261128);
  private static final int COUNT = Integer.getInteger("einkorn.derivatives", 500);
  private static final int JETS = Math.max(1, COUNT / 4);

  @Test
  void programs() {
    System.out.printf(
        "derivatives of -Deinkorn.derivatives=%d programs from -Deinkorn.seed=%d%n", COUNT, SEED);
    OptionalLong failing =
        LongStream.range(SEED, SEED + COUNT)
            .parallel()
            .filter(seed -> fault(seed).isPresent())
            .findFirst();
    if (failing.isPresent()) {
      long seed = failing.getAsLong();
      RandomDifferentiable.Made made = RandomDifferentiable.of(seed);
      fail(
          "-Deinkorn.seed=%d -Deinkorn.derivatives=1%n%s%n%s"
              .formatted(seed, fault(seed).orElse(""), made.text()));
    }
    assertTrue(
        COUNT < 50 || Checks.FINITE.get() * 10 >= COUNT * 8L,
        Checks.FINITE + " of " + COUNT + " have finite derivatives");
  }

  @Test
  void jets() {
    System.out.printf(
        "jets of -Deinkorn.derivatives=%d programs from -Deinkorn.seed=%d%n", JETS, SEED);
    OptionalLong failing =
        LongStream.range(SEED, SEED + JETS)
            .parallel()
            .filter(seed -> jetFault(seed).isPresent())
            .findFirst();
    if (failing.isPresent()) {
      long seed = failing.getAsLong();
      fail(
          "-Deinkorn.seed=%d -Deinkorn.derivatives=1%n%s%n%s"
              .formatted(seed, jetFault(seed).orElse(""), RandomDifferentiable.of(seed).text()));
    }
    assertTrue(
        JETS < 50 || JetChecks.FINITE.get() * 10 >= JETS * 8L,
        JetChecks.FINITE + " of " + JETS + " have finite derivatives");
  }

  private static Optional<String> jetFault(long seed) {
    return fault(
        seed,
        (plain, made, _) ->
            JetChecks.fault(
                JetChecks.requests(plain, made.function(), 3), made.function(), seed % 10 == 0));
  }

  private static Optional<String> fault(long seed) {
    return fault(
        seed,
        (plain, made, random) ->
            Checks.fault(Checks.requests(plain, made.function(), made.rank(), random), true));
  }

  private interface Check {
    Optional<String> fault(Derived plain, RandomDifferentiable.Made made, SplittableRandom random);
  }

  private static Optional<String> fault(long seed, Check check) {
    RandomDifferentiable.Made made = RandomDifferentiable.of(seed);
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (String name : List.of("W", "V", "V2", "X")) {
      long[] shape = made.shapes().get(name);
      inputs.put(name, Derived.random(random, shape == null ? new long[0] : shape));
    }
    long[] positions = made.shapes().get("At");
    int[] at = random.ints(positions == null ? 0 : positions[0], 0, 3).toArray();
    inputs.put("At", Derived.integers(at));
    try {
      Derived plain = new Derived(made.text(), inputs);
      if (plain.compiled().program().isEmpty()) {
        return Optional.empty();
      }
      return check.fault(plain, made, random);
    } catch (RuntimeException crash) {
      StackTraceElement[] trace = crash.getStackTrace();
      return Optional.of(crash + (trace.length > 0 ? " at " + trace[0] : ""));
    }
  }
}
