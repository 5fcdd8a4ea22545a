package org.einkorn.cli;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Stage;
import org.einkorn.runtime.io.FileReference;
import org.einkorn.runtime.io.TensorFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ein run FILE.ein [NAME=VALUE_OR_PATH]… [-o NAME=PATH]… [--query 'Q?']…`
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Runs a program; prints its queries, or its outputs if it asks nothing.")
final class RunCommand implements Callable<Integer> {
  private final Session session;

  @Mixin RunningOptions running = new RunningOptions();

  @Mixin CompilingOptions compiling = new CompilingOptions();

  @Mixin ReadingOptions reading = new ReadingOptions();

  @Mixin MessageOptions messages = new MessageOptions();

  @Mixin LearningOptions learning = new LearningOptions();

  @Mixin CacheOptions caching = new CacheOptions();

  @Mixin StatsOptions statistics = new StatsOptions();

  @Parameters(index = "0", paramLabel = "FILE.ein", description = "The program.")
  Path file = Path.of("");

  @Parameters(
      index = "1..*",
      paramLabel = "NAME=VALUE",
      description = "An input: a number, a list such as [1,2], or a file.")
  List<String> inputs = new ArrayList<>();

  @Option(
      names = "-o",
      paramLabel = "NAME=PATH",
      description = "Writes a tensor of the program to a file.")
  List<String> outputs = new ArrayList<>();

  @Option(names = "--query", paramLabel = "Q?", description = "Asks one more question.")
  List<String> queries = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "STAGE",
      description = "The stage of `ein ir` that FILE is the text of.")
  @Nullable String from;

  RunCommand(Session session) {
    this.session = session;
  }

  private Options options() {
    messages.applyTo(session);
    compiling.applyTo(session, messages);
    Options options =
        running.applyTo(
            compiling.applyTo(Options.defaults().withExpectedRuns(1)), session, messages);
    return caching.applyTo(
        statistics.applyTo(reading.applyTo(learning.applyTo(options, session, messages))));
  }

  private static boolean isCode(Stage stage) {
    return switch (stage) {
      case AST, EQUATIONS, TENSOR, LOOPS, SCHEDULED -> false;
      case BYTECODE, LLVM, ASM -> true;
    };
  }

  /// Text of code runs on the backend that it is for, and on no other.
  private void requireBackendOfCode() {
    if (from == null || running.backend == null || !isCode(Programs.stage(from))) {
      return;
    }
    String own = Programs.stage(from) == Stage.BYTECODE ? "jvm" : "llvm";
    if (!running.backend.equals(own)) {
      throw new UsageException(
          "text of the stage "
              + from
              + " is code for the backend "
              + own
              + ", not for "
              + running.backend);
    }
  }

  @Override
  public Integer call() {
    Map<String, String> targets = Bindings.split(outputs);
    requireBackendOfCode();
    if (statistics.count && from != null && isCode(Programs.stage(from))) {
      throw new UsageException(
          "--count adds counters to loops; text of the stage " + from + " has none");
    }
    if (statistics.stats().isPresent()
        && from != null
        && Programs.stage(from).compareTo(Stage.TENSOR) > 0) {
      throw new UsageException(
          "--stats counts the equations of a program; text of the stage " + from + " has none");
    }
    targets.values().forEach(path -> TensorFiles.requireWritable(FileReference.parse(path)));
    try (Arena arena = Arena.ofShared()) {
      Program program = Programs.open(file, from, queries, options());
      Program bound = Bindings.bind(program, Bindings.split(inputs), arena);
      if (!targets.isEmpty()) {
        bound = bound.keeping(targets.keySet().toArray(String[]::new));
      }
      Programs.warn(session, bound, messages);
      if (learning.areGiven() && !bound.learns()) {
        throw new UsageException("--checkpoint and --resume are for a program that learns");
      }
      if (!bound.learns()) {
        running.noteSeed(session, messages, compiling);
      }
      Results results = bound.runAndWrite(arena);
      targets.forEach((name, path) -> results.write(name, FileReference.parse(path)));
      session.out().print(results.print(messages.quiet, targets.keySet()));
      session.out().flush();
      if (messages.verbose) {
        Programs.report(session, results);
        CacheOptions.report(session, results, messages);
      }
      statistics.report(session, results, messages);
      statistics.stats().ifPresent(path -> Stats.write(path, results));
      return 0;
    }
  }
}
