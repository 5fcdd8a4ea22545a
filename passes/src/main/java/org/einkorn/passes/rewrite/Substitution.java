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
    return expr instanceof IndexExpr.Variable(String name)
        ? values.getOrDefault(name, expr)
        : expr.mapParts(this::apply, this::apply).folded();
  }

  public Scalar apply(Scalar scalar) {
    return scalar.mapParts(this::apply, this::apply);
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
