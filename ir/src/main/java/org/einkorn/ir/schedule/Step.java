package org.einkorn.ir.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;

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

  /// `unroll i`: rounds written out.
  record Unroll(LoopName loop) implements Step {}

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
