package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.einkorn.ir.loop.Module;

/// Tilings of a [ReductionNest]: the tile, the loops around it, and what is copied to panels.
final class TilingSpace extends KnobSpace {
  /// Tiles of more sums than twice the registers lie in memory whatever is done.
  private static final long MOST_TIMES_REGISTERS = 2;

  private static final int VECTORS = 0;
  private static final int ROWS = 1;
  private static final int ROW_TILE = 2;
  private static final int FIRST = 3;
  private static final int COLUMNS_OUTSIDE = 4;
  private static final int PANELS = 5;

  private final TilingFacts facts;
  private final ReductionNest nest;
  private final Axis columns;
  private final List<Axis> rows;
  private final List<Operand> mayBePanels;
  private final Point start;

  TilingSpace(Module module, TilingFacts facts, Tiling choice) {
    super(module, facts.nest().function(), knobs(facts, choice.columns()));
    this.facts = facts;
    nest = facts.nest();
    columns = choice.columns();
    rows = facts.rows(columns);
    mayBePanels = mayBePanels(facts, columns);
    start = point(choice);
  }

  private static List<Knob> knobs(TilingFacts facts, Axis columns) {
    List<Knob> knobs = new ArrayList<>();
    List<Axis> rows = facts.rows(columns);
    knobs.add(new Knob("vectors", range(1, TilingModel.MOST_VECTORS)));
    knobs.add(new Knob("rows", range(0, Math.max(0, rows.size() - 1))));
    knobs.add(new Knob("row tile", rows.isEmpty() ? List.of(1L) : range(1, TilingModel.MOST_ROWS)));
    knobs.add(new Knob("outermost", range(0, facts.nest().spatial().size() - 1)));
    knobs.add(new Knob("columns outside of rows", range(0, 1)));
    mayBePanels(facts, columns)
        .forEach(
            operand ->
                knobs.add(
                    new Knob(
                        "panels of " + operand.tensor(),
                        operand.isUnit(columns) ? range(0, 1) : List.of(1L))));
    return knobs;
  }

  private static List<Long> range(long least, long greatest) {
    return LongStream.rangeClosed(least, greatest).boxed().toList();
  }

  private static List<Operand> mayBePanels(TilingFacts facts, Axis columns) {
    return facts.nest().operands().stream()
        .filter(each -> each.changesWith(columns) && facts.canBePanel(each))
        .toList();
  }

  private Point point(Tiling tiling) {
    List<Long> values = new ArrayList<>();
    values.add(tiling.columnTile() / facts.lanes());
    values.add(tiling.rows().map(axis -> (long) rows.indexOf(axis)).orElse(0L));
    values.add(tiling.rowTile());
    Axis first = tiling.outer().isEmpty() ? nest.spatial().getFirst() : tiling.outer().getFirst();
    values.add((long) nest.spatial().indexOf(first));
    int ofColumns = tiling.outer().indexOf(columns);
    int ofRows = tiling.rows().map(tiling.outer()::indexOf).orElse(-1);
    values.add(ofColumns < ofRows ? 1L : 0L);
    mayBePanels.forEach(each -> values.add(tiling.panels().contains(each) ? 1L : 0L));
    return new Point(values);
  }

  /// Loops of one round do not stand around the tile, so where they stand means nothing.
  @Override
  Point canonical(Point point) {
    return point(tiling(point));
  }

  @Override
  public Point start() {
    return start;
  }

  @Override
  boolean fits(Point point) {
    long sums = value(point, VECTORS) * value(point, ROW_TILE);
    return sums <= MOST_TIMES_REGISTERS * facts.machine().vectorRegisters()
        && (rows.isEmpty() || value(point, ROW_TILE) <= rows(point).orElseThrow().rounds())
        && (value(point, VECTORS) - 1) * facts.lanes() < columns.rounds();
  }

  private static long value(Point point, int knob) {
    return point.values().get(knob);
  }

  private Optional<Axis> rows(Point point) {
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.get((int) value(point, ROWS)));
  }

  private Tiling tiling(Point point) {
    Optional<Axis> tall = rows(point);
    long vectors = value(point, VECTORS);
    long rowTile = value(point, ROW_TILE);
    List<Axis> outer = new ArrayList<>();
    for (Axis axis : nest.spatial()) {
      if (!axis.equals(columns) && !tall.equals(Optional.of(axis))) {
        outer.add(axis);
      }
    }
    List<Axis> cut = new ArrayList<>(List.of(columns));
    tall.ifPresent(cut::add);
    if (value(point, COLUMNS_OUTSIDE) == 0) {
      Collections.reverse(cut);
    }
    outer.addAll(cut);
    Axis first = nest.spatial().get((int) value(point, FIRST));
    outer.remove(first);
    outer.addFirst(first);
    outer.removeIf(
        axis ->
            axis.equals(columns) && columns.isWhole(vectors * facts.lanes())
                || tall.equals(Optional.of(axis)) && axis.isWhole(rowTile));
    return facts.tiling(columns, vectors, tall, rowTile, outer, panels(point));
  }

  private List<Operand> panels(Point point) {
    List<Operand> panels = new ArrayList<>();
    for (int number = 0; number < mayBePanels.size(); number++) {
      if (value(point, PANELS + number) == 1) {
        panels.add(mayBePanels.get(number));
      }
    }
    return panels;
  }

  @Override
  void take(Point point, Steps steps) {
    TileSketch.take(nest, tiling(point), steps);
  }

  @Override
  void collect(Point point, List<Double> features) {
    Tiling tiling = tiling(point);
    double vectors = value(point, VECTORS);
    double rowTile = tiling.rowTile();
    double sums = vectors * rowTile;
    double reduce = Axis.rounds(nest.reduce());
    double columnTiles = columns.tiles(tiling.columnTile());
    double rowTiles = tiling.rows().map(axis -> axis.tiles(tiling.rowTile())).orElse(1.0);
    double bytes = 4;
    features.add(Kind.TILING.feature());
    features.add(vectors);
    features.add(rowTile);
    features.add(sums);
    features.add(sums / facts.machine().vectorRegisters());
    features.add((vectors + rowTile) / sums);
    features.add(columns.rounds() / (columnTiles * tiling.columnTile()));
    features.add(tiling.rows().map(axis -> axis.rounds() / (rowTiles * rowTile)).orElse(1.0));
    features.add(log2(columnTiles));
    features.add(log2(rowTiles));
    features.add(log2(reduce));
    features.add(log2(reduce * tiling.columnTile() * bytes / facts.machine().l1Bytes()));
    features.add(log2(reduce * tiling.columnTile() * bytes / facts.machine().l2Bytes()));
    features.add(log2(reduce * rowTile * bytes / facts.machine().l1Bytes()));
    features.add((double) tiling.panels().size());
    features.add(log2(1 + tiling.panels().stream().mapToDouble(facts::bytes).sum()));
    features.add((double) value(point, COLUMNS_OUTSIDE));
    features.add((double) value(point, FIRST));
    features.add((double) value(point, ROWS));
    features.add(log2(Axis.rounds(nest.spatial())));
    features.add((double) facts.lanes());
    features.add(
        log2(
            nest.operands().stream()
                    .filter(each -> each.changesWith(columns))
                    .mapToDouble(facts::bytes)
                    .sum()
                / facts.machine().l2Bytes()));
    features.add(log2(TilingModel.cyclesOfSum(facts, tiling)));
  }
}
