package org.einkorn;

import java.util.List;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.DiagnosticRenderer;

/// A program that can't be compiled: all its errors, with their places.
public final class CompileException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient List<Diagnostic> diagnostics;

  CompileException(List<Diagnostic> diagnostics) {
    super(DiagnosticRenderer.plain().renderAll(diagnostics));
    this.diagnostics = List.copyOf(diagnostics);
  }

  /// The errors and warnings, in order of position.
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
