package org.einkorn.frontend.equations;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Definitions that no single equation means, as ones that do, with the same values:
/// - terms without points are left out;
/// - a cumulative `any`, `all`, `xor` or `lse` is that projection over the points so far;
/// - a value that is combined in one type and stored in another, which the lowering would combine
///   in the stored one, is combined in a tensor of its own.
final class Split {
  private Split() {}

  static List<Definition> of(Definition definition) {
    Definition plain =
        new Definition(definition.name(), definition.type(), body(definition), definition.origin());
    if (plain.body() instanceof Body.Derivative || plain.body() instanceof Body.Iterate) {
      return List.of(plain);
    }
    if (!isCombinedOtherwise(plain)) {
      return List.of(plain);
    }
    TensorType type = plain.type();
    DType value = value(plain.body());
    String inner = plain.name() + ".value";
    List<Axis> axes = axes(type);
    Scalar read =
        new Scalar.Read(inner, value, axes.stream().<IndexExpr>map(Axis::variable).toList());
    return List.of(
        new Definition(inner, new TensorType(value, type.extents()), plain.body(), plain.origin()),
        new Definition(
            plain.name(),
            type,
            type.dtype() == DType.BOOL
                ? new Body.Accumulate(
                    Projection.ANY, List.of(map(axes, Scalar.cast(DType.BOOL, read))))
                : new Body.Accumulate(Projection.SUM, List.of(map(axes, read))),
            plain.origin()));
  }

  private static Body body(Definition definition) {
    return switch (definition.body()) {
      case Body.Accumulate accumulate -> withPoints(accumulate, definition.type());
      case Body.Scan scan ->
          switch (scan.projection()) {
            case ANY, ALL, XOR, LOG_SUM_EXP -> withPoints(prefix(scan), definition.type());
            case SUM, PRODUCT, MAX, MIN -> scan;
          };
      case Body.Derivative _, Body.Iterate _ -> definition.body();
    };
  }

  /// Without the terms that have no points. A term that is left alone still is combined with the
  /// identity: `0.0 + -0.0` is not `-0.0`.
  private static Body.Accumulate withPoints(Body.Accumulate body, TensorType type) {
    List<Contraction> left = body.terms().stream().filter(term -> !isEmpty(term)).toList();
    boolean isEmptyTensor = body.isMap() && !hasNever(body.terms().getFirst().guards());
    if (left.size() == body.terms().size() || isEmptyTensor) {
      return body;
    }
    Contraction identity = identity(body, type);
    if (left.isEmpty()) {
      return new Body.Accumulate(body.projection(), List.of(identity));
    }
    return left.size() == 1
        ? new Body.Accumulate(body.projection(), List.of(identity, left.getFirst()))
        : new Body.Accumulate(body.projection(), left);
  }

  /// Whether the term has no points, whatever the sizes are.
  private static boolean isEmpty(Contraction term) {
    return term.axes().stream()
            .anyMatch(axis -> axis.extent() instanceof IndexExpr.Constant(long size) && size <= 0)
        || hasNever(term.guards());
  }

  /// Whether a guard that never holds is come to at every point: one before it that looks up a
  /// position from data may be a fault.
  private static boolean hasNever(List<Guard> guards) {
    for (Guard guard : guards) {
      boolean[] fetches = {false};
      Walk.ofIndices(part -> fetches[0] |= part instanceof IndexExpr.Fetch).visit(guard.index());
      if (fetches[0]) {
        return false;
      }
      if (isNever(guard)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isNever(Guard guard) {
    boolean isBelow = guard.index() instanceof IndexExpr.Constant(long index) && index < 0;
    boolean isNothing = guard.extent() instanceof IndexExpr.Constant(long size) && size <= 0;
    boolean isBehind =
        guard.index() instanceof IndexExpr.Constant(long index)
            && guard.extent() instanceof IndexExpr.Constant(long size)
            && index >= size;
    return isBelow || isBehind || isNothing;
  }

  /// What a tensor is that no term reaches.
  private static Contraction identity(Body.Accumulate body, TensorType type) {
    DType value = body.terms().getFirst().valueType();
    return map(axes(type), Scalar.constant(value, body.projection().identity(value)));
  }

  /// `T[…, i, …] = ⊕ over k of X[…, k, …]` where `k ≤ i`.
  private static Body.Accumulate prefix(Body.Scan scan) {
    Axis along = scan.axes().get(scan.axis());
    Axis upTo = new Axis(along.name() + "_to", along.extent());
    List<Axis> axes = new ArrayList<>(scan.axes());
    axes.set(scan.axis(), upTo);
    List<IndexExpr> write = axes.stream().<IndexExpr>map(Axis::variable).toList();
    axes.add(along);
    Guard soFar = new Guard(upTo.variable().minus(along.variable()), along.extent());
    return new Body.Accumulate(
        scan.projection(),
        List.of(
            new Contraction(
                axes, List.of(soFar), write, BinaryOp.MULTIPLY, List.of(scan.operand()))));
  }

  private static boolean isCombinedOtherwise(Definition definition) {
    DType stored = definition.type().dtype();
    DType value = value(definition.body());
    boolean isExtremum =
        definition.body() instanceof Body.Accumulate(Projection projection, var _)
            && (projection == Projection.MAX || projection == Projection.MIN);
    return (stored == DType.BOOL && value != DType.BOOL)
        || (isExtremum && stored.isFloat() && !value.isFloat());
  }

  private static DType value(Body body) {
    return switch (body) {
      case Body.Accumulate(var _, List<Contraction> terms) -> terms.getFirst().valueType();
      case Body.Scan scan -> scan.operand().type();
      case Body.Derivative _, Body.Iterate _ ->
          throw new IllegalArgumentException("values of a whole: " + body);
    };
  }

  private static List<Axis> axes(TensorType type) {
    List<Axis> axes = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      axes.add(new Axis("at_" + axes.size(), extent));
    }
    return axes;
  }

  private static Contraction map(List<Axis> axes, Scalar value) {
    List<IndexExpr> write = axes.stream().<IndexExpr>map(Axis::variable).toList();
    return new Contraction(axes, List.of(), write, BinaryOp.MULTIPLY, List.of(value));
  }
}
