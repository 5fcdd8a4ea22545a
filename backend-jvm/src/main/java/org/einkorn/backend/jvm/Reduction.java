package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// A loop that combines into one element, `A[i] = A[i] ⊕ …` for each `k`: the element can lie in a
/// local variable meanwhile.
///
/// The JIT compiler does not find that itself: for all it knows, what is read lies in the memory
/// that is written.
///
/// @param outside what the loop's block has of iterators and conditions that stay the same
/// @param inside the loop with the others
/// @param store what the loop stores
record Reduction(Stmt.Block outside, Stmt.For inside, Stmt.Store store) {
  /// As many reads and operations as a value may have; longer ones go to methods of their own.
  private static final int MOST_NODES = 100;

  /// @return nothing if iterations store into several elements, or read others of the same tensor
  static Optional<Reduction> of(Stmt.For loop) {
    if (loop.kind() != Stmt.LoopOrder.SERIAL
        || !(loop.body() instanceof Stmt.Block block)
        || block.init().isPresent()
        || !(block.body() instanceof Stmt.Store store)) {
      return Optional.empty();
    }
    List<Stmt.BlockIter> same = new ArrayList<>();
    List<Stmt.BlockIter> moving = new ArrayList<>();
    Set<String> varying = new HashSet<>(Set.of(loop.variable()));
    for (Stmt.BlockIter iter : block.iters()) {
      boolean isMoving = Walk.variables(iter.binding()).contains(loop.variable());
      (isMoving ? moving : same).add(iter);
      if (isMoving) {
        varying.add(iter.variable());
      }
    }
    boolean isFixed =
        store.indices().stream().allMatch(index -> isFixed(index, varying))
            && block.guards().stream()
                .allMatch(
                    guard -> isFixed(guard.index(), varying) && isFixed(guard.extent(), varying));
    if (!isFixed || !combines(store)) {
      return Optional.empty();
    }
    List<Guard> guards = new ArrayList<>(block.guards());
    guards.add(new Guard(IndexExpr.Constant.ZERO, loop.extent()));
    Stmt.Block outside =
        new Stmt.Block(
            block.name(), same, guards, List.of(), List.of(), Optional.empty(), block.body());
    Stmt.Block each =
        new Stmt.Block(
            block.name(), moving, List.of(), List.of(), List.of(), Optional.empty(), block.body());
    return Optional.of(new Reduction(outside, loop.with(each), store));
  }

  private static boolean isFixed(IndexExpr index, Set<String> varying) {
    boolean[] fetches = {false};
    Walk.ofIndices(part -> fetches[0] |= part instanceof IndexExpr.Fetch).visit(index);
    return !fetches[0] && Walk.variables(index).stream().noneMatch(varying::contains);
  }

  private static boolean combines(Stmt.Store store) {
    DType type = store.value().type();
    int[] nodes = {0};
    int[] own = {0};
    int[] others = {0};
    Walk.ofScalars(
            scalar -> {
              nodes[0]++;
              if (scalar instanceof Scalar.Read read && read.tensor().equals(store.buffer())) {
                (read.indices().equals(store.indices()) ? own : others)[0]++;
              }
            })
        .visit(store.value());
    return type.isCompute()
        && !type.isComplex()
        && own[0] > 0
        && others[0] == 0
        && nodes[0] <= MOST_NODES;
  }
}
