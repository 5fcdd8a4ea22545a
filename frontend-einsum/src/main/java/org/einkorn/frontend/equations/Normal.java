package org.einkorn.frontend.equations;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.check.Ranges;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.EvaluationOrder;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// A program with every position and extent as the lowering would write it: `1 * i` is `i`, a
/// position that is a number is that number, and a condition is said once. So what a position is
/// can be seen by its form.
///
/// What no single equation means becomes something that does: see [Split].
final class Normal {
  private Normal() {}

  static Program of(Program program) {
    Signature from = program.signature();
    Signature signature =
        new Signature(
            from.symbols(),
            from.inputs().stream().map(i -> i.with(type(i.type()), Normal::index)).toList(),
            from.outputs().stream().map(o -> o.with(type(o.type()))).toList(),
            from.queries());
    List<Definition> definitions =
        EvaluationOrder.sorted(program.definitions()).stream()
            .map(Normal::definition)
            .flatMap(definition -> Split.of(definition).stream())
            .map(Normal::definition)
            .toList();
    return new Program(program.name(), signature, definitions);
  }

  private static Definition definition(Definition definition) {
    return new Definition(
        definition.name(), type(definition.type()), body(definition.body()), definition.origin());
  }

  private static TensorType type(TensorType type) {
    return new TensorType(type.dtype(), indices(type.extents()));
  }

  private static Body body(Body body) {
    return switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          new Body.Accumulate(projection, terms.stream().map(Normal::term).toList());
      case Body.Scan(var projection, int axis, List<Axis> axes, Scalar operand) ->
          new Body.Scan(projection, axis, axes(axes), scalar(operand));
      case Body.Derivative _, Body.Iterate _ -> body;
    };
  }

  private static Contraction term(Contraction term) {
    List<Guard> guards =
        term.guards().stream()
            .map(guard -> new Guard(index(guard.index()), index(guard.extent())))
            .distinct()
            .toList();
    List<Axis> axes = axes(term.axes()).stream().map(axis -> within(axis, guards)).toList();
    Map<String, IndexExpr> extents = new HashMap<>();
    axes.forEach(axis -> extents.put(axis.name(), axis.extent()));
    return new Contraction(
        axes,
        guards.stream().filter(guard -> !holds(guard, extents)).toList(),
        indices(term.write()),
        term.join(),
        term.operands().stream().map(Normal::scalar).toList());
  }

  /// The axis, only as long as a number that a guard gives it.
  private static Axis within(Axis axis, List<Guard> guards) {
    long least = Long.MAX_VALUE;
    for (Guard guard : guards) {
      if (guard.index().equals(axis.variable())
          && guard.extent() instanceof IndexExpr.Constant(long size)) {
        least = Math.min(least, Math.max(size, 0));
      }
    }
    return axis.extent() instanceof IndexExpr.Constant(long size) && least < size
        ? new Axis(axis.name(), IndexExpr.of(least))
        : axis;
  }

  /// Whether a guard says nothing: no point fails it.
  private static boolean holds(Guard guard, Map<String, IndexExpr> extents) {
    return !(guard.index() instanceof IndexExpr.Fetch)
        && Ranges.of(guard.index(), name -> Objects.requireNonNull(extents.get(name), name))
            .isInside(guard.extent());
  }

  private static List<Axis> axes(List<Axis> axes) {
    return axes.stream().map(axis -> new Axis(axis.name(), index(axis.extent()))).toList();
  }

  private static List<IndexExpr> indices(List<IndexExpr> indices) {
    return indices.stream().map(Normal::index).toList();
  }

  private static IndexExpr index(IndexExpr index) {
    return Linear.normalize(positions(index));
  }

  private static Scalar scalar(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Position(IndexExpr index) ->
          index(index) instanceof IndexExpr.Constant(long value)
              ? new Scalar.Literal(DType.I64, value)
              : new Scalar.Position(index(index));
      case Scalar.Unary(UnaryOp op, Scalar operand) ->
          op == UnaryOp.NEGATE
                  && scalar(operand) instanceof Scalar.Literal literal
                  && literal.type().isInteger()
                  && literal.bits() == (int) literal.bits()
                  && literal.bits() != Integer.MIN_VALUE
              ? new Scalar.Literal(literal.type(), -literal.bits())
              : new Scalar.Unary(op, scalar(operand));
      case Scalar.Cast(DType type, Scalar operand) ->
          type == DType.I64
                  && scalar(operand) instanceof Scalar.Literal literal
                  && literal.type().isInteger()
              ? new Scalar.Literal(type, literal.longValue())
              : new Scalar.Cast(type, scalar(operand));
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _ ->
          scalar.mapParts(Normal::index, Normal::scalar);
    };
  }

  /// The expression with the values inside its positions from data written this way too.
  private static IndexExpr positions(IndexExpr expr) {
    return expr instanceof IndexExpr.Fetch(String tensor, int axis, IndexExpr extent, Scalar source)
        ? new IndexExpr.Fetch(tensor, axis, Linear.normalize(extent), scalar(source))
        : expr.mapParts(Normal::positions, Normal::scalar);
  }
}
