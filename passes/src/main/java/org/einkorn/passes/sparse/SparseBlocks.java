package org.einkorn.passes.sparse;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.nest.NestBuilder;
import org.einkorn.passes.nest.Numbers;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.runtime.DType;

/// The loops of a term whose innermost one is over many rows of the result: blocks of rows, each of
/// which goes through all entries.
///
/// ```text
/// for entries { for n < N { acc[n, c] += v * x[n, a] } }
///   →  for n.block < (N + 127) floordiv 128 {
///        fill; for entries { for n.0 < 128 { if n < N { acc[n, c] += v * x[n, a] } } }; convert }
/// ```
///
/// An element is combined from the same values in the same order. Without blocks each entry goes
/// through the columns of all rows; the rows of a block stay in the nearest cache, and lie as
/// vectors need them once a schedule copies them so.
///
/// @param rows the axis over rows, the innermost
/// @param own which axis of the result it is
/// @param size how many rows a block has
record SparseBlocks(SparseTerm sparse, Axis rows, int own, long size) {
  /// Rows of a block, the most that vectors do in one go and the fewest that they are there for.
  private static final long MOST_ROWS = 128;

  private static final long LEAST_ROWS = 32;

  /// A number of rows or of entries that nobody knows is taken for this.
  private static final long UNKNOWN = 1024;

  /// Cycles of an element that is combined in a row of its own, among others.
  private static final double APART = 4;

  /// Cycles of an element that is copied to a block, or back.
  private static final double COPIED = 2;

  /// Cycles of a vector that is combined in a block.
  private static final double VECTOR = 4;

  /// Blocks of rows for a term, where they can be and pay.
  ///
  /// @param result what the term is stored in, of an accumulator's type
  /// @param buffers all memory, by name
  static Optional<SparseBlocks> of(
      SparseTerm sparse, Buffer result, Map<String, Buffer> buffers, PassContext context) {
    Contraction term = sparse.term();
    List<SparseNest.Loop> loops = SparseNest.loops(sparse);
    Axis rows = term.axes().getLast();
    int own = term.write().indexOf(rows.variable());
    boolean isInnermost = own >= 0 && loops.size() > 1 && loops.getLast() == SparseNest.Loop.FULL;
    for (int depth = 0; depth < loops.size() - 1; depth++) {
      isInnermost &=
          loops.get(depth) != SparseNest.Loop.FULL
              || term.axes().get(depth).extent() instanceof IndexExpr.Constant;
    }
    if (!isInnermost || !isFree(sparse, rows)) {
      return Optional.empty();
    }
    Set<Scalar.Read> read = reads(sparse.value(), rows);
    double width = width(result.type().extents(), own);
    for (Scalar.Read each : read) {
      Buffer buffer = buffers.get(each.tensor());
      int axis = each.indices().indexOf(rows.variable());
      if (buffer == null || !isAlong(each, axis, rows)) {
        return Optional.empty();
      }
      width += width(buffer.type().extents(), axis);
    }
    long bytes = result.type().dtype().byteSize();
    long size = MOST_ROWS;
    while (size > LEAST_ROWS && width * bytes * size > context.machine().l1Bytes()) {
      size /= 2;
    }
    boolean fits = width * bytes * size <= context.machine().l1Bytes();
    return fits && pays(sparse, read.size(), width, rounds(rows.extent(), context), context)
        ? Optional.of(new SparseBlocks(sparse, rows, own, size))
        : Optional.empty();
  }

  /// Whether rows are cheaper in blocks, by counting cycles for one of them. Blocks that nobody
  /// schedules have no lanes, and gain nothing.
  private static boolean pays(
      SparseTerm sparse, int reads, double width, long rows, PassContext context) {
    long entries = UNKNOWN;
    for (SparseTerm.Source source : sparse.sources()) {
      entries = Math.min(entries, rounds(source.list().entries().entry().extent(), context));
    }
    double apart = entries * APART * (1 + reads);
    double lanes = context.machine().lanes(sparse.value().type());
    double inBlock = width * COPIED + entries * VECTOR * (1 + reads) / lanes;
    boolean isShort = context.isShort((double) rows * entries);
    return rows >= 2 * MOST_ROWS && !isShort && inBlock < apart;
  }

  private static long rounds(IndexExpr extent, PassContext context) {
    OptionalLong known = context.sizes().of(extent);
    return known.orElse(UNKNOWN);
  }

  /// Whether nothing but what is combined needs to know which row it is.
  private static boolean isFree(SparseTerm sparse, Axis rows) {
    boolean isRestricted =
        sparse.conditions().stream()
                .anyMatch(condition -> Expressions.variables(condition).contains(rows.name()))
            || sparse.term().guards().stream()
                .anyMatch(
                    guard ->
                        Expressions.variables(new Scalar.Position(guard.index()))
                                .contains(rows.name())
                            || guard.fetches());
    return !isRestricted && !fetches(sparse.value());
  }

  private static boolean fetches(Scalar value) {
    boolean[] found = {false};
    Walk.ofIndices(part -> found[0] |= part instanceof IndexExpr.Fetch).visit(value);
    return found[0];
  }

  /// What a value reads that is another element in each row.
  private static Set<Scalar.Read> reads(Scalar value, Axis rows) {
    Set<Scalar.Read> found = new HashSet<>();
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read && mentions(read.indices(), rows)) {
                found.add(read);
              }
            })
        .visit(value);
    return found;
  }

  private static boolean mentions(List<IndexExpr> indices, Axis rows) {
    return indices.stream().anyMatch(index -> Walk.variables(index).contains(rows.name()));
  }

  /// Whether rows are one axis of a tensor, and the others do not depend on them.
  private static boolean isAlong(Scalar.Read read, int axis, Axis rows) {
    if (axis < 0) {
      return false;
    }
    List<IndexExpr> others = new ArrayList<>(read.indices());
    others.remove(axis);
    return !mentions(others, rows);
  }

  /// How many elements a row has; more than any cache holds where that is not known.
  private static double width(List<IndexExpr> extents, int rows) {
    double width = 1;
    for (int axis = 0; axis < extents.size(); axis++) {
      if (axis != rows) {
        width *= extents.get(axis) instanceof IndexExpr.Constant(long size) ? size : 1e9;
      }
    }
    return width;
  }

  // ------------------------------------------------------------------------- loops

  /// What is stored at an element.
  interface AtElement {
    Stmt of(List<IndexExpr> at);
  }

  /// A loop over blocks.
  ///
  /// @param accumulator what values are combined in
  /// @param taken the names of axes
  /// @param fill begins an element of the accumulator
  /// @param nest the loops over entries with the leaf that it is given
  /// @param convert stores an element of the result
  Stmt loops(
      Buffer accumulator, Set<String> taken, AtElement fill, Entries nest, AtElement convert) {
    String block = free(rows.name() + ".block", taken);
    String row = NestBuilder.loopName(rows, taken);
    Stmt filled = each(accumulator, block, free(rows.name() + ".fill", taken), taken, fill);
    Stmt combined =
        nest.of(
            (depth, inside) -> {
              inside.bind(rows.name(), here(block, row));
              return inRows(block, row, inside.from(depth + 1));
            });
    Stmt stored = each(accumulator, block, free(rows.name() + ".store", taken), taken, convert);
    IndexExpr blocks = rows.extent().plus(size - 1).floorDiv(IndexExpr.of(size));
    return Numbers.loop(block, blocks, filled, combined, stored);
  }

  /// Loops over entries.
  interface Entries {
    /// @param rows stands at the place of the loop over rows
    Stmt of(SparseNest.Leaf rows);
  }

  private IndexExpr here(String block, String row) {
    return IndexExpr.variable(block).times(IndexExpr.of(size)).plus(IndexExpr.variable(row));
  }

  /// The rows of a block that there are.
  private Stmt inRows(String block, String row, Stmt body) {
    Stmt guarded = new Stmt.If(List.of(new Guard(here(block, row), rows.extent())), body);
    return Numbers.loop(row, IndexExpr.of(size), guarded);
  }

  /// All elements of a block.
  private Stmt each(
      Buffer accumulator, String block, String row, Set<String> taken, AtElement what) {
    List<IndexExpr> extents = accumulator.type().extents();
    List<IndexExpr> at = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int axis = 0; axis < extents.size(); axis++) {
      names.add(free(row + ".axis" + axis, taken));
      at.add(axis == own ? here(block, row) : IndexExpr.variable(names.get(axis)));
    }
    Stmt inside = inRows(block, row, what.of(at));
    for (int axis = extents.size() - 1; axis >= 0; axis--) {
      if (axis != own) {
        inside = Numbers.loop(names.get(axis), extents.get(axis), inside);
      }
    }
    return inside;
  }

  private static String free(String wanted, Set<String> taken) {
    String name = wanted;
    for (int number = 1; taken.contains(name); number++) {
      name = wanted + number;
    }
    return name;
  }

  /// Memory like a result, to combine values in.
  static Buffer accumulator(String result, Buffer target, DType type) {
    return new Buffer(
        result + ".acc", new TensorType(type, target.type().extents()), Buffer.Scope.GLOBAL);
  }
}
