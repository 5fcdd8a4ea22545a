package org.einkorn.frontend.syntax;

import org.einkorn.ir.source.Diagnostic;

/// Ends the reading of one statement; what is wrong is in the diagnostic. It never leaves this
/// package.
final class SyntaxFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Diagnostic diagnostic;

  SyntaxFault(Diagnostic diagnostic) {
    super(diagnostic.title(), null, false, false);
    this.diagnostic = diagnostic;
  }

  Diagnostic diagnostic() {
    return diagnostic;
  }
}
