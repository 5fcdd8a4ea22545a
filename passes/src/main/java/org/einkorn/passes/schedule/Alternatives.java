package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.runtime.DType;

/// Finds steps like one that was refused that would be applied: candidates are tried.
final class Alternatives {
  private static final int MOST = 4;
  private static final int MOST_READS = 3;

  /// As many candidates as are tried.
  private static final int TRIES = 48;

  private final Schedule schedule;

  private Alternatives(Schedule schedule) {
    this.schedule = schedule;
  }

  /// At most four steps, each legal by itself.
  static List<Step> of(Schedule schedule, Step refused) {
    List<Step> legal = new ArrayList<>();
    int tries = 0;
    for (Step step : new LinkedHashSet<>(new Alternatives(schedule).candidates(refused))) {
      if (legal.size() == MOST || ++tries > TRIES) {
        break;
      }
      if (schedule.attempt(step) instanceof Schedule.Attempt.Applied) {
        legal.add(step);
      }
    }
    return List.copyOf(legal);
  }

  private List<Step> candidates(Step step) {
    return switch (step) {
      case Step.Split split -> splits(split);
      case Step.Fuse _ -> fusions();
      case Step.Reorder(List<LoopName> loops) -> orders(loops);
      case Step.Partition partition -> partitions(partition);
      case Step.AddUnitLoop _ -> forEachBlock(block -> new Step.AddUnitLoop(free("u"), block));
      case Step.Parallel _ -> forEachLoop(Step.Parallel::new);
      case Step.Vectorize _ -> forEachLoop(Step.Vectorize::new);
      case Step.Bind(LoopName _, GridAxis axis) -> forEachLoop(loop -> new Step.Bind(loop, axis));
      case Step.Unroll _ -> forEachLoop(Step.Unroll::new);
      case Step.Fission(LoopName loop, String _) -> fissions(loop);
      case Step.Lift(String buffer, LoopName _) -> forEachLoop(loop -> new Step.Lift(buffer, loop));
      case Step.SetType(String buffer, DType _) -> types(buffer);
      case Step.Tensorize(LoopName _, String intrinsic) -> tensorizations(intrinsic);
      case Step.CacheRead(String name, String _) -> copies(name, Step.CacheRead::new);
      case Step.CacheWrite(String name, String _) -> copies(name, Step.CacheWrite::new);
      case Step.CacheInPlace(String name, String _) -> copies(name, Step.CacheInPlace::new);
      case Step.Reindex(String name, String buffer, String block, var _) ->
          reindexings(name, buffer, block);
      case Step.StorageAlign align -> alignments(align);
      case Step.RollingBuffer(String buffer, LoopName _) ->
          forEachLoop(loop -> new Step.RollingBuffer(buffer, loop));
      case Step.DoubleBuffer(String buffer, LoopName _) ->
          forEachLoop(loop -> new Step.DoubleBuffer(buffer, loop));
      case Step.Prefetch(LoopName named, String buffer, IndexExpr distance) -> {
        List<Step> steps = new ArrayList<>();
        steps.addAll(forEachLoop(loop -> new Step.Prefetch(loop, buffer, distance)));
        for (Buffer other : schedule.module().allBuffers()) {
          steps.add(new Step.Prefetch(named, other.name(), distance));
        }
        yield steps;
      }
      case Step.TransformLayout _ -> List.of();
      case Step.TransformBlockLayout(String _, var iterators, var positions) ->
          forEachBlock(block -> new Step.TransformBlockLayout(block, iterators, positions));
      case Step.PadEinsum pad -> paddings(pad);
      case Step.Blockize(LoopName _, String name) ->
          forEachLoop(loop -> new Step.Blockize(loop, free(name)));
      case Step.FactorReduction(String name, String block, LoopName _) ->
          forEachLoop(loop -> new Step.FactorReduction(free(name), block, loop));
      case Step.DecomposeReduction(String block, LoopName _) ->
          forEachLoop(loop -> new Step.DecomposeReduction(block, loop));
      case Step.DecomposePadding(String block, LoopName named) -> {
        List<Step> steps = new ArrayList<>();
        steps.addAll(forEachLoop(loop -> new Step.DecomposePadding(block, loop)));
        steps.addAll(forEachBlock(other -> new Step.DecomposePadding(other, named)));
        yield steps;
      }
      case Step.Join _ ->
          schedule.module().functions().stream()
              .<Step>map(function -> new Step.Join(function.name()))
              .toList();
      case Step.ComputeAt(String block, LoopName _) ->
          forEachLoop(loop -> new Step.ComputeAt(block, loop));
      case Step.ReverseComputeAt(String block, LoopName _) ->
          forEachLoop(loop -> new Step.ReverseComputeAt(block, loop));
      case Step.ComputeInline _ -> forEachBlock(Step.ComputeInline::new);
      case Step.ReverseComputeInline _ -> forEachBlock(Step.ReverseComputeInline::new);
      case Step.SetScope(String buffer, var scope, LoopName _) ->
          forEachLoop(loop -> new Step.SetScope(buffer, scope, loop));
      case Step.FuseReductionEpilogue(String _, String reduction) ->
          forEachBlock(block -> new Step.FuseReductionEpilogue(block, reduction));
      case Step.Sample sample -> samples(sample);
    };
  }

  /// Decisions that are possible, or samples of something else.
  private List<Step> samples(Step.Sample sample) {
    List<Step> steps = new ArrayList<>();
    switch (sample) {
      case Step.SampleTile(var names, LoopName loop, long innermost, var _) -> {
        Step.SampleTile open = new Step.SampleTile(free(names), loop, innermost, Optional.empty());
        steps.addAll(sample.isDecided() ? Samples.tiles(schedule, open) : List.of(open));
        for (LoopName other : loops()) {
          steps.add(new Step.SampleTile(open.names(), other, innermost, Optional.empty()));
        }
      }
      case Step.SampleChoice(String name, var choices, var decision) -> {
        Step.SampleChoice open = new Step.SampleChoice(free(name), choices, Optional.empty());
        if (decision.isEmpty()) {
          steps.add(open);
        }
        choices.forEach(choice -> steps.add(open.with(choice.value())));
      }
      case Step.SampleLocation(String name, String block, var decision) -> {
        if (decision.isEmpty()) {
          steps.add(new Step.SampleLocation(free(name), block, Optional.empty()));
        }
        for (LoopName loop : loops()) {
          steps.add(new Step.SampleLocation(free(name), block, Optional.of(loop)));
        }
        steps.addAll(
            forEachBlock(other -> new Step.SampleLocation(free(name), other, Optional.empty())));
      }
    }
    return steps;
  }

  private Stmt body() {
    return schedule.function().body();
  }

  private List<LoopName> loops() {
    return schedule.loops();
  }

  private List<Step> forEachLoop(Function<LoopName, Step> step) {
    return loops().stream().map(step).toList();
  }

  private List<Step> forEachBlock(Function<String, Step> step) {
    return Statements.blocks(body()).stream().map(Stmt.Block::name).map(step).toList();
  }

  private List<Step> fissions(LoopName loop) {
    List<Step> steps = new ArrayList<>(forEachBlock(block -> new Step.Fission(loop, block)));
    for (LoopName other : loops()) {
      steps.addAll(forEachBlock(block -> new Step.Fission(other, block)));
    }
    return steps;
  }

  private List<Step> tensorizations(String intrinsic) {
    List<Step> steps = new ArrayList<>();
    steps.addAll(forEachBlock(block -> new Step.Tensorize(block, intrinsic)));
    steps.addAll(forEachLoop(loop -> new Step.Tensorize(loop, intrinsic)));
    return steps;
  }

  /// The other types for what is named, and for all else that is allocated.
  private List<Step> types(String buffer) {
    Set<String> names = new LinkedHashSet<>(List.of(buffer));
    Statements.forEach(
        body(),
        each -> {
          if (each instanceof Stmt.Allocate allocation) {
            names.add(allocation.buffer().name());
          }
        });
    List<Step> steps = new ArrayList<>();
    for (String name : names) {
      steps.add(new Step.SetType(name, DType.F32));
      steps.add(new Step.SetType(name, DType.F64));
      steps.add(new Step.SetType(name, DType.I32));
    }
    return steps;
  }

  private List<Step> copies(String name, BiFunction<String, String, Step> step) {
    List<Step> steps = new ArrayList<>();
    for (Buffer buffer : schedule.module().allBuffers()) {
      steps.add(step.apply(name, buffer.name()));
      steps.add(step.apply(buffer.name() + ".copy", buffer.name()));
    }
    return steps;
  }

  private List<Step> reindexings(String name, String buffer, String block) {
    List<Step> steps = new ArrayList<>();
    for (int read = 0; read < MOST_READS; read++) {
      steps.add(new Step.Reindex(name, buffer, block, OptionalInt.of(read)));
    }
    for (Buffer other : schedule.module().allBuffers()) {
      steps.add(new Step.Reindex(name, other.name(), block));
      steps.add(new Step.Reindex(other.name() + ".copy", other.name(), block));
    }
    steps.addAll(forEachBlock(other -> new Step.Reindex(name, buffer, other)));
    return steps;
  }

  /// Other blocks, and each of the loops on its own.
  private List<Step> paddings(Step.PadEinsum pad) {
    List<Step> steps =
        new ArrayList<>(forEachBlock(block -> new Step.PadEinsum(block, pad.paddings())));
    for (Step.Padding padding : pad.paddings()) {
      steps.addAll(forEachBlock(block -> new Step.PadEinsum(block, List.of(padding))));
    }
    return steps;
  }

  /// The same for other axes, for other temporary memory, and without an offset.
  private List<Step> alignments(Step.StorageAlign align) {
    Set<String> names = new LinkedHashSet<>(List.of(align.buffer()));
    schedule.module().buffers().forEach(buffer -> names.add(buffer.name()));
    List<Step> steps = new ArrayList<>();
    for (String name : names) {
      for (int axis = 0; axis < 3; axis++) {
        steps.add(new Step.StorageAlign(name, axis, align.factor(), align.offset()));
        steps.add(new Step.StorageAlign(name, axis, align.factor(), IndexExpr.Constant.ZERO));
      }
    }
    return steps;
  }

  /// The name, or the name with a number that is free.
  private String free(String name) {
    Set<String> taken = new LinkedHashSet<>(schedule.names());
    Statements.blocks(body()).forEach(block -> taken.add(block.name()));
    String free = name;
    for (int number = 1; taken.contains(free); number++) {
      free = name + "_" + number;
    }
    return free;
  }

  private List<String> free(List<String> names) {
    Set<String> free = new LinkedHashSet<>();
    for (String name : names) {
      String next = free(name);
      while (!free.add(next)) {
        next = free(next + "_");
      }
    }
    return List.copyOf(free);
  }

  private List<Step> splits(Step.Split split) {
    List<Step> steps = new ArrayList<>();
    List<Optional<IndexExpr>> positive = new ArrayList<>();
    for (Optional<IndexExpr> factor : split.factors()) {
      positive.add(
          factor.map(
              some ->
                  some instanceof IndexExpr.Constant ? some : some.max(IndexExpr.Constant.ONE)));
    }
    List<Optional<IndexExpr>> inferred = new ArrayList<>(split.factors());
    inferred.set(0, Optional.empty());
    boolean infers = inferred.stream().filter(Optional::isEmpty).count() == 1;
    List<LoopName> loops = new ArrayList<>();
    loops.add(split.loop());
    loops().stream().filter(loop -> !loop.equals(split.loop())).forEach(loops::add);
    for (LoopName loop : loops) {
      List<String> names = free(split.names());
      steps.add(new Step.Split(names, loop, split.factors()));
      if (!positive.equals(split.factors())) {
        steps.add(new Step.Split(names, loop, positive));
      }
      if (infers && !inferred.equals(split.factors())) {
        steps.add(new Step.Split(names, loop, inferred));
      }
    }
    return steps;
  }

  private List<Step> partitions(Step.Partition partition) {
    List<Step> steps = new ArrayList<>();
    List<String> names = free(List.of(partition.first(), partition.second()));
    List<Stmt.For> all = Statements.loops(body());
    for (LoopName loop : loops()) {
      steps.add(new Step.Partition(names.get(0), names.get(1), loop, partition.point()));
    }
    for (LoopName loop : loops()) {
      all.stream()
          .filter(each -> each.variable().equals(loop.variable()))
          .findFirst()
          .ifPresent(
              each ->
                  steps.add(
                      new Step.Partition(
                          names.get(0),
                          names.get(1),
                          loop,
                          each.extent().floorDiv(IndexExpr.of(2)))));
    }
    return steps;
  }

  private List<Step> fusions() {
    List<Step> steps = new ArrayList<>();
    List<Stmt.For> all = Statements.loops(body());
    List<LoopName> names = loops();
    for (int number = 0; number + 1 < all.size() && names.size() == all.size(); number++) {
      if (all.get(number).body() == all.get(number + 1)) {
        String name = free(all.get(number).variable() + "_" + all.get(number + 1).variable());
        steps.add(new Step.Fuse(name, List.of(names.get(number), names.get(number + 1))));
      }
    }
    return steps;
  }

  /// The other orders of the loops, and those of two of them.
  private List<Step> orders(List<LoopName> loops) {
    Set<LoopName> known = new LinkedHashSet<>(loops);
    known.retainAll(loops());
    List<LoopName> named = List.copyOf(known.size() < 2 ? loops() : known);
    List<Step> steps = new ArrayList<>();
    if (named.size() >= 2 && named.size() <= 4) {
      permute(new ArrayList<>(), named, steps);
    }
    for (LoopName one : named) {
      for (LoopName other : named) {
        if (named.size() > 2 && !one.equals(other)) {
          steps.add(new Step.Reorder(List.of(one, other)));
        }
      }
    }
    return steps;
  }

  private static void permute(List<LoopName> chosen, List<LoopName> from, List<Step> steps) {
    if (chosen.size() == from.size()) {
      steps.add(new Step.Reorder(chosen));
      return;
    }
    for (LoopName next : from) {
      if (!chosen.contains(next)) {
        chosen.addLast(next);
        permute(chosen, from, steps);
        chosen.removeLast();
      }
    }
  }
}
