package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// Indices `base + Σ cₖ · vₖ` over loop variables, whose values leave none out.
///
/// With the steps sorted by their size, `0 < c₁ ≤ c₂ ≤ …`, the sum takes exactly the values `0 … Σ
/// cₖ · (eₖ − 1)` if no step is larger than what the ones before it span and one more: the values
/// so far, moved by 0, c, 2 c, …, touch or overlap. A negative step counts from the other end. So
/// `i + j` is contiguous, which is no sum of digits, as most values are taken several times.
final class ContiguousIndices {
  private final Map<String, Polynomial> extents = new LinkedHashMap<>();
  private final Set<String> running = new HashSet<>();

  /// Else some loop may have no round for some values of another.
  private final boolean isRectangular;

  private final Simplifier inside;
  private final Simplifier outside;

  /// @param outside where the loops have rounds
  ContiguousIndices(List<Loop> loops, Assumptions inside, Assumptions outside) {
    this.inside = new Simplifier(inside);
    this.outside = new Simplifier(outside);
    loops.forEach(loop -> running.add(loop.variable()));
    this.isRectangular = loops.stream().noneMatch(loop -> runs(loop.extent()));
    loops.forEach(loop -> extents.put(loop.variable(), this.outside.canonical(loop.extent())));
  }

  private boolean runs(IndexExpr expr) {
    return Walk.variables(expr).stream().anyMatch(running::contains);
  }

  /// What the indices reach together, if each is contiguous and no loop moves two of them.
  Optional<Region> region(List<IndexExpr> indices) {
    if (!isRectangular) {
      return Optional.empty();
    }
    Set<String> used = new HashSet<>();
    List<Region.Range> ranges = new ArrayList<>();
    for (IndexExpr index : indices) {
      Optional<Region.Range> range = steps(inside.canonical(index), used).flatMap(this::range);
      if (range.isEmpty()) {
        return Optional.empty();
      }
      ranges.add(range.get());
    }
    return Optional.of(new Region(ranges, true));
  }

  private record Step(long size, Polynomial extent) {
    /// How far it goes: `size · (extent − 1)`.
    Polynomial span() {
      return extent.plus(-1).times(size);
    }
  }

  private record Steps(Polynomial base, List<Step> steps) {}

  /// Nothing where a loop variable stands in anything but a multiple of it, or is used already.
  private Optional<Steps> steps(Polynomial form, Set<String> used) {
    List<Polynomial.Term> base = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    for (Polynomial.Term term : form.terms()) {
      if (term.atoms().stream().noneMatch(this::runs)) {
        base.add(term);
      } else if (term.atoms().size() == 1
          && term.atoms().getFirst() instanceof IndexExpr.Variable(String name)
          && used.add(name)) {
        steps.add(new Step(term.coefficient(), extents.getOrDefault(name, Polynomial.ONE)));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new Steps(new Polynomial(base, form.constant()), steps));
  }

  private Optional<Region.Range> range(Steps index) {
    Polynomial start = index.base();
    Polynomial span = Polynomial.ZERO;
    List<Step> sorted =
        index.steps().stream()
            .sorted(Comparator.comparingLong(step -> Math.absExact(step.size())))
            .toList();
    for (Step step : sorted) {
      long size = Math.absExact(step.size());
      if (!outside.prover().isNotNegative(span.plus(1).minus(Polynomial.of(size)))) {
        return Optional.empty();
      }
      span = span.plus(step.extent().plus(-1), size);
      start = step.size() < 0 ? start.plus(step.span()) : start;
    }
    return Optional.of(new Region.Range(outside.written(start), outside.written(span.plus(1))));
  }
}
