package org.einkorn.passes.relations;

import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;

/// A state of a fixpoint, and which of its elements are to be looked at.
///
/// A round looks at the elements that came in before it began.
interface Frontier {
  /// Whether an element changes once only: a relation grows.
  boolean isRelation();

  /// How many tuples have come in when nothing is to be looked at any more; only of relations.
  Optional<Scalar> derived();

  /// All memory but that of the state.
  List<Buffer> buffers();

  /// Makes the elements that the state starts from those to look at.
  Stmt seed();

  /// Whether nothing is to be looked at any more.
  Scalar isEmpty();

  /// Begins a round: what came in is what it looks at.
  Stmt open();

  /// Ends a round.
  Stmt close();

  /// What is done with one element.
  interface Visit {
    /// @param at its position
    Stmt of(List<IndexExpr> at);
  }

  /// Looks at each element of the round.
  Stmt forEachInBatch(Visit visit);

  /// Takes a value in; the element is to be looked at if that changes it.
  ///
  /// @param value of the type the state computes in; of a relation it is true already
  Stmt improve(List<IndexExpr> at, Scalar value);
}
