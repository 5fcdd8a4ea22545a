package org.einkorn;

import java.util.List;
import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.frontend.syntax.TreePrinter;
import org.einkorn.frontend.syntax.TreeText;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;

/// The text of the stage `ast`: the syntax tree of a source.
final class AstText {
  private AstText() {}

  /// The tree of a source as text.
  ///
  /// @throws CompileException with the syntax errors of the source
  static String print(SourceFile file) {
    ParseResult result = Syntax.parse(file);
    if (result.hasErrors()) {
      throw new CompileException(result.diagnostics());
    }
    return TreeText.print(result.program());
  }

  /// The source that a tree text says.
  ///
  /// @throws CompileException E0810 where it is no tree
  static SourceFile toSource(SourceFile file) {
    try {
      return new SourceFile(file.name(), TreePrinter.print(TreeText.parse(file.text())));
    } catch (IllegalArgumentException e) {
      throw new CompileException(
          List.of(
              Diagnostic.error("E0810", "the text of the syntax tree is wrong")
                  .note(file.name() + ": " + e.getMessage())
                  .help(
                      "print the tree again by `ein ir FILE --stage ast`, and repeat the change")));
    }
  }
}
