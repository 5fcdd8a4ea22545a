package org.einkorn.frontend;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.tensor.Program;

/// What a frontend made of a text.
///
/// @param program the program; nothing if there is an error
/// @param diagnostics errors and warnings, in order of position
public record Compiled(Optional<Program> program, List<Diagnostic> diagnostics) {
  public Compiled {
    diagnostics = List.copyOf(diagnostics);
  }
}
