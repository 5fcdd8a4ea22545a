package org.einkorn.ir.schedule;

import org.einkorn.ir.expr.IndexExpr;

/// What the records of this package ask of their components.
final class Checks {
  private Checks() {}

  /// @throws IllegalArgumentException if nothing in the IR can be called so
  static void requireName(String name) {
    var unused = new IndexExpr.Variable(name);
  }

  static void requireNumber(IndexExpr number, String what) {
    require(
        number instanceof IndexExpr.Constant || number instanceof IndexExpr.Variable,
        what + " that is neither a number nor a name");
  }

  static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
