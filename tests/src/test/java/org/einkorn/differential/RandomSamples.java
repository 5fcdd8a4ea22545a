package org.einkorn.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.schedule.Schedule;

/// Random samples, with a decision or without, and uses of those that there are.
final class RandomSamples {
  private final Dice dice;

  RandomSamples(Dice dice) {
    this.dice = dice;
  }

  /// A sample of a loop, of numbers, or of a loop for a block.
  Step next(Schedule schedule, LoopName loop, List<Stmt.Block> inside) {
    String name = "s" + dice.below(100);
    return switch (dice.below(3)) {
      case 0 -> {
        List<String> names = new ArrayList<>();
        for (int count = dice.pick(List.of(2, 2, 3)); names.size() < count; ) {
          names.add(name + "f" + names.size());
        }
        Step.SampleTile open =
            new Step.SampleTile(names, loop, dice.between(1, 9), Optional.empty());
        yield dice.chance(0.6) ? open : altered(open, loop);
      }
      case 1 -> {
        List<Step.Choice> choices = new ArrayList<>();
        for (int value = dice.between(0, 2); choices.size() < 3; value += dice.between(1, 3)) {
          choices.add(new Step.Choice(value, dice.between(1, 3)));
        }
        Step.SampleChoice open = new Step.SampleChoice(name, choices, Optional.empty());
        yield dice.chance(0.7) ? open : altered(open, loop);
      }
      default -> {
        List<Stmt.Block> blocks =
            inside.isEmpty() || dice.chance(0.7)
                ? RandomSteps.blocks(schedule.function().body())
                : inside;
        String block = blocks.isEmpty() ? "none" : dice.pick(blocks).name();
        yield new Step.SampleLocation(
            name, block, dice.chance(0.8) ? Optional.empty() : Optional.of(loop));
      }
    };
  }

  /// A sample with another decision, or none.
  Step.Sample altered(Step.Sample sample, LoopName loop) {
    return switch (sample) {
      case Step.SampleTile(var names, LoopName at, long innermost, var _) -> {
        List<Optional<Long>> factors = new ArrayList<>();
        names.forEach(_ -> factors.add(Optional.of((long) dice.between(1, 7))));
        if (dice.chance(0.7)) {
          factors.set(0, Optional.empty());
        }
        yield new Step.SampleTile(
            names, at, innermost, Optional.of(factors).filter(_ -> dice.chance(0.8)));
      }
      case Step.SampleChoice choice ->
          choice.with(dice.chance(0.8) ? dice.pick(choice.choices()).value() : dice.below(40));
      case Step.SampleLocation location -> location.with(loop);
    };
  }

  /// Now and then what a sample has decided; it need not be a number.
  Optional<IndexExpr> number(Schedule schedule) {
    return name(schedule, false).map(IndexExpr::variable);
  }

  /// Now and then a loop that a sample has decided.
  Optional<LoopName> loop(Schedule schedule) {
    return name(schedule, true).map(LoopName::of);
  }

  private Optional<String> name(Schedule schedule, boolean isLoop) {
    List<String> names = new ArrayList<>();
    for (Step step : schedule.trace().steps()) {
      if (step instanceof Step.Sample sample
          && isLoop == (sample instanceof Step.SampleLocation || dice.chance(0.03))) {
        names.addAll(sample.names());
      }
    }
    return names.isEmpty() || dice.chance(0.5) ? Optional.empty() : Optional.of(dice.pick(names));
  }
}
