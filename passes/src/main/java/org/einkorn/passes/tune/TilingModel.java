package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.einkorn.ir.target.Machine;
import org.einkorn.passes.PassContext;
import org.einkorn.runtime.DType;

/// Chooses a [Tiling] by counting what a tile costs.
///
/// In each round of the reduction a tile of r rows and v vectors loads v vectors and r single
/// elements, and does r · v multiply-adds. A core does two loads and two multiply-adds at once, and
/// the sums of a tile have to be so many that none waits for itself.
final class TilingModel {
  /// An extent that nobody knows is taken for this.
  static final long UNKNOWN = 1024;

  /// Multiply-adds, and loads, in a cycle.
  private static final double AT_ONCE = 2;

  /// How many cycles pass until a sum can be added to again.
  private static final double LATENCY = 4;

  private static final int MOST_ROWS = 14;
  private static final int MOST_VECTORS = 8;

  /// So often has a copy to be read to be worth it: where it makes vectors possible, and where it
  /// only makes them lie side by side.
  private static final double LEAST_USES_FOR_VECTORS = 16;

  private static final double LEAST_USES_FOR_ORDER = 64;

  /// Rounds of the outermost loop that are enough for threads to share out.
  private static final long ENOUGH_ROUNDS = 8;

  /// Copies take at most one such part of a limit of memory.
  private static final double SHARE_OF_LIMIT = 64;

  private final ReductionNest nest;
  private final Machine machine;
  private final DType sums;
  private final boolean mayRound;
  private final OptionalLong limit;

  private TilingModel(ReductionNest nest, PassContext context) {
    this.nest = nest;
    machine = context.machine();
    mayRound = context.mayReassociate();
    sums = nest.sums(mayRound);
    limit = context.memoryLimitBytes();
  }

  /// A tiling, where one pays.
  static Optional<Tiling> choose(ReductionNest nest, PassContext context) {
    return new TilingModel(nest, context).tiling();
  }

  private Optional<Tiling> tiling() {
    Optional<Axis> columns = nest.spatial().stream().filter(nest.output()::isUnit).findFirst();
    if (columns.isEmpty() || !canBeLanes(columns.get())) {
      return Optional.empty();
    }
    Axis lanes = columns.get();
    Optional<Axis> rows = rows(lanes);
    Shape shape = shape(lanes, rows);
    List<Operand> panels = panels(lanes);
    return Optional.of(
        new Tiling(
            lanes,
            shape.vectors * lanes(),
            rows,
            shape.rows,
            outer(lanes, rows, shape),
            panels,
            Optional.of(sums).filter(type -> type != nest.accumulator().type().dtype()),
            mayRound));
  }

  private long lanes() {
    return machine.lanes(sums);
  }

  // ---- columns

  /// Whether what lanes read lies side by side, or is worth to be laid so.
  private boolean canBeLanes(Axis axis) {
    return axis.rounds() * 2 >= lanes()
        && nest.operands().stream().anyMatch(each -> each.changesWith(axis))
        && nest.operands().stream()
            .allMatch(
                each ->
                    !each.changesWith(axis)
                        || each.isUnit(axis)
                        || canBePanel(each)
                            && uses(each) >= LEAST_USES_FOR_VECTORS
                            && mayCopy(each));
  }

  /// How often each element is read: the rounds of the loops around that it does not change with.
  private double uses(Operand operand) {
    double uses = 1;
    for (Axis axis : nest.spatial()) {
      uses *= operand.changesWith(axis) ? 1 : axis.rounds();
    }
    return uses;
  }

  private List<Operand> panels(Axis columns) {
    List<Operand> panels = new ArrayList<>();
    for (Operand operand : nest.operands()) {
      if (operand.changesWith(columns) && canBePanel(operand)) {
        boolean isFar =
            bytes(operand) > machine.l2Bytes() / 2.0
                && uses(operand) >= LEAST_USES_FOR_ORDER
                && mayCopy(operand);
        if (!operand.isUnit(columns) || isFar) {
          panels.add(operand);
        }
      }
    }
    return panels;
  }

  /// Whether a copy can be laid out: it is read in one way only.
  private boolean canBePanel(Operand operand) {
    return operand.isPlain()
        && nest.operands().stream().filter(each -> each.tensor().equals(operand.tensor())).count()
            == 1;
  }

  /// Whether there is memory for a copy. Under a limit that is a small part of it, so that no plan
  /// that would fit fails for it.
  private boolean mayCopy(Operand operand) {
    return limit.isEmpty() || bytes(operand) * SHARE_OF_LIMIT <= limit.getAsLong();
  }

  /// The memory of a plain operand.
  private double bytes(Operand operand) {
    double bytes = sums.byteSize();
    for (Axis axis : nest.loops()) {
      bytes *= operand.changesWith(axis) ? axis.rounds() : 1;
    }
    return bytes;
  }

  // ---- rows

  /// The loop that shares most: what lanes read stays the same in it, and something else changes.
  private Optional<Axis> rows(Axis columns) {
    return nest.spatial().stream()
        .filter(axis -> !axis.equals(columns) && axis.rounds() > 1)
        .filter(
            axis ->
                nest.operands().stream()
                        .anyMatch(each -> each.changesWith(columns) && !each.changesWith(axis))
                    && nest.operands().stream()
                        .anyMatch(each -> each.changesWith(axis) && !each.changesWith(columns)))
        .max(
            Comparator.<Axis>comparingLong(axis -> Math.min(axis.rounds(), MOST_ROWS))
                .thenComparingInt(axis -> nest.spatial().indexOf(axis)));
  }

  // ---- the tile

  private record Shape(long rows, long vectors) {}

  /// The cheapest tile, and of those that cost the same the one that uses the registers best.
  private Shape shape(Axis columns, Optional<Axis> rows) {
    long most = machine.vectorRegisters() * 3L / 4;
    Shape best = new Shape(1, 1);
    double least = Double.POSITIVE_INFINITY;
    for (long vectors = 1; vectors <= MOST_VECTORS; vectors++) {
      for (long count = 1; count <= (rows.isPresent() ? MOST_ROWS : 1); count++) {
        if (count * vectors > most || rows.isPresent() && rows.get().rounds() < count) {
          continue;
        }
        Shape shape = new Shape(count, vectors);
        double cost = cost(shape, columns, rows) * (1 + 1e-3 * distance(shape));
        if (cost < least) {
          least = cost;
          best = shape;
        }
      }
    }
    return best;
  }

  /// How far a tile is from half of the registers, in two vectors.
  private double distance(Shape shape) {
    double half = machine.vectorRegisters() / 2.0;
    return Math.abs(Math.log(shape.rows * shape.vectors / half))
        + Math.abs(Math.log(shape.vectors / 2.0));
  }

  /// Cycles for a round of the reduction in all tiles, over how many tiles of that size there would
  /// be without a rest.
  private double cost(Shape shape, Axis columns, Optional<Axis> rows) {
    double work = shape.rows * shape.vectors;
    double cycles =
        Math.max(Math.max(work / AT_ONCE, (shape.rows + shape.vectors) / AT_ONCE), LATENCY);
    double tiles = columns.tiles(shape.vectors * lanes());
    if (rows.isPresent()) {
      tiles *= rows.get().tiles(shape.rows);
    }
    return cycles * tiles;
  }

  // ---- the loops around

  private List<Axis> outer(Axis columns, Optional<Axis> rows, Shape shape) {
    List<Axis> outer = new ArrayList<>();
    for (Axis axis : nest.spatial()) {
      if (!axis.equals(columns) && !rows.equals(Optional.of(axis))) {
        outer.add(axis);
      }
    }
    List<Axis> cut = new ArrayList<>();
    if (!columns.isWhole(shape.vectors * lanes())) {
      cut.add(columns);
    }
    rows.filter(axis -> !axis.isWhole(shape.rows)).ifPresent(cut::add);
    double wide =
        nest.operands().stream()
            .filter(each -> each.changesWith(columns))
            .mapToDouble(this::bytes)
            .sum();
    if (wide <= machine.l2Bytes() / 2.0) {
      cut = cut.reversed();
    }
    outer.addAll(cut);
    if (!outer.isEmpty()) {
      Axis first = first(outer, columns, rows, shape);
      outer.remove(first);
      outer.addFirst(first);
    }
    return outer;
  }

  /// The outermost loop that is long enough for threads, or else the longest.
  private Axis first(List<Axis> outer, Axis columns, Optional<Axis> rows, Shape shape) {
    Axis longest = outer.getFirst();
    double most = 0;
    for (Axis axis : outer) {
      double rounds =
          axis.equals(columns)
              ? axis.tiles(shape.vectors * lanes())
              : rows.equals(Optional.of(axis)) ? axis.tiles(shape.rows) : axis.rounds();
      if (rounds >= ENOUGH_ROUNDS) {
        return axis;
      }
      if (rounds > most) {
        most = rounds;
        longest = axis;
      }
    }
    return longest;
  }
}
