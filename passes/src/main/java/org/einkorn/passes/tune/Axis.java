package org.einkorn.passes.tune;

import java.util.List;
import java.util.OptionalLong;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.PassContext;

/// A loop of a nest.
///
/// @param loop its name
/// @param likely how many rounds it will have, where that is known
/// @param parts the loops that are [fused][MergedLoops] to this one, the outermost first; none
///   where it stands so in the function
record Axis(String loop, IndexExpr extent, OptionalLong likely, List<Axis> parts) {
  Axis {
    parts = List.copyOf(parts);
  }

  Axis(String loop, IndexExpr extent, OptionalLong likely) {
    this(loop, extent, likely, List.of());
  }

  /// An extent that nobody knows is taken for this.
  private static final long UNKNOWN = 1024;

  /// A loop, with what the context knows of sizes.
  static Axis of(Stmt.For loop, PassContext context) {
    return new Axis(loop.variable(), loop.extent(), likely(loop.extent(), context));
  }

  /// The loop that a position is.
  static Axis of(IndexExpr index, List<Axis> loops) {
    return loops.stream()
        .filter(axis -> index.equals(IndexExpr.variable(axis.loop())))
        .findFirst()
        .orElseThrow();
  }

  /// The loops of the function that this one is made of.
  List<Axis> plain() {
    return parts.isEmpty() ? List.of(this) : parts;
  }

  /// Where it is, from the [index][Steps#index] of each of its loops.
  IndexExpr position() {
    IndexExpr position = IndexExpr.Constant.ZERO;
    for (Axis part : plain()) {
      position = position.times(part.extent).plus(IndexExpr.variable(Steps.index(part)));
    }
    return position;
  }

  /// Takes the serial loops around a statement off.
  ///
  /// @param loops the loops, the outermost first, are added to
  /// @return what is inside of them
  static Stmt peel(Stmt statement, List<Axis> loops, PassContext context) {
    Stmt inside = statement;
    while (inside instanceof Stmt.For loop && loop.kind() == Stmt.LoopOrder.SERIAL) {
      loops.add(of(loop, context));
      inside = loop.body();
    }
    return inside;
  }

  private static OptionalLong likely(IndexExpr extent, PassContext context) {
    return Walk.variables(extent).isEmpty() && !Walk.fetches(extent)
        ? context.sizes().of(extent)
        : OptionalLong.empty();
  }

  /// How many rounds it has, as far as a model needs to know.
  long rounds() {
    return likely.orElse(UNKNOWN);
  }

  /// The rounds of all loops together.
  static double rounds(List<Axis> axes) {
    return axes.stream().mapToDouble(Axis::rounds).reduce(1, (left, right) -> left * right);
  }

  /// How many tiles there are, the one for the rest included. Where the extent is no number, code
  /// should be the same for many: then only its magnitude counts.
  double tiles(long tile) {
    if (extent instanceof IndexExpr.Constant(long rounds)) {
      return Math.ceilDiv(rounds, tile);
    }
    long magnitude = Long.highestOneBit(Math.max(1, Math.min(rounds(), UNKNOWN) * 2 - 1));
    return Math.max(1, (double) magnitude / tile);
  }

  /// Whether it is known to be no longer than that.
  boolean isAtMost(long rounds) {
    return extent instanceof IndexExpr.Constant(long value) && value <= rounds;
  }

  /// Whether it is as long as its tile, and stays one loop.
  boolean isWhole(long tile) {
    return extent.equals(IndexExpr.of(tile));
  }
}
