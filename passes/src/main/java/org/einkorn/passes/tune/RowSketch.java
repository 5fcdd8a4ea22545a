package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.tune.Steps.Cut;

/// The steps of a [RowGroup].
///
/// ```text
/// join Sum
/// join Power
/// compute-at Sum at i.0 of Y
/// compute-at Power at i.0 of Y
/// set-scope Sum register at i.0
/// (io, ii) = split i.0 by 16
/// transform-layout Power (i, j) to (i floordiv 16, i mod 16, j)
/// rolling-buffer Power at ii
/// parallel io
/// …
/// ```
///
/// What a row needs of a temporary alone is kept in a register where it is one element, in memory
/// of the thread where it is known to be few, or else in one row of global memory for all rows that
/// a thread does one after the other.
final class RowSketch {
  /// Rounds of the outermost loop that are enough for threads to share out.
  private static final long ENOUGH_ROUNDS = 8;

  /// Rounds that threads share out where there are many rows.
  private static final long SHARES = 64;

  /// The most rows that are done one after the other in one row of memory.
  private static final long MOST_ROWS = 64;

  private final RowGroup group;
  private final Model model;
  private final Steps steps;

  private RowSketch(RowGroup group, Model model, Steps steps) {
    this.group = group;
    this.model = model;
    this.steps = steps;
  }

  /// @throws org.einkorn.passes.schedule.RefusedStepException where a step does not apply
  static void take(RowGroup group, Model model, Steps steps) {
    new RowSketch(group, model, steps).take();
  }

  private void take() {
    Axis shared = outermost();
    List<String> rows = new ArrayList<>(group.loops().stream().map(Axis::loop).toList());
    if (!rows.getFirst().equals(shared.loop())) {
      rows.remove(shared.loop());
      rows.addFirst(shared.loop());
      steps.reorder(rows);
    }
    joinAll(LoopName.of(rows.getLast(), group.last().block()));
    List<ElementNest> wide = new ArrayList<>();
    for (ElementNest nest : group.joined()) {
      if (!isKeptByRound(nest, rows.getLast())) {
        wide.add(nest);
      }
    }
    wide.removeIf(nest -> !isTemporary(nest));
    Cut cut = new Cut("", shared.loop());
    long size = rowsAtOnce(shared);
    if (!wide.isEmpty() && size > 1) {
      cut = steps.cut(LoopName.of(shared.loop()), Steps.index(shared), size);
      for (ElementNest nest : wide) {
        steps.tryTo(layout(nest, shared, size));
      }
      rows.set(0, cut.inner());
    } else {
      rows.removeFirst();
    }
    for (ElementNest nest : wide) {
      for (String loop : rows) {
        steps.tryTo(new Step.RollingBuffer(nest.output().tensor(), LoopName.of(loop)));
      }
    }
    // Now, while there are few loops to prove it of.
    steps.take(new Step.Parallel(LoopName.of(cut.outermost())));
    group.members().forEach(this::inside);
  }

  private void joinAll(LoopName rows) {
    List<ElementNest> latestFirst = group.joined().reversed();
    latestFirst.forEach(nest -> steps.take(new Step.Join(nest.function())));
    latestFirst.forEach(nest -> steps.take(new Step.ComputeAt(nest.block(), rows)));
  }

  /// The first loop over rows that is long enough for threads, or else the longest.
  private Axis outermost() {
    Axis longest = group.loops().getFirst();
    for (Axis axis : group.loops()) {
      if (axis.rounds() >= ENOUGH_ROUNDS) {
        return axis;
      }
      if (axis.rounds() > longest.rounds()) {
        longest = axis;
      }
    }
    return longest;
  }

  private static long rowsAtOnce(Axis shared) {
    return Long.highestOneBit(Math.clamp(shared.rounds() / SHARES, 1, MOST_ROWS));
  }

  // ---- temporaries

  /// Keeps in memory of a round what it needs of a temporary, where that is possible.
  private boolean isKeptByRound(ElementNest nest, String loop) {
    boolean isOne = nest.output().indices().size() == group.rows();
    boolean isKnown =
        nest.spatial().subList(group.rows(), nest.spatial().size()).stream()
            .allMatch(axis -> axis.extent() instanceof IndexExpr.Constant);
    return isKnown
        && steps.tryTo(
            new Step.SetScope(
                nest.output().tensor(),
                isOne ? Buffer.Scope.REGISTER : Buffer.Scope.LOCAL,
                LoopName.of(loop)));
  }

  /// Whether nothing but the group needs what a member stores.
  private boolean isTemporary(ElementNest nest) {
    Module module = steps.schedule().module();
    String buffer = nest.output().tensor();
    return !module.signature().hasOutput(buffer)
        && !module.isNamed(buffer)
        && !steps.isUsedElsewhere(buffer);
  }

  /// A row of blocks of rows.
  private Step layout(ElementNest nest, Axis shared, long size) {
    List<String> axes = new ArrayList<>();
    List<IndexExpr> positions = new ArrayList<>();
    int place = group.loops().indexOf(shared);
    for (int axis = 0; axis < nest.output().indices().size(); axis++) {
      String name = axis < nest.spatial().size() ? Steps.index(nest.spatial().get(axis)) : "";
      axes.add(name);
      IndexExpr position = IndexExpr.variable(name);
      if (axis == place) {
        positions.add(position.floorDiv(IndexExpr.of(size)));
        positions.add(position.floorMod(IndexExpr.of(size)));
      } else {
        positions.add(position);
      }
    }
    return new Step.TransformLayout(nest.output().tensor(), axes, positions);
  }

  // ---- loops in a row

  private void inside(ElementNest nest) {
    switch (nest) {
      case MapNest map -> {
        if (map.loops().size() > group.rows()) {
          model
              .strips(map)
              .ifPresent(strips -> StripsSketch.strips(strips, around(map.block()), steps));
        }
      }
      case ReductionNest reduction ->
          model
              .partials(reduction)
              .ifPresent(
                  partials ->
                      PartialsSketch.reduce(
                          reduction, partials, around(reduction.update()), steps));
    }
  }

  /// The innermost loop around a block, by its name.
  private LoopName around(String block) {
    String variable =
        innermost(steps.schedule().function().body(), block, Optional.empty()).orElseThrow();
    Set<LoopName> all =
        steps.schedule().loops().stream()
            .filter(loop -> loop.variable().equals(variable))
            .collect(Collectors.toSet());
    return all.size() == 1 ? all.iterator().next() : LoopName.of(variable, block);
  }

  private static Optional<String> innermost(Stmt statement, String block, Optional<String> around) {
    if (statement instanceof Stmt.Block found && found.name().equals(block)) {
      return around;
    }
    Optional<String> inside =
        statement instanceof Stmt.For loop ? Optional.of(loop.variable()) : around;
    return statement.children().stream()
        .flatMap(child -> innermost(child, block, inside).stream())
        .findFirst();
  }
}
