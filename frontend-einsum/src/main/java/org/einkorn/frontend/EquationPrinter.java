package org.einkorn.frontend;

import org.einkorn.ir.tensor.Program;

public final class EquationPrinter {
  private EquationPrinter() {}

  public static String print(Program p) {
    return p.name();
  }
}
