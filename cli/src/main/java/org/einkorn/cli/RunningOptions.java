package org.einkorn.cli;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.runtime.exec.RunOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every command that runs what it compiles.
final class RunningOptions {
  private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*(|B|KiB|MiB|GiB|TiB)");

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "jvm (the default), llvm, cuda or interp.")
  @Nullable String backend;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many threads may work at once; default all processors.")
  @Nullable Integer threads;

  @Option(
      names = "--memory-budget",
      paramLabel = "SIZE",
      description = "The most memory for outputs and temporaries, such as 512MiB.")
  @Nullable String memoryBudget;

  @Option(names = "--seed", paramLabel = "N", description = "The seed of everything random.")
  @Nullable Long seed;

  /// @throws UsageException for a value that an option does not take
  Options applyTo(Options options, Session session, MessageOptions messages) {
    Target target =
        Target.of(backend == null ? "jvm" : backend).orElseThrow(() -> unknownBackend(backend));
    RunOptions run = RunOptions.defaults();
    if (threads != null) {
      if (threads < 1) {
        throw new UsageException("--threads needs at least 1, not " + threads);
      }
      run = run.withThreads(threads);
    }
    if (memoryBudget != null) {
      run = run.withMemoryBudgetBytes(parseSize(memoryBudget));
    }
    return options
        .withSeed(seed == null ? options.seed() : seed)
        .withTarget(target)
        .withRun(run)
        .withWarnings(warning -> messages.warn(session, List.of(warning)));
  }

  /// Says so where a seed is given for a run in which nothing is random.
  void noteSeed(Session session, MessageOptions messages, CompilingOptions compiling) {
    if (seed != null && !compiling.hasOpenSamples()) {
      messages.note(session, "--seed changes nothing: nothing in this run is random");
    }
  }

  static UsageException unknownBackend(@Nullable String name) {
    List<String> known = Target.all().stream().map(Target::name).toList();
    return new UsageException(
        "no backend is called `" + name + "`; there are " + String.join(", ", known));
  }

  static long parseSize(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException("a size is a number and B, KiB, MiB, GiB or TiB, not " + text);
    }
    int shift =
        switch (matcher.group(2).toUpperCase(Locale.ROOT)) {
          case "KIB" -> 10;
          case "MIB" -> 20;
          case "GIB" -> 30;
          case "TIB" -> 40;
          default -> 0;
        };
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new UsageException("the size " + text + " is too large");
    }
  }
}
