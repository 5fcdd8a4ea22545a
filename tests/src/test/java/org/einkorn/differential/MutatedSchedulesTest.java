package org.einkorn.differential;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.einkorn.differential.RandomSchedulesTest.Subject;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.schedule.RefusedStepException;
import org.einkorn.passes.schedule.Schedule;
import org.einkorn.runtime.DType;
import org.einkorn.schedules.ScheduleCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Traces that are made wrong: each is refused, or what it gives computes the same.
///
/// A step is left out, doubled, put elsewhere, or about another loop, number or block.
/// `-Deinkorn.seed=S -Deinkorn.mutations=1` makes one again.
@Execution(ExecutionMode.CONCURRENT)
final class MutatedSchedulesTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20261129_000000L);
  private static final int MUTATIONS = Integer.getInteger("einkorn.mutations", 300);

  @Test
  void mutatedTracesAreRefusedOrHarmless() {
    System.out.printf("%d mutated schedules from -Deinkorn.seed=%d on%n", MUTATIONS, SEED);
    List<ScheduleCase> cases = ScheduleCase.all();
    Map<String, Integer> refused = new TreeMap<>();
    int harmless = 0;
    for (long seed = SEED; seed < SEED + MUTATIONS; seed++) {
      Dice dice = new Dice(seed);
      ScheduleCase golden = dice.pick(cases);
      Module module = ScheduleCase.module(golden.module());
      Trace mutated = mutated(golden.trace(), module, dice);
      try {
        check(module, mutated, seed);
        harmless++;
      } catch (RefusedStepException refusal) {
        refused.merge(refusal.refusal().reason().text(), 1, Integer::sum);
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError(
            "-Deinkorn.seed=" + seed + " -Deinkorn.mutations=1\n" + TracePrinter.print(mutated),
            failure);
      }
    }
    System.out.println("refused: " + refused);
    System.out.println(harmless + " compute the same");
    assertTrue(MUTATIONS < 100 || harmless > 0 && !refused.isEmpty());
  }

  private static void check(Module module, Trace trace, long seed) {
    Module after = Schedule.replay(module, trace).module();
    for (int number = 0; number < 3; number++) {
      Subject subject = RandomSchedulesTest.nest(module, seed + number);
      Outcome before = RandomSchedulesTest.outcome(ModuleInterpreter.of(module), subject);
      Outcome found = RandomSchedulesTest.outcome(ModuleInterpreter.of(after), subject);
      if (trace.steps().stream().anyMatch(Step::rounds)) {
        RandomSchedulesTest.requireNear(before, found, after);
      } else {
        RandomSchedulesTest.requireSame("mutated", before, found, after);
      }
    }
  }

  /// The trace with one to three changes.
  private static Trace mutated(Trace trace, Module module, Dice dice) {
    List<Step> steps = new ArrayList<>(trace.steps());
    for (int change = dice.between(1, 4); change > 0 && !steps.isEmpty(); change--) {
      int place = dice.below(steps.size());
      switch (dice.below(6)) {
        case 0 -> steps.remove(place);
        case 1 -> steps.add(dice.below(steps.size() + 1), steps.get(place));
        case 2 -> Collections.swap(steps, place, dice.below(steps.size()));
        case 3 -> random(module, trace, steps, place, dice);
        default -> steps.set(place, altered(steps.get(place), dice));
      }
    }
    return new Trace(trace.function(), steps);
  }

  /// Puts a step of any kind somewhere, for the function as it is then.
  private static void random(Module module, Trace trace, List<Step> steps, int place, Dice dice) {
    try {
      Schedule schedule =
          Schedule.replay(module, new Trace(trace.function(), steps.subList(0, place)));
      Optional<Step> step = new RandomSteps(dice).next(schedule);
      step.ifPresent(some -> steps.add(place, some));
    } catch (RefusedStepException refused) {
      // What comes before was made wrong already.
    }
  }

  /// The step with another number, order or name.
  private static Step altered(Step step, Dice dice) {
    return switch (step) {
      case Step.Split(List<String> names, LoopName loop, var factors) -> {
        List<Optional<IndexExpr>> others = new ArrayList<>(factors);
        int place = dice.below(others.size());
        others.set(place, Optional.of(IndexExpr.of(dice.between(-1, 9))));
        yield new Step.Split(names, loop, others);
      }
      case Step.Fuse(String name, List<LoopName> loops) -> new Step.Fuse(name, turned(loops));
      case Step.Reorder(List<LoopName> loops) -> new Step.Reorder(turned(loops));
      case Step.Partition(String first, String second, LoopName loop, IndexExpr point) ->
          new Step.Partition(first, second, loop, point.plus(dice.between(-2, 3)));
      case Step.Parallel(LoopName loop) -> new Step.Vectorize(loop);
      case Step.Vectorize(LoopName loop) -> new Step.Parallel(loop);
      case Step.Unroll(LoopName loop) -> new Step.Parallel(loop);
      case Step.Bind(LoopName loop, GridAxis _) ->
          new Step.Bind(loop, dice.pick(List.of(GridAxis.values())));
      case Step.Lift(String buffer, LoopName loop) ->
          new Step.Lift(buffer, LoopName.of(dice.pick(List.of("i", "j", "ii", "ji", "jo"))));
      case Step.TransformLayout(String buffer, List<String> axes, List<IndexExpr> positions) ->
          new Step.TransformLayout(buffer, axes, altered(positions, dice));
      case Step.TransformBlockLayout(
              String block,
              List<String> iterators,
              List<IndexExpr> positions) ->
          new Step.TransformBlockLayout(block, iterators, altered(positions, dice));
      case Step.PadEinsum(String block, List<Step.Padding> paddings) ->
          new Step.PadEinsum(
              block, List.of(new Step.Padding(dice.pick(paddings).loop(), dice.between(1, 9))));
      case Step.Blockize(LoopName _, String name) ->
          new Step.Blockize(LoopName.of(dice.pick(List.of("i", "j", "ii", "k"))), name);
      case Step.Fission(LoopName loop, String block) ->
          new Step.Fission(LoopName.of(dice.pick(List.of("i", "j", "ji", "jo"))), block);
      case Step.ComputeAt(String block, LoopName _) -> new Step.ComputeAt(block, elsewhere(dice));
      case Step.ReverseComputeAt(String block, LoopName _) ->
          new Step.ReverseComputeAt(block, elsewhere(dice));
      case Step.SetScope(String buffer, var scope, LoopName _) ->
          new Step.SetScope(buffer, scope, elsewhere(dice));
      case Step.StorageAlign(String buffer, int axis, IndexExpr factor, IndexExpr offset) ->
          dice.chance(0.5)
              ? new Step.StorageAlign(buffer, 1 - Math.min(axis, 1), factor, offset)
              : new Step.StorageAlign(buffer, axis, above(offset, dice), offset);
      case Step.RollingBuffer(String buffer, LoopName _) ->
          new Step.RollingBuffer(buffer, LoopName.of(dice.pick(List.of("i", "j", "y", "x"))));
      case Step.DoubleBuffer(String buffer, LoopName _) ->
          new Step.DoubleBuffer(buffer, elsewhere(dice));
      case Step.Prefetch(LoopName loop, String buffer, IndexExpr _) ->
          dice.chance(0.5)
              ? new Step.Prefetch(loop, buffer, IndexExpr.of(dice.between(-1, 9)))
              : new Step.Prefetch(elsewhere(dice), buffer, IndexExpr.of(2));
      case Step.DecomposePadding(String block, LoopName _) ->
          new Step.DecomposePadding(block, elsewhere(dice));
      case Step.Sample sample -> new RandomSamples(dice).altered(sample, elsewhere(dice));
      case Step.CacheWrite(String name, String buffer) -> new Step.CacheInPlace(name, buffer);
      case Step.CacheInPlace(String name, String buffer) -> new Step.CacheWrite(name, buffer);
      case Step.SetType(String buffer, var _) ->
          new Step.SetType(buffer, dice.pick(List.of(DType.F32, DType.F64, DType.I32, DType.I64)));
      case Step.Tensorize(LoopName place, String intrinsic) ->
          new Step.Tensorize(
              dice.chance(0.5) ? place : LoopName.of(dice.pick(List.of("k", "ki", "ji", "C"))),
              dice.chance(0.8) ? intrinsic : "fma");
      case Step.AddUnitLoop _,
          Step.Reindex _,
          Step.CacheRead _,
          Step.DecomposeReduction _,
          Step.FactorReduction _,
          Step.Join _,
          Step.ComputeInline _,
          Step.ReverseComputeInline _,
          Step.FuseReductionEpilogue _ ->
          step;
    };
  }

  /// Another factor, above the offset: the text of no other one is a step.
  private static IndexExpr above(IndexExpr offset, Dice dice) {
    long least = offset instanceof IndexExpr.Constant(long value) ? value + 1 : 1;
    return IndexExpr.of(Math.max(least, dice.between(8, 17)));
  }

  private static LoopName elsewhere(Dice dice) {
    return LoopName.of(dice.pick(List.of("i", "j", "ii", "ji", "jo", "io", "y", "x", "j.0")));
  }

  /// One of the positions is another one.
  private static List<IndexExpr> altered(List<IndexExpr> positions, Dice dice) {
    List<IndexExpr> others = new ArrayList<>(positions);
    int place = dice.below(others.size());
    IndexExpr number = IndexExpr.of(dice.between(1, 4));
    IndexExpr old = others.get(place);
    others.set(
        place,
        switch (dice.below(5)) {
          case 0 -> old.floorDiv(number);
          case 1 -> old.floorMod(number);
          case 2 -> old.plus(number);
          case 3 -> others.get(dice.below(others.size()));
          default -> old.times(number);
        });
    return others;
  }

  private static List<LoopName> turned(List<LoopName> loops) {
    List<LoopName> turned = new ArrayList<>(loops);
    Collections.rotate(turned, 1);
    return turned;
  }
}
