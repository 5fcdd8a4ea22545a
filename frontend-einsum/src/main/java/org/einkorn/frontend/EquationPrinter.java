package org.einkorn.frontend;

import org.einkorn.frontend.print.ProgramText;
import org.einkorn.ir.tensor.Program;

/// Prints a program of equations in the Einkorn language.
///
/// The text is explicit throughout (types, extents, projections, conversions), and compiling it
/// gives a program with equal results.
public final class EquationPrinter {
  private EquationPrinter() {}

  public static String print(Program program) {
    return ProgramText.print(program);
  }
}
