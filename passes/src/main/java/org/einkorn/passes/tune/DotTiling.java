package org.einkorn.passes.tune;

import java.util.List;
import java.util.Optional;
import org.einkorn.runtime.DType;

/// What is chosen for a [ReductionNest] with an axis too short for vectors: a tile of dot products,
/// each summed up in the lanes of one vector, which are combined in the end.
///
/// @param sum the loop of the reduction whose rounds are lanes
/// @param lanes of a vector
/// @param tile the spatial loops that are cut, as the nest has them, with how many rounds a tile
///   has
/// @param panels operands that are copied first, so that lanes read them side by side
/// @param sums the type of sums, where it is another one than the accumulator has
/// @param fused whether to multiply and add at once
record DotTiling(
    Axis sum,
    long lanes,
    List<Side> tile,
    List<Operand> panels,
    Optional<DType> sums,
    boolean fused)
    implements ReductionChoice {
  DotTiling {
    tile = List.copyOf(tile);
    panels = List.copyOf(panels);
  }

  /// How many rounds of a loop a tile has.
  record Side(Axis axis, long rounds) {}

  /// The dot products of a tile.
  long dots() {
    return tile.stream().mapToLong(Side::rounds).reduce(1, (left, right) -> left * right);
  }
}
