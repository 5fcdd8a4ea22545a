package org.einkorn.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.schedule.Schedule;

/// Random steps that move computation between functions and loops.
final class RandomMoves {
  private final Dice dice;

  RandomMoves(Dice dice) {
    this.dice = dice;
  }

  /// A step for the function as it is now; nothing where it has no loop.
  Optional<Step> next(Schedule schedule) {
    List<Stmt.Block> blocks = RandomSteps.blocks(schedule.function().body());
    List<Stmt.For> loops = RandomSteps.loops(schedule.function().body());
    if (blocks.isEmpty() || loops.isEmpty()) {
      return Optional.empty();
    }
    String block = dice.pick(blocks).name();
    return Optional.of(
        switch (dice.below(10)) {
          case 0 -> join(schedule);
          case 1, 2, 3 -> across(blocks, loops, Step.ComputeAt::new, false);
          case 4, 5 -> across(blocks, loops, Step.ReverseComputeAt::new, true);
          case 6 -> new Step.ComputeInline(block);
          case 7 -> new Step.ReverseComputeInline(block);
          default -> scope(RandomSteps.name(dice.pick(loops)), schedule);
        });
  }

  /// Most often the function that runs just before.
  Step join(Schedule schedule) {
    int place = schedule.module().placeOf(schedule.function().name());
    return new Step.Join(
        place > 0 && dice.chance(0.8)
            ? schedule.module().functions().get(place - 1).name()
            : dice.pick(schedule.module().functions()).name());
  }

  /// A block and a loop of two nests, most often of two that have a buffer in common.
  private Step across(
      List<Stmt.Block> blocks,
      List<Stmt.For> loops,
      BiFunction<String, LoopName, Step> step,
      boolean isReverse) {
    for (int tries = 0; tries < 40; tries++) {
      Stmt.Block block = dice.pick(blocks);
      Stmt.For loop = dice.pick(loops);
      List<Stmt.Block> inside = RandomSteps.blocks(loop);
      List<Stmt.Region> made = new ArrayList<>(block.writes());
      List<Stmt.Region> needed = new ArrayList<>(block.reads());
      boolean meets =
          inside.stream()
              .anyMatch(
                  other ->
                      isReverse ? shares(other.writes(), needed) : shares(made, other.reads()));
      if (!inside.contains(block) && meets) {
        return step.apply(block.name(), RandomSteps.name(loop));
      }
    }
    return step.apply(dice.pick(blocks).name(), RandomSteps.name(dice.pick(loops)));
  }

  private static boolean shares(List<Stmt.Region> one, List<Stmt.Region> other) {
    return one.stream()
        .anyMatch(region -> other.stream().anyMatch(each -> each.buffer().equals(region.buffer())));
  }

  private Step scope(LoopName loop, Schedule schedule) {
    List<Buffer> buffers = new ArrayList<>(schedule.module().buffers());
    if (dice.chance(0.9)) {
      buffers.removeIf(
          buffer ->
              schedule.module().signature().outputs().stream()
                  .anyMatch(output -> output.name().equals(buffer.name())));
    }
    List<Buffer> all = buffers.isEmpty() ? schedule.module().allBuffers() : buffers;
    return new Step.SetScope(
        dice.pick(all).name(),
        dice.pick(List.of(Buffer.Scope.LOCAL, Buffer.Scope.REGISTER, Buffer.Scope.SHARED)),
        loop);
  }
}
