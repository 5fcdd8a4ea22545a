package org.einkorn.frontend.syntax;

import java.util.List;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;

/// What became of a text. Statements that could not be read are missing from the program, and each
/// has a diagnostic; the others are there, so that later stages can complain about them too.
///
/// @param comments all of them, in order; no tree holds them
public record ParseResult(
    SourceFile file, Tree.Program program, List<Diagnostic> diagnostics, List<Comment> comments) {
  public ParseResult {
    diagnostics = Diagnostic.sorted(diagnostics);
    comments = List.copyOf(comments);
  }

  public boolean hasErrors() {
    return diagnostics.stream().anyMatch(Diagnostic::isError);
  }
}
