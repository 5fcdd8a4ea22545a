package org.einkorn.passes.tune;

import java.util.List;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.target.Machine;

/// How many partial results a [ReductionNest] has.
final class PartialsSpace extends KnobSpace {
  private final ReductionNest nest;
  private final Partials choice;
  private final Machine machine;

  PartialsSpace(Module module, ReductionNest nest, Partials choice, Machine machine) {
    super(
        module,
        nest.function(),
        List.of(new Knob("vectors", List.of(1L, 2L, 3L, 4L, 6L, 8L, 16L))));
    this.nest = nest;
    this.choice = choice;
    this.machine = machine;
  }

  @Override
  public Point start() {
    return new Point(List.of(choice.lanes() / choice.combined()));
  }

  @Override
  boolean fits(Point point) {
    return point.values().getFirst() * choice.combined() <= choice.axis().rounds();
  }

  @Override
  void take(Point point, Steps steps) {
    long lanes = point.values().getFirst() * choice.combined();
    PartialsSketch.take(
        nest, new Partials(choice.axis(), lanes, choice.combined(), choice.sums()), steps);
  }

  @Override
  void collect(Point point, List<Double> features) {
    double vectors = (double) point.values().getFirst();
    features.add(Kind.PARTIALS.feature());
    features.add(vectors);
    features.add(vectors / machine.vectorRegisters());
    features.add(log2((double) choice.axis().rounds()));
    features.add(
        log2((double) choice.axis().rounds()) - log2(vectors * (double) choice.combined()));
    features.add(log2(Axis.rounds(nest.loops())));
    features.add((double) choice.combined());
  }
}
