package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

  /// The same where there are many rows in a round: each share has memory of its own for these.
  private static final long SHARES_OF_BLOCKS = 16;

  /// The most rows that are done one after the other in one row of memory.
  private static final long MOST_ROWS = 64;

  private final RowGroup group;
  private final Model model;
  private final Steps steps;

  /// What is computed where a tile is stored that it reads.
  private final Set<ElementNest> folded = new HashSet<>();

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
    Axis last = group.loops().getLast();
    Optional<Cut> block =
        group
            .block()
            .map(each -> steps.cut(LoopName.of(last.loop()), Steps.index(last), each.rows()));
    List<String> rows = new ArrayList<>();
    for (Axis axis : group.loops()) {
      rows.add(axis.equals(last) ? block.map(Cut::outer).orElse(last.loop()) : axis.loop());
    }
    String first = rows.get(group.loops().indexOf(shared));
    if (!rows.getFirst().equals(first)) {
      rows.remove(first);
      rows.addFirst(first);
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
    String outermost = first;
    long size = atOnce(shared);
    if (!wide.isEmpty() && size > 1) {
      Cut cut = steps.cut(LoopName.of(first), Steps.index(shared), size);
      rows.set(0, cut.inner());
      outermost = cut.outer();
    } else {
      rows.removeFirst();
      size = 1;
    }
    for (ElementNest nest : wide) {
      keepRows(nest, shared, size, rows);
    }
    // Now, while there are few loops to prove it of.
    steps.take(new Step.Parallel(LoopName.of(outermost)));
    for (ElementNest nest : group.members()) {
      String loop = nest.equals(group.last()) ? block.map(Cut::inner).orElse("") : "";
      inside(nest, loop);
    }
  }

  /// Keeps of a temporary what the rounds of inner loops over rows need.
  ///
  /// @param size how many rounds of the shared loop are done one after the other
  /// @param loops those inside of the one that threads share out, the outermost first
  private void keepRows(ElementNest nest, Axis shared, long size, List<String> loops) {
    if (size > 1 || group.block().isPresent()) {
      steps.tryTo(layout(nest, shared, size));
    }
    for (String loop : loops.reversed()) {
      steps.tryTo(new Step.RollingBuffer(nest.output().tensor(), LoopName.of(loop)));
    }
  }

  private void joinAll(LoopName rows) {
    List<ElementNest> latestFirst = group.joined().reversed();
    latestFirst.forEach(nest -> steps.take(new Step.Join(nest.function())));
    latestFirst.forEach(this::fold);
    for (ElementNest nest : latestFirst) {
      if (!folded.contains(nest)) {
        steps.take(new Step.ComputeAt(nest.block(), rows));
      }
    }
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

  /// How many rounds of the shared loop are done one after the other with the same memory.
  private long atOnce(Axis shared) {
    long rounds = shared.rounds();
    long shares = SHARES;
    if (group.block().isPresent() && shared.equals(group.loops().getLast())) {
      rounds /= group.block().get().rows();
      shares = SHARES_OF_BLOCKS;
    }
    return Long.highestOneBit(Math.clamp(rounds / shares, 1, MOST_ROWS));
  }

  // ---- temporaries

  /// Keeps in memory of a round what it needs of a temporary, where that is possible.
  private boolean isKeptByRound(ElementNest nest, String loop) {
    boolean isOne = nest.output().indices().size() == group.rows();
    boolean isBlock = group.block().isPresent();
    boolean isKnown =
        (isOne || !isBlock)
            && nest.spatial().subList(group.rows(), nest.spatial().size()).stream()
                .allMatch(axis -> axis.extent() instanceof IndexExpr.Constant);
    return isKnown
        && steps.tryTo(
            new Step.SetScope(
                nest.output().tensor(),
                isOne && !isBlock ? Buffer.Scope.REGISTER : Buffer.Scope.LOCAL,
                LoopName.of(loop)));
  }

  /// Whether nothing but the group needs what a member stores.
  private boolean isTemporary(ElementNest nest) {
    Module module = steps.schedule().module();
    String buffer = nest.output().tensor();
    return module.buffers().stream().anyMatch(each -> each.name().equals(buffer))
        && !module.signature().hasOutput(buffer)
        && !module.isNamed(buffer)
        && !steps.isUsedElsewhere(buffer);
  }

  /// A row of blocks of rows.
  private Step layout(ElementNest nest, Axis shared, long size) {
    long block = group.block().map(RowBlock::rows).orElse(1L);
    int inner = group.rows() - 1;
    int outer = group.loops().indexOf(shared);
    List<String> axes = new ArrayList<>();
    List<IndexExpr> positions = new ArrayList<>();
    for (int axis = 0; axis < nest.output().indices().size(); axis++) {
      String name = axis < nest.spatial().size() ? Steps.index(nest.spatial().get(axis)) : "";
      axes.add(name);
      IndexExpr position = IndexExpr.variable(name);
      IndexExpr blocks = axis == inner ? quotient(position, block) : position;
      positions.add(axis == outer ? quotient(blocks, size) : blocks);
      if (axis == outer && size > 1) {
        positions.add(blocks.floorMod(IndexExpr.of(size)));
      }
      if (axis == inner && block > 1) {
        positions.add(position.floorMod(IndexExpr.of(block)));
      }
    }
    return new Step.TransformLayout(nest.output().tensor(), axes, positions);
  }

  private static IndexExpr quotient(IndexExpr position, long size) {
    return size > 1 ? position.floorDiv(IndexExpr.of(size)) : position;
  }

  // ---- loops in a row

  /// @param rows the loop of the last member over the rows of a block; empty for the others
  private void inside(ElementNest nest, String rows) {
    switch (nest) {
      case MapNest map -> {
        if (map.loops().size() > group.rows() && !folded.contains(map)) {
          model
              .strips(map)
              .ifPresent(strips -> StripsSketch.strips(strips, around(map.block()), steps));
        }
      }
      case ReductionNest reduction when tiling(reduction).isPresent() -> {
        String own = reduction.spatial().get(group.rows() - 1).loop();
        Axis inBlock = group.block().orElseThrow().inBlock(rows.isEmpty() ? own : rows);
        TileSketch.inBlock(
            reduction, tiling(reduction).orElseThrow(), inBlock, group.rows(), steps);
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

  private Optional<Tiling> tiling(ElementNest nest) {
    return group.block().map(block -> block.tilings().get(nest.function()));
  }

  /// Computes a function of what a tile has summed up where the tile is stored, if it can be.
  private void fold(ElementNest nest) {
    if (nest instanceof MapNest map
        && group.joined().stream()
            .anyMatch(each -> tiling(each).isPresent() && reads(map, each.output().tensor()))
        && steps.tryTo(new Step.ReverseComputeInline(map.block()))) {
      folded.add(map);
    }
  }

  private static boolean reads(MapNest map, String tensor) {
    return map.operands().stream().anyMatch(operand -> operand.tensor().equals(tensor));
  }

  /// The innermost loop around a block, by its name.
  private LoopName around(String block) {
    return steps.named(
        innermost(steps.schedule().function().body(), block, Optional.empty()).orElseThrow(),
        block);
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
