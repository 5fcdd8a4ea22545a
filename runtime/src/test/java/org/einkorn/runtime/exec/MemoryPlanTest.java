package org.einkorn.runtime.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.einkorn.runtime.exec.Manifest.Steps;
import org.einkorn.runtime.exec.MemoryPlan.Span;
import org.junit.jupiter.api.Test;

/// Plans never put two temporaries that live at once into the same bytes, and are small.
class MemoryPlanTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261121L);

  private static Span span(long bytes, int first, int last) {
    return new Span(bytes, new Steps(first, last));
  }

  private static void requireApart(List<Span> spans, MemoryPlan plan, String where) {
    for (int one = 0; one < spans.size(); one++) {
      long start = plan.offset(one);
      long end = start + spans.get(one).bytes();
      assertEquals(0, start % MemoryPlan.ALIGNMENT_BYTES, where);
      assertTrue(start >= 0 && end <= plan.totalBytes(), where);
      for (int other = 0; other < one; other++) {
        boolean share =
            start < plan.offset(other) + spans.get(other).bytes() && plan.offset(other) < end;
        assertTrue(!share || !spans.get(one).live().overlaps(spans.get(other).live()), where);
      }
    }
  }

  @Test
  void aChainTakesTheLargestPair() {
    List<Span> chain =
        List.of(span(640, 0, 1), span(64, 1, 2), span(640, 2, 3), span(64, 3, 4), span(1, 4, 5));
    MemoryPlan plan = MemoryPlan.of(chain);
    requireApart(chain, plan, "chain");
    assertEquals(704, plan.totalBytes());
  }

  @Test
  void allLiveAtOnceTakeTheirSum() {
    List<Span> spans = List.of(span(100, 0, 9), span(1, 3, 9), span(64, 0, 5), span(0, 0, 9));
    MemoryPlan plan = MemoryPlan.of(spans);
    requireApart(spans, plan, "at once");
    assertEquals(128 + 64 + 64, plan.totalBytes());
  }

  @Test
  void noTemporariesTakeNothing() {
    assertEquals(0, MemoryPlan.of(List.of()).totalBytes());
  }

  @Test
  void totalsPast2To63AreRefused() {
    long half = 1L << 62;
    assertThrows(
        ArithmeticException.class,
        () -> MemoryPlan.of(List.of(span(half, 0, 1), span(half, 1, 2))));
    assertEquals(half, MemoryPlan.of(List.of(span(half, 0, 1), span(half, 2, 3))).totalBytes());
  }

  @Test
  void randomPlansAreApartAndSmall() {
    System.out.println("plans from -Deinkorn.seed=" + SEED);
    Random random = new Random(SEED);
    long planned = 0;
    long least = 0;
    for (int round = 0; round < 400; round++) {
      List<Span> spans = random(random, random.nextInt(40));
      String where = "-Deinkorn.seed=" + SEED + " round " + round + " " + spans;
      MemoryPlan plan = MemoryPlan.of(spans);
      requireApart(spans, plan, where);
      assertEquals(plan.totalBytes(), MemoryPlan.of(spans).totalBytes(), where);
      assertTrue(plan.totalBytes() >= MemoryPlan.leastBytes(spans), where);
      planned += plan.totalBytes();
      least += MemoryPlan.leastBytes(spans);
    }
    assertTrue(planned <= least * 1.1, planned + " bytes against a bound of " + least);
  }

  @Test
  void fewTemporariesTakeTheLeastThatThereIs() {
    Random random = new Random(SEED + 1);
    for (int round = 0; round < 100; round++) {
      List<Span> spans = random(random, random.nextInt(5));
      String where = "-Deinkorn.seed=" + SEED + " round " + round + " " + spans;
      assertEquals(exhaustive(spans, new ArrayList<>()), MemoryPlan.of(spans).totalBytes(), where);
    }
  }

  private static List<Span> random(Random random, int count) {
    List<Span> spans = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      int first = random.nextInt(Math.max(1, count));
      int last = first + random.nextInt(random.nextBoolean() ? 2 : 6);
      spans.add(span(64L * random.nextInt(8), first, last));
    }
    return spans;
  }

  /// The least total over all offsets that are multiples of the alignment.
  private static long exhaustive(List<Span> spans, List<Long> offsets) {
    if (offsets.size() == spans.size()) {
      long total = 0;
      for (int number = 0; number < offsets.size(); number++) {
        total = Math.max(total, offsets.get(number) + spans.get(number).bytes());
      }
      return total;
    }
    Span span = spans.get(offsets.size());
    long limit = spans.stream().mapToLong(Span::bytes).sum();
    long best = limit;
    for (long offset = 0; offset + span.bytes() <= limit; offset += MemoryPlan.ALIGNMENT_BYTES) {
      boolean isFree = true;
      for (int other = 0; other < offsets.size(); other++) {
        boolean share =
            offset < offsets.get(other) + spans.get(other).bytes()
                && offsets.get(other) < offset + span.bytes();
        isFree &= !share || !span.live().overlaps(spans.get(other).live());
      }
      if (isFree) {
        List<Long> further = new ArrayList<>(offsets);
        further.add(offset);
        best = Math.min(best, exhaustive(spans, further));
      }
    }
    return best;
  }
}
