package org.einkorn.ir.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
      names.forEach(Step::requireName);
      require(names.size() >= 2, "a split into fewer than two loops");
      require(names.size() == factors.size(), "as many factors as loops");
      require(factors.stream().filter(Optional::isEmpty).count() <= 1, "two inferred factors");
      require(factors.stream().noneMatch(Split::isMark), "`_` names no factor");
    }

    private static boolean isMark(Optional<IndexExpr> factor) {
      return factor.equals(Optional.of(new IndexExpr.Variable("_")))
          || factor.equals(Optional.of(new IndexExpr.Symbol("_")));
    }
  }

  /// `ij = fuse i j`: loops that stand directly inside one another become one.
  record Fuse(String name, List<LoopName> loops) implements Step {
    public Fuse {
      requireName(name);
      loops = List.copyOf(loops);
      require(loops.size() >= 2, "a fusion of fewer than two loops");
    }
  }

  /// `reorder k i j`: the places of these loops are taken in this order, the outermost first.
  record Reorder(List<LoopName> loops) implements Step {
    public Reorder {
      loops = List.copyOf(loops);
      require(loops.size() >= 2, "an order of fewer than two loops");
    }
  }

  /// `(i0, i1) = partition i at n - 1`: the rounds before a point in one loop, the others in a
  /// second one after it.
  record Partition(String first, String second, LoopName loop, IndexExpr point) implements Step {
    public Partition {
      requireName(first);
      requireName(second);
    }
  }

  /// `u = add-unit-loop b`: a loop of one round around a block.
  record AddUnitLoop(String name, String block) implements Step {
    public AddUnitLoop {
      requireName(name);
      requireName(block);
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
      requireName(block);
    }
  }

  /// `lift acc above i`: memory is allocated outside of a loop, with an axis for each loop that it
  /// leaves.
  record Lift(String buffer, LoopName loop) implements Step {
    public Lift {
      requireName(buffer);
    }
  }

  /// `set-dtype acc f32`: memory that is allocated holds floats of another type.
  record SetType(String buffer, DType type) implements Step {
    public SetType {
      requireName(buffer);
    }
  }

  /// `tensorize b as fma`: what a block computes is done by an instruction.
  ///
  /// @param intrinsic the name of the instruction's description
  record Tensorize(String block, String intrinsic) implements Step {
    public Tensorize {
      requireName(block);
      requireName(intrinsic);
    }
  }

  /// `P = cache-read B`: a copy of a buffer is made first, and read instead.
  record CacheRead(String name, String buffer) implements Step {
    public CacheRead {
      requireName(name);
      requireName(buffer);
    }
  }

  /// `T = cache-write C`: what is stored in a buffer is kept in temporary memory, and copied to the
  /// buffer in the end.
  record CacheWrite(String name, String buffer) implements Step {
    public CacheWrite {
      requireName(name);
      requireName(buffer);
    }
  }

  /// `T = cache-inplace C`: a copy of a buffer is made first, read and stored instead, and copied
  /// back in the end.
  record CacheInPlace(String name, String buffer) implements Step {
    public CacheInPlace {
      requireName(name);
      requireName(buffer);
    }
  }

  /// `T = reindex B of b`: what a block reads of a buffer is copied first, and laid out as the
  /// iterators of the block count.
  record Reindex(String name, String buffer, String block) implements Step {
    public Reindex {
      requireName(name);
      requireName(buffer);
      requireName(block);
    }
  }

  /// `storage-align P axis 0 factor 8 offset 1`: temporary memory gets room between its rows, so
  /// that they begin a multiple of `factor` and `offset` elements apart.
  record StorageAlign(String buffer, int axis, long factor, long offset) implements Step {
    public StorageAlign {
      requireName(buffer);
      require(axis >= 0, "an axis before the first");
      require(factor >= 1, "a factor below 1");
      require(offset >= 0 && offset < factor, "an offset that is not below the factor");
    }
  }

  /// `rolling-buffer T at i`: temporary memory holds no more than what a round of a loop touches.
  record RollingBuffer(String buffer, LoopName loop) implements Step {
    public RollingBuffer {
      requireName(buffer);
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
      requireName(buffer);
      axes = List.copyOf(axes);
      positions = List.copyOf(positions);
      axes.forEach(Step::requireName);
      require(axes.stream().distinct().count() == axes.size(), "one name for two axes");
    }
  }

  /// `blockize ii as bo`: a loop and all inside of it become one block.
  record Blockize(LoopName loop, String name) implements Step {
    public Blockize {
      requireName(name);
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
      requireName(block);
      iterators = List.copyOf(iterators);
      positions = List.copyOf(positions);
      iterators.forEach(Step::requireName);
      require(
          iterators.stream().distinct().count() == iterators.size(), "one name for two iterators");
    }
  }

  /// `pad-einsum b by (i 8, j 32, k 4)`: loops around a block run up to the next multiple, on
  /// memory that is as large.
  record PadEinsum(String block, List<Padding> paddings) implements Step {
    public PadEinsum {
      requireName(block);
      paddings = List.copyOf(paddings);
      require(!paddings.isEmpty(), "no loop to pad");
      require(
          paddings.stream().map(Padding::loop).distinct().count() == paddings.size(),
          "a loop is padded twice");
    }
  }

  /// A loop, by its variable, and what its extent becomes a multiple of.
  record Padding(String loop, long multiple) {
    public Padding {
      requireName(loop);
      require(multiple >= 1, "a multiple of less than 1");
    }
  }

  /// `decompose-reduction b at k`: what a block does first stands before a loop.
  record DecomposeReduction(String block, LoopName loop) implements Step {
    public DecomposeReduction {
      requireName(block);
    }
  }

  /// `r = rfactor b at ki`: each round of a loop has a result of its own, and these are combined in
  /// the end.
  record FactorReduction(String name, String block, LoopName loop) implements Step {
    public FactorReduction {
      requireName(name);
      requireName(block);
    }
  }

  /// `join P`: what an earlier function does is done in this one first, and that function goes.
  record Join(String function) implements Step {
    public Join {
      requireName(function);
    }
  }

  /// `compute-at b at i`: each round of a loop makes, in its beginning, what it reads of the memory
  /// that a block before it stores; the nest of that block goes.
  record ComputeAt(String block, LoopName loop) implements Step {
    public ComputeAt {
      requireName(block);
    }
  }

  /// `reverse-compute-at b at i`: each round of a loop does, in its end, what the nest of a block
  /// after it does with the memory that the round has stored; that nest goes.
  record ReverseComputeAt(String block, LoopName loop) implements Step {
    public ReverseComputeAt {
      requireName(block);
    }
  }

  /// `compute-inline b`: what a block stores stands, instead of the memory, where that is read.
  record ComputeInline(String block) implements Step {
    public ComputeInline {
      requireName(block);
    }
  }

  /// `reverse-compute-inline b`: what a block computes of an element is stored instead of that.
  record ReverseComputeInline(String block) implements Step {
    public ReverseComputeInline {
      requireName(block);
    }
  }

  /// `set-scope T local at i`: memory of the module that a round of a loop alone needs is allocated
  /// in the round, as large as the round needs it.
  record SetScope(String buffer, Buffer.Scope scope, LoopName loop) implements Step {
    public SetScope {
      requireName(buffer);
      require(scope != Buffer.Scope.GLOBAL, "global memory for a loop");
    }
  }

  /// `fuse-reduction-epilogue b into r`: what a block adds to a sum is what the sum begins with.
  record FuseReductionEpilogue(String block, String reduction) implements Step {
    public FuseReductionEpilogue {
      requireName(block);
      requireName(reduction);
    }
  }

  /// Whether floats may be rounded otherwise by the step; all others change no bit.
  default boolean rounds() {
    return switch (this) {
      case SetType _, Tensorize _, FactorReduction _, FuseReductionEpilogue _ -> true;
      case Split _,
          Fuse _,
          Reorder _,
          Partition _,
          AddUnitLoop _,
          Parallel _,
          Vectorize _,
          Bind _,
          Unroll _,
          Fission _,
          Lift _,
          CacheRead _,
          CacheWrite _,
          CacheInPlace _,
          Reindex _,
          StorageAlign _,
          RollingBuffer _,
          TransformLayout _,
          DecomposeReduction _,
          Join _,
          ComputeAt _,
          ReverseComputeAt _,
          ComputeInline _,
          ReverseComputeInline _,
          SetScope _,
          TransformBlockLayout _,
          Blockize _,
          PadEinsum _ ->
          false;
    };
  }

  /// A split in which the extent of the outermost loop is left to be found.
  static Step split(LoopName loop, List<String> names, IndexExpr... factors) {
    List<Optional<IndexExpr>> all = new ArrayList<>();
    all.add(Optional.empty());
    Arrays.stream(factors).map(Optional::of).forEach(all::add);
    return new Split(names, loop, all);
  }

  private static void requireName(String name) {
    var unused = new IndexExpr.Variable(name);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
