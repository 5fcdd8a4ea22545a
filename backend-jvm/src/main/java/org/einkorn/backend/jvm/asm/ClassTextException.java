package org.einkorn.backend.jvm.asm;

/// Text that is no class, and the line that shows it.
public final class ClassTextException extends Exception {
  private static final long serialVersionUID = 1L;
  private final int line;

  ClassTextException(int line, String message) {
    super(message);
    this.line = line;
  }

  /// The line, counted from 1.
  public int line() {
    return line;
  }
}
