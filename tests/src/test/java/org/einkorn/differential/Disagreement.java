package org.einkorn.differential;

/// How the runs of one program differ.
///
/// @param stage where it shows, such as `llvm` or `lowered loops on the interpreter`
/// @param kind what sort of difference it is; a program is shrunk as long as both stay the same
/// @param details the particulars
record Disagreement(String stage, Kind kind, String details) {
  /// Sorts of differences.
  enum Kind {
    /// A verifier rejects a program of our own.
    VERIFIER,
    /// Printing, parsing and printing again is not the same.
    TEXT,
    /// A compiler fails.
    COMPILER,
    /// A run breaks a rule that no program may break.
    BROKEN,
    /// One fails, the other does not, or with another fault.
    FAULT,
    /// Results differ.
    VALUE
  }

  boolean isLike(Disagreement other) {
    return kind == other.kind && stage.equals(other.stage);
  }

  @Override
  public String toString() {
    return stage + ": " + kind + "\n" + details;
  }
}
