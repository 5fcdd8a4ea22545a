package org.einkorn.ir.integer;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Condition.Comparison;
import org.einkorn.ir.integer.Condition.Relation;
import org.einkorn.runtime.DType;

/// Simplifies the positions in values, and the conditions on positions.
///
/// What may trap for another reason than its position stays: arithmetic on positions that were made
/// values, reads, fetches.
final class ScalarSimplifier {
  private static final Scalar TRUE = Scalar.Literal.of(DType.BOOL, 1);
  private static final Scalar FALSE = Scalar.Literal.of(DType.BOOL, 0);

  private final Assumptions assumptions;

  ScalarSimplifier(Assumptions assumptions) {
    this.assumptions = assumptions;
  }

  Scalar simplify(Scalar scalar) {
    if (scalar.type() == DType.BOOL) {
      Optional<Condition> condition = condition(scalar);
      if (condition.isPresent()) {
        Condition simpler = assumptions.simplify(condition.get());
        return simpler.equals(condition.get()) ? scalar : scalar(simpler);
      }
    }
    return switch (scalar) {
      case Scalar.Literal _ -> scalar;
      case Scalar.Read(String tensor, DType type, List<IndexExpr> indices) -> {
        List<IndexExpr> simpler = indices.stream().map(assumptions::simplify).toList();
        yield simpler.equals(indices) ? scalar : new Scalar.Read(tensor, type, simpler);
      }
      case Scalar.Position(IndexExpr index) -> {
        IndexExpr simpler = assumptions.simplify(index);
        yield simpler.equals(index) ? scalar : new Scalar.Position(simpler);
      }
      case Scalar.Unary(UnaryOp op, Scalar operand) -> {
        Scalar simpler = simplify(operand);
        yield simpler == operand ? scalar : new Scalar.Unary(op, simpler);
      }
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> binary(scalar, op, left, right);
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) -> {
        Scalar first = simplify(left);
        Scalar second = simplify(right);
        Scalar third = simplify(addend);
        yield first == left && second == right && third == addend
            ? scalar
            : new Scalar.MultiplyAdd(first, second, third);
      }
      case Scalar.Dot _ -> scalar.mapParts(index -> index, this::simplify);
      case Scalar.Select select -> select(select);
      case Scalar.Cast(DType type, Scalar operand) -> {
        Scalar simpler = simplify(operand);
        yield simpler == operand ? scalar : new Scalar.Cast(type, simpler);
      }
    };
  }

  /// `x and true → x`, `x or false → x`
  private Scalar binary(Scalar whole, BinaryOp op, Scalar left, Scalar right) {
    Scalar a = simplify(left);
    Scalar b = simplify(right);
    if (op == BinaryOp.AND || op == BinaryOp.OR) {
      Scalar neutral = op == BinaryOp.AND ? TRUE : FALSE;
      if (a.equals(neutral)) {
        return b;
      }
      if (b.equals(neutral)) {
        return a;
      }
    }
    return a == left && b == right ? whole : new Scalar.Binary(op, a, b);
  }

  /// `select(true, x, y) → x`; else x is simplified where the condition holds, y where it does not.
  private Scalar select(Scalar.Select select) {
    Scalar condition = simplify(select.condition());
    if (condition.equals(TRUE)) {
      return simplify(select.then());
    }
    if (condition.equals(FALSE)) {
      return simplify(select.otherwise());
    }
    Optional<Condition> known = condition(condition);
    Scalar then = under(known).simplify(select.then());
    Scalar otherwise = under(known.map(Condition::not)).simplify(select.otherwise());
    return condition == select.condition()
            && then == select.then()
            && otherwise == select.otherwise()
        ? select
        : new Scalar.Select(condition, then, otherwise);
  }

  private ScalarSimplifier under(Optional<Condition> known) {
    return known.isEmpty() ? this : new ScalarSimplifier(assumptions.and(known.get()));
  }

  // ---- conditions

  /// The condition on positions that a Boolean is, if it is nothing else.
  static Optional<Condition> condition(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> Optional.of(Condition.of(literal.longValue() != 0));
      case Scalar.Unary(UnaryOp op, Scalar operand) when op == UnaryOp.NOT ->
          condition(operand).map(Condition::not);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
          when op == BinaryOp.AND || op == BinaryOp.OR -> {
        Optional<Condition> a = condition(left);
        Optional<Condition> b = condition(right);
        yield a.isEmpty() || b.isEmpty()
            ? Optional.empty()
            : Optional.of(op == BinaryOp.AND ? a.get().and(b.get()) : a.get().or(b.get()));
      }
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> {
        Optional<IndexExpr> a = index(left);
        Optional<IndexExpr> b = index(right);
        Optional<Relation> relation = relation(op);
        yield a.isEmpty() || b.isEmpty()
            ? Optional.empty()
            : relation.map(some -> new Comparison(some, a.get(), b.get()));
      }
      case Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          Optional.empty();
    };
  }

  private static Optional<Relation> relation(BinaryOp op) {
    return switch (op) {
      case LESS -> Optional.of(Relation.LESS);
      case LESS_EQUAL -> Optional.of(Relation.AT_MOST);
      case EQUAL -> Optional.of(Relation.EQUAL);
      case NOT_EQUAL -> Optional.of(Relation.NOT_EQUAL);
      case ADD,
          SUBTRACT,
          MULTIPLY,
          DIVIDE,
          MODULO,
          POWER,
          MINIMUM,
          MAXIMUM,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR ->
          Optional.empty();
    };
  }

  private static Optional<IndexExpr> index(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal when literal.type() == DType.I64 ->
          Optional.of(IndexExpr.of(literal.longValue()));
      case Scalar.Position(IndexExpr index) ->
          Walk.fetches(index) ? Optional.empty() : Optional.of(index);
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          Optional.empty();
    };
  }

  static Scalar scalar(Condition condition) {
    return switch (condition) {
      case Condition.Constant(boolean value) -> value ? TRUE : FALSE;
      case Comparison(Relation relation, IndexExpr left, IndexExpr right) ->
          new Scalar.Binary(
              switch (relation) {
                case LESS -> BinaryOp.LESS;
                case AT_MOST -> BinaryOp.LESS_EQUAL;
                case EQUAL -> BinaryOp.EQUAL;
                case NOT_EQUAL -> BinaryOp.NOT_EQUAL;
              },
              new Scalar.Position(left),
              new Scalar.Position(right));
      case Condition.All(List<Condition> parts) -> joined(BinaryOp.AND, parts);
      case Condition.Any(List<Condition> parts) -> joined(BinaryOp.OR, parts);
    };
  }

  private static Scalar joined(BinaryOp op, List<Condition> parts) {
    return parts.stream()
        .map(ScalarSimplifier::scalar)
        .reduce((left, right) -> new Scalar.Binary(op, left, right))
        .orElse(op == BinaryOp.AND ? TRUE : FALSE);
  }
}
