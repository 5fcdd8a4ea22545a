package org.einkorn;

import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.frontend.syntax.TreePrinter;
import org.einkorn.frontend.syntax.TreeText;
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
  static SourceFile toSource(SourceFile file) {
    return new SourceFile(file.name(), TreePrinter.print(TreeText.parse(file.text())));
  }
}
