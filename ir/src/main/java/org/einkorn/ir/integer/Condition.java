package org.einkorn.ir.integer;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Guard;

/// What can be said of integers: comparisons, and how they are joined.
///
/// A negation is no node: [#not()] turns each comparison round.
public sealed interface Condition {
  /// A condition that always holds, or never.
  record Constant(boolean value) implements Condition {}

  record Comparison(Relation relation, IndexExpr left, IndexExpr right) implements Condition {}

  /// All of them hold.
  record All(List<Condition> parts) implements Condition {
    public All {
      parts = List.copyOf(parts);
    }
  }

  /// At least one of them holds.
  record Any(List<Condition> parts) implements Condition {
    public Any {
      parts = List.copyOf(parts);
    }
  }

  /// How two integers may compare. What is greater is written on the right.
  enum Relation {
    LESS,
    AT_MOST,
    EQUAL,
    NOT_EQUAL;

    public boolean holds(long left, long right) {
      return switch (this) {
        case LESS -> left < right;
        case AT_MOST -> left <= right;
        case EQUAL -> left == right;
        case NOT_EQUAL -> left != right;
      };
    }
  }

  static Condition of(boolean value) {
    return new Constant(value);
  }

  static Condition less(IndexExpr left, IndexExpr right) {
    return new Comparison(Relation.LESS, left, right);
  }

  static Condition atMost(IndexExpr left, IndexExpr right) {
    return new Comparison(Relation.AT_MOST, left, right);
  }

  static Condition equal(IndexExpr left, IndexExpr right) {
    return new Comparison(Relation.EQUAL, left, right);
  }

  static Condition notEqual(IndexExpr left, IndexExpr right) {
    return new Comparison(Relation.NOT_EQUAL, left, right);
  }

  /// `0 ≤ index < extent`
  static Condition inside(IndexExpr index, IndexExpr extent) {
    return atMost(IndexExpr.Constant.ZERO, index).and(less(index, extent));
  }

  /// The condition on positions that a Boolean is; nothing where it is one on data.
  static Optional<Condition> of(Scalar scalar) {
    return ScalarSimplifier.condition(scalar);
  }

  /// What a guard says.
  static Condition of(Guard guard) {
    return inside(guard.index(), guard.extent());
  }

  /// What guards say, all of which have to hold.
  static Condition of(List<Guard> guards) {
    return all(guards.stream().map(Condition::of).toList());
  }

  static Condition all(List<Condition> parts) {
    return parts.size() == 1 ? parts.getFirst() : new All(parts);
  }

  static Condition any(List<Condition> parts) {
    return parts.size() == 1 ? parts.getFirst() : new Any(parts);
  }

  default Condition and(Condition other) {
    return new All(List.of(this, other));
  }

  default Condition or(Condition other) {
    return new Any(List.of(this, other));
  }

  /// The condition that holds exactly where this does not.
  default Condition not() {
    return switch (this) {
      case Constant(boolean value) -> new Constant(!value);
      case Comparison(Relation relation, IndexExpr a, IndexExpr b) ->
          switch (relation) {
            case LESS -> atMost(b, a);
            case AT_MOST -> less(b, a);
            case EQUAL -> notEqual(a, b);
            case NOT_EQUAL -> equal(a, b);
          };
      case All(List<Condition> parts) -> new Any(parts.stream().map(Condition::not).toList());
      case Any(List<Condition> parts) -> new All(parts.stream().map(Condition::not).toList());
    };
  }
}
