package org.einkorn.passes.tune;

import java.util.List;
import org.einkorn.ir.loop.Module;

/// How large the squares of a [Transposition] are, and whether they are read to memory of their own
/// first.
final class TranspositionSpace extends KnobSpace {
  private final MapNest nest;
  private final Transposition choice;

  TranspositionSpace(Module module, MapNest nest, Transposition choice) {
    super(
        module,
        nest.function(),
        List.of(
            new Knob("tile", List.of(4L, 8L, 16L, 32L, 64L)), new Knob("staged", List.of(0L, 1L))));
    this.nest = nest;
    this.choice = choice;
  }

  @Override
  public Point start() {
    return new Point(List.of(choice.tile(), choice.isStaged() ? 1L : 0L));
  }

  @Override
  boolean fits(Point point) {
    return true;
  }

  @Override
  void take(Point point, Steps steps) {
    long tile = point.values().getFirst();
    boolean isStaged = point.values().getLast() == 1;
    TranspositionSketch.take(
        nest, new Transposition(choice.read(), choice.stored(), tile, isStaged), steps);
  }

  @Override
  void collect(Point point, List<Double> features) {
    features.add(Kind.TRANSPOSITION.feature());
    features.add(log2((double) point.values().getFirst()));
    features.add(log2((double) choice.read().rounds()));
    features.add(log2((double) choice.stored().rounds()));
    features.add(log2(Axis.rounds(nest.loops())));
    features.add((double) point.values().getLast());
  }
}
