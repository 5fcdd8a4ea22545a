package org.einkorn.passes.schedule;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt.LoopOrder;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.ir.verify.Finding;
import org.einkorn.ir.verify.LoopVerifier;

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
public final class Schedule implements NamedSteps<Schedule> {
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
  private static final DoubleBuffer DOUBLE_BUFFER = new DoubleBuffer();
  private static final PrefetchBuffer PREFETCH = new PrefetchBuffer();
  private static final TransformLayout TRANSFORM_LAYOUT = new TransformLayout();
  private static final TransformBlockLayout TRANSFORM_BLOCK_LAYOUT = new TransformBlockLayout();
  private static final Blockize BLOCKIZE = new Blockize();
  private static final PadEinsum PAD_EINSUM = new PadEinsum();
  private static final FactorReduction FACTOR_REDUCTION = new FactorReduction();
  private static final DecomposeReduction DECOMPOSE_REDUCTION = new DecomposeReduction();
  private static final DecomposePadding DECOMPOSE_PADDING = new DecomposePadding();

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

  @Override
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
      Module changed = Annotations.kept(nest, applied(nest, resolved));
      Schedule after = new Schedule(changed, trace.and(step), asksRules, uses, variables, seed);
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
      case Step.DoubleBuffer twice -> DOUBLE_BUFFER.apply(nest, twice);
      case Step.Prefetch prefetch -> PREFETCH.apply(nest, prefetch);
      case Step.TransformLayout transform -> TRANSFORM_LAYOUT.apply(nest, transform);
      case Step.TransformBlockLayout transform -> TRANSFORM_BLOCK_LAYOUT.apply(nest, transform);
      case Step.Blockize blockize -> BLOCKIZE.apply(nest, blockize);
      case Step.PadEinsum pad -> PAD_EINSUM.apply(nest, pad);
      case Step.FactorReduction factor -> FACTOR_REDUCTION.apply(nest, factor);
      case Step.DecomposeReduction decompose -> DECOMPOSE_REDUCTION.apply(nest, decompose);
      case Step.DecomposePadding decompose -> DECOMPOSE_PADDING.apply(nest, decompose);
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

  @Override
  public String toString() {
    return TracePrinter.print(trace) + LoopPrinter.print(function());
  }
}
