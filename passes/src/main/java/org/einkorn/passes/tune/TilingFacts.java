package org.einkorn.passes.tune;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
            .allMatch(
                each ->
                    !each.changesWith(axis)
                        || each.isUnit(axis)
                        || canBePanel(each) && uses(each) >= LEAST_USES);
  }

  /// How often each element is read: the rounds of the loops around that it does not change with.
  double uses(Operand operand) {
    double uses = 1;
    for (Axis axis : nest.spatial()) {
      uses *= operand.changesWith(axis) ? 1 : axis.rounds();
    }
    return uses;
  }

  /// Whether a copy can be laid out: it is read in one way only, and there is memory.
  boolean canBePanel(Operand operand) {
    return operand.isPlain()
        && nest.operands().stream().filter(each -> each.tensor().equals(operand.tensor())).count()
            == 1
        && mayCopy(operand);
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

  // ---- rows

  /// The loops that share what lanes read: that stays the same in them, and something else changes.
  List<Axis> rows(Axis columns) {
    return nest.spatial().stream()
        .filter(axis -> !axis.equals(columns) && axis.rounds() > 1)
        .filter(
            axis ->
                nest.operands().stream()
                        .anyMatch(each -> each.changesWith(columns) && !each.changesWith(axis))
                    && nest.operands().stream()
                        .anyMatch(each -> each.changesWith(axis) && !each.changesWith(columns)))
        .toList();
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
        columns,
        vectors * lanes(),
        rows,
        rowTile,
        outer,
        panels,
        Optional.of(sums).filter(type -> type != nest.accumulator().type().dtype()),
        mayRound);
  }
}
