package org.einkorn.differential;

import java.util.List;
import java.util.function.UnaryOperator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;

/// Replaces parts of a program. What one of the functions replaces is not looked into further.
///
/// @param scalars values
/// @param positions index expressions that stand for positions
/// @param extents whole extents: of tensors, axes, guards and fetches
record Rewriter(
    UnaryOperator<Scalar> scalars,
    UnaryOperator<IndexExpr> positions,
    UnaryOperator<IndexExpr> extents) {

  static Rewriter ofScalars(UnaryOperator<Scalar> scalars) {
    return new Rewriter(scalars, UnaryOperator.identity(), UnaryOperator.identity());
  }

  static Rewriter ofPositions(UnaryOperator<IndexExpr> positions) {
    return new Rewriter(UnaryOperator.identity(), positions, UnaryOperator.identity());
  }

  static Rewriter ofExtents(UnaryOperator<IndexExpr> extents) {
    return new Rewriter(UnaryOperator.identity(), UnaryOperator.identity(), extents);
  }

  Program program(Program program) {
    Signature from = program.signature();
    Signature signature =
        new Signature(
            from.symbols(),
            from.inputs().stream()
                .map(i -> new Signature.Input(i.role(), i.name(), type(i.type()), i.file()))
                .toList(),
            from.outputs().stream()
                .map(o -> new Signature.Output(o.name(), type(o.type()), o.file()))
                .toList(),
            from.queries());
    List<Definition> definitions =
        program.definitions().stream()
            .map(d -> new Definition(d.name(), type(d.type()), body(d.body())))
            .toList();
    return new Program(program.name(), signature, definitions);
  }

  private TensorType type(TensorType type) {
    return new TensorType(type.dtype(), type.extents().stream().map(extents).toList());
  }

  private Body body(Body body) {
    return switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          new Body.Accumulate(projection, terms.stream().map(this::term).toList());
      case Body.Scan(var projection, int axis, List<Axis> axes, Scalar operand) ->
          new Body.Scan(projection, axis, axes(axes), scalar(operand));
      case Body.Derivative _, Body.Iterate _ -> body;
    };
  }

  Contraction term(Contraction term) {
    return new Contraction(
        axes(term.axes()),
        term.guards().stream()
            .map(guard -> new Guard(index(guard.index()), extents.apply(guard.extent())))
            .toList(),
        term.write().stream().map(this::index).toList(),
        term.join(),
        term.operands().stream().map(this::scalar).toList());
  }

  private List<Axis> axes(List<Axis> axes) {
    return axes.stream().map(axis -> new Axis(axis.name(), extents.apply(axis.extent()))).toList();
  }

  private Scalar scalar(Scalar scalar) {
    Scalar replaced = scalars.apply(scalar);
    if (replaced != scalar) {
      return replaced;
    }
    return scalar.mapParts(this::index, this::scalar);
  }

  /// Divisors are no positions; extents are replaced as wholes.
  private IndexExpr index(IndexExpr expr) {
    IndexExpr replaced = positions.apply(expr);
    if (replaced != expr) {
      return replaced;
    }
    return switch (expr) {
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          new IndexExpr.FloorDiv(index(left), right);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          new IndexExpr.FloorMod(index(left), right);
      case IndexExpr.Fetch(String tensor, int axis, IndexExpr extent, Scalar source) ->
          new IndexExpr.Fetch(tensor, axis, extents.apply(extent), scalar(source));
      case IndexExpr.Constant _,
          IndexExpr.Variable _,
          IndexExpr.Symbol _,
          IndexExpr.Sum _,
          IndexExpr.Product _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _ ->
          expr.mapParts(this::index, this::scalar);
    };
  }
}
