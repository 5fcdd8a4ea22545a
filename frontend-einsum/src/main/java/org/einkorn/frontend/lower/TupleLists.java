package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Makes one list of tuples of those that several files and facts give.
///
/// A relation that is one list, `R(E[t, 0], E[t, 1])`, is gone through tuple by tuple and takes no
/// memory for all its positions; one of several terms would. So the lists are put one behind the
/// other into a tensor `R.list`. What rules add to the relation is added to that.
final class TupleLists {
  private TupleLists() {}

  /// The definitions that a definition becomes: itself where it is no relation of several lists.
  static List<Definition> of(Definition definition) {
    if (!(definition.body() instanceof Body.Accumulate(Projection projection, var terms))
        || projection != Projection.ANY
        || terms.size() < 2
        || terms.stream().noneMatch(TupleLists::isList)) {
      return List.of(definition);
    }
    List<Contraction> listed = new ArrayList<>();
    List<Contraction> others = new ArrayList<>();
    terms.forEach(term -> (isList(term) || isFact(term) ? listed : others).add(term));
    Origin origin = definition.origin();
    List<Definition> made = new ArrayList<>();
    String relation = others.isEmpty() ? definition.name() : definition.name() + ".listed";
    if (listed.size() > 1) {
      Definition list = list(definition.name() + ".list", listed, definition.type().rank(), origin);
      made.add(list);
      made.add(relation(relation, definition.type(), list, origin));
    } else {
      made.add(
          new Definition(
              relation, definition.type(), new Body.Accumulate(Projection.ANY, listed), origin));
    }
    if (!others.isEmpty()) {
      others.addFirst(itself(relation, definition.type()));
      made.add(
          new Definition(
              definition.name(),
              definition.type(),
              new Body.Accumulate(Projection.ANY, others),
              origin));
    }
    return made;
  }

  /// Whether a term has a tuple for each number, that of an input of tuples.
  private static boolean isList(Contraction term) {
    return isTrue(term)
        && term.axes().size() == 1
        && !term.write().isEmpty()
        && term.write().stream().allMatch(position -> cell(position).isPresent());
  }

  private static boolean isFact(Contraction term) {
    return isTrue(term)
        && term.axes().isEmpty()
        && term.write().stream().allMatch(IndexExpr.Constant.class::isInstance);
  }

  private static boolean isTrue(Contraction term) {
    return term.guards().isEmpty()
        && term.operands().stream().allMatch(Scalar.Literal.of(DType.BOOL, 1)::equals);
  }

  private static Optional<Scalar.Read> cell(IndexExpr position) {
    return position instanceof IndexExpr.Fetch(String _, int _, IndexExpr _, Scalar.Read read)
            && read.tensor().contains(RelationFiles.INPUT)
        ? Optional.of(read)
        : Optional.empty();
  }

  private static long constant(IndexExpr position) {
    if (position instanceof IndexExpr.Constant(long value)) {
      return value;
    }
    throw new IllegalStateException("not a position of a fact: " + position);
  }

  private static Definition list(String name, List<Contraction> parts, int rank, Origin origin) {
    List<Contraction> cells = new ArrayList<>();
    IndexExpr start = IndexExpr.Constant.ZERO;
    for (Contraction part : parts) {
      for (int column = 0; column < rank; column++) {
        IndexExpr position = part.write().get(column);
        Scalar value =
            cell(position)
                .<Scalar>map(read -> read)
                .orElseGet(() -> new Scalar.Literal(DType.I64, constant(position)));
        IndexExpr at =
            part.axes().isEmpty() ? start : start.plus(part.axes().getFirst().variable());
        cells.add(
            new Contraction(
                part.axes(),
                List.of(),
                List.of(at, IndexExpr.of(column)),
                BinaryOp.MULTIPLY,
                List.of(value)));
      }
      start =
          start.plus(
              part.axes().isEmpty() ? IndexExpr.Constant.ONE : part.axes().getFirst().extent());
    }
    TensorType type = new TensorType(DType.I64, List.of(start, IndexExpr.of(rank)));
    return new Definition(name, type, new Body.Accumulate(Projection.SUM, cells), origin);
  }

  private static Definition relation(String name, TensorType type, Definition list, Origin origin) {
    Axis tuple = new Axis("t", list.type().extents().getFirst());
    List<IndexExpr> write = new ArrayList<>();
    for (int column = 0; column < type.rank(); column++) {
      Scalar cell =
          new Scalar.Read(list.name(), DType.I64, List.of(tuple.variable(), IndexExpr.of(column)));
      write.add(new IndexExpr.Fetch(name, column, type.extents().get(column), cell));
    }
    Contraction term =
        new Contraction(
            List.of(tuple),
            List.of(),
            write,
            BinaryOp.AND,
            List.of(Scalar.Literal.of(DType.BOOL, 1)));
    return new Definition(name, type, new Body.Accumulate(Projection.ANY, List.of(term)), origin);
  }

  private static Contraction itself(String name, TensorType type) {
    List<Axis> axes = new ArrayList<>();
    for (int axis = 0; axis < type.rank(); axis++) {
      axes.add(new Axis("at." + axis, type.extents().get(axis)));
    }
    List<IndexExpr> at = axes.stream().map(Axis::variable).toList();
    return new Contraction(
        axes, List.of(), at, BinaryOp.AND, List.of(new Scalar.Read(name, type.dtype(), at)));
  }
}
