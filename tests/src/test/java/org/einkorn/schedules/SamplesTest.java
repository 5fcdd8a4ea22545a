package org.einkorn.schedules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.TraceParser;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.schedule.Schedule;
import org.junit.jupiter.api.Test;

/// What samples decide: all that is possible, nothing else, and the same for a seed.
final class SamplesTest {
  private final SplittableRandom random =
      new SplittableRandom(Long.getLong("einkorn.seed", 20261129L));

  private static Schedule schedule(String module, String function) {
    return Schedule.of(ScheduleCase.module(module), function);
  }

  private List<Long> drawn(Schedule schedule, Step.SampleTile tile) {
    Step.Sample decided = schedule.drawn(tile, random);
    schedule.apply(decided);
    List<Optional<Long>> factors = ((Step.SampleTile) decided).decision().orElseThrow();
    assertEquals(Optional.empty(), factors.getFirst());
    return factors.stream().skip(1).map(Optional::orElseThrow).toList();
  }

  @Test
  void tilesOfNumbersArePerfect() {
    Schedule schedule = schedule("fixed", "C");
    Step.SampleTile tile =
        new Step.SampleTile(List.of("a", "b", "c"), LoopName.of("i"), 8, Optional.empty());
    Set<Long> last = new TreeSet<>();
    Set<Long> middle = new TreeSet<>();
    for (int number = 0; number < 500; number++) {
      List<Long> factors = drawn(schedule, tile);
      assertEquals(0, 24 % (factors.get(0) * factors.get(1)), factors.toString());
      middle.add(factors.get(0));
      last.add(factors.get(1));
    }
    assertEquals(Set.of(1L, 2L, 3L, 4L, 6L, 8L), last);
    assertEquals(Set.of(1L, 2L, 3L, 4L, 6L, 8L, 12L, 24L), middle);
  }

  @Test
  void tilesOfOtherLoopsArePowersOfTwo() {
    Schedule schedule = schedule("matmul", "C");
    Step.SampleTile tile =
        new Step.SampleTile(List.of("a", "b", "c"), LoopName.of("j"), 12, Optional.empty());
    Set<Long> seen = new TreeSet<>();
    for (int number = 0; number < 200; number++) {
      seen.addAll(drawn(schedule, tile));
    }
    assertEquals(Set.of(1L, 2L, 4L, 8L), seen);
  }

  @Test
  void numbersComeAsOftenAsTheyWeigh() {
    Schedule schedule = schedule("matmul", "C");
    Step.SampleChoice choice =
        new Step.SampleChoice(
            "v",
            List.of(new Step.Choice(5, 1), new Step.Choice(-7, 3), new Step.Choice(0, 4)),
            Optional.empty());
    int[] counts = new int[3];
    for (int number = 0; number < 4000; number++) {
      Step.Sample decided = schedule.drawn(choice, random);
      schedule.apply(decided);
      long value = ((Step.SampleChoice) decided).decision().orElseThrow();
      counts[value == 5 ? 0 : value == -7 ? 1 : 2]++;
    }
    // Four standard deviations.
    assertEquals(500, counts[0], 84);
    assertEquals(1500, counts[1], 123);
    assertEquals(2000, counts[2], 127);
  }

  @Test
  void locationsAreThoseWhereComputeAtApplies() {
    Schedule schedule =
        schedule("blur", "Y")
            .join("T")
            .apply(Step.split(LoopName.of("y"), List.of("yo", "yi"), IndexExpr.of(4)));
    Set<LoopName> legal = new HashSet<>();
    for (LoopName loop : schedule.loops()) {
      if (schedule.attempt(new Step.ComputeAt("T", loop)) instanceof Schedule.Attempt.Applied) {
        legal.add(loop);
      }
    }
    assertTrue(legal.size() > 1 && legal.size() < schedule.loops().size(), legal.toString());
    Step.SampleLocation open = new Step.SampleLocation("l", "T", Optional.empty());
    Set<LoopName> seen = new HashSet<>();
    for (int number = 0; number < 100; number++) {
      if (schedule.drawn(open, random) instanceof Step.SampleLocation decided) {
        schedule.apply(decided).computeAt("T", "l");
        seen.add(decided.decision().orElseThrow());
      }
    }
    assertEquals(legal, seen);
  }

  /// The calls are the script, and the trace makes the same again whatever the seed.
  @Test
  void callsAreTheScript() {
    String script =
        """
        schedule C {
          (i0, i1) = sample-tile i innermost 8
          v = sample-choice 2, 4, 8
          (io, ii) = split i by i0, i1
          (jo, ji) = split j by v
        }
        """;
    Trace open = TraceParser.parse(new SourceFile("s", script), List.of()).require();
    Set<String> traces = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      Schedule calls =
          schedule("fixed", "C")
              .withSeed(seed)
              .sampleTile("i", List.of("i0", "i1"), 8)
              .sampleChoice("v", 2, 4, 8)
              .split("i", List.of("io", "ii"), IndexExpr.variable("i1"))
              .split("j", List.of("jo", "ji"), IndexExpr.variable("v"));
      Schedule replayed = Schedule.replay(ScheduleCase.module("fixed"), open, seed);
      assertEquals(calls.function(), replayed.function());
      assertEquals(
          calls.function(),
          Schedule.replay(ScheduleCase.module("fixed"), replayed.trace(), 99).function());
      traces.add(TracePrinter.print(replayed.trace()));
      // What stands between samples changes none of them.
      Step between = new Step.AddUnitLoop("u", "C");
      List<Step> steps = new ArrayList<>(open.steps());
      steps.add(1, between);
      List<Step> decided =
          new ArrayList<>(
              Schedule.replay(ScheduleCase.module("fixed"), new Trace("C", steps), seed)
                  .trace()
                  .steps());
      decided.remove(between);
      assertEquals(replayed.trace().steps(), decided);
    }
    assertTrue(traces.size() > 8, traces.size() + " traces");
    assertTrue(traces.stream().allMatch(trace -> trace.contains(" is ")), traces.toString());
  }
}
