package org.einkorn.ir.text;

import java.util.List;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.DiagnosticRenderer;

/// What reading IR text gave: the whole program, or everything that is wrong with the text.
public sealed interface ParseResult<T> {
  record Success<T>(T value) implements ParseResult<T> {}

  /// @param diagnostics at least one error, by place
  record Failure<T>(List<Diagnostic> diagnostics) implements ParseResult<T> {
    public Failure {
      diagnostics = Diagnostic.sorted(diagnostics);
      if (diagnostics.isEmpty()) {
        throw new IllegalArgumentException("a failure needs a reason");
      }
    }
  }

  /// What is wrong; empty where nothing is.
  default List<Diagnostic> errors() {
    return switch (this) {
      case Success<T> _ -> List.of();
      case Failure<T>(List<Diagnostic> diagnostics) -> diagnostics;
    };
  }

  /// The value of text that the compiler itself made.
  ///
  /// @throws IllegalStateException with the rendered errors where there is none
  default T require() {
    return switch (this) {
      case Success<T>(T value) -> value;
      case Failure<T>(List<Diagnostic> diagnostics) ->
          throw new IllegalStateException(
              "IR text of our own does not parse\n"
                  + DiagnosticRenderer.plain().renderAll(diagnostics));
    };
  }
}
