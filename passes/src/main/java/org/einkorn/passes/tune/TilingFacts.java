package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.target.Machine;
import org.einkorn.passes.PassContext;
import org.einkorn.runtime.DType;

/// What can be chosen for a [ReductionNest] that is summed up in tiles.
final class TilingFacts {
  /// So often has a copy to be read to be worth it where it makes vectors possible.
  private static final double LEAST_USES = 16;

  /// Copies take at most one such part of a limit of memory.
  private static final double SHARE_OF_LIMIT = 64;

  private final ReductionNest nest;
  private final Machine machine;
  private final DType sums;
  private final boolean mayRound;
  private final OptionalLong limit;

  TilingFacts(ReductionNest nest, PassContext context) {
    this.nest = nest;
    machine = context.machine();
    mayRound = context.mayReassociate();
    sums = nest.sums(mayRound);
    limit = context.memoryLimitBytes();
  }

  ReductionNest nest() {
    return nest;
  }

  Machine machine() {
    return machine;
  }

  /// How many sums a vector holds.
  long lanes() {
    return machine.lanes(sums);
  }

  // ---- columns

  /// The loop whose rounds can be lanes, if there is one: what is stored lies side by side.
  Optional<Axis> columns() {
    return nest.spatial().stream()
        .filter(nest.output()::isUnit)
        .findFirst()
        .filter(this::canBeLanes);
  }

  /// Whether what lanes read lies side by side, or is worth to be laid so.
  private boolean canBeLanes(Axis axis) {
    return axis.rounds() * 2 >= lanes()
        && nest.operands().stream().anyMatch(each -> each.changesWith(axis))
        && nest.operands().stream()
            .allMatch(each -> !each.changesWith(axis) || each.isUnit(axis) || isWorthPanels(each));
  }

  /// Whether an operand is read so often that it may be laid out for vectors first.
  boolean isWorthPanels(Operand operand) {
    return canBePanel(operand) && uses(operand) >= LEAST_USES;
  }

  /// How often each element is read: the rounds of the loops around that it does not change with.
  double uses(Operand operand) {
    double uses = 1;
    for (Axis axis : nest.spatial()) {
      uses *= operand.changesWith(axis) ? 1 : axis.rounds();
    }
    return uses;
  }

  /// Whether a copy can be laid out, and there is memory for it.
  boolean canBePanel(Operand operand) {
    return operand.isPlain() && mayCopy(operand);
  }

  /// Whether there is memory for a copy. Under a limit that is a small part of it, so that no plan
  /// that would fit fails for it.
  private boolean mayCopy(Operand operand) {
    return limit.isEmpty() || bytes(operand) * SHARE_OF_LIMIT <= limit.getAsLong();
  }

  /// The memory of a plain operand.
  double bytes(Operand operand) {
    double bytes = sums.byteSize();
    for (Axis axis : nest.loops()) {
      bytes *= operand.changesWith(axis) ? axis.rounds() : 1;
    }
    return bytes;
  }

  /// The memory of what tiles read again: one slice of a batch.
  double sharedBytes(Operand operand) {
    double bytes = bytes(operand);
    for (Axis axis : nest.spatial()) {
      bytes /= changesAll(axis) ? axis.rounds() : 1;
    }
    return bytes;
  }

  /// Whether all operands are other ones in each round of a loop: it counts the products of a
  /// batch.
  boolean changesAll(Axis axis) {
    return nest.operands().stream().allMatch(each -> each.changesWith(axis));
  }

  /// Whether what a tile reads in a round of the reduction does not follow what it read in the
  /// round before.
  ///
  /// @param operand whose positions are loops alone
  /// @param columnTile how much it reads in a round
  boolean isScattered(Operand operand, Axis columns, long columnTile) {
    List<IndexExpr> straight = new ArrayList<>();
    nest.reduce().stream()
        .filter(operand::changesWith)
        .forEach(axis -> straight.add(IndexExpr.variable(axis.loop())));
    straight.add(IndexExpr.variable(columns.loop()));
    List<IndexExpr> indices = operand.indices();
    return columns.tiles(columnTile) > 1
        || !indices.subList(indices.size() - straight.size(), indices.size()).equals(straight);
  }

  // ---- rows

  /// The loops that share something that lanes read: it stays the same in them.
  List<Axis> rows(Axis columns) {
    return nest.spatial().stream()
        .filter(axis -> !axis.equals(columns) && axis.rounds() > 1)
        .filter(
            axis ->
                nest.operands().stream()
                    .anyMatch(each -> each.changesWith(columns) && !each.changesWith(axis)))
        .toList();
  }

  /// What a tile loads in each round of the reduction: vectors, or single elements that are the
  /// same for all lanes.
  double loads(Axis columns, long vectors, Optional<Axis> rows, long rowTile) {
    double loads = 0;
    for (Operand operand : nest.operands()) {
      double all = operand.changesWith(columns) ? vectors : 1;
      loads += rows.isPresent() && operand.changesWith(rows.get()) ? all * rowTile : all;
    }
    return loads;
  }

  // ---- the choice

  /// @param vectors how many of them a row of a tile has
  Tiling tiling(
      Axis columns,
      long vectors,
      Optional<Axis> rows,
      long rowTile,
      List<Axis> outer,
      List<Operand> panels) {
    return new Tiling(
        columns, vectors * lanes(), rows, rowTile, outer, panels, otherSums(), mayRound);
  }

  /// @param tile the loops that are cut
  DotTiling dots(Axis sum, List<DotTiling.Side> tile, List<Operand> panels) {
    return new DotTiling(sum, lanes(), tile, panels, otherSums(), mayRound);
  }

  private Optional<DType> otherSums() {
    return Optional.of(sums).filter(type -> type != nest.accumulator().type().dtype());
  }
}
