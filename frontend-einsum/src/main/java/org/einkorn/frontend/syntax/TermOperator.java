package org.einkorn.frontend.syntax;

/// What stands between two terms.
public enum TermOperator {
  PLUS,
  MINUS
}
