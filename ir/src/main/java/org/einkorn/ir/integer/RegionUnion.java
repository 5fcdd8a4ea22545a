package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;

/// The least box around several regions, as far as that can be written.
///
/// Two regions are a box together if one lies in the other, or if they differ on a single axis
/// where they overlap or touch. Pairs like that are joined first; what remains is wrapped by a box
/// that may hold more.
final class RegionUnion {
  /// As many regions as are compared with one another.
  private static final int MAX_REGIONS = 16;

  private final Assumptions outside;

  RegionUnion(Assumptions outside) {
    this.outside = outside;
  }

  Region of(List<Region> regions) {
    List<Region> open = new ArrayList<>(regions);
    boolean isChanged = open.size() <= MAX_REGIONS;
    while (isChanged && open.size() > 1) {
      isChanged = joinPair(open);
    }
    return open.stream().reduce(this::around).orElseThrow();
  }

  private boolean joinPair(List<Region> open) {
    for (int first = 0; first < open.size(); first++) {
      for (int second = first + 1; second < open.size(); second++) {
        Optional<Region> box = joined(open.get(first), open.get(second));
        if (box.isPresent()) {
          open.remove(second);
          open.set(first, box.get());
          return true;
        }
      }
    }
    return false;
  }

  /// Both as a box, if nothing else lies in it.
  private Optional<Region> joined(Region a, Region b) {
    if (contains(a, b)) {
      return Optional.of(a);
    }
    if (contains(b, a)) {
      return Optional.of(b);
    }
    if (!a.isExact() || !b.isExact()) {
      return Optional.empty();
    }
    List<Integer> differing = new ArrayList<>();
    for (int axis = 0; axis < a.ranges().size(); axis++) {
      if (!isSame(a.ranges().get(axis), b.ranges().get(axis))) {
        differing.add(axis);
      }
    }
    if (differing.size() != 1) {
      return Optional.empty();
    }
    int axis = differing.getFirst();
    Region.Range left = a.ranges().get(axis);
    Region.Range right = b.ranges().get(axis);
    if (!reaches(left, right) || !reaches(right, left)) {
      return Optional.empty();
    }
    List<Region.Range> ranges = new ArrayList<>(a.ranges());
    ranges.set(axis, around(left, right));
    return Optional.of(new Region(ranges, true));
  }

  private boolean contains(Region a, Region b) {
    for (int axis = 0; axis < a.ranges().size(); axis++) {
      Region.Range outer = a.ranges().get(axis);
      Region.Range inner = b.ranges().get(axis);
      if (!isAtMost(outer.start(), inner.start()) || !isAtMost(inner.last(), outer.last())) {
        return false;
      }
    }
    return true;
  }

  private boolean isSame(Region.Range a, Region.Range b) {
    return a.equals(b)
        || outside.proves(
            Condition.equal(a.start(), b.start()).and(Condition.equal(a.extent(), b.extent())));
  }

  /// Whether there is no gap between the last of `a` and the first of `b`.
  private boolean reaches(Region.Range a, Region.Range b) {
    return isAtMost(b.start(), a.start().plus(a.extent()));
  }

  private boolean isAtMost(IndexExpr a, IndexExpr b) {
    return a.equals(b) || outside.proves(Condition.atMost(a, b));
  }

  private Region around(Region a, Region b) {
    List<Region.Range> ranges = new ArrayList<>();
    for (int axis = 0; axis < a.ranges().size(); axis++) {
      ranges.add(around(a.ranges().get(axis), b.ranges().get(axis)));
    }
    return new Region(ranges, false);
  }

  private Region.Range around(Region.Range a, Region.Range b) {
    if (a.equals(b)) {
      return a;
    }
    IndexExpr start = outside.simplify(a.start().min(b.start()));
    IndexExpr last = a.last().max(b.last());
    return new Region.Range(start, outside.simplify(last.minus(start).plus(1)));
  }
}
