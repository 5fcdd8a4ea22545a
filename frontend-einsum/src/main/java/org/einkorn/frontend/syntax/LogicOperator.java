package org.einkorn.frontend.syntax;

/// The sign between the operands of a [Tree.Logic].
public enum LogicOperator {
  AND,
  OR
}
