package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.runtime.DType;

/// The entries of a listed tensor, sorted by their positions: compressed sparse rows along the last
/// axis of an order, or a list of coordinates.
///
/// In the order of the axes themselves, entries at one position are combined, in the order in which
/// they were listed, and what comes to the background is dropped. So each position occurs once, and
/// its value has the bits that the tensor stored in full would have. The other orders hold the same
/// entries and say which of the first each is.
///
/// Sorting is by counting, axis by axis from the last: `rank · entries + Σ extents` steps.
///
/// @param order the axes, the slowest first
record SortedList(Listed.Entries list, List<Integer> order) {
  private static final String STEP = "step.0";
  private static final String VALUE = "value.0";
  private static final String ROW = "row.0";
  private static final String ENTRY = "entry.0";

  SortedList {
    order = List.copyOf(order);
  }

  /// In the order of the axes.
  static SortedList of(Listed.Entries list) {
    return new SortedList(list, IntStream.range(0, list.type().rank()).boxed().toList());
  }

  private SortedList first() {
    return of(list);
  }

  boolean isFirst() {
    return equals(first());
  }

  /// What the functions that make it are called begins with it.
  String name() {
    return list.name()
        + ".by."
        + order.stream().map(String::valueOf).collect(Collectors.joining("."));
  }

  String rowsName() {
    return name() + ".rows";
  }

  /// Room for all entries, and one place behind them.
  IndexExpr places() {
    return list.entry().extent().plus(1);
  }

  String part(String part) {
    return name() + "." + part;
  }

  String at(int axis) {
    return part("at" + axis);
  }

  private IndexExpr extent(int axis) {
    return list.type().extents().get(axis);
  }

  int along() {
    return order.getLast();
  }

  private IndexExpr rowCount() {
    return order.subList(0, order.size() - 1).stream()
        .map(this::extent)
        .reduce(IndexExpr.of(1), IndexExpr::times);
  }

  boolean hasValues() {
    return !(list.type().dtype() == DType.BOOL && list.value() instanceof Scalar.Literal);
  }

  // ------------------------------------------------------------------- what is there

  /// How many entries there are.
  IndexExpr entryCount() {
    return Numbers.place(at(along()), places(), Numbers.read(first().part("count")));
  }

  /// The first entry of a row as a number.
  ///
  /// @param at the positions on all axes; that along the row is ignored
  Scalar start(List<IndexExpr> at, int after) {
    return Numbers.read(part("starts"), row(at).plus(after));
  }

  private IndexExpr row(List<IndexExpr> at) {
    IndexExpr row = IndexExpr.Constant.ZERO;
    for (int axis : order.subList(0, order.size() - 1)) {
      row = row.times(extent(axis)).plus(at.get(axis));
    }
    return row;
  }

  /// The position of an entry on an axis as a number.
  Scalar position(int axis, IndexExpr entry) {
    return Numbers.read(at(axis), entry);
  }

  /// A number as a position on an axis of the tensor.
  IndexExpr asPosition(int axis, Scalar number) {
    return new IndexExpr.Fetch(list.name(), axis, extent(axis), number);
  }

  /// Which of the entries in the first order one is.
  IndexExpr inFirst(IndexExpr entry) {
    return isFirst()
        ? entry
        : Numbers.place(first().at(0), places(), Numbers.read(part("from"), entry));
  }

  /// The value of an entry.
  Scalar value(IndexExpr entry) {
    DType type = list.type().dtype();
    return hasValues()
        ? new Scalar.Read(first().part("values"), type, List.of(inFirst(entry)))
        : Scalar.Literal.of(DType.BOOL, 1);
  }

  /// Memory of what [#build] makes.
  List<Buffer> buffers() {
    List<Buffer> buffers = new ArrayList<>();
    for (int axis : order) {
      buffers.add(Numbers.buffer(at(axis), places()));
      buffers.add(Numbers.buffer(part("room" + axis), extent(axis).plus(1)));
    }
    buffers.add(Numbers.buffer(part("from"), places()));
    if (order.size() > 1) {
      buffers.add(Numbers.buffer(part("other"), places()));
    }
    if (isFirst()) {
      buffers.add(Numbers.buffer(part("count")));
      if (hasValues()) {
        TensorType values = new TensorType(list.type().dtype(), List.of(places()));
        buffers.add(new Buffer(part("values"), values, Buffer.Scope.GLOBAL));
      }
    }
    return buffers;
  }

  /// Memory of what [#buildRows] makes.
  Buffer rowsBuffer() {
    return Numbers.buffer(part("starts"), rowCount().plus(1));
  }

  // ------------------------------------------------------------------- how it is made

  /// Sorts the entries.
  Stmt build() {
    List<Stmt> statements = new ArrayList<>();
    // The last pass ends in `from`.
    boolean intoOther = order.size() % 2 == 0;
    String source = "";
    for (int axis : order.reversed()) {
      String target = part(intoOther ? "other" : "from");
      statements.add(pass(axis, source, target));
      source = target;
      intoOther = !intoOther;
    }
    statements.add(isFirst() ? new MergeEntries(this).code() : copy());
    return new Stmt.Sequence(statements);
  }

  IndexExpr sourceCount() {
    return isFirst() ? list.entry().extent() : first().entryCount();
  }

  /// Where an entry of the source lies.
  IndexExpr sourcePosition(int axis, IndexExpr entry) {
    return isFirst() ? list.at(entry).get(axis) : asPosition(axis, first().position(axis, entry));
  }

  /// Sorts by one axis, and keeps the order of what is equal.
  private Stmt pass(int axis, String source, String target) {
    String room = part("room" + axis);
    IndexExpr step = IndexExpr.variable(STEP);
    IndexExpr value = IndexExpr.variable(VALUE);
    String entry = part("entry");
    String at = part("position");
    IndexExpr here = asPosition(axis, Numbers.read(at));
    Scalar taken = source.isEmpty() ? Numbers.of(step) : Numbers.read(source, step);
    Stmt put =
        Numbers.register(
            entry,
            Numbers.register(
                at,
                Numbers.set(entry, taken),
                Numbers.set(
                    at,
                    Numbers.of(
                        sourcePosition(
                            axis, Numbers.place(target, places(), Numbers.read(entry))))),
                Numbers.set(
                    target,
                    Numbers.read(entry),
                    Numbers.place(target, places(), Numbers.read(room, here))),
                Numbers.count(room, here)));
    return Numbers.sequence(
        Numbers.loop(VALUE, extent(axis).plus(1), Numbers.set(room, Numbers.of(0), value)),
        Numbers.loop(STEP, sourceCount(), Numbers.count(room, sourcePosition(axis, step).plus(1))),
        Numbers.accumulate(room, extent(axis), VALUE),
        // Now `room[v]` is the number of entries below `v`.
        Numbers.loop(STEP, sourceCount(), put));
  }

  private Stmt copy() {
    IndexExpr step = IndexExpr.variable(STEP);
    IndexExpr from = Numbers.place(part("from"), places(), Numbers.read(part("from"), step));
    List<Stmt> copies = new ArrayList<>();
    for (int axis : order) {
      copies.add(Numbers.set(at(axis), first().position(axis, from), step));
    }
    return Numbers.loop(STEP, sourceCount(), copies.toArray(Stmt[]::new));
  }

  /// Finds where each row begins.
  Stmt buildRows() {
    IndexExpr row = IndexExpr.variable(ROW);
    IndexExpr entry = IndexExpr.variable(ENTRY);
    String starts = part("starts");
    List<IndexExpr> at = new ArrayList<>();
    for (int axis = 0; axis < order.size(); axis++) {
      at.add(asPosition(axis, position(axis, entry)));
    }
    return Numbers.sequence(
        Numbers.loop(ROW, rowCount().plus(1), Numbers.set(starts, Numbers.of(0), row)),
        Numbers.loop(ENTRY, entryCount(), Numbers.count(starts, row(at).plus(1))),
        Numbers.accumulate(starts, rowCount(), ROW));
  }
}
