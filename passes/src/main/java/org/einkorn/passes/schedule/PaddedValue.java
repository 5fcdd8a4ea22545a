package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;

/// A value that is a constant where one of several conditions does not hold: `select(c, x, 0.0)`,
/// with the sides the other way round, in a conversion, or in one another.
///
/// @param conditions a later one is asked only where those before it hold
/// @param value what it is where all hold
record PaddedValue(List<Scalar> conditions, Scalar value, Scalar constant) {
  PaddedValue {
    conditions = List.copyOf(conditions);
  }

  /// The value taken apart; nothing where it is another one.
  static Optional<PaddedValue> of(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Cast(DType type, Scalar operand) ->
          of(operand)
              .map(
                  inner ->
                      new PaddedValue(
                          inner.conditions,
                          new Scalar.Cast(type, inner.value),
                          new Scalar.Cast(type, inner.constant)));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise)
          when isConstant(otherwise) ->
          Optional.of(where(condition, then, otherwise));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) when isConstant(then) ->
          Optional.of(where(new Scalar.Unary(UnaryOp.NOT, condition), otherwise, then));
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _ ->
          Optional.empty();
    };
  }

  private static PaddedValue where(Scalar condition, Scalar value, Scalar constant) {
    List<Scalar> conditions = new ArrayList<>();
    conditions.add(condition);
    Optional<PaddedValue> inner = of(value).filter(each -> each.constant.equals(constant));
    inner.ifPresent(each -> conditions.addAll(each.conditions));
    return new PaddedValue(conditions, inner.map(PaddedValue::value).orElse(value), constant);
  }

  private static boolean isConstant(Scalar scalar) {
    return scalar instanceof Scalar.Literal
        || scalar instanceof Scalar.Cast(var type, Scalar operand) && isConstant(operand);
  }

  /// A store where the conditions hold.
  ///
  /// @param iterators what runs where the store stands
  /// @param scope what is known there
  Stmt where(Stmt store, Set<String> iterators, Assumptions scope) {
    Stmt result = store;
    for (Scalar condition : conditions.reversed()) {
      result = ConditionGuards.of(condition, iterators, scope).around(result);
    }
    return result;
  }
}
