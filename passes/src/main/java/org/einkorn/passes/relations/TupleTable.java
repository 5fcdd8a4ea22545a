package org.einkorn.passes.relations;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Growth;
import org.einkorn.ir.loop.Listing;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.runtime.DType;

/// A relation kept as the list of its tuples, each once, in memory that grows with their number.
///
/// Tuples are numbered from 1 in the order in which they came. Each index of the table is a hash
/// table with chains over some axes: `head[b]` is the tuple of bucket `b` that came last, `next[t]`
/// the one before tuple `t` in its bucket, 0 none. The index over all axes tells whether a tuple is
/// there. Tuple 0 is at no position, and ends every search.
public final class TupleTable {
  /// Keeps the hashes of the axes before from filling the range of an `i64`.
  private static final long HASH_RANGE = 1L << 40;

  private final String name;
  private final TensorType type;
  private final IndexExpr places;
  private final List<Integer> allAxes;
  private final Set<List<Integer>> indexes = new LinkedHashSet<>();

  /// @param asked the axes of further indexes
  TupleTable(String name, TensorType type, Set<List<Integer>> asked) {
    this.name = name;
    this.type = type;
    this.places = IndexExpr.symbol(part("places"));
    this.allAxes = IntStream.range(0, type.rank()).boxed().toList();
    indexes.add(allAxes);
    indexes.addAll(asked);
  }

  /// The axes of all its indexes. What is asked for while code is written must be there from the
  /// beginning, as all that puts tuples in keeps every index.
  Set<List<Integer>> indexes() {
    return Set.copyOf(indexes);
  }

  String name() {
    return name;
  }

  TensorType type() {
    return type;
  }

  private String part(String part) {
    return name + "." + part;
  }

  private String tuples() {
    return part("tuples");
  }

  private String count() {
    return part("count");
  }

  private static String suffix(List<Integer> axes) {
    StringBuilder suffix = new StringBuilder();
    axes.forEach(axis -> suffix.append(suffix.isEmpty() ? "" : "_").append(axis));
    return suffix.toString();
  }

  private String head(List<Integer> axes) {
    return part("head" + suffix(axes));
  }

  private String next(List<Integer> axes) {
    return part("next" + suffix(axes));
  }

  /// All its memory; to be asked when all its uses are written.
  List<Buffer> buffers() {
    List<Buffer> buffers = new ArrayList<>();
    buffers.add(Numbers.buffer(tuples(), places, IndexExpr.of(Math.max(1, type.rank()))));
    buffers.add(Numbers.buffer(count()));
    for (List<Integer> axes : indexes) {
      buffers.add(Numbers.buffer(head(axes), places));
      buffers.add(Numbers.buffer(next(axes), places));
    }
    return buffers;
  }

  Growth growth() {
    return new Growth(part("places"), tuples());
  }

  /// An output whose tuples are those of this table in the end.
  public Listing listing(String output) {
    return new Listing(output, tuples(), count());
  }

  // ------------------------------------------------------------------- expressions

  private IndexExpr tuple(Scalar number) {
    return Numbers.place(tuples(), places, number);
  }

  /// How many places of the list are taken, tuple 0 among them.
  Scalar taken() {
    return Numbers.read(count());
  }

  private Scalar position(IndexExpr tuple, int axis) {
    return Numbers.read(tuples(), tuple, IndexExpr.of(axis));
  }

  /// The bucket of positions on some axes. Mixing is SplitMix64's finalizer.
  private Scalar bucket(List<Integer> axes, List<IndexExpr> at) {
    Scalar hash = Numbers.of(0);
    for (int number = 0; number < axes.size(); number++) {
      Scalar position = Numbers.of(at.get(axes.get(number)));
      Scalar sum = number == 0 ? position : Numbers.plus(modulo(hash, HASH_RANGE), position);
      hash = new Scalar.Unary(UnaryOp.MIX, sum);
    }
    return new Scalar.Binary(BinaryOp.MODULO, hash, Numbers.of(places));
  }

  private static Scalar modulo(Scalar number, long of) {
    return new Scalar.Binary(BinaryOp.MODULO, number, Numbers.of(of));
  }

  /// Whether a tuple differs from positions on some axes.
  private Scalar differs(List<Integer> axes, IndexExpr tuple, List<IndexExpr> at) {
    return axes.stream()
        .map(axis -> Numbers.differs(position(tuple, axis), Numbers.of(at.get(axis))))
        .reduce((one, other) -> new Scalar.Binary(BinaryOp.OR, one, other))
        .orElse(Scalar.Literal.of(DType.BOOL, 0));
  }

  // -------------------------------------------------------------------- statements

  /// Makes the table empty.
  public Stmt clear() {
    List<Stmt> all = new ArrayList<>();
    for (int axis = 0; axis < Math.max(1, type.rank()); axis++) {
      all.add(Numbers.set(tuples(), Numbers.of(-1), IndexExpr.Constant.ZERO, IndexExpr.of(axis)));
    }
    all.add(Numbers.set(count(), Numbers.of(1)));
    IndexExpr bucket = IndexExpr.variable("bucket");
    for (List<Integer> axes : indexes) {
      all.add(Numbers.loop("bucket", places, Numbers.set(head(axes), Numbers.of(0), bucket)));
    }
    return new Stmt.Sequence(all);
  }

  /// Runs a statement if a tuple is there, or if it is not.
  ///
  /// @param found a free name for a register
  Stmt probe(List<IndexExpr> at, boolean isThere, String found, Stmt body) {
    Scalar number = Numbers.read(found);
    Scalar none = Numbers.of(0);
    Scalar isAsked = isThere ? Numbers.differs(number, none) : Numbers.equal(number, none);
    return Numbers.with(
        found,
        Numbers.read(head(allAxes), bucketPlace(allAxes, at)),
        Numbers.sequence(search(found, at), new Stmt.When(isAsked, body)));
  }

  private IndexExpr bucketPlace(List<Integer> axes, List<IndexExpr> at) {
    return Numbers.place(head(axes), places, bucket(axes, at));
  }

  /// Follows the chain from the tuple in a register to the tuple at some positions, or to tuple 0.
  private Stmt search(String register, List<IndexExpr> at) {
    Scalar number = Numbers.read(register);
    Scalar isOther =
        new Scalar.Binary(
            BinaryOp.AND,
            Numbers.differs(number, Numbers.of(0)),
            differs(allAxes, tuple(number), at));
    return new Stmt.While(
        isOther, Numbers.set(register, Numbers.read(next(allAxes), tuple(number))));
  }

  /// Puts a tuple in if it is not there.
  public Stmt insert(List<IndexExpr> at) {
    String bucket = part("bucket");
    String found = part("found");
    IndexExpr bucketPlace = Numbers.place(head(allAxes), places, Numbers.read(bucket));
    IndexExpr last = tuple(taken());
    List<Stmt> all = new ArrayList<>();
    for (int axis : allAxes) {
      all.add(Numbers.set(tuples(), Numbers.of(at.get(axis)), last, IndexExpr.of(axis)));
    }
    all.add(link(allAxes, bucketPlace));
    for (List<Integer> axes : indexes) {
      if (!axes.equals(allAxes)) {
        all.add(link(axes, bucketPlace(axes, at)));
      }
    }
    all.add(Numbers.set(count(), Numbers.plus(taken(), Numbers.of(1))));
    Stmt add = new Stmt.Sequence(all);
    return Numbers.with(
        bucket,
        bucket(allAxes, at),
        Numbers.with(
            found,
            Numbers.read(head(allAxes), bucketPlace),
            Numbers.sequence(
                search(found, at),
                new Stmt.When(Numbers.equal(Numbers.read(found), Numbers.of(0)), add))));
  }

  /// Puts the tuple that comes next at the head of a bucket.
  private Stmt link(List<Integer> axes, IndexExpr bucket) {
    return Numbers.sequence(
        Numbers.set(next(axes), Numbers.read(head(axes), bucket), tuple(taken())),
        Numbers.set(head(axes), taken(), bucket));
  }

  /// What is done with one tuple.
  interface Visit {
    /// @param at its position on each axis
    Stmt of(List<IndexExpr> at);
  }

  /// Visits the tuples at positions on some axes. Tuples that come in meanwhile are not visited.
  ///
  /// @param axes those whose positions are given, in order; one at least
  /// @param at positions on all axes, of which those not in `axes` are ignored
  /// @param loop a free name; registers take names that begin with it
  Stmt forEachAt(List<Integer> axes, List<IndexExpr> at, String loop, Visit visit) {
    indexes.add(axes);
    String current = loop + ".tuple";
    Scalar number = Numbers.read(current);
    Stmt body =
        new Stmt.When(
            new Scalar.Unary(UnaryOp.NOT, differs(axes, tuple(number), at)),
            visited(number, loop, visit));
    Stmt follow = Numbers.set(current, Numbers.read(next(axes), tuple(number)));
    return Numbers.with(
        current,
        Numbers.read(head(axes), bucketPlace(axes, at)),
        new Stmt.While(Numbers.differs(number, Numbers.of(0)), Numbers.sequence(body, follow)));
  }

  /// Visits the tuples from one number to before another.
  Stmt forEach(Scalar from, Scalar to, String loop, Visit visit) {
    String current = loop + ".tuple";
    Scalar number = Numbers.plus(Numbers.read(current), Numbers.of(IndexExpr.variable(loop)));
    return Numbers.with(
        current,
        from,
        Numbers.loop(
            loop, tuple(Numbers.minus(to, Numbers.read(current))), visited(number, loop, visit)));
  }

  /// Visits all tuples.
  Stmt forEach(String loop, Visit visit) {
    return forEach(Numbers.of(1), taken(), loop, visit);
  }

  private Stmt visited(Scalar number, String loop, Visit visit) {
    List<IndexExpr> at = new ArrayList<>();
    for (int axis : allAxes) {
      Scalar kept = Numbers.read(loop + ".at" + axis);
      at.add(new IndexExpr.Fetch(name, axis, type.extents().get(axis), kept));
    }
    Stmt body = visit.of(at);
    for (int axis : allAxes.reversed()) {
      body = Numbers.with(loop + ".at" + axis, position(tuple(number), axis), body);
    }
    return body;
  }
}
