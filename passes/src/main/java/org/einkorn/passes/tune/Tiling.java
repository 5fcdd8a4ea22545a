package org.einkorn.passes.tune;

import java.util.List;
import java.util.Optional;
import org.einkorn.runtime.DType;

/// What is chosen for a [ReductionNest]: a tile of the result is summed up in registers.
///
/// @param columns the spatial loop whose rounds become lanes of vectors
/// @param columnTile how many of them a tile has
/// @param rows a spatial loop whose rounds share what the lanes read; nothing where there is none
/// @param rowTile how many of them a tile has; 1 where there are none
/// @param outer the loops around the tile, the outermost first; those over tiles of columns and of
///   rows are named by the loop that is cut
/// @param panels operands that are copied first, so that a tile reads them straight on
/// @param sums the type of sums, where it is another one than the accumulator has
/// @param fused whether to multiply and add at once
record Tiling(
    Axis columns,
    long columnTile,
    Optional<Axis> rows,
    long rowTile,
    List<Axis> outer,
    List<Operand> panels,
    Optional<DType> sums,
    boolean fused)
    implements ReductionChoice {
  Tiling {
    outer = List.copyOf(outer);
    panels = List.copyOf(panels);
  }

  /// This with other loops around the tile, one of them over rows.
  Tiling withRows(Axis newRows, List<Axis> newOuter) {
    return new Tiling(
        columns, columnTile, Optional.of(newRows), rowTile, newOuter, panels, sums, fused);
  }
}
