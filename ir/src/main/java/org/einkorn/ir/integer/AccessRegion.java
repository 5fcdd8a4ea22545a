package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;

/// What one access reaches while loops run.
///
/// The indices of an access are iterators over the loops. Where these are
/// [independent][IteratorMap.Independent], take steps of one and are not padded, the elements they
/// reach are the box of their ranges, exactly; so they are where each is
/// [contiguous][ContiguousIndices] and they share no loop. Else each index is taken between its
/// [extremes][Extremes] on its own, which leaves no element out.
final class AccessRegion {
  private final List<Loop> loops;
  private final List<IndexExpr> shape;
  private final Assumptions outside;
  private final Assumptions inside;
  private final Set<String> running;
  private final ContiguousIndices contiguous;

  /// @param outside where the loops have rounds
  AccessRegion(List<Loop> loops, List<IndexExpr> shape, Assumptions outside) {
    this.loops = loops;
    this.shape = shape;
    this.outside = outside;
    this.inside = outside.with(loops);
    this.contiguous = new ContiguousIndices(loops, inside, outside);
    this.running = loops.stream().map(Loop::variable).collect(Collectors.toUnmodifiableSet());
  }

  Region of(Region.Access access) {
    List<Guard> guards =
        access.guards().stream().filter(guard -> !inside.proves(Condition.of(guard))).toList();
    return exact(access.indices(), guards).orElseGet(() -> clipped(access.indices(), guards));
  }

  private Optional<Region> exact(List<IndexExpr> indices, List<Guard> guards) {
    if (indices.stream().anyMatch(Walk::fetches)) {
      return Optional.empty();
    }
    List<IteratorMap.Binding> bindings = new ArrayList<>();
    for (int axis = 0; axis < indices.size(); axis++) {
      bindings.add(new IteratorMap.Binding("axis." + axis, indices.get(axis)));
    }
    Optional<Region> digits = byDigits(IteratorMap.detect(bindings, loops, guards, outside));
    return digits.isPresent() || !guards.isEmpty() ? digits : contiguous.region(indices);
  }

  private Optional<Region> byDigits(IteratorMap iterators) {
    return switch (iterators) {
      case IteratorMap.Dependent _ -> Optional.empty();
      case IteratorMap.Independent map ->
          map.inside().equals(Condition.of(true))
                  && map.iterators().stream().allMatch(AccessRegion::hasNoGaps)
              ? Optional.of(new Region(map.iterators().stream().map(this::range).toList(), true))
              : Optional.empty();
    };
  }

  private static boolean hasNoGaps(IteratorMap.Iterator iterator) {
    return iterator.step().equals(IndexExpr.Constant.ONE)
        || iterator.extent().equals(IndexExpr.Constant.ONE);
  }

  private Region.Range range(IteratorMap.Iterator iterator) {
    return new Region.Range(
        outside.simplify(iterator.start()), outside.simplify(iterator.extent()));
  }

  /// A guard on an axis.
  private record Clip(int axis, IndexExpr least, IndexExpr greatest) {}

  /// The region without the guards that say of an axis in which range it lies, cut off by them: of
  /// the elements that are reached without such a guard, those in its range are reached with it, as
  /// it asks for nothing but the element.
  private Region clipped(List<IndexExpr> indices, List<Guard> guards) {
    List<Clip> clips = new ArrayList<>();
    List<Guard> others = new ArrayList<>();
    for (Guard guard : guards) {
      Optional<Clip> clip = clip(indices, guard);
      clip.ifPresentOrElse(clips::add, () -> others.add(guard));
    }
    Region region =
        (clips.isEmpty() ? Optional.<Region>empty() : exact(indices, others))
            .orElseGet(() -> between(indices, guards));
    for (Clip clip : clips) {
      region = region.clipped(clip.axis(), clip.least(), clip.greatest(), outside);
    }
    return region;
  }

  /// `0 ≤ index + c < extent` where c does not run
  private Optional<Clip> clip(List<IndexExpr> indices, Guard guard) {
    if (!runs(guard.index()) || runs(guard.extent())) {
      return Optional.empty();
    }
    for (int axis = 0; axis < indices.size(); axis++) {
      IndexExpr moved = inside.simplify(guard.index().minus(indices.get(axis)));
      if (!runs(moved)) {
        IndexExpr least = moved.times(-1);
        return Optional.of(new Clip(axis, least, guard.extent().plus(-1).plus(least)));
      }
    }
    return Optional.empty();
  }

  private boolean runs(IndexExpr expr) {
    return Walk.variables(expr).stream().anyMatch(running::contains);
  }

  /// Guards on what is outside of the loops are not used: what they say is not so where they do not
  /// hold, and the ends are to have values there too.
  private Region between(List<IndexExpr> indices, List<Guard> guards) {
    List<Guard> moving =
        guards.stream().filter(guard -> runs(inside.simplify(guard.index()))).toList();
    Assumptions scope = inside.and(Condition.of(moving));
    List<Region.Range> ranges = new ArrayList<>();
    for (int axis = 0; axis < indices.size(); axis++) {
      ranges.add(
          scope
              .extremes(indices.get(axis), running)
              .map(this::range)
              .orElse(new Region.Range(IndexExpr.Constant.ZERO, shape.get(axis))));
    }
    return new Region(ranges, false);
  }

  private Region.Range range(Extremes.Span span) {
    IndexExpr extent = span.greatest().minus(span.least()).plus(1);
    return new Region.Range(outside.simplify(span.least()), outside.simplify(extent));
  }
}
