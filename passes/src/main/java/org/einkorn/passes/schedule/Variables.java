package org.einkorn.passes.schedule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.rewrite.Substitution;

/// What the names of the samples so far stand for, and steps in which that stands instead.
final class Variables {
  static final Variables NONE = new Variables(Map.of());

  private final Map<String, Value> values;

  /// What was decided.
  sealed interface Value {
    record Known(long number) implements Value {}

    /// What a split finds.
    ///
    /// @param number where it is known
    record Inferred(Optional<Long> number) implements Value {}

    record Loop(LoopName loop) implements Value {}
  }

  private Variables(Map<String, Value> values) {
    this.values = values;
  }

  Variables with(String name, Value value) {
    Map<String, Value> more = new LinkedHashMap<>(values);
    more.put(name, value);
    return new Variables(more);
  }

  Set<String> names() {
    return values.keySet();
  }

  /// A step in which nothing is named that a sample has decided; the same where nothing was.
  ///
  /// @throws RefusedStepException where a number stands for a loop, or a loop for a number
  Step resolved(Nest nest, Step step) {
    if (values.isEmpty()) {
      return step;
    }
    try {
      return new Resolver(nest).resolved(step);
    } catch (IllegalArgumentException malformed) {
      throw nest.refuse(Reason.MALFORMED, String.valueOf(malformed.getMessage()));
    }
  }

  /// Where a loop stands among all loops.
  int placeOf(Schedule schedule, LoopName loop) {
    Nest nest = new Nest(schedule, new Step.Parallel(loop));
    Stmt.For found = nest.loop(new Resolver(nest).at(loop)).statement();
    List<Stmt.For> all = Statements.loops(schedule.function().body());
    int place = 0;
    while (all.get(place) != found) {
      place++;
    }
    return place;
  }

  /// Replaces names in a step.
  private final class Resolver {
    private final Nest nest;

    Resolver(Nest nest) {
      this.nest = nest;
    }

    Step resolved(Step step) {
      return switch (step) {
        case Step.Split(var names, LoopName loop, var factors) ->
            new Step.Split(names, at(loop), factors.stream().map(this::factor).toList());
        case Step.Fuse(String name, var loops) -> new Step.Fuse(name, at(loops));
        case Step.Reorder(var loops) -> new Step.Reorder(at(loops));
        case Step.Partition(String first, String second, LoopName loop, IndexExpr point) ->
            new Step.Partition(first, second, at(loop), number(point));
        case Step.Parallel(LoopName loop) -> new Step.Parallel(at(loop));
        case Step.Vectorize(LoopName loop) -> new Step.Vectorize(at(loop));
        case Step.Unroll(LoopName loop) -> new Step.Unroll(at(loop));
        case Step.Bind(LoopName loop, var axis) -> new Step.Bind(at(loop), axis);
        case Step.Fission(LoopName loop, String block) -> new Step.Fission(at(loop), block);
        case Step.Lift(String buffer, LoopName loop) -> new Step.Lift(buffer, at(loop));
        case Step.StorageAlign(String buffer, int axis, IndexExpr factor, IndexExpr offset) ->
            new Step.StorageAlign(buffer, axis, number(factor), number(offset));
        case Step.RollingBuffer(String buffer, LoopName loop) ->
            new Step.RollingBuffer(buffer, at(loop));
        case Step.DoubleBuffer(String buffer, LoopName loop) ->
            new Step.DoubleBuffer(buffer, at(loop));
        case Step.Prefetch(LoopName loop, String buffer, IndexExpr distance) ->
            new Step.Prefetch(at(loop), buffer, number(distance));
        case Step.TransformLayout(String buffer, var axes, var positions) ->
            new Step.TransformLayout(buffer, axes, numbers(positions, axes));
        case Step.TransformBlockLayout(String block, var iterators, var positions) ->
            new Step.TransformBlockLayout(block, iterators, numbers(positions, iterators));
        case Step.PadEinsum(String block, var paddings) ->
            new Step.PadEinsum(
                block,
                paddings.stream()
                    .map(
                        each ->
                            new Step.Padding(
                                at(LoopName.of(each.loop())).variable(), number(each.multiple())))
                    .toList());
        case Step.Blockize(LoopName loop, String name) -> new Step.Blockize(at(loop), name);
        case Step.DecomposePadding(String block, LoopName loop) ->
            new Step.DecomposePadding(block, at(loop));
        case Step.DecomposeReduction(String block, LoopName loop) ->
            new Step.DecomposeReduction(block, at(loop));
        case Step.FactorReduction(String name, String block, LoopName loop) ->
            new Step.FactorReduction(name, block, at(loop));
        case Step.ComputeAt(String block, LoopName loop) -> new Step.ComputeAt(block, at(loop));
        case Step.ReverseComputeAt(String block, LoopName loop) ->
            new Step.ReverseComputeAt(block, at(loop));
        case Step.SetScope(String buffer, var scope, LoopName loop) ->
            new Step.SetScope(buffer, scope, at(loop));
        case Step.SampleTile(var names, LoopName loop, long innermost, var decision) ->
            new Step.SampleTile(names, at(loop), innermost, decision);
        case Step.SampleLocation(String name, String block, var decision) ->
            new Step.SampleLocation(name, block, decision.map(this::at));
        case Step.Tensorize(LoopName place, String intrinsic) ->
            new Step.Tensorize(at(place), intrinsic);
        case Step.SampleChoice _,
            Step.AddUnitLoop _,
            Step.SetType _,
            Step.CacheRead _,
            Step.CacheWrite _,
            Step.CacheInPlace _,
            Step.Reindex _,
            Step.Join _,
            Step.ComputeInline _,
            Step.ReverseComputeInline _,
            Step.FuseReductionEpilogue _ ->
            step;
      };
    }

    private List<LoopName> at(List<LoopName> loops) {
      return loops.stream().map(this::at).toList();
    }

    private LoopName at(LoopName name) {
      Value value = values.get(name.variable());
      if (value == null) {
        return name;
      }
      return switch (value) {
        case Value.Loop(LoopName loop) -> {
          if (name.block().isPresent()) {
            throw nest.refuse(
                Reason.MALFORMED,
                "`" + name.variable() + "` is one loop already, and needs no block to name it");
          }
          yield loop;
        }
        case Value.Known _, Value.Inferred _ ->
            throw nest.refuse(
                Reason.MALFORMED, "`" + name.variable() + "` was sampled: a number, and no loop");
      };
    }

    /// A factor of a split, which may be left to be found.
    private Optional<IndexExpr> factor(Optional<IndexExpr> factor) {
      if (factor.isPresent()
          && factor.get() instanceof IndexExpr.Variable(String name)
          && values.get(name) instanceof Value.Inferred) {
        return Optional.empty();
      }
      return factor.map(this::number);
    }

    private List<IndexExpr> numbers(List<IndexExpr> exprs, List<String> own) {
      for (String name : own) {
        if (values.containsKey(name)) {
          throw nest.refuse(Reason.NAME_TAKEN, "`" + name + "` is the name of a sample");
        }
      }
      return exprs.stream().map(this::number).toList();
    }

    /// An expression with numbers for the names of samples.
    private IndexExpr number(IndexExpr expr) {
      Map<String, IndexExpr> numbers = new LinkedHashMap<>();
      for (String name : Walk.variables(expr)) {
        Value value = values.get(name);
        if (value != null) {
          numbers.put(name, number(name, value));
        }
      }
      return numbers.isEmpty() ? expr : new Substitution(numbers).apply(expr);
    }

    private IndexExpr number(String name, Value value) {
      return switch (value) {
        case Value.Known(long number) -> IndexExpr.of(number);
        case Value.Inferred(Optional<Long> number) ->
            IndexExpr.of(
                number.orElseThrow(
                    () ->
                        nest.refuse(
                            Reason.EXTENT_UNKNOWN,
                            "`" + name + "` is what a split finds, and no number")));
        case Value.Loop(LoopName loop) ->
            throw nest.refuse(
                Reason.MALFORMED, "`" + name + "` was sampled: a loop, and no number");
      };
    }
  }
}
