package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Maps;

/// What rules ask about the shape of a contraction.
final class Shapes {
  private Shapes() {}

  /// The extent of the axis that an index expression is, if it is one.
  static Optional<IndexExpr> extent(Contraction term, IndexExpr index) {
    return term.axes().stream()
        .filter(axis -> axis.variable().equals(index))
        .map(Axis::extent)
        .findFirst();
  }

  /// Whether every element is surely combined from at least one point.
  static boolean fillsAll(Contraction term, TensorType type) {
    Set<String> reduced = term.reducedAxes();
    return Maps.covers(term, type)
        && term.axes().stream()
            .filter(axis -> reduced.contains(axis.name()))
            .allMatch(axis -> isSurelyPositive(axis.extent()));
  }

  static boolean isSurelyPositive(IndexExpr extent) {
    return extent instanceof IndexExpr.Constant(long value) && value > 0;
  }

  /// The only term of a definition.
  static Optional<Contraction> onlyTerm(Definition definition) {
    return definition.body() instanceof Body.Accumulate body && body.terms().size() == 1
        ? Optional.of(body.terms().getFirst())
        : Optional.empty();
  }

  /// The element that an operand is, perhaps converted.
  static Optional<Scalar.Read> element(Scalar operand) {
    return switch (operand) {
      case Scalar.Read read -> Optional.of(read);
      case Scalar.Cast(var type, Scalar.Read read) -> Optional.of(read);
      case Scalar.Cast _,
          Scalar.Literal _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _ ->
          Optional.empty();
    };
  }

  /// Guards without repetition and without those that hold by the extent of an axis.
  static List<Guard> needed(List<Guard> guards, List<Axis> axes) {
    Set<Guard> left = new LinkedHashSet<>(guards);
    for (Axis axis : axes) {
      left.remove(new Guard(axis.variable(), axis.extent()));
    }
    left.removeIf(
        guard ->
            guard.index() instanceof IndexExpr.Constant(long index)
                && guard.extent() instanceof IndexExpr.Constant(long extent)
                && 0 <= index
                && index < extent);
    return List.copyOf(left);
  }

  /// Whether an axis stands in no operand, guard or written position.
  static boolean isFree(Contraction term, String axis) {
    Set<String> used = new LinkedHashSet<>(Expressions.variables(term.guards()));
    term.write().forEach(index -> used.addAll(Expressions.variables(index)));
    term.operands().forEach(operand -> used.addAll(Expressions.variables(operand)));
    return !used.contains(axis);
  }

  /// The definition with another term in the place of one.
  static Definition withTerm(Definition definition, int number, Contraction term) {
    Body.Accumulate body = (Body.Accumulate) definition.body();
    List<Contraction> terms = new ArrayList<>(body.terms());
    terms.set(number, term);
    return withBody(definition, new Body.Accumulate(body.projection(), terms));
  }

  static Definition withBody(Definition definition, Body body) {
    return new Definition(definition.name(), definition.type(), body, definition.origin());
  }
}
