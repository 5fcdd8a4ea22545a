package org.einkorn.cli;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;
import org.einkorn.ir.source.DiagnosticRenderer;

/// The streams of one run of the command.
final class Session {
  private final PrintStream out;
  private final PrintStream err;
  private boolean isColored = isTerminal() && System.getenv("NO_COLOR") == null;

  Session(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /// Whether a person watches.
  static boolean isTerminal() {
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  void setColored(boolean colored) {
    isColored = colored;
  }

  DiagnosticRenderer renderer() {
    return isColored ? DiagnosticRenderer.colored() : DiagnosticRenderer.plain();
  }
}
