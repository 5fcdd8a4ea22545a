package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.integer.Loop;
import org.einkorn.ir.integer.Region;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Repeat;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Substitution;

/// Whether every element of a buffer is stored, whatever the data and sizes are.
///
/// Each store whose position and conditions are no data reaches a box of elements ([Region]). Boxes
/// that are exact and as wide as the buffer on all axes but one are put in a row on that axis, from
/// 0 to its extent. A loop without rounds reaches nothing, so it has rounds wherever its box holds
/// something.
final class Coverage {
  private final Buffer buffer;

  /// A buffer of no elements is stored.
  private final Assumptions some;

  private final List<Piece> pieces = new ArrayList<>();

  /// What a store reaches.
  ///
  /// @param doubtful extents of loops that may have no round
  private record Piece(Region region, List<IndexExpr> doubtful) {}

  private Coverage(Buffer buffer) {
    this.buffer = buffer;
    Assumptions assumed = Assumptions.NONE;
    for (IndexExpr extent : buffer.type().extents()) {
      assumed = assumed.and(Condition.atMost(IndexExpr.Constant.ONE, extent));
    }
    this.some = assumed;
  }

  /// Whether a statement stores all elements of a buffer.
  static boolean isWhole(Stmt statement, Buffer buffer) {
    Coverage coverage = new Coverage(buffer);
    coverage.visit(statement, List.of(), Map.of(), List.of());
    return coverage.isWhole();
  }

  /// Whether all elements are stored before a function runs: by the caller, or by a function that
  /// has run by then.
  ///
  /// @param uses what is known of functions of the module
  static boolean isStoredBefore(Function function, Buffer buffer, Module module, Uses uses) {
    if (!module.buffers().contains(buffer)) {
      return true;
    }
    int place = module.placeOf(function.name());
    if (place > 0 && new Coverage(buffer).isWhole()) {
      return true; // it has no elements
    }
    Optional<Repeat> own = repeat(function, module);
    return module.functions().subList(0, place).stream()
        .filter(each -> uses.isStored(each, buffer.name()))
        .filter(each -> repeat(each, module).isEmpty() || repeat(each, module).equals(own))
        .anyMatch(each -> isWhole(each.body(), buffer));
  }

  /// The repetition that a function is part of.
  static Optional<Repeat> repeat(Function function, Module module) {
    int place = module.placeOf(function.name());
    return module.repeats().stream()
        .filter(
            repeat ->
                module.placeOf(repeat.first()) <= place && place <= module.placeOf(repeat.last()))
        .findFirst();
  }

  // ---- pieces

  private void visit(
      Stmt statement, List<Loop> loops, Map<String, IndexExpr> iterators, List<Guard> guards) {
    Substitution values = new Substitution(iterators);
    switch (statement) {
      case Stmt.For loop -> {
        if (!Walk.fetches(loop.extent())) {
          List<Loop> more = new ArrayList<>(loops);
          more.add(new Loop(loop.variable(), values.apply(loop.extent())));
          visit(loop.body(), more, iterators, guards);
        }
      }
      case Stmt.Block block -> {
        Map<String, IndexExpr> inside = new HashMap<>(iterators);
        for (Stmt.BlockIter iter : block.iters()) {
          inside.put(iter.variable(), values.apply(iter.binding()));
        }
        where(block.guards(), block.body(), loops, inside, guards);
      }
      case Stmt.If(List<Guard> more, Stmt body) -> where(more, body, loops, iterators, guards);
      case Stmt.Allocate(Buffer _, Stmt body) -> visit(body, loops, iterators, guards);
      case Stmt.Sequence(List<Stmt> parts) ->
          parts.forEach(part -> visit(part, loops, iterators, guards));
      case Stmt.Store(String name, List<IndexExpr> indices, Scalar _) -> {
        if (name.equals(buffer.name())) {
          store(values.positions(indices), loops, guards);
        }
      }
      case Stmt.When _, Stmt.While _ -> {}
    }
  }

  private void where(
      List<Guard> more,
      Stmt body,
      List<Loop> loops,
      Map<String, IndexExpr> iterators,
      List<Guard> guards) {
    if (more.stream().noneMatch(Guard::fetches)) {
      List<Guard> all = new ArrayList<>(guards);
      all.addAll(new Substitution(iterators).guards(more));
      visit(body, loops, iterators, all);
    }
  }

  private void store(List<IndexExpr> indices, List<Loop> loops, List<Guard> guards) {
    if (indices.stream().anyMatch(Walk::fetches)
        || loops.stream().anyMatch(loop -> Walk.fetches(loop.extent()))) {
      return;
    }
    Set<String> running = loops.stream().map(Loop::variable).collect(Collectors.toSet());
    List<IndexExpr> doubtful = new ArrayList<>();
    Assumptions scope = some;
    for (Loop loop : loops) {
      if (!Scopes.isPositive(loop.extent(), scope)) {
        if (Walk.variables(loop.extent()).stream().anyMatch(running::contains)) {
          return;
        }
        doubtful.add(loop.extent());
      }
      scope = scope.with(loop.variable(), loop.extent());
    }
    for (Guard guard : guards) {
      // What is asked once for all rounds cuts no box.
      if (Walk.variables(guard.index()).stream().noneMatch(running::contains)
          && !scope.proves(Condition.of(guard))) {
        return;
      }
    }
    Region region =
        Region.of(
            List.of(new Region.Access(indices, guards)), loops, buffer.type().extents(), some);
    if (region.isExact()) {
      pieces.add(new Piece(region, doubtful));
    }
  }

  // ---- all of them

  private boolean isWhole() {
    int rank = buffer.type().rank();
    if (rank == 0) {
      return pieces.stream().anyMatch(piece -> piece.doubtful().isEmpty());
    }
    for (int axis = 0; axis < rank; axis++) {
      if (isWhole(axis)) {
        return true;
      }
    }
    return false;
  }

  private boolean isWhole(int axis) {
    List<Piece> open = new ArrayList<>();
    for (Piece piece : pieces) {
      if (isWide(piece, axis)) {
        open.add(piece);
      }
    }
    IndexExpr reached = IndexExpr.Constant.ZERO;
    while (!some.proves(Condition.atMost(buffer.type().extents().get(axis), reached))) {
      IndexExpr from = reached;
      Optional<Piece> next =
          open.stream()
              .filter(piece -> starts(piece.region().ranges().get(axis), from))
              .findFirst();
      if (next.isEmpty()) {
        return false;
      }
      open.remove(next.get());
      reached = end(next.get().region().ranges().get(axis));
    }
    return true;
  }

  private boolean isWide(Piece piece, int axis) {
    for (int other = 0; other < buffer.type().rank(); other++) {
      Region.Range range = piece.region().ranges().get(other);
      IndexExpr extent = buffer.type().extents().get(other);
      if (other != axis
          && !(starts(range, IndexExpr.Constant.ZERO)
              && some.proves(Condition.atMost(extent, end(range))))) {
        return false;
      }
    }
    IndexExpr length = piece.region().ranges().get(axis).extent();
    return piece.doubtful().stream()
        .allMatch(
            extent ->
                some.and(Condition.atMost(extent, IndexExpr.Constant.ZERO))
                    .proves(Condition.atMost(length, IndexExpr.Constant.ZERO)));
  }

  private boolean starts(Region.Range range, IndexExpr place) {
    return some.proves(Condition.atMost(range.start(), place));
  }

  private static IndexExpr end(Region.Range range) {
    return range.start().plus(range.extent());
  }
}
