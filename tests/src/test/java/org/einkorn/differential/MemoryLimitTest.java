package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.einkorn.Einsum;
import org.einkorn.Options;
import org.einkorn.Results;
import org.einkorn.Target;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Under a limit of memory a contraction either keeps it, and gives the same numbers, or names the
/// smallest limit that works before it does anything.
///
/// The operands hold small integers, so that sums are exact in any order and slices show no
/// rounding.
@Execution(ExecutionMode.CONCURRENT)
final class MemoryLimitTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261121_400000L);
  private static final int NETWORKS = Integer.getInteger("einkorn.networks", 150);
  private static final String LETTERS = "abcdefghij";

  @Test
  void theLimitIsKeptOrTheSmallestNamed() {
    System.out.printf("%d random networks from -Deinkorn.seed=%d on%n", NETWORKS, SEED);
    int tighter = 0;
    int refused = 0;
    for (long seed = SEED; seed < SEED + NETWORKS; seed++) {
      Random random = new Random(seed);
      Target target = random.nextBoolean() ? Target.jvm() : Target.llvm();
      try (Arena arena = Arena.ofShared()) {
        List<Tensor> operands = new ArrayList<>();
        String spec = network(arena, random, operands);
        Tensor[] given = operands.toArray(Tensor[]::new);
        String where = "-Deinkorn.seed=" + seed + " " + spec + " on " + target.name();
        Einsum einsum = Einsum.of(spec);
        Results free = einsum.with(Options.defaults().withTarget(target)).run(arena, given);
        double[] expected = values(free);
        long limit = random.nextLong(free.measuredPeakBytes() + 1);
        try {
          Results kept = einsum.with(limited(target, limit)).run(arena, given);
          assertTrue(kept.measuredPeakBytes() <= limit, where);
          assertArrayEquals(expected, values(kept), where);
          tighter += limit < free.measuredPeakBytes() ? 1 : 0;
        } catch (DataException e) {
          refused++;
          assertEquals(DataFault.MEMORY_BUDGET, e.fault(), where);
          long least = Long.parseLong(e.help().orElseThrow().replaceAll("\\D", ""));
          assertTrue(least > limit, where);
          Results kept = einsum.with(limited(target, least)).run(arena, given);
          assertTrue(kept.measuredPeakBytes() <= least, where);
          assertArrayEquals(expected, values(kept), where);
          assertThrows(
              DataException.class,
              () -> einsum.with(limited(target, least - 1)).run(arena, given),
              where);
        }
      }
    }
    System.out.printf("%d ran in less memory, %d were refused%n", tighter, refused);
    assertTrue(NETWORKS < 100 || tighter > NETWORKS / 5, tighter + " ran in less memory");
    assertTrue(NETWORKS < 100 || refused > 0, "none was refused");
  }

  /// The elements, whether a zero is signed or not: no order of a sum promises that.
  private static double[] values(Results results) {
    double[] values = results.get("Y").toDoubleArray();
    for (int at = 0; at < values.length; at++) {
      values[at] += 0.0;
    }
    return values;
  }

  private static Options limited(Target target, long bytes) {
    return Options.defaults()
        .withTarget(target)
        .withRun(RunOptions.defaults().withMemoryBudgetBytes(bytes));
  }

  /// A connected network of three to six operands; each letter is in two or three of them.
  private static String network(Arena arena, Random random, List<Tensor> operands) {
    int count = 3 + random.nextInt(4);
    List<StringBuilder> terms = new ArrayList<>();
    for (int operand = 0; operand < count; operand++) {
      terms.add(new StringBuilder());
    }
    int letters = count + random.nextInt(3);
    int[] extents = new int[letters];
    for (int letter = 0; letter < letters; letter++) {
      extents[letter] = 2 + random.nextInt(7);
      int first = letter < count - 1 ? letter : random.nextInt(count);
      int second = letter < count - 1 ? letter + 1 : random.nextInt(count);
      for (int operand : new TreeSet<>(List.of(first, second, random.nextInt(count)))) {
        if (operand == first || operand == second || random.nextInt(3) == 0) {
          terms.get(operand).append(LETTERS.charAt(letter));
        }
      }
    }
    for (StringBuilder term : terms) {
      long[] shape = term.chars().mapToLong(c -> extents[LETTERS.indexOf(c)]).toArray();
      int elements = 1;
      for (long extent : shape) {
        elements = Math.toIntExact(elements * extent);
      }
      double[] values = random.ints(elements, -2, 3).asDoubleStream().toArray();
      operands.add(Tensor.of(arena, values, shape));
    }
    StringBuilder output = new StringBuilder();
    for (int letter = 0; letter < letters && output.length() < 3; letter++) {
      if (random.nextInt(4) == 0) {
        output.append(LETTERS.charAt(letter));
      }
    }
    return String.join(",", terms) + "->" + output;
  }
}
