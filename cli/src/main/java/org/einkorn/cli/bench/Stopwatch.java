package org.einkorn.cli.bench;

import java.util.ArrayList;
import java.util.List;

/// Takes the times of contenders that take turns, so that all of them meet the same machine: after
/// each has warmed up, every round is one run of each, in the order in which they are given.
///
/// @param leastRuns how many rounds there are at least
/// @param leastSeconds how long the runs of each take at least, on average
record Stopwatch(int leastRuns, double leastSeconds) {
  /// Shorter runs are taken several in a row: what is asked for the time would count, and a peer in
  /// a process of its own would begin each run with cold caches.
  static final double SHORT_NANOSECONDS = 1e6;

  /// Runs that take less than this share of the ones before may become faster yet.
  private static final double STILL_FASTER = 0.8;

  /// Nothing warms up for longer than so many times what it takes at least.
  private static final double MOST_WARMING = 10;

  /// As long as code is compiled, it may take so many times that.
  private static final double MOST_COMPILING = 30;

  /// Code counts as compiled where nothing was for so many runs one after the other: what is
  /// compiled is found out by running it.
  private static final int SETTLED_RUNS = 20;

  /// As many runs in a row as a very short one gets.
  private static final int MOST_IN_A_ROW = 1_000_000;

  /// @return the times in the order of the contenders
  List<Times> measure(List<Contender> contenders) {
    int[] rows = new int[contenders.size()];
    for (int number = 0; number < rows.length; number++) {
      rows[number] = inARow(warm(contenders.get(number)));
    }
    List<List<Double>> taken = new ArrayList<>();
    contenders.forEach(contender -> taken.add(new ArrayList<>()));
    double total = 0;
    for (int round = 0;
        round < leastRuns || total < leastSeconds * 1e9 * contenders.size();
        round++) {
      for (int number = 0; number < rows.length; number++) {
        long nanoseconds = Math.max(contenders.get(number).run(rows[number]), 1);
        total += nanoseconds;
        taken.get(number).add(nanoseconds / 1e6 / rows[number]);
      }
    }
    return taken.stream()
        .map(times -> new Times(times.stream().mapToDouble(Double::doubleValue).toArray()))
        .toList();
  }

  /// @return how long one run takes in the end, in nanoseconds
  static double warm(Contender contender) {
    double last = Math.max(contender.run(1), 1);
    double before = Double.POSITIVE_INFINITY;
    double total = last;
    double least = contender.warmSeconds() * 1e9;
    int settled = SETTLED_RUNS;
    while (total < least
        || last < STILL_FASTER * before && total < MOST_WARMING * least
        || settled < SETTLED_RUNS && total < MOST_COMPILING * least) {
      int times = inARow(last);
      double nanoseconds = Math.max(contender.run(times), 1);
      before = last;
      last = nanoseconds / times;
      total += nanoseconds;
      settled = contender.isBeingCompiled() ? 0 : settled + 1;
    }
    return last;
  }

  private static int inARow(double nanoseconds) {
    return (int) Math.clamp(Math.ceil(SHORT_NANOSECONDS / nanoseconds), 1, MOST_IN_A_ROW);
  }
}
