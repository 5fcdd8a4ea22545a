package org.einkorn.runtime.exec;

/// How a module is run.
///
/// @param threads how many threads may work at once, at least 1
/// @param memoryBudgetBytes the most memory that outputs and temporaries may take together; copies
///   for threads that may not touch the caller's memory are made only where it suffices
public record RunOptions(int threads, long memoryBudgetBytes) {
  public RunOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("at least one thread, not " + threads);
    }
    if (memoryBudgetBytes < 0) {
      throw new IllegalArgumentException("a negative memory budget");
    }
  }

  /// All processors and no memory limit.
  public static RunOptions defaults() {
    return new RunOptions(Runtime.getRuntime().availableProcessors(), Long.MAX_VALUE);
  }

  public RunOptions withThreads(int count) {
    return new RunOptions(count, memoryBudgetBytes);
  }

  public RunOptions withMemoryBudgetBytes(long bytes) {
    return new RunOptions(threads, bytes);
  }
}
