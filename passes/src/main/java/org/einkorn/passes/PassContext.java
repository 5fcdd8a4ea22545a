package org.einkorn.passes;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.einkorn.ir.target.Machine;
import org.einkorn.passes.trace.Trace;

/// What a pass may know beyond the program it rewrites.
///
/// @param sizes the values of symbols, as far as they are known: what a pass makes must be right
///   for these, and for all where it did not ask
/// @param mayReassociate whether the order of floating-point operations may change
/// @param objective what the order of a contraction makes small
/// @param memoryLimitBytes what outputs and temporaries together may take
/// @param fewPositions up to this many positions a relation is a tensor of all of them; one that
///   has more, or nobody knows how many, is kept as its tuples where that can be
/// @param outputPositions up to this many positions an output is a tensor of all of them; a
///   relation that is known to have more is handed out as its tuples where that can be
/// @param machine what loops are scheduled for
/// @param expectedRuns how often the code will run
/// @param schedules for functions that are not scheduled by default
/// @param trace takes note of every rewrite
public record PassContext(
    Sizes sizes,
    boolean mayReassociate,
    Objective objective,
    OptionalLong memoryLimitBytes,
    long fewPositions,
    long outputPositions,
    Machine machine,
    long expectedRuns,
    List<org.einkorn.ir.schedule.Trace> schedules,
    Trace.Recorder trace) {
  public PassContext {
    schedules = List.copyOf(schedules);
  }

  private static final long FEW_POSITIONS = 1L << 24;

  /// Loops that do less are left as they are, however often they run: vectors have nothing to do.
  private static final double LEAST_ROUNDS = 1 << 15;

  /// Rounds of plain loops that take as long as it takes to cut them and to make code of that: some
  /// tenths of a second in a process that has just begun.
  private static final double ROUNDS_OF_SCHEDULING = 1 << 26;

  /// Nothing known, everything but approximations allowed; outputs are tensors.
  public static PassContext defaults() {
    return new PassContext(
        Sizes.of(Map.of()),
        true,
        Objective.TIME,
        OptionalLong.empty(),
        FEW_POSITIONS,
        Long.MAX_VALUE,
        Machine.unknown(),
        Long.MAX_VALUE,
        List.of(),
        new Trace.Recorder());
  }

  /// These sizes instead.
  public PassContext withSizes(Map<String, Long> known) {
    return withSizes(Sizes.of(known));
  }

  /// These sizes instead.
  public PassContext withSizes(Sizes known) {
    return new PassContext(
        known,
        mayReassociate,
        objective,
        memoryLimitBytes,
        fewPositions,
        outputPositions,
        machine,
        expectedRuns,
        schedules,
        trace);
  }

  /// This context where floating-point operations keep their order, or need not.
  public PassContext withReassociation(boolean allowed) {
    return new PassContext(
        sizes,
        allowed,
        objective,
        memoryLimitBytes,
        fewPositions,
        outputPositions,
        machine,
        expectedRuns,
        schedules,
        trace);
  }

  /// This context with another objective.
  public PassContext withObjective(Objective other) {
    return new PassContext(
        sizes,
        mayReassociate,
        other,
        memoryLimitBytes,
        fewPositions,
        outputPositions,
        machine,
        expectedRuns,
        schedules,
        trace);
  }

  /// This context under a limit of memory.
  public PassContext withMemoryLimitBytes(long bytes) {
    return withMemoryLimit(OptionalLong.of(bytes));
  }

  /// This context without a limit of memory.
  public PassContext withoutMemoryLimit() {
    return withMemoryLimit(OptionalLong.empty());
  }

  private PassContext withMemoryLimit(OptionalLong limit) {
    return new PassContext(
        sizes,
        mayReassociate,
        objective,
        limit,
        fewPositions,
        outputPositions,
        machine,
        expectedRuns,
        schedules,
        trace);
  }

  /// This context where relations of more positions than this are kept as their tuples.
  public PassContext withFewPositions(long positions) {
    return new PassContext(
        sizes,
        mayReassociate,
        objective,
        memoryLimitBytes,
        positions,
        outputPositions,
        machine,
        expectedRuns,
        schedules,
        trace);
  }

  /// This context where outputs of more positions than this are handed out as their tuples.
  public PassContext withOutputPositions(long positions) {
    return new PassContext(
        sizes,
        mayReassociate,
        objective,
        memoryLimitBytes,
        fewPositions,
        positions,
        machine,
        expectedRuns,
        schedules,
        trace);
  }

  /// This context for loops that run on another machine.
  public PassContext withMachine(Machine other) {
    return new PassContext(
        sizes,
        mayReassociate,
        objective,
        memoryLimitBytes,
        fewPositions,
        outputPositions,
        other,
        expectedRuns,
        schedules,
        trace);
  }

  /// This context for code that runs so often.
  public PassContext withExpectedRuns(long runs) {
    return new PassContext(
        sizes,
        mayReassociate,
        objective,
        memoryLimitBytes,
        fewPositions,
        outputPositions,
        machine,
        runs,
        schedules,
        trace);
  }

  /// This context with schedules for some functions.
  public PassContext withSchedules(List<org.einkorn.ir.schedule.Trace> traces) {
    return new PassContext(
        sizes,
        mayReassociate,
        objective,
        memoryLimitBytes,
        fewPositions,
        outputPositions,
        machine,
        expectedRuns,
        traces,
        trace);
  }

  /// Whether a function has a schedule of its own.
  public boolean isScheduled(String function) {
    return schedules.stream().anyMatch(schedule -> schedule.function().equals(function));
  }

  /// The value of a symbol, where it is known.
  public OptionalLong size(String symbol) {
    return sizes.of(symbol);
  }

  /// Whether loops do too little for a schedule to pay.
  ///
  /// @param rounds of all of them together
  public boolean isShort(double rounds) {
    return rounds < Math.max(LEAST_ROUNDS, ROUNDS_OF_SCHEDULING / expectedRuns);
  }
}
