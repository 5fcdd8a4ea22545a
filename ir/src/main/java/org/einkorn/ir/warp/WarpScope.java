package org.einkorn.ir.warp;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.loop.MmaShape;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// What is known of loops on the way to a [WarpProduct], where the lane counts as `4 * GROUP +
/// MEMBER`: which lanes have one row, and which have one column.
final class WarpScope {
  /// Counts the rows that a warp holds, up to 8: `lane floordiv 4`. No loop of a program is called
  /// so.
  static final String GROUP = "warp.group'";

  /// Counts the lanes of a row, up to 4: `lane mod 4`.
  static final String MEMBER = "warp.member'";

  private static final Map<String, IndexExpr> FIRST_LANE =
      Map.of(GROUP, IndexExpr.Constant.ZERO, MEMBER, IndexExpr.Constant.ZERO);

  /// Of iterators of blocks and of the lane, over loops.
  private final Map<String, IndexExpr> meanings;

  private Assumptions known;

  /// The same, where the lane is a variable as it is in the program.
  private Assumptions ofProgram;

  /// What the parts of the lane are in the program.
  private Map<String, IndexExpr> parts = Map.of();

  WarpScope() {
    this(new HashMap<>(), Assumptions.NONE, Assumptions.NONE);
  }

  private WarpScope(Map<String, IndexExpr> meanings, Assumptions known, Assumptions ofProgram) {
    this.meanings = meanings;
    this.known = known;
    this.ofProgram = ofProgram;
  }

  // ---- what comes into scope

  void enter(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> {
        requireNew(loop.variable());
        known = inside(known, loop);
        ofProgram = inside(ofProgram, loop);
        meanings.put(loop.variable(), IndexExpr.variable(loop.variable()));
      }
      case Stmt.Block block -> {
        for (Stmt.BlockIter iter : block.iters()) {
          requireNew(iter.variable());
          meanings.put(iter.variable(), meaning(iter.binding()));
        }
      }
      case Stmt.Sequence _,
          Stmt.Allocate _,
          Stmt.If _,
          Stmt.When _,
          Stmt.While _,
          Stmt.Store _ -> {}
    }
  }

  private Assumptions inside(Assumptions outside, Stmt.For loop) {
    IndexExpr counter = IndexExpr.variable(loop.variable());
    return Walk.fetches(loop.extent())
        ? outside.and(Condition.atMost(IndexExpr.Constant.ZERO, counter))
        : outside.with(loop.variable(), meaning(loop.extent()));
  }

  void enterLanes(String lane) {
    requireNew(lane);
    IndexExpr inGroup = IndexExpr.of(MmaShape.LANES_OF_ROW);
    known = known.with(GROUP, IndexExpr.of(MmaShape.LANES).floorDiv(inGroup)).with(MEMBER, inGroup);
    meanings.put(lane, IndexExpr.variable(GROUP).times(inGroup).plus(IndexExpr.variable(MEMBER)));
    ofProgram = ofProgram.with(lane, IndexExpr.of(MmaShape.LANES));
    IndexExpr counter = IndexExpr.variable(lane);
    parts = Map.of(GROUP, counter.floorDiv(inGroup), MEMBER, counter.floorMod(inGroup));
  }

  /// A scope of a block's guards.
  WarpScope inside(Stmt.Block block) {
    WarpScope inside = new WarpScope(new HashMap<>(meanings), known, ofProgram);
    inside.enter(block);
    return inside;
  }

  private void requireNew(String variable) {
    if (meanings.containsKey(variable)) {
      throw new WarpSearch.Misfit("has two variables `" + variable + "` around it");
    }
  }

  // ---- what follows

  /// An expression over loops.
  IndexExpr meaning(IndexExpr expr) {
    return with(expr, meanings);
  }

  private static IndexExpr with(IndexExpr expr, Map<String, IndexExpr> values) {
    return expr instanceof IndexExpr.Variable(String name)
        ? values.getOrDefault(name, expr)
        : expr.mapParts(part -> with(part, values), part -> with(part, values)).folded();
  }

  private static Scalar with(Scalar scalar, Map<String, IndexExpr> values) {
    return scalar.mapParts(part -> with(part, values), part -> with(part, values));
  }

  /// A store over loops.
  Stmt.Store meaning(Stmt.Store store) {
    return new Stmt.Store(
        store.buffer(),
        store.indices().stream().map(this::meaning).toList(),
        with(store.value(), meanings));
  }

  /// A value whose positions are over the loops of the program.
  Scalar ofProgram(Scalar value) {
    return ofProgram.simplify(with(value, parts));
  }

  /// Positions over the loops of the program.
  private List<IndexExpr> ofProgram(List<IndexExpr> positions) {
    return positions.stream().map(index -> ofProgram.simplify(with(index, parts))).toList();
  }

  Scalar.Read ofProgram(Scalar.Read read) {
    return new Scalar.Read(read.tensor(), read.type(), ofProgram(read.indices()));
  }

  Stmt.Store ofProgram(Stmt.Store store) {
    return new Stmt.Store(store.buffer(), ofProgram(store.indices()), ofProgram(store.value()));
  }

  /// Whether all lanes of a warp compute the same number.
  boolean isUniform(IndexExpr expr) {
    IndexExpr own = meaning(expr);
    return !Walk.fetches(own) && isSame(own, FIRST_LANE);
  }

  /// Whether an expression over loops keeps its value where some of them have these values.
  boolean isSame(IndexExpr expr, Map<String, IndexExpr> values) {
    return known.proves(Condition.equal(expr, with(expr, values)));
  }

  boolean areSame(List<IndexExpr> exprs, Map<String, IndexExpr> values) {
    return exprs.stream().allMatch(expr -> isSame(expr, values));
  }

  /// Whether positions are never the same at two points of loops.
  boolean areApart(
      List<IndexExpr> exprs, Map<String, IndexExpr> one, Map<String, IndexExpr> other) {
    return exprs.stream()
        .anyMatch(expr -> known.proves(Condition.notEqual(with(expr, one), with(expr, other))));
  }

  boolean holds(Guard guard) {
    return !guard.fetches()
        && known.proves(Condition.of(new Guard(meaning(guard.index()), meaning(guard.extent()))));
  }
}
