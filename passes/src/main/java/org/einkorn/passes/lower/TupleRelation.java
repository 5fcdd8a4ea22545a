package org.einkorn.passes.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Expressions;
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

  /// A definition whose rules go through the tuples of a relation where they can: where one of
  /// their atoms is the relation at distinct indices, of which each is thereby a position in the
  /// tuple.
  ///
  /// @param relations by name
  static Definition throughTuples(Definition definition, Map<String, TupleRelation> relations) {
    if (relations.isEmpty()
        || !(definition.body() instanceof Body.Accumulate(Projection projection, var terms))
        || projection != Projection.ANY) {
      return definition;
    }
    List<Contraction> through = terms.stream().map(term -> through(term, relations)).toList();
    return through.equals(terms)
        ? definition
        : new Definition(
            definition.name(),
            definition.type(),
            new Body.Accumulate(projection, through),
            definition.origin());
  }

  private static Contraction through(Contraction term, Map<String, TupleRelation> relations) {
    if (term.operands().size() > 1 && term.join() != BinaryOp.AND) {
      return term;
    }
    for (Scalar operand : term.operands()) {
      if (operand instanceof Scalar.Read read) {
        TupleRelation relation = relations.get(read.tensor());
        if (relation != null && relation.isReadPlainly(read, term)) {
          return relation.replace(term, read);
        }
      }
    }
    return term;
  }

  /// Whether each index is an axis of the term that is as long as that of the relation, and another
  /// one each time; or fixed.
  private boolean isReadPlainly(Scalar.Read read, Contraction term) {
    Set<IndexExpr> seen = new HashSet<>();
    for (int axis = 0; axis < read.indices().size(); axis++) {
      IndexExpr index = read.indices().get(axis);
      IndexExpr extent = type.extents().get(axis);
      boolean isOwn =
          term.axes().stream()
                  .anyMatch(each -> each.variable().equals(index) && each.extent().equals(extent))
              && seen.add(index);
      boolean isFixed = Expressions.variables(new Scalar.Position(index)).isEmpty();
      if (!isOwn && !isFixed) {
        return false;
      }
    }
    return true;
  }

  private Contraction replace(Contraction term, Scalar.Read read) {
    Set<String> taken = new HashSet<>();
    term.axes().forEach(axis -> taken.add(axis.name()));
    String number = tuple.name();
    while (taken.contains(number)) {
      number += "'";
    }
    List<IndexExpr> at = at(IndexExpr.variable(number));
    Map<String, IndexExpr> values = new HashMap<>();
    List<Guard> guards = new ArrayList<>();
    for (int axis = 0; axis < at.size(); axis++) {
      if (read.indices().get(axis) instanceof IndexExpr.Variable(String variable)) {
        values.put(variable, at.get(axis));
      } else {
        guards.add(Worklist.equal(at.get(axis), read.indices().get(axis)));
      }
    }
    Substitution substitution = new Substitution(values);
    guards.addAll(substitution.guards(term.guards()));
    List<Axis> axes = new ArrayList<>(List.of(new Axis(number, tuple.extent())));
    term.axes().stream().filter(axis -> !values.containsKey(axis.name())).forEach(axes::add);
    List<Scalar> operands = new ArrayList<>(term.operands());
    operands.remove(read);
    if (operands.isEmpty()) {
      operands.add(Scalar.Literal.of(DType.BOOL, 1));
    }
    return new Contraction(
        axes,
        guards,
        substitution.positions(term.write()),
        BinaryOp.AND,
        substitution.operands(operands));
  }
}
