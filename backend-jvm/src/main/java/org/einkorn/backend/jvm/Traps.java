package org.einkorn.backend.jvm;

import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;

/// Finds out whether the evaluation of an expression can fail.
final class Traps {
  private boolean found;

  private Traps() {}

  static boolean possible(Scalar scalar) {
    Traps traps = new Traps();
    Walk.of(traps::visit, traps::visit).visit(scalar);
    return traps.found;
  }

  private void visit(IndexExpr expr) {
    found |= expr instanceof IndexExpr.Fetch;
  }

  private void visit(Scalar scalar) {
    found |=
        switch (scalar) {
          case Scalar.Unary unary -> unary.type().isInteger();
          case Scalar.Binary binary -> binary.type().isInteger();
          case Scalar.Cast(var type, Scalar operand) ->
              type.isInteger() && !operand.type().fitsIn(type);
          case Scalar.Dot _ -> true;
          case Scalar.Literal _,
              Scalar.Read _,
              Scalar.Position _,
              Scalar.MultiplyAdd _,
              Scalar.Select _ ->
              false;
        };
  }
}
