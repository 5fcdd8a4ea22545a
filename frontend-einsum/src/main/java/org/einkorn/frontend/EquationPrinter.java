package org.einkorn.frontend;

import org.einkorn.frontend.equations.ProgramWriter;
import org.einkorn.frontend.syntax.TreePrinter;
import org.einkorn.ir.tensor.Program;

/// Programs of the tensor IR as source: fully explicit equations, which compile to the same values.
public final class EquationPrinter {
  private EquationPrinter() {}

  /// The program in the language, as `ein fmt` sets it. Types, extents and projections are said,
  /// temporaries have names.
  ///
  /// @throws org.einkorn.ir.target.RefusedException E0910 if no source can mean the program
  public static String print(Program program) {
    return TreePrinter.print(ProgramWriter.write(program));
  }
}
