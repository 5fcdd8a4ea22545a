package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.runtime.DType;

/// The last step in sorting the entries of a list in the order of its axes: entries at one
/// position, which stand side by side now, are combined into one.
///
/// Registers hold the position and the sum of the entry that is open; where another position comes,
/// or the end, it is put away.
final class MergeEntries {
  private static final String STEP = "step.0";

  private final SortedList sorted;
  private final Projection projection;
  private final DType type;

  /// The type that sums run in.
  private final DType accumulator;

  private final String entry;
  private final String open;
  private final String made;
  private final String sum;

  MergeEntries(SortedList sorted) {
    this.sorted = sorted;
    this.projection = sorted.list().projection();
    this.type = sorted.list().type().dtype();
    this.accumulator = projection.accumulator(sorted.list().value().type());
    this.entry = sorted.part("entry");
    this.open = sorted.part("open");
    this.made = sorted.part("made");
    this.sum = sorted.part("sum");
  }

  private String here(int axis) {
    return sorted.part("here" + axis);
  }

  private String last(int axis) {
    return sorted.part("last" + axis);
  }

  private IndexExpr from() {
    String from = sorted.part("from");
    return Numbers.place(from, sorted.places(), Numbers.read(entry));
  }

  private Scalar isOpen() {
    return Numbers.equal(Numbers.read(open), Numbers.of(1));
  }

  private Scalar identity() {
    return Scalar.constant(accumulator, projection.identity(accumulator));
  }

  Stmt code() {
    List<Stmt> all = new ArrayList<>();
    for (int axis : sorted.order()) {
      all.add(Numbers.set(here(axis), Numbers.of(0)));
      all.add(Numbers.set(last(axis), Numbers.of(0)));
    }
    if (sorted.hasValues()) {
      all.add(Numbers.set(sum, identity()));
    }
    all.add(
        Numbers.sequence(
            Numbers.set(open, Numbers.of(0)),
            Numbers.set(made, Numbers.of(0)),
            Numbers.loop(STEP, sorted.sourceCount(), step()),
            new Stmt.When(isOpen(), putAway()),
            Numbers.set(sorted.part("count"), Numbers.read(made))));
    return withRegisters(all);
  }

  private Stmt withRegisters(List<Stmt> body) {
    Stmt whole =
        Numbers.register(
            entry, Numbers.register(open, Numbers.register(made, body.toArray(Stmt[]::new))));
    for (int axis : sorted.order()) {
      whole = Numbers.register(here(axis), Numbers.register(last(axis), whole));
    }
    return sorted.hasValues() ? Numbers.register(sum, accumulator, whole) : whole;
  }

  /// Takes one entry.
  private Stmt[] step() {
    List<Stmt> step = new ArrayList<>();
    step.add(Numbers.set(entry, Numbers.read(sorted.part("from"), IndexExpr.variable(STEP))));
    Scalar isSame = isOpen();
    for (int axis : sorted.order()) {
      step.add(Numbers.set(here(axis), Numbers.of(sorted.sourcePosition(axis, from()))));
      Scalar stays = Numbers.equal(Numbers.read(here(axis)), Numbers.read(last(axis)));
      isSame = new Scalar.Binary(BinaryOp.AND, isSame, stays);
    }
    Scalar isOther = new Scalar.Unary(UnaryOp.NOT, isSame);
    step.add(new Stmt.When(new Scalar.Binary(BinaryOp.AND, isOpen(), isOther), putAway()));
    step.add(new Stmt.When(isOther, begin()));
    if (sorted.hasValues()) {
      Scalar before = new Scalar.Read(sum, accumulator, List.of());
      Scalar value = Scalar.cast(accumulator, sorted.list().value(from()));
      step.add(Numbers.set(sum, new Scalar.Binary(projection.combine(), before, value)));
    }
    return step.toArray(Stmt[]::new);
  }

  /// Opens an entry at the position that came.
  private Stmt begin() {
    List<Stmt> begin = new ArrayList<>();
    for (int axis : sorted.order()) {
      begin.add(Numbers.set(last(axis), Numbers.read(here(axis))));
    }
    begin.add(Numbers.set(open, Numbers.of(1)));
    if (sorted.hasValues()) {
      begin.add(Numbers.set(sum, identity()));
    }
    return new Stmt.Sequence(begin);
  }

  /// Stores the entry that is open, unless it is the background.
  private Stmt putAway() {
    IndexExpr next = Numbers.place(sorted.part("from"), sorted.places(), Numbers.read(made));
    List<Stmt> put = new ArrayList<>();
    for (int axis : sorted.order()) {
      put.add(Numbers.set(sorted.at(axis), Numbers.read(last(axis)), next));
    }
    if (!sorted.hasValues()) {
      put.add(Numbers.count(made));
      return new Stmt.Sequence(put);
    }
    Scalar total = Scalar.cast(type, new Scalar.Read(sum, accumulator, List.of()));
    put.add(Numbers.set(sorted.part("values"), total, next));
    put.add(Numbers.count(made));
    Scalar isKept =
        type == DType.BOOL
            ? total
            : new Scalar.Binary(
                BinaryOp.NOT_EQUAL, total, Scalar.constant(type, projection.identity(type)));
    return new Stmt.When(isKept, new Stmt.Sequence(put));
  }
}
