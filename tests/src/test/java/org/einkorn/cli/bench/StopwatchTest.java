package org.einkorn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Contenders take turns, and short runs are taken several in a row. No clock is asked: a contender
/// says itself how long it took.
final class StopwatchTest {
  private final List<String> calls = new ArrayList<>();

  /// A contender that notes each call, whose runs all take the same time.
  private Contender steady(String name, double warmSeconds, long nanoseconds) {
    return new Contender() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public double warmSeconds() {
        return warmSeconds;
      }

      @Override
      public long run(int times) {
        calls.add(name + times);
        return nanoseconds * times;
      }
    };
  }

  @Test
  void contendersTakeTurns() {
    List<Times> times =
        new Stopwatch(3, 0).measure(List.of(steady("a", 0, 2_000_000), steady("b", 0, 5_000_000)));
    assertEquals(List.of("a1", "b1", "a1", "b1", "a1", "b1", "a1", "b1"), calls);
    assertEquals(List.of(3, 3), times.stream().map(Times::runs).toList());
    assertEquals(List.of(2.0, 5.0), times.stream().map(Times::median).toList());
  }

  @Test
  void eachWarmsUpBeforeAnyRunCounts() {
    new Stopwatch(1, 0)
        .measure(List.of(steady("a", 0.02, 10_000_000), steady("b", 0.01, 5_000_000)));
    assertEquals(List.of("a1", "a1", "b1", "b1", "a1", "b1"), calls);
  }

  @Test
  void codeThatIsBeingCompiledIsWaitedFor() {
    int[] runs = {0};
    Contender compiled =
        new Contender() {
          @Override
          public String name() {
            return "compiled";
          }

          @Override
          public double warmSeconds() {
            return 0.01;
          }

          @Override
          public boolean isBeingCompiled() {
            return runs[0] < 8;
          }

          @Override
          public long run(int times) {
            runs[0]++;
            return 5_000_000;
          }
        };
    Stopwatch.warm(compiled);
    assertEquals(27, runs[0], "20 runs from the first one on in which nothing was compiled");
    runs[0] = -1000;
    Stopwatch.warm(compiled);
    assertEquals(-940, runs[0], "30 times what it warms up for, 10 ms, and no longer");
  }

  @Test
  void theQueuesOfTheJitCompilerAreRead() {
    String idle = "Current compiles: \n\nC1 compile queue:\nEmpty\n\nC2 compile queue:\nEmpty\n\n";
    assertFalse(JitCompiler.isBusy(idle));
    assertTrue(
        JitCompiler.isBusy(
            idle.replace(": \n\nC1", ": \nC2 CompilerThread0  12  4  a.B::c (9 bytes)\n\nC1")));
    assertTrue(
        JitCompiler.isBusy(idle.replaceFirst("Empty", "1905       3       a.B::next (5 bytes)")));
  }

  @Test
  void shortRunsAreTakenInARow() {
    List<Times> times = new Stopwatch(2, 0).measure(List.of(steady("a", 0, 10_000)));
    assertEquals(List.of("a1", "a100", "a100"), calls);
    assertEquals(0.01, times.getFirst().median());
    assertEquals(2, times.getFirst().runs());
  }

  @Test
  void roundsGoOnUntilTheTimeIsOver() {
    // 0.05 s each on average: 0.1 s for both, in rounds of 25 ms.
    new Stopwatch(1, 0.05).measure(List.of(steady("a", 0, 5_000_000), steady("b", 0, 20_000_000)));
    assertEquals(2 + 4 * 2, calls.size());
  }

  @Test
  void quartilesLieBetweenRuns() {
    Times times = new Times(new double[] {4, 1, 3, 2});
    assertEquals(1, times.least());
    assertEquals(2.5, times.median());
    assertEquals(1.5, times.spread());
    assertTrue(new Times(new double[] {7}).spread() == 0);
  }
}
