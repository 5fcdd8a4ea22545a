package org.einkorn.passes.tune;

import java.util.List;
import java.util.Optional;
import org.einkorn.passes.tune.ReductionNest.Axis;
import org.einkorn.passes.tune.ReductionNest.Operand;
import org.einkorn.runtime.DType;

/// What is chosen for a [ReductionNest]: a tile of the result is summed up in registers.
///
/// @param columns the spatial loop whose rounds become lanes of vectors
/// @param columnTile how many of them a tile has
/// @param rows a spatial loop whose rounds share what the lanes read; nothing where there is none
/// @param rowTile how many of them a tile has; 1 where there are none
/// @param outer the loops around the tile, the outermost first; those over tiles of columns and of
///   rows are named by the loop that is cut
/// @param parallel whether the outermost loop is shared out to threads
/// @param panels operands that are copied first, so that a tile reads them straight on
/// @param sums the type of sums, where it is another one than the accumulator has
/// @param fused whether to multiply and add at once
record Tiling(
    Axis columns,
    long columnTile,
    Optional<Axis> rows,
    long rowTile,
    List<Axis> outer,
    boolean parallel,
    List<Operand> panels,
    Optional<DType> sums,
    boolean fused) {
  Tiling {
    outer = List.copyOf(outer);
    panels = List.copyOf(panels);
  }

  /// Whether a loop is as long as its tile, and stays one loop.
  static boolean isWhole(Axis axis, long tile) {
    return axis.rounds().orElse(-1) == tile;
  }
}
