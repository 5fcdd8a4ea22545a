package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Chooses a [Tiling] by counting what a tile costs.
///
/// In each round of the reduction a tile of r rows and v vectors loads, of a product of matrices, v
/// vectors and r single elements, and does r · v multiply-adds. A core does two loads and two
/// multiply-adds at once, and the sums of a tile have to be so many that none waits for itself.
final class TilingModel {
  /// Multiply-adds, and loads, in a cycle.
  private static final double AT_ONCE = 2;

  /// How many cycles pass until a sum can be added to again.
  private static final double LATENCY = 4;

  /// Sums that a tile should have: few loads then do for many multiply-adds.
  private static final double LEAST_SUMS = 12;

  /// As many rows as a tile may have.
  static final int MOST_ROWS = 14;

  /// As many vectors as a row of a tile may have.
  static final int MOST_VECTORS = 8;

  /// So often has a copy to be read to be worth it where it only makes lanes of one row follow on
  /// those of the row before.
  private static final double LEAST_USES = 64;

  /// Rounds of the outermost loop that are enough for threads to share out.
  private static final long ENOUGH_ROUNDS = 8;

  private final TilingFacts facts;
  private final ReductionNest nest;

  private TilingModel(TilingFacts facts) {
    this.facts = facts;
    nest = facts.nest();
  }

  /// A tiling, where one pays.
  static Optional<Tiling> choose(TilingFacts facts) {
    return facts.columns().map(new TilingModel(facts)::tiling);
  }

  private Tiling tiling(Axis columns) {
    Optional<Axis> rows = rows(columns);
    Shape shape = shape(columns, rows);
    return facts.tiling(
        columns,
        shape.vectors,
        rows,
        shape.rows,
        outer(columns, rows, shape),
        panels(columns, shape));
  }

  private List<Operand> panels(Axis columns, Shape shape) {
    List<Operand> panels = new ArrayList<>();
    for (Operand operand : nest.operands()) {
      if (operand.changesWith(columns) && facts.canBePanel(operand)) {
        boolean isFar =
            facts.isScattered(operand, columns, shape.vectors * facts.lanes())
                && isLarge(facts.sharedBytes(operand))
                && facts.uses(operand) >= LEAST_USES;
        if (!operand.isUnit(columns) || isFar) {
          panels.add(operand);
        }
      }
    }
    return panels;
  }

  // ---- rows

  /// The loop of which the best tile is the cheapest.
  private Optional<Axis> rows(Axis columns) {
    Optional<Axis> best = Optional.empty();
    double least = Double.POSITIVE_INFINITY;
    for (Axis axis : facts.rows(columns)) {
      Optional<Axis> rows = Optional.of(axis);
      // Per row and column, so that loops of other lengths compare.
      double cost =
          cost(shape(columns, rows), columns, rows) / ((double) axis.rounds() * columns.rounds());
      if (cost <= least) {
        least = cost;
        best = rows;
      }
    }
    return best;
  }

  // ---- the tile

  private record Shape(long rows, long vectors) {}

  /// The cheapest tile, and of those that cost the same the one that uses the registers best.
  private Shape shape(Axis columns, Optional<Axis> rows) {
    long most = facts.machine().vectorRegisters() * 3L / 4;
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

  /// How far a tile is from half of the registers, or three quarters of few, in two vectors.
  private double distance(Shape shape) {
    double sums = Math.max(LEAST_SUMS, facts.machine().vectorRegisters() / 2.0);
    return Math.abs(Math.log(shape.rows * shape.vectors / sums))
        + Math.abs(Math.log(shape.vectors / 2.0));
  }

  /// Cycles for a round of the reduction in all tiles, over how many tiles of that size there would
  /// be without a rest.
  private double cost(Shape shape, Axis columns, Optional<Axis> rows) {
    double work = shape.rows * shape.vectors;
    double cycles = cycles(work, facts.loads(columns, shape.vectors, rows, shape.rows));
    double tiles = columns.tiles(shape.vectors * facts.lanes());
    if (rows.isPresent()) {
      tiles *= rows.get().tiles(shape.rows);
    }
    return cycles * tiles;
  }

  /// What a tile takes in a round of the reduction, which each sum is added to once.
  static double cycles(double sums, double loads) {
    return Math.max(Math.max(sums / AT_ONCE, loads / AT_ONCE), LATENCY);
  }

  /// What the model counts for all of a tiling, in cycles.
  static double cycles(TilingFacts facts, Tiling tiling) {
    double vectors = tiling.columns().rounds() / (double) facts.lanes();
    double reduce = Axis.rounds(facts.nest().reduce());
    double others = Axis.rounds(facts.nest().spatial()) / tiling.columns().rounds();
    return cyclesOfSum(facts, tiling) * vectors * reduce * others;
  }

  /// What the model counts for one term of one vector of sums, in cycles: half a one is the least.
  static double cyclesOfSum(TilingFacts facts, Tiling tiling) {
    Shape shape = new Shape(tiling.rowTile(), tiling.columnTile() / facts.lanes());
    double sums = (double) tiling.columns().rounds() / facts.lanes();
    sums *= tiling.rows().map(axis -> (double) axis.rounds()).orElse(1.0);
    return new TilingModel(facts).cost(shape, tiling.columns(), tiling.rows()) / sums;
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
    if (!columns.isWhole(shape.vectors * facts.lanes())) {
      cut.add(columns);
    }
    rows.filter(axis -> !axis.isWhole(shape.rows)).ifPresent(cut::add);
    List<Operand> wide =
        nest.operands().stream().filter(each -> each.changesWith(columns)).toList();
    if (isLarge(wide.stream().mapToDouble(facts::sharedBytes).sum())) {
      outer.addAll(cut);
      outer.sort(Comparator.comparingInt(axis -> farness(axis, wide)));
    } else {
      outer.addAll(cut.reversed());
    }
    if (!outer.isEmpty()) {
      Axis first = first(outer, columns, rows, shape);
      outer.remove(first);
      outer.addFirst(first);
    }
    return outer;
  }

  /// What lanes read stays in a cache the longer, the farther out the loops are that change it; and
  /// all is read anew where a loop changes all operands.
  private int farness(Axis axis, List<Operand> wide) {
    if (facts.changesAll(axis)) {
      return 0;
    }
    return wide.stream().anyMatch(each -> each.changesWith(axis)) ? 1 : 2;
  }

  /// Whether so much leaves the cache of a core before it is read again.
  private boolean isLarge(double bytes) {
    return bytes > facts.machine().l2Bytes() / 2.0;
  }

  /// The outermost loop that is long enough for threads, or else the longest.
  private Axis first(List<Axis> outer, Axis columns, Optional<Axis> rows, Shape shape) {
    Axis longest = outer.getFirst();
    double most = 0;
    for (Axis axis : outer) {
      double rounds =
          axis.equals(columns)
              ? axis.tiles(shape.vectors * facts.lanes())
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
