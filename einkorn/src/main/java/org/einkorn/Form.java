package org.einkorn;

import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;

/// What a program was given as: source text, or text of a later stage.
sealed interface Form {
  /// The stage this form stands at.
  Stage stage();

  /// Einkorn source, whether written by hand or printed at the stage `equations`.
  record Source(SourceFile file) implements Form {
    @Override
    public Stage stage() {
      return Stage.AST;
    }
  }

  /// Level 1 of the IR.
  record Equations(org.einkorn.ir.tensor.Program program) implements Form {
    @Override
    public Stage stage() {
      return Stage.TENSOR;
    }
  }

  /// Level 2 of the IR.
  record Loops(Module module, boolean isScheduled) implements Form {
    @Override
    public Stage stage() {
      return isScheduled ? Stage.SCHEDULED : Stage.LOOPS;
    }
  }

  /// Generated code as text, with the module whose signature it has.
  ///
  /// @param stage one of `bytecode llvm asm`
  record Code(Module module, Stage stage, String text) implements Form {}
}
