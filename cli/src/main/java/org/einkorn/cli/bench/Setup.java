package org.einkorn.cli.bench;

import java.util.List;
import org.einkorn.Target;
import org.einkorn.runtime.exec.RunOptions;

/// What is measured, and how long.
///
/// @param targets the backends
/// @param threads the numbers of threads
/// @param run a limit of memory
/// @param seed of the data
public record Setup(
    List<Target> targets,
    List<Integer> threads,
    int leastRuns,
    double leastSeconds,
    RunOptions run,
    long seed) {
  public Setup {
    targets = List.copyOf(targets);
    threads = List.copyOf(threads);
  }

  Stopwatch stopwatch() {
    return new Stopwatch(leastRuns, leastSeconds);
  }
}
