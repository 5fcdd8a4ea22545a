package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Guard;

/// The elements of a tensor that accesses reach while some loops run: a box, over the variables
/// outside of the loops.
///
/// It holds wherever the loops have a round at all and the indices have values in each of them. If
/// an extent is not positive there, no element is reached.
///
/// @param ranges one for each axis
/// @param isExact whether every element of the box is known to be reached; else some may not be
public record Region(List<Range> ranges, boolean isExact) {
  public Region {
    ranges = List.copyOf(ranges);
  }

  /// `start … start + extent − 1`
  public record Range(IndexExpr start, IndexExpr extent) {
    IndexExpr last() {
      return start.plus(extent).plus(-1);
    }
  }

  /// A read or write of one element in each round in which all guards hold.
  ///
  /// @param indices one for each axis
  public record Access(List<IndexExpr> indices, List<Guard> guards) {
    public Access {
      indices = List.copyOf(indices);
      guards = List.copyOf(guards);
    }

    /// In every round.
    public static Access of(IndexExpr... indices) {
      return new Access(List.of(indices), List.of());
    }
  }

  /// What accesses to one tensor reach, all together.
  ///
  /// @param accesses at least one, each inside all the loops
  /// @param shape the extents of the tensor, which every access lies in; an axis of which nothing
  ///   else is found is taken as a whole
  /// @param outside what is known of everything but the loop variables
  public static Region of(
      List<Access> accesses, List<Loop> loops, List<IndexExpr> shape, Assumptions outside) {
    try {
      Assumptions around = outside.around(loops);
      AccessRegion one = new AccessRegion(loops, shape, around);
      return new RegionUnion(around).of(accesses.stream().map(one::of).distinct().toList());
    } catch (ArithmeticException overflow) {
      return new Region(
          shape.stream().map(extent -> new Range(IndexExpr.Constant.ZERO, extent)).toList(), false);
    }
  }

  /// This without what lies before `least` or after `greatest` on an axis.
  Region clipped(int axis, IndexExpr least, IndexExpr greatest, Assumptions outside) {
    List<Range> smaller = new ArrayList<>(ranges);
    Range range = ranges.get(axis);
    IndexExpr start = outside.simplify(range.start().max(least));
    IndexExpr last = outside.simplify(range.last().min(greatest));
    smaller.set(axis, new Range(start, outside.simplify(last.minus(start).plus(1))));
    return new Region(smaller, isExact);
  }
}
