package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.Machine;
import org.einkorn.passes.tune.DotTiling.Side;

/// How large the tile of a [DotTiling] is.
final class DotTilingSpace extends KnobSpace {
  private final ReductionNest nest;
  private final DotTiling choice;
  private final Machine machine;

  DotTilingSpace(Module module, ReductionNest nest, DotTiling choice, Machine machine) {
    super(module, nest.function(), knobs(choice));
    this.nest = nest;
    this.choice = choice;
    this.machine = machine;
  }

  private static List<Knob> knobs(DotTiling choice) {
    return choice.tile().stream()
        .map(
            side ->
                new Knob(
                    "rounds of " + side.axis().loop(),
                    LongStream.rangeClosed(1, DotTilingModel.MOST_ROUNDS).boxed().toList()))
        .toList();
  }

  @Override
  public Point start() {
    return new Point(choice.tile().stream().map(Side::rounds).toList());
  }

  @Override
  boolean fits(Point point) {
    DotTiling tiling = tiling(point);
    return tiling.dots() > 1
        && tiling.dots() <= machine.vectorRegisters()
        && tiling.tile().stream().allMatch(side -> side.rounds() <= side.axis().rounds());
  }

  private DotTiling tiling(Point point) {
    List<Side> tile = new ArrayList<>();
    for (int number = 0; number < choice.tile().size(); number++) {
      tile.add(new Side(choice.tile().get(number).axis(), point.values().get(number)));
    }
    return new DotTiling(
        choice.sum(), choice.lanes(), tile, choice.panels(), choice.sums(), choice.fused());
  }

  @Override
  void take(Point point, Steps steps) {
    DotTilingSketch.take(nest, tiling(point), steps);
  }

  @Override
  void collect(Point point, List<Double> features) {
    DotTiling tiling = tiling(point);
    features.add(Kind.DOTS.feature());
    point.values().forEach(rounds -> features.add((double) rounds));
    features.add((double) tiling.dots());
    features.add((double) tiling.dots() / machine.vectorRegisters());
    features.add(log2((double) choice.sum().rounds()));
    features.add(log2(Axis.rounds(nest.spatial())));
    features.add((double) choice.lanes());
  }
}
