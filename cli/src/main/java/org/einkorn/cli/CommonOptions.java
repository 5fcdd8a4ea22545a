package org.einkorn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.Options;
import org.einkorn.Target;
import org.einkorn.runtime.exec.RunOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that every command which compiles understands.
final class CommonOptions {
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

  @Option(
      names = "--deterministic",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "The same result whatever the number of threads (on by default).")
  boolean deterministic = true;

  @Option(
      names = "--allow",
      paramLabel = "KIND",
      description = "approximate: rewrites that change values within a stated bound.")
  List<String> allowed = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "The seed of everything random.")
  long seed;

  @Option(
      names = "--allow-read",
      paramLabel = "DIR",
      description = "A folder that the program may read, beside its own and the working folder.")
  List<Path> readable = new ArrayList<>();

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description = "auto, always or never.")
  String color = "auto";

  @Option(names = "-q", description = "Prints results alone.")
  boolean quiet;

  @Option(names = "-v", description = "Says on standard error what was done and how long it took.")
  boolean verbose;

  /// The options as the API takes them.
  Options toOptions(Session session) {
    switch (color) {
      case "always" -> session.setColored(true);
      case "never" -> session.setColored(false);
      case "auto" -> {}
      default -> throw new UsageException("--color is auto, always or never, not " + color);
    }
    for (String kind : allowed) {
      if (!kind.equals("approximate")) {
        throw new UsageException("--allow knows `approximate`, not `" + kind + "`");
      }
    }
    Target target =
        Target.of(backend == null ? "jvm" : backend)
            .orElseThrow(
                () ->
                    new UsageException(
                        "no backend is called `"
                            + backend
                            + "`; there are "
                            + String.join(", ", Target.all().stream().map(Target::name).toList())));
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
    return Options.defaults().withTarget(target).withRun(run).withReadable(readable);
  }

  private static long parseSize(String text) {
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
