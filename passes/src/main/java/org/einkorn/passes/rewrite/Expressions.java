package org.einkorn.passes.rewrite;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Guard;

/// Questions about expressions that rules ask.
public final class Expressions {
  private Expressions() {}

  /// The iteration variables that stand in an index expression.
  public static Set<String> variables(IndexExpr expr) {
    return Walk.variables(expr);
  }

  /// The iteration variables that stand in a value.
  public static Set<String> variables(Scalar scalar) {
    return Walk.variables(scalar);
  }

  /// The iteration variables that stand in conditions.
  public static Set<String> variables(List<Guard> guards) {
    Set<String> found = new LinkedHashSet<>();
    for (Guard guard : guards) {
      found.addAll(Walk.variables(guard.index()));
      found.addAll(Walk.variables(guard.extent()));
    }
    return found;
  }

  /// Whether a position comes from data.
  public static boolean fetches(IndexExpr expr) {
    return Walk.fetches(expr);
  }

  /// Whether a condition depends on data.
  public static boolean fetches(List<Guard> guards) {
    return guards.stream().anyMatch(guard -> fetches(guard.index()));
  }

  /// Whether a value costs no arithmetic: an element or a constant, perhaps converted.
  public static boolean isAtom(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Position _, Scalar.Read _ -> true;
      case Scalar.Cast(var type, Scalar operand) -> isAtom(operand);
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          op.isComparison() && left instanceof Scalar.Position && right instanceof Scalar.Position;
      case Scalar.Unary _, Scalar.MultiplyAdd _, Scalar.Dot _, Scalar.Select _ -> false;
    };
  }

  /// A body with other values in the place of elements that it reads, in positions too.
  public static Body replace(Body body, Function<Scalar.Read, Scalar> reads) {
    return Replacement.of(reads).apply(body);
  }

  /// A value with other values in the place of elements that it reads, in positions too.
  public static Scalar replace(Scalar scalar, Function<Scalar.Read, Scalar> reads) {
    return Replacement.of(reads).apply(scalar);
  }

  /// A position whose data come from other elements.
  public static IndexExpr replace(IndexExpr expr, Function<Scalar.Read, Scalar> reads) {
    return Replacement.of(reads).apply(expr);
  }
}
