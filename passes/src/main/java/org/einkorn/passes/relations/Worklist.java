package org.einkorn.passes.relations;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.runtime.DType;

/// Which elements of a state have changed and are to be looked at: a queue in memory.
///
/// The queue is a ring of positions. From `head` on lie `batch` of them, which this round looks at,
/// and then `pending`, which came in since. An element is there once at most, so the ring has a
/// place more than the state has elements and never runs full.
final class Worklist implements Frontier {
  private final String name;
  private final TensorType type;
  private final Projection projection;
  private final IndexExpr places;

  Worklist(Fixpoint.State state) {
    this.name = state.name();
    this.type = state.type();
    this.projection = state.projection();
    IndexExpr elements = type.extents().stream().reduce(IndexExpr.of(1), IndexExpr::times);
    this.places = (isRelation() ? elements : elements.times(2)).plus(1);
  }

  /// Each tuple has been in the queue once, and the queue has gone past it.
  @Override
  public Optional<Scalar> derived() {
    return isRelation() ? Optional.of(Numbers.read(part("head"))) : Optional.empty();
  }

  @Override
  public boolean isRelation() {
    return type.dtype() == DType.BOOL && projection == Projection.ANY;
  }

  private String part(String part) {
    return name + "." + part;
  }

  @Override
  public List<Buffer> buffers() {
    List<Buffer> buffers = new ArrayList<>();
    IndexExpr width = IndexExpr.of(Math.max(1, type.rank()));
    buffers.add(Numbers.buffer(part("queue"), places, width));
    for (String counter : List.of("head", "batch", "pending")) {
      buffers.add(Numbers.buffer(part(counter)));
    }
    if (!isRelation()) {
      TensorType queued = new TensorType(DType.BOOL, type.extents());
      buffers.add(new Buffer(part("queued"), queued, Buffer.Scope.GLOBAL));
    }
    return buffers;
  }

  // ------------------------------------------------------------------- expressions

  /// A number in memory as an index: of places in the ring.
  private IndexExpr place(String counter) {
    return Numbers.place(part("queue"), places, number(counter));
  }

  private Scalar number(String counter) {
    return Numbers.read(part(counter));
  }

  private Stmt set(String counter, Scalar value) {
    return Numbers.set(part(counter), value);
  }

  private static Scalar truth(boolean value) {
    return Scalar.Literal.of(DType.BOOL, value ? 1 : 0);
  }

  private Scalar read(List<IndexExpr> at) {
    return new Scalar.Read(name, type.dtype(), at);
  }

  private Scalar isQueued(List<IndexExpr> at) {
    return new Scalar.Read(part("queued"), DType.BOOL, at);
  }

  private static Scalar not(Scalar condition) {
    return new Scalar.Unary(UnaryOp.NOT, condition);
  }

  // -------------------------------------------------------------------- statements

  /// Puts an element at the end of the queue.
  private Stmt append(List<IndexExpr> at) {
    IndexExpr place = place("head").plus(place("batch")).plus(place("pending")).floorMod(places);
    List<Stmt> all = new ArrayList<>();
    for (int axis = 0; axis < at.size(); axis++) {
      all.add(
          new Stmt.Store(
              part("queue"),
              List.of(place, IndexExpr.of(axis)),
              new Scalar.Position(at.get(axis))));
    }
    all.add(set("pending", Numbers.plus(number("pending"), Numbers.of(1))));
    return new Stmt.Sequence(all);
  }

  /// Puts an element in the queue if it is not there.
  private Stmt enqueue(List<IndexExpr> at) {
    if (isRelation()) {
      return append(at);
    }
    Stmt mark = new Stmt.Store(part("queued"), at, truth(true));
    return new Stmt.When(not(isQueued(at)), new Stmt.Sequence(List.of(mark, append(at))));
  }

  @Override
  public Stmt seed() {
    List<IndexExpr> at = loops();
    Stmt each;
    if (isRelation()) {
      each = new Stmt.When(read(at), append(at));
    } else {
      Stmt mark = new Stmt.Store(part("queued"), at, truth(true));
      each = new Stmt.Sequence(List.of(mark, append(at)));
    }
    return new Stmt.Sequence(
        List.of(
            set("head", Numbers.of(0)),
            set("batch", Numbers.of(0)),
            set("pending", Numbers.of(0)),
            forEach(each)));
  }

  private List<IndexExpr> loops() {
    List<IndexExpr> at = new ArrayList<>();
    for (int axis = 0; axis < type.rank(); axis++) {
      at.add(IndexExpr.variable("axis" + axis));
    }
    return at;
  }

  private Stmt forEach(Stmt body) {
    Stmt loop = body;
    for (int axis = type.rank() - 1; axis >= 0; axis--) {
      loop = new Stmt.For(Stmt.LoopOrder.SERIAL, "axis" + axis, type.extents().get(axis), loop);
    }
    return loop;
  }

  @Override
  public Scalar isEmpty() {
    return Numbers.equal(number("pending"), Numbers.of(0));
  }

  @Override
  public Stmt open() {
    Stmt take = new Stmt.Sequence(List.of());
    if (!isRelation()) {
      take = forEachInBatch(at -> new Stmt.Store(part("queued"), at, truth(false)));
    }
    return new Stmt.Sequence(
        List.of(set("batch", number("pending")), set("pending", Numbers.of(0)), take));
  }

  @Override
  public Stmt close() {
    IndexExpr next = place("head").plus(place("batch")).floorMod(places);
    return new Stmt.Sequence(
        List.of(set("head", new Scalar.Position(next)), set("batch", Numbers.of(0))));
  }

  @Override
  public Stmt forEachInBatch(Visit visit) {
    String loop = "entry";
    IndexExpr place = place("head").plus(IndexExpr.variable(loop)).floorMod(places);
    List<IndexExpr> at = new ArrayList<>();
    for (int axis = 0; axis < type.rank(); axis++) {
      Scalar kept = Numbers.read(part("at" + axis));
      at.add(new IndexExpr.Fetch(name, axis, type.extents().get(axis), kept));
    }
    Stmt body = visit.of(at);
    for (int axis = type.rank() - 1; axis >= 0; axis--) {
      String register = part("at" + axis);
      body = Numbers.with(register, Numbers.read(part("queue"), place, IndexExpr.of(axis)), body);
    }
    return Numbers.loop(loop, place("batch"), body);
  }

  @Override
  public Stmt improve(List<IndexExpr> at, Scalar value) {
    if (isRelation()) {
      Stmt hold = new Stmt.Store(name, at, truth(true));
      return new Stmt.When(not(read(at)), new Stmt.Sequence(List.of(hold, append(at))));
    }
    String register = part("value");
    Scalar taken = new Scalar.Binary(projection.combine(), read(at), value);
    Scalar now = new Scalar.Read(register, type.dtype(), List.of());
    Stmt change = new Stmt.Sequence(List.of(new Stmt.Store(name, at, now), enqueue(at)));
    return new Stmt.Allocate(
        new Buffer(register, new TensorType(type.dtype(), List.of()), Buffer.Scope.REGISTER),
        new Stmt.Sequence(
            List.of(
                new Stmt.Store(register, List.of(), taken),
                new Stmt.When(differs(read(at), now), change))));
  }

  private static Scalar differs(Scalar before, Scalar now) {
    Scalar differs = new Scalar.Binary(BinaryOp.NOT_EQUAL, before, now);
    if (!before.type().isFloat()) {
      return differs;
    }
    Scalar wasNumber = new Scalar.Binary(BinaryOp.EQUAL, before, before);
    Scalar isNumber = new Scalar.Binary(BinaryOp.EQUAL, now, now);
    Scalar anyNumber = new Scalar.Binary(BinaryOp.OR, wasNumber, isNumber);
    return new Scalar.Binary(BinaryOp.AND, differs, anyNumber);
  }

  /// The condition `0 ≤ index − of < 1`.
  static Guard equal(IndexExpr index, IndexExpr of) {
    return new Guard(index.minus(of), IndexExpr.Constant.ONE);
  }
}
