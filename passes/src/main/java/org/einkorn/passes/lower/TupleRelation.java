package org.einkorn.passes.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// A relation that data list tuple by tuple: `R[E[t, 0], E[t, 1]] or= true`.
///
/// What reads it can go through the tuples instead of all positions, and where everything does, the
/// relation takes no memory of its own, however many positions it has.
///
/// @param tuple numbers the tuples
/// @param positions for each axis of the relation the position in the tuple of that number
record TupleRelation(String name, TensorType type, Axis tuple, List<IndexExpr.Fetch> positions) {
  TupleRelation {
    positions = List.copyOf(positions);
  }

  /// The relation that a definition is, if it is one.
  static Optional<TupleRelation> of(Definition definition) {
    if (definition.type().dtype() != DType.BOOL
        || definition.type().rank() == 0
        || !(definition.body() instanceof Body.Accumulate(Projection projection, var terms))
        || projection != Projection.ANY
        || terms.size() != 1) {
      return Optional.empty();
    }
    Contraction term = terms.getFirst();
    boolean isFact = term.operands().stream().allMatch(Scalar.Literal.of(DType.BOOL, 1)::equals);
    List<IndexExpr.Fetch> positions = new ArrayList<>();
    for (IndexExpr write : term.write()) {
      if (write instanceof IndexExpr.Fetch fetch) {
        positions.add(fetch);
      }
    }
    return isFact
            && term.guards().isEmpty()
            && term.axes().size() == 1
            && positions.size() == definition.type().rank()
        ? Optional.of(
            new TupleRelation(
                definition.name(), definition.type(), term.axes().getFirst(), positions))
        : Optional.empty();
  }

  /// The positions in the tuple of a number.
  List<IndexExpr> at(IndexExpr number) {
    return Substitution.of(tuple.name(), number).positions(List.copyOf(positions));
  }
}
