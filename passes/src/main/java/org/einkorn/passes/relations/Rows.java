package org.einkorn.passes.relations;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.passes.sparse.Listed;
import org.einkorn.runtime.DType;

/// The positions along one axis at which a relation holds, for each position on its other axes:
/// compressed sparse rows.
///
/// Row `r` is `columns[starts[r] … starts[r + 1] − 1]`; rows are numbered by the other axes, the
/// last the fastest. Positions in a row have no order, and one may be there twice: that takes one
/// pass over the tuples, where sorting them takes one for each axis.
///
/// @param axis the axis along which positions are listed
/// @param tuples the relation as a list of tuples, if it is one; else all its positions are looked
///   at
record Rows(String relation, TensorType type, int axis, Optional<Listed.Entries> tuples) {
  private static final TensorType NUMBER = new TensorType(DType.I64, List.of());

  private String starts() {
    return relation + ".starts" + axis;
  }

  private String columns() {
    return relation + ".columns" + axis;
  }

  private String ends() {
    return relation + ".ends" + axis;
  }

  /// What the function that makes the rows is called.
  String name() {
    return relation + ".rows" + axis;
  }

  private IndexExpr count() {
    IndexExpr count = IndexExpr.of(1);
    for (int other = 0; other < type.rank(); other++) {
      count = other == axis ? count : count.times(type.extents().get(other));
    }
    return count;
  }

  private IndexExpr places() {
    if (tuples.isPresent()) {
      return tuples.get().entry().extent().plus(1);
    }
    return type.extents().stream().reduce(IndexExpr.of(1), IndexExpr::times).plus(1);
  }

  List<Buffer> buffers() {
    List<Buffer> buffers = new ArrayList<>();
    buffers.add(buffer(starts(), count().plus(1)));
    buffers.add(buffer(columns(), places()));
    if (tuples.isPresent()) {
      buffers.add(buffer(ends(), count()));
    }
    return buffers;
  }

  private static Buffer buffer(String name, IndexExpr extent) {
    return new Buffer(name, new TensorType(DType.I64, List.of(extent)), Buffer.Scope.GLOBAL);
  }

  /// The number of the row at some positions, that of `axis` ignored.
  private IndexExpr row(List<IndexExpr> at) {
    IndexExpr row = IndexExpr.Constant.ZERO;
    for (int other = 0; other < type.rank(); other++) {
      row = other == axis ? row : row.times(type.extents().get(other)).plus(at.get(other));
    }
    return row;
  }

  private Scalar start(IndexExpr row) {
    return new Scalar.Read(starts(), DType.I64, List.of(row));
  }

  private IndexExpr place(Scalar number) {
    return new IndexExpr.Fetch(columns(), 0, places(), number);
  }

  /// Makes the rows.
  Stmt build() {
    return tuples.map(this::sorted).orElseGet(this::listed);
  }

  /// Counts the tuples of each row, makes room for them, and puts each in its place.
  private Stmt sorted(Listed.Entries relation) {
    IndexExpr tuple = IndexExpr.variable("tuple");
    IndexExpr number = IndexExpr.variable("row");
    List<IndexExpr> at = relation.at(tuple);
    IndexExpr row = row(at);
    Scalar one = Scalar.Literal.of(DType.I64, 1);
    Scalar end = new Scalar.Read(ends(), DType.I64, List.of(row));
    Stmt count = new Stmt.Store(ends(), List.of(row), new Scalar.Binary(BinaryOp.ADD, end, one));
    Scalar length = new Scalar.Read(ends(), DType.I64, List.of(number));
    Stmt room =
        new Stmt.Sequence(
            List.of(
                new Stmt.Store(
                    starts(),
                    List.of(number.plus(1)),
                    new Scalar.Binary(BinaryOp.ADD, start(number), length)),
                new Stmt.Store(ends(), List.of(number), start(number))));
    Stmt put =
        new Stmt.Sequence(
            List.of(
                new Stmt.Store(columns(), List.of(place(end)), new Scalar.Position(at.get(axis))),
                count));
    IndexExpr tupleCount = relation.entry().extent();
    Stmt zero = new Stmt.Store(ends(), List.of(number), Scalar.Literal.of(DType.I64, 0));
    return new Stmt.Sequence(
        List.of(
            new Stmt.For(Stmt.LoopOrder.SERIAL, "row", count(), zero),
            new Stmt.For(Stmt.LoopOrder.SERIAL, "tuple", tupleCount, count),
            new Stmt.Store(
                starts(), List.of(IndexExpr.Constant.ZERO), Scalar.Literal.of(DType.I64, 0)),
            new Stmt.For(Stmt.LoopOrder.SERIAL, "row", count(), room),
            new Stmt.For(Stmt.LoopOrder.SERIAL, "tuple", tupleCount, put)));
  }

  private Stmt listed() {
    String register = relation + ".count";
    Scalar number = new Scalar.Read(register, DType.I64, List.of());
    List<IndexExpr> at = new ArrayList<>();
    for (int each = 0; each < type.rank(); each++) {
      at.add(IndexExpr.variable("axis" + each));
    }
    Scalar holds = new Scalar.Read(relation, type.dtype(), at);
    Scalar more = new Scalar.Binary(BinaryOp.ADD, number, Scalar.Literal.of(DType.I64, 1));
    Stmt list =
        new Stmt.When(
            holds,
            new Stmt.Sequence(
                List.of(
                    new Stmt.Store(
                        columns(), List.of(place(number)), new Scalar.Position(at.get(axis))),
                    new Stmt.Store(register, List.of(), more))));
    Stmt nest =
        new Stmt.Sequence(
            List.of(new Stmt.Store(starts(), List.of(row(at)), number), loop(axis, list)));
    for (int other = type.rank() - 1; other >= 0; other--) {
      nest = other == axis ? nest : loop(other, nest);
    }
    return new Stmt.Allocate(
        new Buffer(register, NUMBER, Buffer.Scope.REGISTER),
        new Stmt.Sequence(
            List.of(
                new Stmt.Store(register, List.of(), Scalar.Literal.of(DType.I64, 0)),
                nest,
                new Stmt.Store(starts(), List.of(count()), number))));
  }

  private Stmt loop(int of, Stmt body) {
    return new Stmt.For(Stmt.LoopOrder.SERIAL, "axis" + of, type.extents().get(of), body);
  }

  /// How many positions a row lists, those listed twice counted twice.
  ///
  /// @param at the positions on the other axes; that on `axis` is ignored
  Scalar length(List<IndexExpr> at) {
    IndexExpr row = row(at);
    return new Scalar.Binary(BinaryOp.SUBTRACT, start(row.plus(1)), start(row));
  }

  /// What is done with one position.
  interface Visit {
    Stmt of(IndexExpr position);
  }

  /// Visits the positions of one row.
  ///
  /// @param at the positions on the other axes; that on `axis` is ignored
  /// @param loop a free name for a loop; registers take names that begin with it
  Stmt forEach(List<IndexExpr> at, String loop, Visit visit) {
    Scalar begin = Numbers.read(loop + ".begin");
    Scalar listed = listed(begin, loop);
    return Numbers.with(
        loop + ".begin",
        start(row(at)),
        Numbers.loop(loop, place(length(at)), visited(listed, loop, visit)));
  }

  /// Visits the positions of the shorter one of two rows.
  ///
  /// @param other rows along an axis of the same extent
  Stmt forEachOfShorter(
      List<IndexExpr> at, Rows other, List<IndexExpr> otherAt, String loop, Visit visit) {
    String isOwn = loop + ".isOwn";
    Scalar own = new Scalar.Read(isOwn, DType.BOOL, List.of());
    Scalar begin = Numbers.read(loop + ".begin");
    Scalar isShorter = new Scalar.Binary(BinaryOp.LESS_EQUAL, length(at), other.length(otherAt));
    Scalar first = new Scalar.Select(own, start(row(at)), other.start(other.row(otherAt)));
    Scalar length = new Scalar.Select(own, length(at), other.length(otherAt));
    Scalar listed = new Scalar.Select(own, listed(begin, loop), other.listed(begin, loop));
    return new Stmt.Allocate(
        new Buffer(isOwn, new TensorType(DType.BOOL, List.of()), Buffer.Scope.REGISTER),
        Numbers.sequence(
            new Stmt.Store(isOwn, List.of(), isShorter),
            Numbers.with(
                loop + ".begin",
                first,
                Numbers.loop(loop, place(length), visited(listed, loop, visit)))));
  }

  private Scalar listed(Scalar begin, String loop) {
    return Numbers.read(columns(), place(begin).plus(IndexExpr.variable(loop)));
  }

  private Stmt visited(Scalar listed, String loop, Visit visit) {
    String column = loop + ".column";
    IndexExpr position =
        new IndexExpr.Fetch(relation, axis, type.extents().get(axis), Numbers.read(column));
    return Numbers.with(column, listed, visit.of(position));
  }
}
