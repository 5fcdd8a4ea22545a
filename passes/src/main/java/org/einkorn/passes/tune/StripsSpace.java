package org.einkorn.passes.tune;

import java.util.List;
import org.einkorn.ir.loop.Module;

/// How long the [Strips] of a map are.
final class StripsSpace extends KnobSpace {
  private final MapNest nest;
  private final Strips choice;

  StripsSpace(Module module, MapNest nest, Strips choice) {
    super(
        module, nest.function(), List.of(new Knob("lanes", List.of(4L, 8L, 16L, 32L, 64L, 128L))));
    this.nest = nest;
    this.choice = choice;
  }

  @Override
  public Point start() {
    return new Point(List.of(choice.lanes()));
  }

  @Override
  boolean fits(Point point) {
    return true;
  }

  @Override
  void take(Point point, Steps steps) {
    StripsSketch.take(nest, new Strips(choice.axis(), point.values().getFirst()), steps);
  }

  @Override
  void collect(Point point, List<Double> features) {
    features.add(4.0);
    features.add(log2((double) point.values().getFirst()));
    features.add(log2((double) choice.axis().rounds()));
    features.add(log2(Axis.rounds(nest.loops())));
    features.add((double) nest.operands().size());
  }
}
