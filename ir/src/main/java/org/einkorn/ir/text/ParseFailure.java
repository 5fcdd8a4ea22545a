package org.einkorn.ir.text;

import org.einkorn.ir.source.Diagnostic;

/// Ends the reading of one item of IR text; never leaves the package.
final class ParseFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Diagnostic diagnostic;
  private final boolean follows;

  ParseFailure(Diagnostic diagnostic) {
    this(diagnostic, false);
  }

  /// @param follows whether this only follows from an error that is reported already
  ParseFailure(Diagnostic diagnostic, boolean follows) {
    super(diagnostic.title(), null, false, false);
    this.diagnostic = diagnostic;
    this.follows = follows;
  }

  Diagnostic diagnostic() {
    return diagnostic;
  }

  boolean follows() {
    return follows;
  }
}
