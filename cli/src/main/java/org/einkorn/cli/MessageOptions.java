package org.einkorn.cli;

import java.util.List;
import java.util.function.Supplier;
import org.einkorn.ir.source.Diagnostic;
import picocli.CommandLine.Option;

/// The options about what a command says beside its results.
final class MessageOptions {
  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description = "auto, always or never.")
  String color = "auto";

  @Option(names = "-q", description = "Prints results alone: no headings, warnings or notes.")
  boolean quiet;

  @Option(names = "-v", description = "Says on standard error what was done and how long it took.")
  boolean verbose;

  void applyTo(Session session) {
    switch (color) {
      case "always" -> session.setColored(true);
      case "never" -> session.setColored(false);
      case "auto" -> {}
      default -> throw new UsageException("--color is auto, always or never, not " + color);
    }
  }

  /// Says something that is no error.
  void note(Session session, String text) {
    if (!quiet) {
      session.err().println("note: " + text);
    }
  }

  /// Prints warnings on standard error.
  void warn(Session session, List<Diagnostic> warnings) {
    if (!quiet && !warnings.isEmpty()) {
      session.err().println(session.renderer().renderAll(warnings).stripTrailing());
    }
  }

  /// Does a step, and says how long it took where that is asked for.
  <T> T time(Session session, String step, Supplier<T> work) {
    long start = System.nanoTime();
    T result = work.get();
    if (verbose) {
      session.err().printf("%10.3f ms  %s%n", (System.nanoTime() - start) / 1e6, step);
    }
    return result;
  }
}
