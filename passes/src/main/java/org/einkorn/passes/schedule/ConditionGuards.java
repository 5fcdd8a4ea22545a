package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Condition.Relation;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// A Boolean as guards and the rest of it: it holds where all guards and all of the rest hold.
/// - `l ≤ e` and `e < u` together are the guard `0 ≤ e − l < u − l`.
/// - `a ≤ b` alone is `0 ≤ b − a < g + 1`, where `b − a` is never above `g`.
/// - `a = b` is `0 ≤ a − b < 1`.
///
/// What may end with a fault stays whole, so that its parts are asked as before.
record ConditionGuards(List<Guard> guards, List<Scalar> rest) {
  ConditionGuards {
    guards = List.copyOf(guards);
    rest = List.copyOf(rest);
  }

  /// `below ≤ above`, or `below < above`.
  private record Bound(Scalar text, IndexExpr below, IndexExpr above, boolean isStrict) {
    IndexExpr start() {
      return isStrict ? below.plus(1) : below;
    }

    IndexExpr end() {
      return isStrict ? above : above.plus(1);
    }
  }

  /// @param iterators what runs where the condition is asked
  /// @param scope what is known there
  static ConditionGuards of(Scalar condition, Set<String> iterators, Assumptions scope) {
    List<Scalar> parts = new ArrayList<>();
    collect(condition, true, parts);
    if (Faults.mayFail(condition) || mayDivideByZero(condition, scope)) {
      return new ConditionGuards(List.of(), List.of(condition));
    }
    List<Guard> guards = new ArrayList<>();
    List<Scalar> rest = new ArrayList<>();
    List<Bound> bounds = new ArrayList<>();
    for (Scalar part : parts) {
      if (Condition.of(part).orElse(Condition.of(false))
          instanceof Condition.Comparison(Relation relation, IndexExpr left, IndexExpr right)) {
        switch (relation) {
          case LESS -> bounds.add(new Bound(part, left, right, true));
          case AT_MOST -> bounds.add(new Bound(part, left, right, false));
          case EQUAL -> guards.add(equal(left, right, iterators, scope));
          case NOT_EQUAL -> rest.add(part);
        }
      } else {
        rest.add(part);
      }
    }
    add(bounds, iterators, scope, guards, rest);
    guards.removeIf(guard -> scope.proves(Condition.of(guard)));
    return new ConditionGuards(guards, rest);
  }

  /// What has to hold, each on its own.
  private static void collect(Scalar scalar, boolean holds, List<Scalar> parts) {
    BinaryOp joins = holds ? BinaryOp.AND : BinaryOp.OR;
    if (scalar instanceof Scalar.Unary(UnaryOp op, Scalar operand) && op == UnaryOp.NOT) {
      collect(operand, !holds, parts);
    } else if (scalar instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
        && op == joins) {
      collect(left, holds, parts);
      collect(right, holds, parts);
    } else {
      parts.add(holds ? scalar : new Scalar.Unary(UnaryOp.NOT, scalar));
    }
  }

  private static boolean mayDivideByZero(Scalar condition, Assumptions scope) {
    boolean[] found = {false};
    Walk.ofIndices(part -> found[0] |= !Scopes.canEvaluate(part, scope)).visit(condition);
    return found[0];
  }

  private static void add(
      List<Bound> bounds,
      Set<String> iterators,
      Assumptions scope,
      List<Guard> guards,
      List<Scalar> rest) {
    List<Bound> open = new ArrayList<>(bounds);
    while (!open.isEmpty()) {
      Bound bound = open.removeFirst();
      Optional<Bound> other =
          open.stream()
              .filter(
                  each -> each.below().equals(bound.above()) || bound.below().equals(each.above()))
              .findFirst();
      if (other.isPresent()) {
        open.remove(other.get());
        boolean isLower = other.get().below().equals(bound.above());
        guards.add(between(isLower ? bound : other.get(), isLower ? other.get() : bound, scope));
      } else {
        alone(bound, iterators, scope).ifPresentOrElse(guards::add, () -> rest.add(bound.text()));
      }
    }
  }

  /// `l ≤ e` and `e < u`
  private static Guard between(Bound lower, Bound upper, Assumptions scope) {
    IndexExpr start = lower.start();
    return start.equals(IndexExpr.Constant.ZERO)
        ? new Guard(lower.above(), upper.end())
        : new Guard(
            scope.simplify(lower.above().minus(start)), scope.simplify(upper.end().minus(start)));
  }

  private static Optional<Guard> alone(Bound bound, Set<String> iterators, Assumptions scope) {
    if (runs(bound.below(), iterators)
        && !runs(bound.above(), iterators)
        && Scopes.isNotNegative(bound.below(), scope)) {
      return Optional.of(new Guard(bound.below(), bound.end()));
    }
    IndexExpr index = scope.simplify(bound.above().minus(bound.start()));
    return scope
        .extremes(index, iterators)
        .map(span -> new Guard(index, scope.simplify(span.greatest().plus(1))))
        .filter(guard -> Scopes.canEvaluate(guard.extent(), scope));
  }

  private static Guard equal(
      IndexExpr left, IndexExpr right, Set<String> iterators, Assumptions scope) {
    IndexExpr index = runs(left, iterators) ? left.minus(right) : right.minus(left);
    return new Guard(scope.simplify(index), IndexExpr.Constant.ONE);
  }

  private static boolean runs(IndexExpr expr, Set<String> iterators) {
    return Walk.variables(expr).stream().anyMatch(iterators::contains);
  }

  /// A statement where all of it holds.
  Stmt around(Stmt statement) {
    Stmt result = statement;
    for (Scalar condition : rest.reversed()) {
      result = new Stmt.When(condition, result);
    }
    return Statements.guarded(guards, result);
  }
}
