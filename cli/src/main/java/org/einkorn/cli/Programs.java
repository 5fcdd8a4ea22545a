package org.einkorn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Results;
import org.einkorn.Stage;
import org.jspecify.annotations.Nullable;

/// Opening programs, the same for all commands.
final class Programs {
  private Programs() {}

  /// The program in a file.
  ///
  /// @param from the stage that the file is text of; nothing for source
  /// @param queries questions that are added to the source
  static Program open(Path file, @Nullable String from, List<String> queries, Options options) {
    Stage stage = from == null ? Stage.EQUATIONS : stage(from);
    if (queries.isEmpty()) {
      return Einkorn.open(file, stage, options);
    }
    if (stage != Stage.EQUATIONS) {
      throw new UsageException("--query needs a program in source, not --from " + from);
    }
    List<String> lines = new ArrayList<>();
    for (String query : queries) {
      String text = query.strip();
      lines.add(text.endsWith("?") ? text : text + "?");
    }
    return Einkorn.openWith(file, lines, options);
  }

  /// The stage with this name.
  static Stage stage(String name) {
    return Stage.of(name)
        .orElseThrow(
            () ->
                new UsageException(
                    "no stage is called `"
                        + name
                        + "`; there are "
                        + String.join(
                            ", ", List.of(Stage.values()).stream().map(Stage::text).toList())));
  }

  /// Prints the warnings of a program.
  static void warn(Session session, Program program, MessageOptions messages) {
    messages.warn(
        session, program.warnings().stream().filter(diagnostic -> !diagnostic.isError()).toList());
  }

  /// What was done and how long it took, on standard error.
  static void report(Session session, Results results) {
    results
        .compilation()
        .forEach(
            timing ->
                session.err().printf("%10.3f ms  %s%n", timing.milliseconds(), timing.pass()));
    session.err().printf("%10.3f ms  run%n", results.runMilliseconds());
    session.err().printf("%10d bytes for outputs and temporaries%n", results.measuredPeakBytes());
  }
}
