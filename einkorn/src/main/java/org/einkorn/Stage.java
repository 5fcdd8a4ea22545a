package org.einkorn;

import java.util.Locale;
import java.util.Optional;

/// The forms a program goes through, in order. Each is text that can be read back.
public enum Stage {
  /// The syntax tree.
  AST,
  /// Fully explicit Einkorn: every type, extent and projection written out.
  EQUATIONS,
  /// Level 1 of the IR, after the passes over equations.
  TENSOR,
  /// Level 2 of the IR as it comes out of lowering.
  LOOPS,
  /// Level 2 of the IR after the passes over loops.
  SCHEDULED,
  /// JVM class files as text.
  BYTECODE,
  /// LLVM IR.
  LLVM,
  /// Assembly of this machine's processor.
  ASM;

  /// The name a user types.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The stage with this name, if there is one.
  public static Optional<Stage> of(String text) {
    for (Stage stage : values()) {
      if (stage.text().equals(text)) {
        return Optional.of(stage);
      }
    }
    return Optional.empty();
  }
}
