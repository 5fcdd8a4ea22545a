package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.tensor.Guard;

/// Decides whether the rounds of a loop may run in any order and at once.
///
/// They may where one axis of each buffer that is stored is the loop's own: every block that
/// touches the buffer, to store or to read, touches it on that axis at a spatial iterator that is
/// bound to exactly this loop. It is not enough that stores lie apart. In
///
/// ```text
/// for i { T[i] = X[i]; Y[i] = T[i - 1] }
/// ```
///
/// each round needs the one before it, although no two store the same element.
final class IndependentRounds {
  private final String loop;
  private final Set<String> locals = new HashSet<>();
  private final Set<String> stored = new HashSet<>();

  /// The axes on which every access so far was the loop's own, for each buffer.
  private final Map<String, Set<Integer>> ownAxes = new HashMap<>();

  private IndependentRounds(String loop) {
    this.loop = loop;
  }

  /// Whether the rounds of the loop over `variable` with this body are independent.
  static boolean of(String variable, Stmt body) {
    IndependentRounds rounds = new IndependentRounds(variable);
    rounds.visit(body);
    return rounds.stored.stream()
        .noneMatch(buffer -> rounds.ownAxes.getOrDefault(buffer, Set.of()).isEmpty());
  }

  private void visit(Stmt statement) {
    switch (statement) {
      case Stmt.For(var _, var _, IndexExpr extent, var _, Stmt body) -> {
        reads().visit(extent);
        visit(body);
      }
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(this::visit);
      case Stmt.Allocate(var buffer, Stmt body) -> {
        locals.add(buffer.name());
        visit(body);
      }
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        for (Guard guard : guards) {
          reads().visit(guard.index());
          reads().visit(guard.extent());
        }
        visit(body);
      }
      case Stmt.When(Scalar condition, Stmt body) -> {
        reads().visit(condition);
        visit(body);
      }
      case Stmt.While(Scalar condition, Stmt body) -> {
        reads().visit(condition);
        visit(body);
      }
      case Stmt.Store(String buffer, List<IndexExpr> indices, Scalar value) -> {
        indices.forEach(reads()::visit);
        reads().visit(value);
        store(buffer, Set.of());
      }
      case Stmt.Block block -> visit(block);
    }
  }

  /// Reads outside a block, of which nobody says which round they belong to.
  private Walk reads() {
    return Walk.ofScalars(
        part -> {
          if (part instanceof Scalar.Read read) {
            touch(read.tensor(), Set.of());
          }
        });
  }

  private void visit(Stmt.Block block) {
    List<Stmt.Range> own = new ArrayList<>();
    for (Stmt.BlockIter iter : block.iters()) {
      reads().visit(iter.binding());
      if (iter.kind() == IterKind.SPATIAL && iter.binding().equals(IndexExpr.variable(loop))) {
        own.add(new Stmt.Range(IndexExpr.variable(iter.variable()), IndexExpr.Constant.ONE));
      }
    }
    block.reads().forEach(region -> touch(region.buffer(), axes(region, own)));
    block.writes().forEach(region -> store(region.buffer(), axes(region, own)));
  }

  private static Set<Integer> axes(Stmt.Region region, List<Stmt.Range> own) {
    Set<Integer> axes = new HashSet<>();
    for (int axis = 0; axis < region.ranges().size(); axis++) {
      if (own.contains(region.ranges().get(axis))) {
        axes.add(axis);
      }
    }
    return axes;
  }

  private void store(String buffer, Set<Integer> axes) {
    if (!locals.contains(buffer)) {
      stored.add(buffer);
      touch(buffer, axes);
    }
  }

  private void touch(String buffer, Set<Integer> axes) {
    ownAxes.computeIfAbsent(buffer, first -> new HashSet<>(axes)).retainAll(axes);
  }
}
