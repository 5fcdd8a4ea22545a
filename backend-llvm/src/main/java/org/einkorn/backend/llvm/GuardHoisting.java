package org.einkorn.backend.llvm;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// Asks a condition once before a loop, where the loop has no part in it.
///
/// ```text
/// for ii < 8 { if 0 <= ji < n { s } } → if 0 <= ji < n { for ii < 8 { s } }
/// ```
///
/// Of a loop that is written out, code would else ask in each round, and have each round several
/// times: for all lanes, and for some.
final class GuardHoisting {
  private GuardHoisting() {}

  /// The statement with the conditions of its loops as far outside as they can be.
  static Stmt hoisted(Stmt statement) {
    return statement instanceof Stmt.For loop
        ? hoisted(loop)
        : statement.mapChildren(GuardHoisting::hoisted);
  }

  private static Stmt hoisted(Stmt.For loop) {
    Stmt body = hoisted(loop.body());
    if (!(body instanceof Stmt.If(List<Guard> guards, Stmt guarded))
        || Walk.fetches(loop.extent())
        || guards.stream().anyMatch(Guard::fetches)) {
      return loop.with(body);
    }
    List<Guard> outside = new ArrayList<>();
    List<Guard> inside = new ArrayList<>();
    for (Guard guard : guards) {
      boolean stays =
          uses(guard, loop.variable()) || mayFail(guard.index()) || mayFail(guard.extent());
      (stays ? inside : outside).add(guard);
    }
    Stmt left = inside.isEmpty() ? guarded : new Stmt.If(inside, guarded);
    Stmt.For inner = loop.with(left);
    return outside.isEmpty() ? inner : new Stmt.If(outside, inner);
  }

  /// Whether something divides that may be 0 where the loop has no round.
  private static boolean mayFail(IndexExpr expr) {
    boolean[] fails = {false};
    Walk.ofIndices(
            part ->
                fails[0] |=
                    part instanceof IndexExpr.FloorDiv(var x, IndexExpr divisor)
                            && mayBeZero(divisor)
                        || part instanceof IndexExpr.FloorMod(var y, IndexExpr modulus)
                            && mayBeZero(modulus))
        .visit(expr);
    return fails[0];
  }

  private static boolean mayBeZero(IndexExpr divisor) {
    return !(divisor instanceof IndexExpr.Constant(long value)) || value == 0;
  }

  private static boolean uses(Guard guard, String variable) {
    return Walk.variables(guard.index()).contains(variable)
        || Walk.variables(guard.extent()).contains(variable);
  }
}
