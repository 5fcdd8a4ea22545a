package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Failures;

/// Whether data can end a statement with a fault: a position outside its axis, or a result that is
/// no number of its integer type.
///
/// A run tells of one fault: its kind and the function. So integers that overflow earlier or later
/// in one function are the same fault, and positions are not.
final class Faults {
  private Faults() {}

  static boolean mayFail(Stmt statement) {
    boolean[] found = {false};
    Walk walk =
        Walk.of(
            part -> found[0] |= mayOverflow(part),
            part -> found[0] |= part instanceof IndexExpr.Fetch);
    Statements.forEach(
        statement,
        each -> {
          Statements.indices(each).forEach(walk::visit);
          Statements.value(each).ifPresent(walk::visit);
        });
    return found[0];
  }

  static boolean mayFail(Scalar value) {
    return mayFail(new Stmt.Store("value", List.of(), value));
  }

  private static boolean mayOverflow(Scalar part) {
    if (!part.type().isInteger()) {
      return false;
    }
    return switch (part) {
      case Scalar.Binary(BinaryOp op, Scalar _, Scalar _) ->
          op != BinaryOp.MINIMUM && op != BinaryOp.MAXIMUM;
      case Scalar.Unary(UnaryOp op, Scalar _) -> op == UnaryOp.NEGATE || op == UnaryOp.ABS;
      case Scalar.Dot _ -> true;
      case Scalar.Cast cast -> Failures.mayFail(cast);
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.MultiplyAdd _,
          Scalar.Select _ ->
          false;
    };
  }

  /// Whether a loop takes positions from data so that it is all the same which round comes first:
  /// all of them in one store, which no condition from data leaves out, nor a choice in its value;
  /// none changes from round to round; and no integer overflows. Then the first position that fails
  /// in a round fails first in each. Lanes compute a value before the position that it is stored
  /// at, and rounds the other way round: so the position takes nothing from data that does not come
  /// first in the value as well, as where a sum is added to.
  static boolean areSameInRounds(Stmt.For loop) {
    Stmt statement = loop.body();
    while (!(statement instanceof Stmt.Store)) {
      if (statement instanceof Stmt.If(List<Guard> guards, Stmt body)
          && guards.stream().noneMatch(Guard::fetches)) {
        statement = body;
      } else {
        return false;
      }
    }
    boolean[] isSame = {true};
    String stored = ((Stmt.Store) statement).buffer();
    Walk inFetch =
        Walk.of(
            part ->
                isSame[0] &= !(part instanceof Scalar.Read read && read.tensor().equals(stored)),
            part ->
                isSame[0] &=
                    !(part instanceof IndexExpr.Variable(String name)
                        && name.equals(loop.variable())));
    Walk walk =
        Walk.of(
            part -> isSame[0] &= !mayOverflow(part) && !(part instanceof Scalar.Select),
            part -> {
              if (part instanceof IndexExpr.Fetch) {
                inFetch.visit(part);
              }
            });
    Statements.indices(statement).forEach(walk::visit);
    Statements.value(statement).ifPresent(walk::visit);
    return isSame[0] && failsAlike((Stmt.Store) statement);
  }

  /// Whether the first positions from data in the value of a store are those that it is stored at,
  /// or there are none in one of the two.
  private static boolean failsAlike(Stmt.Store store) {
    List<IndexExpr> inIndices = new ArrayList<>();
    List<IndexExpr> inValue = new ArrayList<>();
    store.indices().forEach(fetches(inIndices)::visit);
    fetches(inValue).visit(store.value());
    return inValue.isEmpty()
        || inValue.size() >= inIndices.size()
            && inValue.subList(0, inIndices.size()).equals(inIndices);
  }

  private static Walk fetches(List<IndexExpr> found) {
    return Walk.ofIndices(
        part -> {
          if (part instanceof IndexExpr.Fetch) {
            found.add(part);
          }
        });
  }

  /// Refuses to move a statement past others where another fault might come first.
  static void requireSame(Nest nest, Stmt moved, List<Stmt> passed) {
    if (Statements.fetches(moved)) {
      throw nest.refuse(
          Reason.POSITION_FROM_DATA,
          "a position inside comes from data: another fault might come first");
    }
    if (mayFail(moved)
        && passed.stream().anyMatch(each -> Statements.fetches(each) || mayNotEnd(each))) {
      throw nest.refuse(
          Reason.MAY_FAIL,
          "integers may overflow in what moves, and another fault might come first");
    }
  }

  private static boolean mayNotEnd(Stmt statement) {
    boolean[] found = {false};
    Statements.forEach(statement, each -> found[0] |= each instanceof Stmt.While);
    return found[0];
  }
}
