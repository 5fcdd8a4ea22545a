package org.einkorn.passes.schedule;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// What is known of variables and sizes at a place of a nest.
///
/// Nothing is taken from data: the same position read twice need not be the same.
final class Scopes {
  private Scopes() {}

  /// What is known inside all of these statements, the outermost first.
  static Assumptions inside(List<Stmt> path) {
    Assumptions scope = Assumptions.NONE;
    for (Stmt statement : path) {
      scope = inside(scope, statement);
    }
    return scope;
  }

  /// What is known inside a statement, of what is known outside.
  static Assumptions inside(Assumptions scope, Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> inLoop(scope, loop.variable(), loop.extent());
      case Stmt.If(List<Guard> guards, Stmt body) -> where(scope, guards);
      case Stmt.Block block -> {
        Assumptions inner = scope;
        for (Stmt.BlockIter iter : block.iters()) {
          inner = inLoop(inner, iter.variable(), iter.extent());
        }
        yield where(inner, block.guards());
      }
      case Stmt.Sequence _, Stmt.Allocate _, Stmt.When _, Stmt.While _, Stmt.Store _ -> scope;
    };
  }

  static Assumptions inLoop(Assumptions scope, String variable, IndexExpr extent) {
    return Walk.fetches(extent)
        ? scope.and(Condition.atMost(IndexExpr.Constant.ZERO, IndexExpr.variable(variable)))
        : scope.with(variable, extent);
  }

  static Assumptions where(Assumptions scope, List<Guard> guards) {
    Assumptions inner = scope;
    for (Guard guard : guards) {
      inner = where(inner, guard);
    }
    return inner;
  }

  static Assumptions where(Assumptions scope, Guard guard) {
    return guard.fetches() ? scope : scope.and(Condition.of(guard));
  }

  /// Whether an expression can be evaluated wherever `scope` holds: nothing comes from data, and
  /// every divisor is positive.
  static boolean canEvaluate(IndexExpr expr, Assumptions scope) {
    boolean[] can = {true};
    Walk.ofIndices(
            part -> {
              can[0] &=
                  switch (part) {
                    case IndexExpr.FloorDiv(var x, IndexExpr divisor) -> isPositive(divisor, scope);
                    case IndexExpr.FloorMod(var x, IndexExpr divisor) -> isPositive(divisor, scope);
                    case IndexExpr.Fetch _ -> false;
                    case IndexExpr.Constant _,
                        IndexExpr.Variable _,
                        IndexExpr.Symbol _,
                        IndexExpr.Sum _,
                        IndexExpr.Product _,
                        IndexExpr.Minimum _,
                        IndexExpr.Maximum _ ->
                        true;
                  };
            })
        .visit(expr);
    return can[0];
  }

  static boolean isPositive(IndexExpr expr, Assumptions scope) {
    return scope.proves(Condition.atMost(IndexExpr.Constant.ONE, expr));
  }

  static boolean isNotNegative(IndexExpr expr, Assumptions scope) {
    return scope.proves(Condition.atMost(IndexExpr.Constant.ZERO, expr));
  }
}
