package org.einkorn.frontend.syntax;

/// What stands between two factors; juxtaposition and `*` mean the same.
public enum FactorOperator {
  JUXTAPOSE(" "),
  TIMES(" * "),
  DIVIDE(" / "),
  REMAINDER(" % ");

  private final String text;

  FactorOperator(String text) {
    this.text = text;
  }

  /// As printed, with the blanks around it.
  public String text() {
    return text;
  }
}
