package org.einkorn.passes.schedule;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt.LoopOrder;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.ir.verify.Finding;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.runtime.DType;

/// A function of a module under change: each step is proved to leave what it computes as it is, bit
/// for bit, or is refused.
///
/// ```java
/// Schedule schedule =
///     Schedule.of(module, "C")
///         .split("i", List.of("io", "ii"), IndexExpr.of(8))
///         .reorder("io", "k", "ii")
///         .vectorize("ii");
/// schedule.module();                          // with the function as it is now
/// Schedule.replay(module, schedule.trace());  // the same again
/// ```
///
/// Values of this class do not change: a step gives another schedule. Sizes are any numbers from 0
/// on; loops, and so what is known of them, are those of the function.
public final class Schedule {
  private static final SplitLoop SPLIT = new SplitLoop();
  private static final FuseLoops FUSE = new FuseLoops();
  private static final ReorderLoops REORDER = new ReorderLoops();
  private static final PartitionLoop PARTITION = new PartitionLoop();
  private static final AddUnitLoop ADD_UNIT_LOOP = new AddUnitLoop();
  private static final BindLoop BIND = new BindLoop();
  private static final UnrollLoop UNROLL = new UnrollLoop();
  private static final FissionLoop FISSION = new FissionLoop();
  private static final LiftAllocation LIFT = new LiftAllocation();
  private static final SetType SET_TYPE = new SetType();
  private static final Tensorize TENSORIZE = new Tensorize();
  private static final CacheRead CACHE_READ = new CacheRead();
  private static final CacheWrite CACHE_WRITE = new CacheWrite();
  private static final CacheInPlace CACHE_IN_PLACE = new CacheInPlace();
  private static final Reindex REINDEX = new Reindex();
  private static final StorageAlign STORAGE_ALIGN = new StorageAlign();
  private static final RollingBuffer ROLLING_BUFFER = new RollingBuffer();
  private static final TransformLayout TRANSFORM_LAYOUT = new TransformLayout();
  private static final TransformBlockLayout TRANSFORM_BLOCK_LAYOUT = new TransformBlockLayout();
  private static final Blockize BLOCKIZE = new Blockize();
  private static final PadEinsum PAD_EINSUM = new PadEinsum();
  private static final FactorReduction FACTOR_REDUCTION = new FactorReduction();
  private static final DecomposeReduction DECOMPOSE_REDUCTION = new DecomposeReduction();

  private static final JoinFunction JOIN = new JoinFunction();
  private static final ComputeAt COMPUTE_AT = new ComputeAt();
  private static final ReverseComputeAt REVERSE_COMPUTE_AT = new ReverseComputeAt();
  private static final ComputeInline COMPUTE_INLINE = new ComputeInline();
  private static final ReverseComputeInline REVERSE_COMPUTE_INLINE = new ReverseComputeInline();
  private static final SetScope SET_SCOPE = new SetScope();
  private static final FuseReductionEpilogue FUSE_EPILOGUE = new FuseReductionEpilogue();

  private final Module module;
  private final Trace trace;
  private final boolean asksRules;
  private final Variables variables;
  private final long seed;
  private final Uses uses;

  /// What became of a step.
  public sealed interface Attempt {
    record Applied(Schedule schedule) implements Attempt {}

    record Refused(Refusal refusal) implements Attempt {}
  }

  private Schedule(
      Module module, Trace trace, boolean asksRules, Uses uses, Variables variables, long seed) {
    this.module = module;
    this.trace = trace;
    this.asksRules = asksRules;
    this.uses = uses;
    this.variables = variables;
    this.seed = seed;
  }

  /// The schedule without a step.
  ///
  /// @throws IllegalArgumentException if there is no such function, or if the module breaks a rule
  ///   of the IR
  public static Schedule of(Module module, String function) {
    List<Finding> findings = LoopVerifier.verify(module);
    if (!findings.isEmpty()) {
      throw new IllegalArgumentException(findings.getFirst().toString());
    }
    return new Schedule(module, start(module, function), true, new Uses(), Variables.NONE, 0);
  }

  /// The schedule without a step, of a module that is known to keep the rules of the IR. These are
  /// asked neither here nor after a step, but by who takes the result: it costs as much as the
  /// whole module is large.
  ///
  /// @param uses what is known of functions of this module
  /// @throws IllegalArgumentException if there is no such function
  public static Schedule ofVerified(Module module, String function, Uses uses) {
    return new Schedule(module, start(module, function), false, uses, Variables.NONE, 0);
  }

  private static Trace start(Module module, String function) {
    return new Trace(module.functions().get(module.placeOf(function)).name(), List.of());
  }

  /// This schedule, whose samples without a decision are decided by another seed than 0.
  public Schedule withSeed(long newSeed) {
    return new Schedule(module, trace, asksRules, uses, variables, newSeed);
  }

  /// The schedule of all steps of a trace.
  ///
  /// @throws RefusedStepException where a step does not apply
  public static Schedule replay(Module module, Trace trace) {
    return replay(module, trace, 0);
  }

  /// The schedule of all steps of a trace.
  ///
  /// @param seed of the samples that have no decision
  /// @throws RefusedStepException where a step does not apply
  public static Schedule replay(Module module, Trace trace, long seed) {
    Schedule schedule = of(module, trace.function()).withSeed(seed);
    for (Step step : trace.steps()) {
      schedule = schedule.apply(step);
    }
    return schedule;
  }

  /// The module with the function as it is now.
  public Module module() {
    return module;
  }

  public Function function() {
    return module.functions().get(module.placeOf(trace.function()));
  }

  /// What is known of the functions of the module.
  Uses uses() {
    return uses;
  }

  /// The steps so far; samples have their decisions.
  public Trace trace() {
    return trace;
  }

  /// The names that a new loop can't have.
  public Set<String> names() {
    Set<String> names = Nest.names(function(), List.of());
    names.addAll(module.symbols());
    names.addAll(sampled());
    return names;
  }

  /// The names that samples have given.
  Set<String> sampled() {
    return variables.names();
  }

  /// All loops, with a block where the name alone is not enough.
  public List<LoopName> loops() {
    return Nest.loops(function());
  }

  /// Where a loop stands among all loops, as their text begins.
  ///
  /// @throws RefusedStepException where it is not one loop
  public int placeOf(LoopName loop) {
    return variables.placeOf(this, loop);
  }

  // ---- steps

  /// @throws RefusedStepException where the step does not apply
  public Schedule apply(Step step) {
    return switch (attempt(step)) {
      case Attempt.Applied(Schedule schedule) -> schedule;
      case Attempt.Refused(Refusal refusal) -> throw new RefusedStepException(refusal);
    };
  }

  /// The schedule with the step, or why there is none.
  public Attempt attempt(Step step) {
    Nest written = new Nest(this, step);
    try {
      Step resolved = variables.resolved(written, step);
      if (resolved instanceof Step.Sample sample) {
        return new Attempt.Applied(sampled(step, sample));
      }
      return changed(step, resolved);
    } catch (RefusedStepException refused) {
      return new Attempt.Refused(refused.refusal());
    } catch (ArithmeticException overflow) {
      return new Attempt.Refused(
          written.refuse(Reason.TOO_LARGE, "a number leaves 64 bits").refusal());
    }
  }

  /// @param step in which names of samples stand
  /// @param resolved without these
  private Attempt changed(Step step, Step resolved) {
    Nest nest = new Nest(this, resolved);
    try {
      Schedule after =
          new Schedule(applied(nest, resolved), trace.and(step), asksRules, uses, variables, seed);
      after.requireRules(nest);
      return new Attempt.Applied(after);
    } catch (RefusedStepException refused) {
      Refusal refusal = refused.refusal();
      return new Attempt.Refused(
          resolved.equals(step)
              ? refusal
              : refusal.and("written: `" + TracePrinter.print(step) + "`"));
    }
  }

  // ---- samples

  /// A sample with a decision that is possible here.
  ///
  /// @throws RefusedStepException where there is none
  public Step.Sample drawn(Step.Sample sample, RandomGenerator random) {
    Nest nest = new Nest(this, sample);
    return variables.resolved(nest, sample) instanceof Step.Sample resolved
        ? Samples.drawn(nest, sample, resolved, random)
        : sample;
  }

  /// @param step a sample, in which names of other samples may stand
  /// @param resolved without these
  private Schedule sampled(Step step, Step.Sample resolved) {
    Nest nest = new Nest(this, step);
    nest.requireFree(resolved.names(), List.of());
    if (!resolved.isDecided() && step instanceof Step.Sample open) {
      return apply(Samples.drawn(nest, open, resolved, random()));
    }
    Variables more = Samples.with(variables, nest, resolved);
    return new Schedule(module, trace.and(step), asksRules, uses, more, seed);
  }

  /// Random numbers for the next sample: others than for one before it, and the same whatever other
  /// steps there are.
  private RandomGenerator random() {
    long number = trace.steps().stream().filter(Step.Sample.class::isInstance).count();
    return new SplittableRandom(seed ^ ((long) trace.function().hashCode() << 32 | number));
  }

  private static Module applied(Nest nest, Step step) {
    return switch (step) {
      case Step.Split split -> SPLIT.apply(nest, split);
      case Step.Fuse fuse -> FUSE.apply(nest, fuse);
      case Step.Reorder reorder -> REORDER.apply(nest, reorder);
      case Step.Partition partition -> PARTITION.apply(nest, partition);
      case Step.AddUnitLoop add -> ADD_UNIT_LOOP.apply(nest, add);
      case Step.Parallel(LoopName loop) -> IndependentLoop.apply(nest, loop, LoopOrder.PARALLEL);
      case Step.Vectorize(LoopName loop) -> IndependentLoop.apply(nest, loop, LoopOrder.VECTORIZED);
      case Step.Bind bind -> BIND.apply(nest, bind);
      case Step.Unroll unroll -> UNROLL.apply(nest, unroll);
      case Step.Fission fission -> FISSION.apply(nest, fission);
      case Step.Lift lift -> LIFT.apply(nest, lift);
      case Step.SetType set -> SET_TYPE.apply(nest, set);
      case Step.Tensorize tensorize -> TENSORIZE.apply(nest, tensorize);
      case Step.CacheRead cache -> CACHE_READ.apply(nest, cache);
      case Step.CacheWrite cache -> CACHE_WRITE.apply(nest, cache);
      case Step.CacheInPlace cache -> CACHE_IN_PLACE.apply(nest, cache);
      case Step.Reindex reindex -> REINDEX.apply(nest, reindex);
      case Step.StorageAlign align -> STORAGE_ALIGN.apply(nest, align);
      case Step.RollingBuffer rolling -> ROLLING_BUFFER.apply(nest, rolling);
      case Step.TransformLayout transform -> TRANSFORM_LAYOUT.apply(nest, transform);
      case Step.TransformBlockLayout transform -> TRANSFORM_BLOCK_LAYOUT.apply(nest, transform);
      case Step.Blockize blockize -> BLOCKIZE.apply(nest, blockize);
      case Step.PadEinsum pad -> PAD_EINSUM.apply(nest, pad);
      case Step.FactorReduction factor -> FACTOR_REDUCTION.apply(nest, factor);
      case Step.DecomposeReduction decompose -> DECOMPOSE_REDUCTION.apply(nest, decompose);
      case Step.Join join -> JOIN.apply(nest, join);
      case Step.ComputeAt at -> COMPUTE_AT.apply(nest, at);
      case Step.ReverseComputeAt at -> REVERSE_COMPUTE_AT.apply(nest, at);
      case Step.ComputeInline inline -> COMPUTE_INLINE.apply(nest, inline);
      case Step.ReverseComputeInline inline -> REVERSE_COMPUTE_INLINE.apply(nest, inline);
      case Step.SetScope set -> SET_SCOPE.apply(nest, set);
      case Step.FuseReductionEpilogue fuse -> FUSE_EPILOGUE.apply(nest, fuse);
      case Step.Sample _ -> nest.module();
    };
  }

  /// What was proved is checked once more by the rules that hold for all IR.
  private void requireRules(Nest nest) {
    if (Statements.depth(function().body()) >= LoopPrinter.MAX_DEPTH / 2) {
      throw nest.refuse(Reason.TOO_LARGE, "statements would nest too deep");
    }
    List<Finding> findings = asksRules ? LoopVerifier.verify(module) : List.of();
    if (!findings.isEmpty()) {
      throw nest.refuse(Reason.BREAKS_RULE, findings.getFirst().toString());
    }
  }

  // ---- steps, each by its name

  /// `(io, ii) = split i by 8`
  public Schedule split(String loop, List<String> names, IndexExpr... factors) {
    return apply(Step.split(LoopName.of(loop), names, factors));
  }

  /// `ij = fuse i j`
  public Schedule fuse(String name, String... loops) {
    return apply(new Step.Fuse(name, names(loops)));
  }

  /// `reorder k i j`
  public Schedule reorder(String... loops) {
    return apply(new Step.Reorder(names(loops)));
  }

  /// `(i0, i1) = partition i at n - 1`
  public Schedule partition(String loop, String first, String second, IndexExpr point) {
    return apply(new Step.Partition(first, second, LoopName.of(loop), point));
  }

  /// `u = add-unit-loop b`
  public Schedule addUnitLoop(String name, String block) {
    return apply(new Step.AddUnitLoop(name, block));
  }

  /// `parallel i`
  public Schedule parallel(String loop) {
    return apply(new Step.Parallel(LoopName.of(loop)));
  }

  /// `vectorize i`
  public Schedule vectorize(String loop) {
    return apply(new Step.Vectorize(LoopName.of(loop)));
  }

  /// `bind i to block.x`
  public Schedule bind(String loop, GridAxis axis) {
    return apply(new Step.Bind(LoopName.of(loop), axis));
  }

  /// `unroll i`
  public Schedule unroll(String loop) {
    return apply(new Step.Unroll(LoopName.of(loop)));
  }

  /// `fission i after b`
  public Schedule fission(String loop, String block) {
    return apply(new Step.Fission(LoopName.of(loop), block));
  }

  /// `lift acc above i`
  public Schedule lift(String buffer, String loop) {
    return apply(new Step.Lift(buffer, LoopName.of(loop)));
  }

  /// `set-dtype acc f32`
  public Schedule setType(String buffer, DType type) {
    return apply(new Step.SetType(buffer, type));
  }

  /// `tensorize b as fma`
  public Schedule tensorize(String block, String intrinsic) {
    return apply(new Step.Tensorize(block, intrinsic));
  }

  /// `P = cache-read B`
  public Schedule cacheRead(String name, String buffer) {
    return apply(new Step.CacheRead(name, buffer));
  }

  /// `T = cache-write C`
  public Schedule cacheWrite(String name, String buffer) {
    return apply(new Step.CacheWrite(name, buffer));
  }

  /// `T = cache-inplace C`
  public Schedule cacheInPlace(String name, String buffer) {
    return apply(new Step.CacheInPlace(name, buffer));
  }

  /// `T = reindex B of b`
  public Schedule reindex(String name, String buffer, String block) {
    return apply(new Step.Reindex(name, buffer, block));
  }

  /// `storage-align P axis 0 factor 8 offset 1`
  public Schedule storageAlign(String buffer, int axis, long factor, long offset) {
    return apply(new Step.StorageAlign(buffer, axis, factor, offset));
  }

  /// `rolling-buffer T at i`
  public Schedule rollingBuffer(String buffer, String loop) {
    return apply(new Step.RollingBuffer(buffer, LoopName.of(loop)));
  }

  /// `transform-layout P (k, j) to (j floordiv 8, k, j mod 8)`
  public Schedule transformLayout(String buffer, List<String> axes, IndexExpr... positions) {
    return apply(new Step.TransformLayout(buffer, axes, List.of(positions)));
  }

  /// `transform-block-layout b (i, j) to (i floordiv 8, j, i mod 8)`
  public Schedule transformBlockLayout(
      String block, List<String> iterators, IndexExpr... positions) {
    return apply(new Step.TransformBlockLayout(block, iterators, List.of(positions)));
  }

  /// `blockize ii as bo`
  public Schedule blockize(String loop, String name) {
    return apply(new Step.Blockize(LoopName.of(loop), name));
  }

  /// `pad-einsum b by (i 8, j 32)`
  public Schedule padEinsum(String block, Step.Padding... paddings) {
    return apply(new Step.PadEinsum(block, List.of(paddings)));
  }

  /// `decompose-reduction b at k`
  public Schedule decomposeReduction(String block, String loop) {
    return apply(new Step.DecomposeReduction(block, LoopName.of(loop)));
  }

  /// `r = rfactor b at ki`
  public Schedule factorReduction(String name, String block, String loop) {
    return apply(new Step.FactorReduction(name, block, LoopName.of(loop)));
  }

  /// `join P`
  public Schedule join(String function) {
    return apply(new Step.Join(function));
  }

  /// `compute-at b at i`
  public Schedule computeAt(String block, String loop) {
    return apply(new Step.ComputeAt(block, LoopName.of(loop)));
  }

  /// `reverse-compute-at b at i`
  public Schedule reverseComputeAt(String block, String loop) {
    return apply(new Step.ReverseComputeAt(block, LoopName.of(loop)));
  }

  /// `compute-inline b`
  public Schedule computeInline(String block) {
    return apply(new Step.ComputeInline(block));
  }

  /// `reverse-compute-inline b`
  public Schedule reverseComputeInline(String block) {
    return apply(new Step.ReverseComputeInline(block));
  }

  /// `set-scope T local at i`
  public Schedule setScope(String buffer, Buffer.Scope scope, String loop) {
    return apply(new Step.SetScope(buffer, scope, LoopName.of(loop)));
  }

  /// `fuse-reduction-epilogue b into r`
  public Schedule fuseReductionEpilogue(String block, String reduction) {
    return apply(new Step.FuseReductionEpilogue(block, reduction));
  }

  /// `(f0, f1) = sample-tile i innermost 16`
  public Schedule sampleTile(String loop, List<String> names, long innermost) {
    return apply(new Step.SampleTile(names, LoopName.of(loop), innermost, Optional.empty()));
  }

  /// `v = sample-choice 8, 16`
  public Schedule sampleChoice(String name, long... values) {
    List<Step.Choice> choices =
        Arrays.stream(values).mapToObj(value -> new Step.Choice(value, 1)).toList();
    return apply(new Step.SampleChoice(name, choices, Optional.empty()));
  }

  /// `l = sample-location b`
  public Schedule sampleLocation(String name, String block) {
    return apply(new Step.SampleLocation(name, block, Optional.empty()));
  }

  private static List<LoopName> names(String... loops) {
    return Arrays.stream(loops).map(LoopName::of).toList();
  }

  @Override
  public String toString() {
    return TracePrinter.print(trace) + LoopPrinter.print(function());
  }
}
