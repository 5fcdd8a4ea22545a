package org.einkorn.passes.schedule;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.runtime.DType;

/// Steps as methods, each by the name that it has in a script.
///
/// @param <S> what a step is applied to, and what it gives
public interface NamedSteps<S> {
  /// @throws RefusedStepException where the step does not apply
  S apply(Step step);

  /// `(io, ii) = split i by 8`
  default S split(String loop, List<String> names, IndexExpr... factors) {
    return apply(Step.split(LoopName.of(loop), names, factors));
  }

  /// `ij = fuse i j`
  default S fuse(String name, String... loops) {
    return apply(new Step.Fuse(name, names(loops)));
  }

  /// `reorder k i j`
  default S reorder(String... loops) {
    return apply(new Step.Reorder(names(loops)));
  }

  /// `(i0, i1) = partition i at n - 1`
  default S partition(String loop, String first, String second, IndexExpr point) {
    return apply(new Step.Partition(first, second, LoopName.of(loop), point));
  }

  /// `u = add-unit-loop b`
  default S addUnitLoop(String name, String block) {
    return apply(new Step.AddUnitLoop(name, block));
  }

  /// `parallel i`
  default S parallel(String loop) {
    return apply(new Step.Parallel(LoopName.of(loop)));
  }

  /// `vectorize i`
  default S vectorize(String loop) {
    return apply(new Step.Vectorize(LoopName.of(loop)));
  }

  /// `bind i to block.x`
  default S bind(String loop, GridAxis axis) {
    return apply(new Step.Bind(LoopName.of(loop), axis));
  }

  /// `unroll i`
  default S unroll(String loop) {
    return apply(new Step.Unroll(LoopName.of(loop)));
  }

  /// `fission i after b`
  default S fission(String loop, String block) {
    return apply(new Step.Fission(LoopName.of(loop), block));
  }

  /// `lift acc above i`
  default S lift(String buffer, String loop) {
    return apply(new Step.Lift(buffer, LoopName.of(loop)));
  }

  /// `set-dtype acc f32`
  default S setType(String buffer, DType type) {
    return apply(new Step.SetType(buffer, type));
  }

  /// `tensorize b as fma`, of a block or of a loop.
  default S tensorize(String block, String intrinsic) {
    return apply(new Step.Tensorize(block, intrinsic));
  }

  /// `P = cache-read B`
  default S cacheRead(String name, String buffer) {
    return apply(new Step.CacheRead(name, buffer));
  }

  /// `T = cache-write C`
  default S cacheWrite(String name, String buffer) {
    return apply(new Step.CacheWrite(name, buffer));
  }

  /// `T = cache-inplace C`
  default S cacheInPlace(String name, String buffer) {
    return apply(new Step.CacheInPlace(name, buffer));
  }

  /// `T = reindex B of b`
  default S reindex(String name, String buffer, String block) {
    return apply(new Step.Reindex(name, buffer, block));
  }

  /// `T = reindex B of b read 1`
  default S reindex(String name, String buffer, String block, int read) {
    return apply(new Step.Reindex(name, buffer, block, OptionalInt.of(read)));
  }

  /// `storage-align P axis 0 factor 8 offset 1`
  default S storageAlign(String buffer, int axis, long factor, long offset) {
    return apply(new Step.StorageAlign(buffer, axis, factor, offset));
  }

  /// `rolling-buffer T at i`
  default S rollingBuffer(String buffer, String loop) {
    return apply(new Step.RollingBuffer(buffer, LoopName.of(loop)));
  }

  /// `double-buffer P at i`
  default S doubleBuffer(String buffer, String loop) {
    return apply(new Step.DoubleBuffer(buffer, LoopName.of(loop)));
  }

  /// `annotate i prefetch B by 8`
  default S prefetch(String loop, String buffer, long distance) {
    return apply(new Step.Prefetch(LoopName.of(loop), buffer, IndexExpr.of(distance)));
  }

  /// `transform-layout P (k, j) to (j floordiv 8, k, j mod 8)`
  default S transformLayout(String buffer, List<String> axes, IndexExpr... positions) {
    return apply(new Step.TransformLayout(buffer, axes, List.of(positions)));
  }

  /// `transform-block-layout b (i, j) to (i floordiv 8, j, i mod 8)`
  default S transformBlockLayout(String block, List<String> iterators, IndexExpr... positions) {
    return apply(new Step.TransformBlockLayout(block, iterators, List.of(positions)));
  }

  /// `blockize ii as bo`
  default S blockize(String loop, String name) {
    return apply(new Step.Blockize(LoopName.of(loop), name));
  }

  /// `pad-einsum b by (i 8, j 32)`
  default S padEinsum(String block, Step.Padding... paddings) {
    return apply(new Step.PadEinsum(block, List.of(paddings)));
  }

  /// `decompose-reduction b at k`
  default S decomposeReduction(String block, String loop) {
    return apply(new Step.DecomposeReduction(block, LoopName.of(loop)));
  }

  /// `decompose-padding b at i`
  default S decomposePadding(String block, String loop) {
    return apply(new Step.DecomposePadding(block, LoopName.of(loop)));
  }

  /// `r = rfactor b at ki`
  default S factorReduction(String name, String block, String loop) {
    return apply(new Step.FactorReduction(name, block, LoopName.of(loop)));
  }

  /// `join P`
  default S join(String function) {
    return apply(new Step.Join(function));
  }

  /// `compute-at b at i`
  default S computeAt(String block, String loop) {
    return apply(new Step.ComputeAt(block, LoopName.of(loop)));
  }

  /// `reverse-compute-at b at i`
  default S reverseComputeAt(String block, String loop) {
    return apply(new Step.ReverseComputeAt(block, LoopName.of(loop)));
  }

  /// `compute-inline b`
  default S computeInline(String block) {
    return apply(new Step.ComputeInline(block));
  }

  /// `reverse-compute-inline b`
  default S reverseComputeInline(String block) {
    return apply(new Step.ReverseComputeInline(block));
  }

  /// `set-scope T local at i`
  default S setScope(String buffer, Buffer.Scope scope, String loop) {
    return apply(new Step.SetScope(buffer, scope, LoopName.of(loop)));
  }

  /// `fuse-reduction-epilogue b into r`
  default S fuseReductionEpilogue(String block, String reduction) {
    return apply(new Step.FuseReductionEpilogue(block, reduction));
  }

  /// `(f0, f1) = sample-tile i innermost 16`
  default S sampleTile(String loop, List<String> names, long innermost) {
    return apply(new Step.SampleTile(names, LoopName.of(loop), innermost, Optional.empty()));
  }

  /// `v = sample-choice 8, 16`
  default S sampleChoice(String name, long... values) {
    List<Step.Choice> choices =
        Arrays.stream(values).mapToObj(value -> new Step.Choice(value, 1)).toList();
    return apply(new Step.SampleChoice(name, choices, Optional.empty()));
  }

  /// `l = sample-location b`
  default S sampleLocation(String name, String block) {
    return apply(new Step.SampleLocation(name, block, Optional.empty()));
  }

  private static List<LoopName> names(String... loops) {
    return Arrays.stream(loops).map(LoopName::of).toList();
  }
}
