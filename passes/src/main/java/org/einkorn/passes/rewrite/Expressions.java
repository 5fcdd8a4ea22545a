package org.einkorn.passes.rewrite;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
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
    boolean[] found = {false};
    Walk.ofIndices(part -> found[0] |= part instanceof IndexExpr.Fetch).visit(expr);
    return found[0];
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
      case Scalar.Unary _, Scalar.Select _ -> false;
    };
  }

  /// A body with other values in the place of elements that it reads, in positions too.
  public static Body replace(Body body, Function<Scalar.Read, Scalar> reads) {
    return switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          new Body.Accumulate(
              projection, terms.stream().map(term -> replace(term, reads)).toList());
      case Body.Scan(var projection, int axis, var axes, Scalar operand) ->
          new Body.Scan(projection, axis, axes, replace(operand, reads));
      case Body.Derivative _, Body.Iterate _ -> body;
    };
  }

  private static Contraction replace(Contraction term, Function<Scalar.Read, Scalar> reads) {
    return new Contraction(
        term.axes(),
        term.guards().stream()
            .map(guard -> new Guard(replace(guard.index(), reads), guard.extent()))
            .toList(),
        term.write().stream().map(index -> replace(index, reads)).toList(),
        term.join(),
        term.operands().stream().map(operand -> replace(operand, reads)).toList());
  }

  /// A value with other values in the place of elements that it reads, in positions too.
  public static Scalar replace(Scalar scalar, Function<Scalar.Read, Scalar> reads) {
    return switch (scalar) {
      case Scalar.Literal literal -> literal;
      case Scalar.Read(String tensor, var type, List<IndexExpr> indices) ->
          reads.apply(
              new Scalar.Read(
                  tensor, type, indices.stream().map(index -> replace(index, reads)).toList()));
      case Scalar.Position(IndexExpr index) -> new Scalar.Position(replace(index, reads));
      case Scalar.Unary(var op, Scalar operand) -> new Scalar.Unary(op, replace(operand, reads));
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          new Scalar.Binary(op, replace(left, reads), replace(right, reads));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          new Scalar.Select(
              replace(condition, reads), replace(then, reads), replace(otherwise, reads));
      case Scalar.Cast(var type, Scalar operand) -> new Scalar.Cast(type, replace(operand, reads));
    };
  }

  /// A position whose data come from other elements.
  public static IndexExpr replace(IndexExpr expr, Function<Scalar.Read, Scalar> reads) {
    return switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _ -> expr;
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Sum(replace(left, reads), replace(right, reads));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Product(replace(left, reads), replace(right, reads));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          new IndexExpr.FloorDiv(replace(left, reads), replace(right, reads));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          new IndexExpr.FloorMod(replace(left, reads), replace(right, reads));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Minimum(replace(left, reads), replace(right, reads));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          new IndexExpr.Maximum(replace(left, reads), replace(right, reads));
      case IndexExpr.Fetch(String tensor, int axis, IndexExpr extent, Scalar source) ->
          new IndexExpr.Fetch(tensor, axis, extent, replace(source, reads));
    };
  }
}
