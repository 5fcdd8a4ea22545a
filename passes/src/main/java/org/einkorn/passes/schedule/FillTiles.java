package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Use;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.Pass;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// Computes all rows of a tile in memory of its own at an edge, where conditions keep those past
/// the edge from being read.
///
/// ```text
/// alloc acc { for k { for unrolled r < 8 { if 0 <= r + 8 * i < n { acc[r] += a[r + 8 * i, k] } } }
///             for unrolled r < 8 { if 0 <= r + 8 * i < n { y[r + 8 * i] = acc[r] } } }
/// → if 0 <= 8 * i < n {
///     alloc acc { for k { for unrolled r < 8 { acc[r] += a[min(r, n - 1 - 8 * i) + 8 * i, k] } }
///                 for unrolled r < 8 { if 0 <= r + 8 * i < n { y[r + 8 * i] = acc[r] } } } }
/// ```
///
/// A row past the edge does what the last one before it does, so nothing else is read and nothing
/// else can fail. What is won: a loop without a branch for each row, which compilers would
/// otherwise write once for each number of rows.
///
/// Lanes of vectors past an edge compute with zeros: the condition goes to what they read.
///
/// ```text
/// for vectorized j < 32 { if 0 <= j + 32 * i < n { acc[j] += a[j + 32 * i] * b } }
/// → for vectorized j < 32 { acc[j] += select(j + 32 * i < n, a[j + 32 * i], 0) * b }
/// ```
///
/// What is won there: vectors are read in part, but computed as a whole, and no sum is mixed with
/// what it was. That is done with floats, of which no sum or product fails, and for machines that
/// are known to have vectors: one element after the other would be asked for as many times.
public final class FillTiles {
  /// `if g(r) { acc[r] = … a[r] … } → acc[r] = … a[min(r, last)] …` in functions that have a
  /// schedule.
  public static final Pass<Module> PASS =
      new Pass<>(
          "fill-tiles",
          "computes rows of tiles past an edge without conditions, in scheduled functions",
          (module, context) -> {
            boolean hasVectors = context.machine().hasVectors();
            return ScheduledFunctions.map(
                module, context, body -> filled(body, Assumptions.NONE, hasVectors));
          });

  /// @param lanes whether lanes are filled too
  private static Stmt filled(Stmt statement, Assumptions scope, boolean lanes) {
    Assumptions inside = Scopes.inside(scope, statement);
    Stmt current = statement.mapChildren(each -> filled(each, inside, lanes));
    return current instanceof Stmt.Allocate allocation
            && allocation.buffer().scope() != Buffer.Scope.SHARED
        ? filled(allocation, scope, lanes)
        : current;
  }

  private static Stmt filled(Stmt.Allocate allocation, Assumptions scope, boolean lanes) {
    Buffer buffer = allocation.buffer();
    Stmt body = allocation.body();
    List<Use> uses = Use.of(body, buffer.name());
    for (Edge edge : edges(buffer, uses, scope)) {
      if (edge.ofLanes() && !lanes) {
        continue;
      }
      Optional<Stmt> whole = new FillTiles(buffer.name(), edge).whole(body);
      if (whole.isPresent()) {
        Guard any = edge.ofFirst();
        Condition condition = Condition.of(any);
        Stmt tile = filled(new Stmt.Allocate(buffer, whole.get()), scope.and(condition), lanes);
        return scope.proves(condition) ? tile : new Stmt.If(List.of(any), tile);
      }
    }
    return allocation;
  }

  // ---- where a tile has an edge

  /// A condition on rows or lanes of a tile, the same wherever one is read or stored: it holds for
  /// the first ones.
  ///
  /// @param row the variable of the loops over them
  /// @param ofLanes whether these are lanes
  private record Edge(Guard guard, String row, boolean ofLanes) {
    /// The condition on the first row: whether there are any.
    Guard ofFirst() {
      return Substitution.of(row, IndexExpr.Constant.ZERO).apply(guard);
    }

    /// A row, or the last one that is not past the edge.
    IndexExpr clamped() {
      Guard first = ofFirst();
      return IndexExpr.variable(row).min(first.extent().minus(first.index()).plus(-1));
    }

    /// What is read before the edge, and 0 past it.
    Scalar orZero(Scalar.Read read) {
      Scalar inside =
          new Scalar.Binary(
              BinaryOp.LESS,
              new Scalar.Position(guard.index()),
              new Scalar.Position(guard.extent()));
      return new Scalar.Select(inside, read, Scalar.Literal.of(read.type(), 0));
    }
  }

  private static List<Edge> edges(Buffer buffer, List<Use> uses, Assumptions scope) {
    List<Edge> edges = new ArrayList<>();
    if (uses.isEmpty()) {
      return edges;
    }
    for (Guard guard : new LinkedHashSet<>(uses.getFirst().guards())) {
      for (Stmt.For loop : uses.getFirst().loops()) {
        boolean ofLanes = loop.kind() == Stmt.LoopOrder.VECTORIZED;
        Edge edge = new Edge(guard, loop.variable(), ofLanes);
        if ((loop.kind() == Stmt.LoopOrder.UNROLLED || ofLanes && hasLanes(buffer, uses, loop))
            && Use.areUnder(guard, loop, uses)
            && isAtEnd(edge, scope)) {
          edges.add(edge);
        }
      }
    }
    return edges;
  }

  /// Whether a buffer of floats has an element for each lane, side by side.
  private static boolean hasLanes(Buffer buffer, List<Use> uses, Stmt.For loop) {
    List<IndexExpr> extents = buffer.type().extents();
    IndexExpr lane = IndexExpr.variable(loop.variable());
    return buffer.type().dtype().isFloat()
        && !extents.isEmpty()
        && extents.getLast().equals(loop.extent())
        && uses.stream().allMatch(use -> use.indices().getLast().equals(lane));
  }

  /// Whether all rows past the edge are the last ones: the condition is `row + c < n`, and `c` is
  /// not negative.
  private static boolean isAtEnd(Edge edge, Assumptions scope) {
    Guard guard = edge.guard();
    Guard first = edge.ofFirst();
    return scope.simplify(guard.index().minus(first.index())).equals(IndexExpr.variable(edge.row()))
        && first.extent().equals(guard.extent())
        && scope.proves(Condition.atMost(IndexExpr.Constant.ZERO, first.index()));
  }

  // ---- the tile without it

  private final String buffer;
  private final Edge edge;

  /// What puts the last row in the place of one past the edge.
  private final Substitution last;

  private FillTiles(String buffer, Edge edge) {
    this.buffer = buffer;
    this.edge = edge;
    this.last = Substitution.of(edge.row(), edge.clamped());
  }

  /// The statements without the condition where only the buffer is stored to; nothing where it
  /// stands around other stores only, or around one that has to keep it: a row that is computed in
  /// part would go on with numbers that no row has.
  private Optional<Stmt> whole(Stmt body) {
    if (!canFill(body)) {
      return Optional.empty();
    }
    Stmt whole = withoutGuard(body);
    return whole == body ? Optional.empty() : Optional.of(whole);
  }

  /// Whether nothing around a store to the buffer tells rows apart but the condition, which can go.
  private boolean canFill(Stmt statement) {
    if (!isStoredTo(statement) || statement instanceof Stmt.Store) {
      return true;
    }
    if (statement instanceof Stmt.If(List<Guard> guards, Stmt body)
        && guards.contains(edge.guard())) {
      return canClamp(guards, body);
    }
    return Statements.indices(statement).stream().noneMatch(this::mentions)
        && Statements.value(statement).stream()
            .noneMatch(value -> Walk.variables(value).contains(edge.row()))
        && statement.children().stream().allMatch(this::canFill);
  }

  private boolean isStoredTo(Stmt statement) {
    return statement instanceof Stmt.Store store && store.buffer().equals(buffer)
        || statement.children().stream().anyMatch(this::isStoredTo);
  }

  private Stmt withoutGuard(Stmt statement) {
    if (statement instanceof Stmt.If(List<Guard> guards, Stmt body)
        && guards.contains(edge.guard())
        && canClamp(guards, body)) {
      List<Guard> others = guards.stream().filter(each -> !each.equals(edge.guard())).toList();
      Stmt clamped = clamped(body);
      return others.isEmpty() ? clamped : new Stmt.If(others, clamped);
    }
    return statement.mapChildren(this::withoutGuard);
  }

  /// Whether the row stands in values alone, of stores to the buffer.
  private boolean canClamp(List<Guard> guards, Stmt body) {
    boolean[] can = {
      guards.stream().allMatch(each -> each.equals(edge.guard()) || !mentions(each))
    };
    Statements.forEach(
        body,
        each ->
            can[0] &=
                switch (each) {
                  case Stmt.Store store ->
                      store.buffer().equals(buffer)
                          && (!edge.ofLanes() || canFillLanes(store.value()));
                  case Stmt.Sequence _ -> true;
                  case Stmt.For _, Stmt.If _ ->
                      Statements.indices(each).stream().noneMatch(this::mentions);
                  case Stmt.Block _, Stmt.Allocate _, Stmt.When _, Stmt.While _ -> false;
                });
    return can[0];
  }

  /// Whether lanes that read zeros compute a number, too.
  private boolean canFillLanes(Scalar value) {
    boolean[] can = {!Faults.mayFail(value)};
    Walk.of(
            part ->
                can[0] &=
                    part.type() == DType.F32
                        || part.type() == DType.F64
                        || !Walk.variables(part).contains(edge.row()),
            index -> can[0] &= !(index instanceof IndexExpr.Fetch))
        .visit(value);
    return can[0];
  }

  private boolean mentions(Guard guard) {
    return mentions(guard.index()) || mentions(guard.extent());
  }

  private boolean mentions(IndexExpr expr) {
    return Walk.variables(expr).contains(edge.row());
  }

  private Stmt clamped(Stmt statement) {
    if (!(statement instanceof Stmt.Store store)) {
      return statement.mapChildren(this::clamped);
    }
    return edge.ofLanes()
        ? new Stmt.Store(store.buffer(), store.indices(), orZero(store.value()))
        : new Stmt.Store(store.buffer(), inRow(store.indices()), clamped(store.value()));
  }

  /// A value whose reads of other buffers by lanes are 0 past the edge.
  private Scalar orZero(Scalar value) {
    return value instanceof Scalar.Read read
            && !read.tensor().equals(buffer)
            && read.indices().stream().anyMatch(this::mentions)
        ? edge.orZero(read)
        : value.mapParts(UnaryOperator.identity(), this::orZero);
  }

  private Scalar clamped(Scalar value) {
    return value instanceof Scalar.Read(String tensor, DType type, List<IndexExpr> indices)
            && tensor.equals(buffer)
        ? new Scalar.Read(tensor, type, inRow(indices))
        : value.mapParts(last::apply, this::clamped);
  }

  /// A position in the row itself that is, on the other axes, where the last row has it.
  private List<IndexExpr> inRow(List<IndexExpr> indices) {
    int axis = indices.indexOf(IndexExpr.variable(edge.row()));
    List<IndexExpr> positions = new ArrayList<>(indices);
    positions.replaceAll(last::apply);
    positions.set(axis, indices.get(axis));
    return positions;
  }
}
