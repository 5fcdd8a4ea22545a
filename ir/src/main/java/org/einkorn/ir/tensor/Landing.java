package org.einkorn.ir.tensor;

import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// Which points of a term land on a given position of an axis.
public sealed interface Landing {
  /// Those where the variable is the position less `shift`: the term writes `variable + shift`.
  record Moving(String variable, long shift) implements Landing {}

  /// All of them, at one position.
  record Fixed() implements Landing {}

  /// Nothing simple says which: `i / 2`, `i + j`, a position from data.
  record Scattered() implements Landing {}

  /// How a term lands on an axis where it writes `position`.
  static Landing of(IndexExpr position) {
    Affine affine = Affine.of(position);
    IndexExpr moving = IndexExpr.Constant.ZERO;
    for (var entry : affine.coefficients().entrySet()) {
      IndexExpr atom = entry.getKey();
      boolean isVariable = atom instanceof IndexExpr.Variable;
      if (isVariable && entry.getValue() == 1 && moving.equals(IndexExpr.Constant.ZERO)) {
        moving = atom;
      } else if (isVariable || !Walk.variables(atom).isEmpty() || isFetched(atom)) {
        return new Scattered();
      }
    }
    if (!(moving instanceof IndexExpr.Variable(String name))) {
      return new Fixed();
    }
    Affine shift = affine.minus(Affine.of(moving));
    return shift.isConstant() ? new Moving(name, shift.constant()) : new Scattered();
  }

  private static boolean isFetched(IndexExpr expr) {
    boolean[] found = {false};
    Walk.ofIndices(part -> found[0] |= part instanceof IndexExpr.Fetch).visit(expr);
    return found[0];
  }
}
