package org.einkorn.passes.order;

import java.time.Duration;
import java.util.OptionalLong;
import org.einkorn.passes.Objective;

/// What to search for, and how hard.
///
/// @param objective what to make small
/// @param budget how long to go on where the best order isn't known to be found. It is spent in
///   work units, at a fixed nominal rate, so that the same options give the same plan on every
///   machine and for any number of threads; a slow machine takes longer in proportion.
/// @param memoryLimitElements the most elements that intermediates and the result may take together
///   at any moment
/// @param seed the seed of the random trials
/// @param threads how many trials may run at once; never changes the plan
/// @param holdsResult whether the limit of memory counts the result from the first step on, as
///   where it is allocated before anything runs, and not from the step that makes it
/// @param slicesOutputAlone whether only indices of the output may be sliced, so that no results of
///   slices have to be added up
public record SearchOptions(
    Objective objective,
    Duration budget,
    OptionalLong memoryLimitElements,
    long seed,
    int threads,
    boolean holdsResult,
    boolean slicesOutputAlone) {
  public SearchOptions {
    if (budget.isNegative()) {
      throw new IllegalArgumentException("the budget " + budget + " is negative");
    }
    if (memoryLimitElements.isPresent() && memoryLimitElements.getAsLong() < 0) {
      throw new IllegalArgumentException("the memory limit is negative");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("a search needs a thread, not " + threads);
    }
  }

  /// Predicted time, a second, no limit of memory, seed 0, one thread.
  public static SearchOptions defaults() {
    return new SearchOptions(
        Objective.TIME, Duration.ofSeconds(1), OptionalLong.empty(), 0, 1, false, false);
  }

  public SearchOptions withObjective(Objective other) {
    return new SearchOptions(
        other, budget, memoryLimitElements, seed, threads, holdsResult, slicesOutputAlone);
  }

  public SearchOptions withBudget(Duration other) {
    return new SearchOptions(
        objective, other, memoryLimitElements, seed, threads, holdsResult, slicesOutputAlone);
  }

  public SearchOptions withMemoryLimitElements(long elements) {
    return new SearchOptions(
        objective,
        budget,
        OptionalLong.of(elements),
        seed,
        threads,
        holdsResult,
        slicesOutputAlone);
  }

  public SearchOptions withSeed(long other) {
    return new SearchOptions(
        objective, budget, memoryLimitElements, other, threads, holdsResult, slicesOutputAlone);
  }

  public SearchOptions withThreads(int other) {
    return new SearchOptions(
        objective, budget, memoryLimitElements, seed, other, holdsResult, slicesOutputAlone);
  }

  /// With the result counted from the first step on.
  public SearchOptions withResultHeld() {
    return new SearchOptions(
        objective, budget, memoryLimitElements, seed, threads, true, slicesOutputAlone);
  }

  /// With slices of the output's indices alone.
  public SearchOptions withOutputSlices() {
    return new SearchOptions(
        objective, budget, memoryLimitElements, seed, threads, holdsResult, true);
  }
}
