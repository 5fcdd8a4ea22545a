package org.einkorn.ir.verify;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Stmt;

/// Decides whether a position certainly leaves a box in some round of the loops around it.
///
/// Iterators of blocks are replaced by what they are bound to, so that only loops remain, each of
/// which runs over its whole extent. Where that can't be decided, the answer is no.
final class Bounds {
  private final List<Context.Frame> frames;
  private final SequencedMap<String, Affine> loops;

  private Bounds(List<Context.Frame> frames, SequencedMap<String, Affine> loops) {
    this.frames = frames;
    this.loops = loops;
  }

  static Bounds of(Context context) {
    SequencedMap<String, Affine> loops = new LinkedHashMap<>();
    List<Context.Frame> frames = context.frames();
    if (frames.isEmpty()) {
      context.ranges().forEach((name, extent) -> loops.put(name, Affine.of(extent)));
    }
    for (int depth = 0; depth < frames.size(); depth++) {
      if (frames.get(depth) instanceof Context.Frame.Loop(Stmt.For loop)) {
        resolve(Affine.of(loop.extent()), frames.subList(0, depth))
            .ifPresent(extent -> loops.put(loop.variable(), extent));
      }
    }
    return new Bounds(frames, loops);
  }

  /// Whether `index` leaves `0 … extent − 1`.
  boolean leaves(IndexExpr index, IndexExpr extent) {
    return leaves(Affine.of(index), IndexExpr.Constant.ZERO, extent, frames.size());
  }

  /// Whether `index` leaves `start … start + extent − 1`, a range given among the first `depth`
  /// frames.
  boolean leaves(IndexExpr index, IndexExpr start, IndexExpr extent, int depth) {
    return resolve(Affine.of(index), frames.subList(depth, frames.size()))
        .map(resolved -> leaves(resolved, start, extent, depth))
        .orElse(false);
  }

  private boolean leaves(Affine index, IndexExpr start, IndexExpr extent, int depth) {
    try {
      Affine below = index.minus(Affine.of(start));
      Affine above = below.minus(Affine.of(extent));
      List<Context.Frame> outside = frames.subList(0, depth);
      OptionalLong least = extreme(below, outside, -1);
      OptionalLong greatest = extreme(above, outside, 1);
      return (least.isPresent() && least.getAsLong() < 0)
          || (greatest.isPresent() && greatest.getAsLong() >= 0);
    } catch (ArithmeticException overflow) {
      // Beyond 64 bits nothing is certain.
      return false;
    }
  }

  private OptionalLong extreme(Affine value, List<Context.Frame> outside, int direction) {
    Optional<Affine> resolved = resolve(value, outside);
    if (resolved.isEmpty()) {
      return OptionalLong.empty();
    }
    return direction < 0 ? resolved.get().least(loops) : resolved.get().greatest(loops);
  }

  /// `value` with the iterators of blocks replaced, innermost first.
  private static Optional<Affine> resolve(Affine value, List<Context.Frame> frames) {
    Optional<Affine> resolved = Optional.of(value);
    for (Context.Frame frame : frames.reversed()) {
      if (frame instanceof Context.Frame.Block(Stmt.Block block)) {
        Map<String, Affine> bindings = new HashMap<>();
        for (Stmt.BlockIter iter : block.iters()) {
          bindings.put(iter.variable(), Affine.of(iter.binding()));
        }
        resolved = resolved.flatMap(some -> some.substitute(bindings));
      }
    }
    return resolved;
  }
}
