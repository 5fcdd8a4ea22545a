package org.einkorn.passes.rewrite;

import java.util.List;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Guard;

/// Index expressions in the place of iteration variables, all at once.
///
/// Variables that are not mentioned stay. Constants are folded on the way.
public record Substitution(Map<String, IndexExpr> values) {
  public Substitution {
    values = Map.copyOf(values);
  }

  /// `value` for one variable.
  public static Substitution of(String variable, IndexExpr value) {
    return new Substitution(Map.of(variable, value));
  }

  public IndexExpr apply(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Symbol _ -> expr;
      case IndexExpr.Variable(String name) -> values.getOrDefault(name, expr);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> apply(left).plus(apply(right));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> apply(left).times(apply(right));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          apply(left).floorDiv(apply(right));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          apply(left).floorMod(apply(right));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> apply(left).min(apply(right));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> apply(left).max(apply(right));
      case IndexExpr.Fetch(String tensor, int axis, IndexExpr extent, Scalar source) ->
          new IndexExpr.Fetch(tensor, axis, apply(extent), apply(source));
    };
  }

  public Scalar apply(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> literal;
      case Scalar.Read(String tensor, var type, List<IndexExpr> indices) ->
          new Scalar.Read(tensor, type, positions(indices));
      case Scalar.Position(IndexExpr index) -> new Scalar.Position(apply(index));
      case Scalar.Unary(var op, Scalar operand) -> new Scalar.Unary(op, apply(operand));
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          new Scalar.Binary(op, apply(left), apply(right));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          new Scalar.Select(apply(condition), apply(then), apply(otherwise));
      case Scalar.Cast(var type, Scalar operand) -> new Scalar.Cast(type, apply(operand));
    };
  }

  public Guard apply(Guard guard) {
    return new Guard(apply(guard.index()), apply(guard.extent()));
  }

  public List<IndexExpr> positions(List<IndexExpr> indices) {
    return indices.stream().map(this::apply).toList();
  }

  public List<Scalar> operands(List<Scalar> operands) {
    return operands.stream().map(this::apply).toList();
  }

  public List<Guard> guards(List<Guard> guards) {
    return guards.stream().map(this::apply).toList();
  }
}
