package org.einkorn.passes.tune;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.runtime.DType;

/// How many rows a [RowGroup] does at once where some of its functions are summed up in tiles:
/// those share over several rows what they read.
///
/// Each tensor that the group keeps for itself is stored once and read by each function that needs
/// it: as a block of rows in a near cache, or as a whole from afar. What the tiles read besides,
/// once for all rows else, is read again for each block. A block pays where these bytes, weighed by
/// how far away they lie, are fewer.
///
/// @param rows in a block
/// @param tilings of the members that are summed up in tiles, by the name of the function; their
///   rows are the rows of the block
record RowBlock(long rows, Map<String, Tiling> tilings) {
  RowBlock {
    tilings = Map.copyOf(tilings);
  }

  private static final long MOST_ROWS = 64;
  private static final long LEAST_ROWS = 8;

  /// What a byte costs from the cache of a core, from the one behind it, and from memory: about the
  /// bandwidths of a CPU of our days.
  private static final double NEAR = 0.125;

  private static final double FARTHER = 0.35;
  private static final double FAR = 1;

  /// The cache that cores share, in caches of one core.
  private static final double SHARED_CACHE = 16;

  /// A block of rows for some functions, where it pays.
  ///
  /// @param rows how many loops over rows they share; the blocks are of the last
  /// @param types of all memory
  static Optional<RowBlock> of(
      List<ElementNest> members, int rows, Map<String, DType> types, Model model) {
    Map<String, Tiling> tilings = new HashMap<>();
    Set<String> own = new HashSet<>();
    members.forEach(each -> own.add(each.output().tensor()));
    for (ElementNest nest : members) {
      if (nest instanceof ReductionNest reduction && !model.isInOrder(nest)) {
        Optional<Tiling> tiling = model.tiling(reduction);
        if (rows == 0 || tiling.isEmpty() || !isOfBlock(tiling.get(), reduction, rows, own)) {
          return Optional.empty();
        }
        tilings.put(nest.function(), tiling.get());
      } else if (!model.isInOrder(nest)) {
        return Optional.empty();
      }
    }
    return new Traffic(members, rows, tilings.keySet(), types, model.l2Bytes())
        .best()
        .map(size -> new RowBlock(size, tilings));
  }

  /// Whether the tiles of a member can be cut out of a block of rows: their rows are its rows, and
  /// nothing is copied that the group computes.
  private static boolean isOfBlock(Tiling tiling, ReductionNest nest, int rows, Set<String> own) {
    Axis row = nest.spatial().get(rows - 1);
    return tiling.rows().equals(Optional.of(row))
        && nest.spatial().indexOf(tiling.columns()) >= rows
        && tiling.rowTile() <= LEAST_ROWS * 2
        && tiling.panels().stream().noneMatch(panel -> own.contains(panel.tensor()));
  }

  /// The axis of a member's rows inside of a block.
  Axis inBlock(String loop) {
    return new Axis(loop, IndexExpr.of(rows), OptionalLong.of(rows));
  }

  /// What is read and stored with blocks and without, in bytes from the farthest place.
  ///
  /// @param tiled the members that are summed up in tiles, by name
  private record Traffic(
      List<ElementNest> members,
      int rows,
      Set<String> tiled,
      Map<String, DType> types,
      long l2Bytes) {
    /// The rows of the cheapest block, where it is cheaper than none.
    Optional<Long> best() {
      long extent = members.getLast().spatial().get(rows - 1).rounds();
      Optional<Long> best = Optional.empty();
      double least = whole();
      for (long size = LEAST_ROWS; size <= MOST_ROWS && size < extent; size *= 2) {
        double cost = kept(size) + again(size);
        if (cost < least) {
          best = Optional.of(size);
          least = cost;
        }
      }
      return best;
    }

    /// What the group keeps for itself, where all rows are there at once.
    private double whole() {
      double cost = 0;
      for (ElementNest nest : members.subList(0, members.size() - 1)) {
        double bytes = bytes(nest.output(), nest.spatial());
        cost += bytes * accesses(nest) * weight(bytes);
      }
      return cost;
    }

    /// The same where a block of rows is there.
    private double kept(long size) {
      double moved = 0;
      double bytesOfRow = 0;
      for (ElementNest nest : members.subList(0, members.size() - 1)) {
        if (!isFolded(nest)) {
          List<Axis> inside = nest.spatial().subList(rows, nest.spatial().size());
          bytesOfRow += bytes(nest.output(), inside);
          moved += bytes(nest.output(), nest.spatial()) * accesses(nest);
        }
      }
      return moved * weight(bytesOfRow * size);
    }

    /// Whether the only one that reads a result of tiles is a map: that is computed where the tile
    /// is stored.
    private boolean isFolded(ElementNest nest) {
      List<ElementNest> readers = readers(nest);
      return tiled.contains(nest.function())
          && readers.size() == 1
          && readers.getFirst() instanceof MapNest;
    }

    private List<ElementNest> readers(ElementNest nest) {
      String tensor = nest.output().tensor();
      return members.stream()
          .filter(each -> each.operands().stream().anyMatch(read -> read.tensor().equals(tensor)))
          .toList();
    }

    private int accesses(ElementNest nest) {
      return 1 + readers(nest).size();
    }

    /// What tiles read once more for each block.
    private double again(long size) {
      double again = 0;
      for (ElementNest nest : members) {
        Axis row = nest.spatial().get(rows - 1);
        for (Operand operand : nest.operands()) {
          if (tiled.contains(nest.function()) && !operand.changesWith(row)) {
            List<Axis> inside = nest.loops().subList(rows, nest.loops().size());
            double bytes = bytes(operand, inside);
            double blocks = Axis.rounds(nest.spatial().subList(0, rows)) / size;
            again += bytes * blocks * weight(bytes);
          }
        }
      }
      return again;
    }

    private double bytes(Operand operand, List<Axis> loops) {
      DType type = types.getOrDefault(operand.tensor(), DType.F64);
      return type.byteSize() * Axis.rounds(loops.stream().filter(operand::changesWith).toList());
    }

    private double weight(double bytes) {
      if (bytes <= l2Bytes / 2.0) {
        return NEAR;
      }
      return bytes <= l2Bytes * SHARED_CACHE ? FARTHER : FAR;
    }
  }
}
