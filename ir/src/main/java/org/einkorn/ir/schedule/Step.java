package org.einkorn.ir.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.runtime.DType;

/// One change of a loop nest.
public sealed interface Step {
  /// `(io, ii) = split i by 8`: a loop becomes several, the outermost first.
  ///
  /// @param factors the extents of the new loops; at most one of them is left to be found
  record Split(List<String> names, LoopName loop, List<Optional<IndexExpr>> factors)
      implements Step {
    public Split {
      names = List.copyOf(names);
      factors = List.copyOf(factors);
      names.forEach(Checks::requireName);
      Checks.require(names.size() >= 2, "a split into fewer than two loops");
      Checks.require(names.size() == factors.size(), "as many factors as loops");
      Checks.require(
          factors.stream().filter(Optional::isEmpty).count() <= 1, "two inferred factors");
      Checks.require(factors.stream().noneMatch(Split::isMark), "`_` names no factor");
    }

    private static boolean isMark(Optional<IndexExpr> factor) {
      return factor.equals(Optional.of(new IndexExpr.Variable("_")))
          || factor.equals(Optional.of(new IndexExpr.Symbol("_")));
    }
  }

  /// `ij = fuse i j`: loops that stand directly inside one another become one.
  record Fuse(String name, List<LoopName> loops) implements Step {
    public Fuse {
      Checks.requireName(name);
      loops = List.copyOf(loops);
      Checks.require(loops.size() >= 2, "a fusion of fewer than two loops");
    }
  }

  /// `reorder k i j`: the places of these loops are taken in this order, the outermost first.
  record Reorder(List<LoopName> loops) implements Step {
    public Reorder {
      loops = List.copyOf(loops);
      Checks.require(loops.size() >= 2, "an order of fewer than two loops");
    }
  }

  /// `(i0, i1) = partition i at n - 1`: the rounds before a point in one loop, the others in a
  /// second one after it.
  record Partition(String first, String second, LoopName loop, IndexExpr point) implements Step {
    public Partition {
      Checks.requireName(first);
      Checks.requireName(second);
    }
  }

  /// `u = add-unit-loop b`: a loop of one round around a block.
  record AddUnitLoop(String name, String block) implements Step {
    public AddUnitLoop {
      Checks.requireName(name);
      Checks.requireName(block);
    }
  }

  /// `parallel i`: rounds in any order, on any thread.
  record Parallel(LoopName loop) implements Step {}

  /// `vectorize i`: rounds as lanes of vectors.
  record Vectorize(LoopName loop) implements Step {}

  /// `bind i to block.x`: rounds on the blocks or the threads of a grid.
  record Bind(LoopName loop, GridAxis axis) implements Step {}

  /// `unroll i`: rounds written out.
  record Unroll(LoopName loop) implements Step {}

  /// `fission i after b`: what stands in the loop up to a block runs in a loop of its own before
  /// the rest.
  record Fission(LoopName loop, String block) implements Step {
    public Fission {
      Checks.requireName(block);
    }
  }

  /// `lift acc above i`: memory is allocated outside of a loop, with an axis for each loop that it
  /// leaves.
  record Lift(String buffer, LoopName loop) implements Step {
    public Lift {
      Checks.requireName(buffer);
    }
  }

  /// `set-dtype acc f32`: memory that is allocated holds numbers of another type.
  record SetType(String buffer, DType type) implements Step {
    public SetType {
      Checks.requireName(buffer);
    }

    @Override
    public boolean rounds() {
      return !type.isInteger();
    }
  }

  /// `tensorize b as fma`, `tensorize ki of b as dot`: what a block or all rounds of a loop compute
  /// is done by an instruction.
  ///
  /// @param place the name of a block, or else of a loop
  /// @param intrinsic the name of the instruction's description
  record Tensorize(LoopName place, String intrinsic) implements Step {
    public Tensorize {
      Checks.requireName(intrinsic);
    }

    public Tensorize(String block, String intrinsic) {
      this(LoopName.of(block), intrinsic);
    }

    @Override
    public boolean rounds() {
      return !intrinsic.equals(DOT);
    }

    /// Sums of products of integers, which are exact.
    private static final String DOT = "dot";
  }

  /// `P = cache-read B`: a copy of a buffer is made first, and read instead.
  record CacheRead(String name, String buffer) implements Step {
    public CacheRead {
      List.of(name, buffer).forEach(Checks::requireName);
    }
  }

  /// `T = cache-write C`: what is stored in a buffer is kept in temporary memory, and copied to the
  /// buffer in the end.
  record CacheWrite(String name, String buffer) implements Step {
    public CacheWrite {
      List.of(name, buffer).forEach(Checks::requireName);
    }
  }

  /// `T = cache-inplace C`: a copy of a buffer is made first, read and stored instead, and copied
  /// back in the end.
  record CacheInPlace(String name, String buffer) implements Step {
    public CacheInPlace {
      List.of(name, buffer).forEach(Checks::requireName);
    }
  }

  /// `T = reindex B of b`, or `T = reindex B of b read 1`: what a block reads of a buffer is copied
  /// first, and laid out as the iterators of the block count.
  ///
  /// @param read which of several positions, as conditions, init and body of the block have them
  record Reindex(String name, String buffer, String block, OptionalInt read) implements Step {
    public Reindex {
      List.of(name, buffer, block).forEach(Checks::requireName);
      Checks.require(read.orElse(0) >= 0, "a read before the first");
    }

    public Reindex(String name, String buffer, String block) {
      this(name, buffer, block, OptionalInt.empty());
    }
  }

  /// `storage-align P axis 0 factor 8 offset 1`: temporary memory gets room between its rows, so
  /// that they begin a multiple of `factor` and `offset` elements apart.
  ///
  /// @param factor a number, or the name of one that was sampled; `offset` too
  record StorageAlign(String buffer, int axis, IndexExpr factor, IndexExpr offset) implements Step {
    public StorageAlign {
      Checks.requireName(buffer);
      Checks.require(axis >= 0, "an axis before the first");
      Checks.requireNumber(factor, "a factor");
      Checks.requireNumber(offset, "an offset");
      if (factor instanceof IndexExpr.Constant(long most)) {
        Checks.require(most >= 1, "a factor below 1");
        Checks.require(
            !(offset instanceof IndexExpr.Constant(long value)) || value < most,
            "an offset that is not below the factor");
      }
      Checks.require(
          !(offset instanceof IndexExpr.Constant(long value)) || value >= 0, "an offset below 0");
    }

    public StorageAlign(String buffer, int axis, long factor, long offset) {
      this(buffer, axis, IndexExpr.of(factor), IndexExpr.of(offset));
    }
  }

  /// `rolling-buffer T at i`: temporary memory holds no more than what a round of a loop touches.
  record RollingBuffer(String buffer, LoopName loop) implements Step {
    public RollingBuffer {
      Checks.requireName(buffer);
    }
  }

  /// `double-buffer P at i`: memory that a round of a loop fills and then reads is there twice, and
  /// filled for the next round before it is read in this one.
  record DoubleBuffer(String buffer, LoopName loop) implements Step {
    public DoubleBuffer {
      Checks.requireName(buffer);
    }
  }

  /// `annotate i prefetch B by 8`: each round of a loop asks for what a later one reads of a
  /// buffer.
  ///
  /// @param distance how many rounds later: a number, or the name of one that was sampled
  record Prefetch(LoopName loop, String buffer, IndexExpr distance) implements Step {
    public Prefetch {
      Checks.requireName(buffer);
      Checks.requireNumber(distance, "a distance");
    }
  }

  /// `transform-layout P (k, j) to (j floordiv 8, k, j mod 8)`: the elements of a buffer lie
  /// elsewhere.
  ///
  /// @param axes a name for each axis as it is
  /// @param positions where the element at these positions lies, over the names
  record TransformLayout(String buffer, List<String> axes, List<IndexExpr> positions)
      implements Step {
    public TransformLayout {
      Checks.requireName(buffer);
      axes = List.copyOf(axes);
      positions = List.copyOf(positions);
      axes.forEach(Checks::requireName);
      Checks.require(axes.stream().distinct().count() == axes.size(), "one name for two axes");
    }
  }

  /// `blockize ii as bo`: a loop and all inside of it become one block.
  record Blockize(LoopName loop, String name) implements Step {
    public Blockize {
      Checks.requireName(name);
    }
  }

  /// `transform-block-layout b (i, j) to (i floordiv 8, j, i mod 8)`: a block counts by other
  /// iterators, and has loops of its own for them.
  ///
  /// @param iterators a name for each iterator as it is
  /// @param positions what the new iterators are, over the names
  record TransformBlockLayout(String block, List<String> iterators, List<IndexExpr> positions)
      implements Step {
    public TransformBlockLayout {
      Checks.requireName(block);
      iterators = List.copyOf(iterators);
      positions = List.copyOf(positions);
      iterators.forEach(Checks::requireName);
      Checks.require(
          iterators.stream().distinct().count() == iterators.size(), "one name for two iterators");
    }
  }

  /// `pad-einsum b by (i 8, j 32, k 4)`: loops around a block run up to the next multiple, on
  /// memory that is as large.
  record PadEinsum(String block, List<Padding> paddings) implements Step {
    public PadEinsum {
      Checks.requireName(block);
      paddings = List.copyOf(paddings);
      Checks.require(!paddings.isEmpty(), "no loop to pad");
      Checks.require(
          paddings.stream().map(Padding::loop).distinct().count() == paddings.size(),
          "a loop is padded twice");
    }
  }

  /// A loop, by its variable, and what its extent becomes a multiple of.
  ///
  /// @param multiple a number, or the name of one that was sampled
  record Padding(String loop, IndexExpr multiple) {
    public Padding {
      Checks.requireName(loop);
      Checks.requireNumber(multiple, "a multiple");
      Checks.require(
          !(multiple instanceof IndexExpr.Constant(long value)) || value >= 1,
          "a multiple of less than 1");
    }

    public Padding(String loop, long multiple) {
      this(loop, IndexExpr.of(multiple));
    }
  }

  /// `decompose-reduction b at k`: what a block does first stands before a loop.
  record DecomposeReduction(String block, LoopName loop) implements Step {
    public DecomposeReduction {
      Checks.requireName(block);
    }
  }

  /// `decompose-padding b at i`: the constant that a block stores where conditions do not hold is
  /// stored everywhere before a loop.
  record DecomposePadding(String block, LoopName loop) implements Step {
    public DecomposePadding {
      Checks.requireName(block);
    }
  }

  /// `r = rfactor b at ki`: each round of a loop has a result of its own, and these are combined in
  /// the end.
  record FactorReduction(String name, String block, LoopName loop) implements Step {
    public FactorReduction {
      Checks.requireName(name);
      Checks.requireName(block);
    }

    @Override
    public boolean rounds() {
      return true;
    }
  }

  /// `join P`: what an earlier function does is done in this one first, and that function goes.
  record Join(String function) implements Step {
    public Join {
      Checks.requireName(function);
    }
  }

  /// `compute-at b at i`: each round of a loop makes, in its beginning, what it reads of the memory
  /// that a block before it stores; the nest of that block goes.
  record ComputeAt(String block, LoopName loop) implements Step {
    public ComputeAt {
      Checks.requireName(block);
    }
  }

  /// `reverse-compute-at b at i`: each round of a loop does, in its end, what the nest of a block
  /// after it does with the memory that the round has stored; that nest goes.
  record ReverseComputeAt(String block, LoopName loop) implements Step {
    public ReverseComputeAt {
      Checks.requireName(block);
    }
  }

  /// `compute-inline b`: what a block stores stands, instead of the memory, where that is read.
  record ComputeInline(String block) implements Step {
    public ComputeInline {
      Checks.requireName(block);
    }
  }

  /// `reverse-compute-inline b`: what a block computes of an element is stored instead of that.
  record ReverseComputeInline(String block) implements Step {
    public ReverseComputeInline {
      Checks.requireName(block);
    }
  }

  /// `set-scope T local at i`: memory of the module that a round of a loop alone needs is allocated
  /// in the round, as large as the round needs it.
  record SetScope(String buffer, Buffer.Scope scope, LoopName loop) implements Step {
    public SetScope {
      Checks.requireName(buffer);
      Checks.require(scope != Buffer.Scope.GLOBAL, "global memory for a loop");
    }
  }

  /// `fuse-reduction-epilogue b into r`: what a block adds to a sum is what the sum begins with.
  record FuseReductionEpilogue(String block, String reduction) implements Step {
    public FuseReductionEpilogue {
      Checks.requireName(block);
      Checks.requireName(reduction);
    }

    @Override
    public boolean rounds() {
      return true;
    }
  }

  // ---- samples

  /// A step that changes nothing and decides something, at random where its decision is not there
  /// yet. What it decides has names, which stand in later steps for a number or a loop.
  sealed interface Sample extends Step {
    /// The greatest number that a text can hold.
    long MOST = 999_999_999;

    /// The names that it gives.
    List<String> names();

    /// Whether its decision is there.
    default boolean isDecided() {
      return switch (this) {
        case SampleTile tile -> tile.decision().isPresent();
        case SampleChoice choice -> choice.decision().isPresent();
        case SampleLocation location -> location.decision().isPresent();
      };
    }
  }

  /// `(f0, f1) = sample-tile i innermost 16 is _, 8`: factors for a [Split] of a loop, that of the
  /// outermost loop first.
  ///
  /// @param innermost the most that the last factor may be
  /// @param decision the factors; the first one may be left for the split to find
  record SampleTile(
      List<String> names, LoopName loop, long innermost, Optional<List<Optional<Long>>> decision)
      implements Sample {
    public SampleTile {
      names = List.copyOf(names);
      decision = decision.map(List::copyOf);
      names.forEach(Checks::requireName);
      Checks.require(names.size() >= 2, "a tile of fewer than two factors");
      Checks.require(innermost >= 1 && innermost <= MOST, "a limit below 1, or of ten digits");
      if (decision.isPresent()) {
        List<Optional<Long>> factors = decision.get();
        Checks.require(factors.size() == names.size(), "as many factors as names");
        Checks.require(
            factors.stream().skip(1).allMatch(Optional::isPresent),
            "no factor but the first one is inferred");
        Checks.require(
            factors.stream()
                .flatMap(Optional::stream)
                .allMatch(factor -> factor >= 1 && factor <= MOST),
            "a factor below 1, or of ten digits");
      }
    }

    /// This with a decision.
    public SampleTile with(List<Optional<Long>> factors) {
      return new SampleTile(names, loop, innermost, Optional.of(factors));
    }
  }

  /// `v = sample-choice 8, 16 weights 1, 2 is 16`: one of some numbers.
  record SampleChoice(String name, List<Choice> choices, Optional<Long> decision)
      implements Sample {
    public SampleChoice {
      Checks.requireName(name);
      choices = List.copyOf(choices);
      Checks.require(!choices.isEmpty(), "no number to choose");
      Checks.require(
          choices.stream().map(Choice::value).distinct().count() == choices.size(),
          "a number is there twice");
    }

    @Override
    public List<String> names() {
      return List.of(name);
    }

    /// This with a decision.
    public SampleChoice with(long value) {
      return new SampleChoice(name, choices, Optional.of(value));
    }
  }

  /// A number, and how often it is chosen, for the weights of all.
  record Choice(long value, long weight) {
    private static final long MOST = Sample.MOST;

    public Choice {
      Checks.require(Math.abs(value) <= MOST, "a number of ten digits");
      Checks.require(weight >= 1 && weight <= MOST, "a weight below 1, or of ten digits");
    }
  }

  /// `l = sample-location b is i`: a loop where [ComputeAt] of a block applies.
  record SampleLocation(String name, String block, Optional<LoopName> decision) implements Sample {
    public SampleLocation {
      Checks.requireName(name);
      Checks.requireName(block);
    }

    @Override
    public List<String> names() {
      return List.of(name);
    }

    /// This with a decision.
    public SampleLocation with(LoopName loop) {
      return new SampleLocation(name, block, Optional.of(loop));
    }
  }

  /// Whether floats may be rounded otherwise by the step; all others change no bit.
  default boolean rounds() {
    return false;
  }

  /// A split in which the extent of the outermost loop is left to be found.
  static Step split(LoopName loop, List<String> names, IndexExpr... factors) {
    List<Optional<IndexExpr>> all = new ArrayList<>();
    all.add(Optional.empty());
    Arrays.stream(factors).map(Optional::of).forEach(all::add);
    return new Split(names, loop, all);
  }
}
