package org.einkorn.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.einkorn.Options;
import org.einkorn.Results;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.runtime.io.OutputFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of commands that say what a run took.
final class StatsOptions {
  @Option(
      names = "--stats",
      paramLabel = "PATH",
      description = "Writes counts, times and memory as JSON.")
  @Nullable Path stats;

  @Option(
      names = "--count",
      description = "Counts the operations that are really executed; the run takes longer.")
  boolean count;

  /// @throws org.einkorn.runtime.DataException if the file could not be written
  Options applyTo(Options options) {
    if (stats != null) {
      OutputFile.requireWritable(stats);
    }
    return options.withCounting(count);
  }

  Optional<Path> stats() {
    return Optional.ofNullable(stats);
  }

  /// The counts, on standard error where no file gets them.
  void report(Session session, Results results, MessageOptions messages) {
    boolean isAsked = stats == null || messages.verbose;
    if (isAsked && !messages.quiet) {
      results.executed().ifPresent(executed -> print(session, executed));
      printTuples(session.err(), results);
    }
  }

  /// How many tuples fixpoints derived, a relation a line.
  static void printTuples(PrintStream out, Results results) {
    results
        .tuples()
        .forEach((relation, count) -> out.printf("derived %,d tuples of %s%n", count, relation));
  }

  private static void print(Session session, OperationCount executed) {
    session
        .err()
        .printf(
            "executed %,d multiplications and %,d additions%n",
            executed.multiplies(), executed.adds());
  }
}
