package org.einkorn;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.passes.Objective;
import org.einkorn.runtime.exec.RunOptions;

/// How a program is compiled and run.
///
/// @param target where code runs
/// @param run threads and memory
/// @param passes the passes to run; nothing for all
/// @param verification what is checked after each pass
/// @param counts whether runs count the operations that they execute, which takes time
/// @param isExact whether floating-point operations keep the order in which they are written
/// @param objective what the order of a contraction makes small
/// @param seed where the order of rows in learning, the random inputs of verification and the
///   decisions of a script's samples come from
/// @param readable folders beside the program's own and the working folder that it may read
/// @param onWarning receives, before each run, what its plan warns of; nothing is printed
/// @param training what is seen and kept of learning
/// @param schedule a script of schedules for functions of the program; see
///   [org.einkorn.passes.schedule]
/// @param expectedRuns how often the code will run, as far as anyone knows: what takes longer than
///   it saves in so many runs is not done
/// @param cache the folder of compiled code that other processes have left and will find, if any
public record Options(
    Target target,
    RunOptions run,
    Optional<Set<String>> passes,
    Verification verification,
    boolean counts,
    List<Path> readable,
    boolean isExact,
    Objective objective,
    long seed,
    Consumer<Diagnostic> onWarning,
    TrainingOptions training,
    Optional<SourceFile> schedule,
    long expectedRuns,
    Optional<Path> cache) {

  public Options {
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(passes, "passes");
    Objects.requireNonNull(verification, "verification");
    Objects.requireNonNull(readable, "readable");
    Objects.requireNonNull(onWarning, "onWarning");
    Objects.requireNonNull(training, "training");
    Objects.requireNonNull(schedule, "schedule");
    Objects.requireNonNull(cache, "cache");
    passes = passes.map(Set::copyOf);
    readable = List.copyOf(readable);
  }

  /// What is checked between passes.
  public enum Verification {
    /// Only what the constructors of the IR check.
    NONE,
    /// The verifiers of both levels.
    STRUCTURE,
    /// The verifiers, and each pass's result against the interpreter on seeded inputs.
    EXECUTION
  }

  /// The JVM target, all processors, all passes.
  public static Options defaults() {
    return new Options(
        Target.jvm(),
        RunOptions.defaults(),
        Optional.empty(),
        Verification.NONE,
        false,
        List.of(),
        false,
        Objective.TIME,
        0,
        _ -> {},
        TrainingOptions.defaults(),
        Optional.empty(),
        Long.MAX_VALUE,
        Optional.empty());
  }

  public Options withTarget(Target newTarget) {
    return new Options(
        newTarget,
        run,
        passes,
        verification,
        counts,
        readable,
        isExact,
        objective,
        seed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        cache);
  }

  public Options withRun(RunOptions newRun) {
    return new Options(
        target,
        newRun,
        passes,
        verification,
        counts,
        readable,
        isExact,
        objective,
        seed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        cache);
  }

  public Options withPasses(Set<String> names) {
    return new Options(
        target,
        run,
        Optional.of(Objects.requireNonNull(names, "names")),
        verification,
        counts,
        readable,
        isExact,
        objective,
        seed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        cache);
  }

  public Options withVerification(Verification newVerification) {
    return new Options(
        target,
        run,
        passes,
        newVerification,
        counts,
        readable,
        isExact,
        objective,
        seed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        cache);
  }

  public Options withReadable(List<Path> folders) {
    return new Options(
        target,
        run,
        passes,
        verification,
        counts,
        folders,
        isExact,
        objective,
        seed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        cache);
  }

  /// With floating-point operations in the order in which they are written, or in any.
  public Options withExact(boolean exact) {
    return new Options(
        target,
        run,
        passes,
        verification,
        counts,
        readable,
        exact,
        objective,
        seed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        cache);
  }

  /// With another aim for the order of contractions.
  public Options withObjective(Objective newObjective) {
    return new Options(
        target,
        run,
        passes,
        verification,
        counts,
        readable,
        isExact,
        Objects.requireNonNull(newObjective, "newObjective"),
        seed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        cache);
  }

  public Options withSeed(long newSeed) {
    return new Options(
        target,
        run,
        passes,
        verification,
        counts,
        readable,
        isExact,
        objective,
        newSeed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        cache);
  }

  /// With another receiver of what the plan of a run warns of: that memory is short, and what that
  /// costs. It is called before the run, on its thread.
  public Options withWarnings(Consumer<Diagnostic> newReceiver) {
    return new Options(
        target,
        run,
        passes,
        verification,
        counts,
        readable,
        isExact,
        objective,
        seed,
        Objects.requireNonNull(newReceiver, "newReceiver"),
        training,
        schedule,
        expectedRuns,
        cache);
  }

  /// These options with runs that count, or do not.
  public Options withCounting(boolean newCounts) {
    return new Options(
        target,
        run,
        passes,
        verification,
        newCounts,
        readable,
        isExact,
        objective,
        seed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        cache);
  }

  /// With another way to see and to keep what is learned.
  public Options withTraining(TrainingOptions newTraining) {
    return new Options(
        target,
        run,
        passes,
        verification,
        counts,
        readable,
        isExact,
        objective,
        seed,
        onWarning,
        newTraining,
        schedule,
        expectedRuns,
        cache);
  }

  /// With the loops of some functions as a script says.
  public Options withSchedule(SourceFile script) {
    return withSchedule(Optional.of(Objects.requireNonNull(script, "script")));
  }

  /// With no schedule but what the model makes.
  public Options withoutSchedule() {
    return withSchedule(Optional.empty());
  }

  private Options withSchedule(Optional<SourceFile> script) {
    return new Options(
        target,
        run,
        passes,
        verification,
        counts,
        readable,
        isExact,
        objective,
        seed,
        onWarning,
        training,
        script,
        expectedRuns,
        cache);
  }

  /// For code that runs so often, at least once; by default it is as fast as can be.
  public Options withExpectedRuns(long runs) {
    if (runs < 1) {
      throw new IllegalArgumentException("at least one run, not " + runs);
    }
    return new Options(
        target,
        run,
        passes,
        verification,
        counts,
        readable,
        isExact,
        objective,
        seed,
        onWarning,
        training,
        schedule,
        runs,
        cache);
  }

  /// With a cache of compiled code in a folder, which is made if it is not there: a program that
  /// another process has compiled for the same machine, options and types is loaded and not
  /// compiled again. The folder holds code that will run, so it must belong to the user and be
  /// writable by no one else; what is wrong with it is a warning.
  public Options withCache(Path folder) {
    return withCache(Optional.of(Objects.requireNonNull(folder, "folder")));
  }

  /// With no cache of compiled code, as by default.
  public Options withoutCache() {
    return withCache(Optional.empty());
  }

  private Options withCache(Optional<Path> folder) {
    return new Options(
        target,
        run,
        passes,
        verification,
        counts,
        readable,
        isExact,
        objective,
        seed,
        onWarning,
        training,
        schedule,
        expectedRuns,
        folder);
  }
}
