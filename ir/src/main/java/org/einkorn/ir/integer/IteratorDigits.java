package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.IteratorForms.Mark;
import org.einkorn.ir.integer.IteratorForms.Part;
import org.einkorn.ir.integer.IteratorForms.Sum;
import org.einkorn.ir.integer.IteratorMap.Reason;

/// Decides whether no digit is used twice, which are not used at all, and which values of the
/// digits are none of the loops.
///
/// Each mark, a loop or a fused sum, is looked at on its own:
/// - The digits of it that are used have to lie apart: each starts where the one below ends, or at
///   a multiple of that. Then the values of one digit say nothing of the others.
/// - If they are all its digits up to the highest, the mark can be computed from them (a round is
///   reached once), and a point of the box is reached exactly if what is computed is less than the
///   number of values of the mark, and not below its shift: the condition of [#pad].
/// - If some are missing, rounds are reached several times, and all values are taken only if the
///   digits end where the mark does or repeat before it ends ([#coversAnyway]).
/// - A digit that is used may not be a part of a mark that is used too.
final class IteratorDigits {
  private final IteratorForms forms;
  private final Map<String, Sum> lines;
  private final Assumptions outside;
  private final Simplifier simplifier;

  /// The digits of each mark that are used, and what each is as an expression of the iterators.
  private final Map<Mark, List<Part>> digits = new LinkedHashMap<>();

  private final Map<Part, IndexExpr> values = new HashMap<>();
  private final Map<Mark, IndexExpr> totals = new HashMap<>();
  private final List<Condition> conditions = new ArrayList<>();
  private boolean isInjective = true;
  private boolean isPartlyUsed = false;

  IteratorDigits(IteratorForms forms, Map<String, Sum> lines, Assumptions outside) {
    this.forms = forms;
    this.lines = lines;
    this.outside = outside;
    this.simplifier = new Simplifier(outside);
  }

  IteratorMap map() {
    Set<Mark> seen = new LinkedHashSet<>();
    List<Mark> order = new ArrayList<>();
    lines.forEach(
        (name, line) -> {
          for (Part part : line.parts()) {
            use(part.digit(), name, seen, order);
          }
        });
    lines.forEach(
        (name, line) -> {
          for (Part part : line.parts()) {
            IndexExpr moved =
                new IndexExpr.Sum(
                    IndexExpr.variable(name), simplifier.written(line.base().negated()));
            values.put(part.digit(), moved.floorDiv(simplifier.written(part.scale())));
          }
        });
    forms.guarded().keySet().stream()
        .filter(mark -> !seen.contains(mark))
        .findFirst()
        .ifPresent(
            mark -> {
              throw new IteratorForms.NoForm("guard", Reason.GUARDED, source(mark));
            });
    digits.forEach(this::check);
    unusedLoops();
    Condition inside = inside();
    if (isPartlyUsed && !inside.equals(Condition.of(true))) {
      throw new IteratorForms.NoForm(
          lines.keySet().iterator().next(), Reason.PARTLY_USED, anyLoop());
    }
    return new IteratorMap.Independent(
        lines.entrySet().stream().map(line -> iterator(line.getKey(), line.getValue())).toList(),
        isInjective,
        inside);
  }

  private IndexExpr anyLoop() {
    return IndexExpr.variable(forms.extents().keySet().iterator().next());
  }

  /// Notes a digit, and those its mark is made of.
  private void use(Part digit, String iterator, Set<Mark> seen, List<Mark> order) {
    List<Part> used = digits.computeIfAbsent(digit.mark(), first -> new ArrayList<>());
    if (used.contains(digit)) {
      throw new IteratorForms.NoForm(iterator, Reason.SHARED, source(digit.mark()));
    }
    used.add(digit);
    if (seen.add(digit.mark())
        && digit.mark() instanceof Mark.OfDigits(List<Part> source, Polynomial shift)) {
      source.forEach(part -> use(part.digit(), iterator, seen, order));
    }
  }

  // ---- the digits of one mark

  /// Checks that the digits of a mark lie apart, and notes what is padded.
  private void check(Mark mark, List<Part> used) {
    Polynomial next = Polynomial.ONE;
    List<Part> open = new ArrayList<>(used);
    boolean hasGap = false;
    boolean startsLater = false;
    boolean endsAtTop = false;
    while (!open.isEmpty()) {
      Part lowest = lowest(open, mark);
      open.remove(lowest);
      if (!lowest.lower().equals(next)) {
        if (lowest.lower().dividedExactly(next).isEmpty()) {
          throw shared(mark);
        }
        startsLater |= next.is(1);
        hasGap |= !next.is(1);
      }
      if (endsAtTop) {
        throw shared(mark);
      }
      endsAtTop = lowest.isTop();
      next = lowest.lower().times(lowest.extent());
    }
    Polynomial total = forms.total(mark);
    Polynomial shift =
        mark instanceof Mark.OfDigits(List<Part> source, Polynomial by) ? by : Polynomial.ZERO;
    boolean isWhole = shift.is(0) && next.equals(total);
    if (!startsLater && !hasGap && endsAtTop) {
      if (!isWhole) {
        pad(mark, shift, total);
      }
      return;
    }
    isInjective = false;
    isPartlyUsed = true;
    if (!simplifier.isPositive(total)) {
      throw new IteratorForms.NoForm(lines.keySet().iterator().next(), Reason.EMPTY, source(mark));
    }
    boolean isExact = isWhole || (shift.is(0) && total.dividedExactly(next).isPresent());
    if (!isExact && !coversAnyway(mark, used, next, total, startsLater, hasGap, endsAtTop)) {
      throw new IteratorForms.NoForm(
          lines.keySet().iterator().next(), Reason.PARTLY_USED, source(mark));
    }
  }

  /// Of a loop variable whose digits are not all used: whether those that are take all values.
  private boolean coversAnyway(
      Mark mark,
      List<Part> used,
      Polynomial next,
      Polynomial total,
      boolean startsLater,
      boolean hasGap,
      boolean endsAtTop) {
    if (!(mark instanceof Mark.OfLoop) || hasGap) {
      return false;
    }
    if (endsAtTop) {
      // The highest digit alone counts up to where it ends.
      return used.size() == 1;
    }
    // The lowest digits count up more than once.
    return !startsLater && simplifier.prover().isNotNegative(total.minus(next));
  }

  private IteratorForms.NoForm shared(Mark mark) {
    return new IteratorForms.NoForm(lines.keySet().iterator().next(), Reason.SHARED, source(mark));
  }

  private Part lowest(List<Part> open, Mark mark) {
    if (open.stream().allMatch(part -> part.lower().isConstant())) {
      return open.stream()
          .min((a, b) -> Long.compare(a.lower().constant(), b.lower().constant()))
          .orElseThrow();
    }
    return open.stream()
        .filter(
            part ->
                open.stream()
                    .allMatch(other -> other.lower().dividedExactly(part.lower()).isPresent()))
        .findFirst()
        .orElseThrow(() -> shared(mark));
  }

  /// Loops that no iterator needs, which have to run at all: else no point is reached.
  private void unusedLoops() {
    forms
        .extents()
        .forEach(
            (variable, extent) -> {
              if (!digits.containsKey(new Mark.OfLoop(variable)) && !extent.is(1)) {
                isInjective = false;
                if (!simplifier.isPositive(extent)) {
                  throw new IteratorForms.NoForm(
                      variable, Reason.EMPTY, IndexExpr.variable(variable));
                }
              }
            });
  }

  // ---- what is inside

  private void pad(Mark mark, Polynomial shift, Polynomial total) {
    IndexExpr value = value(mark);
    if (!shift.is(0)) {
      conditions.add(Condition.atMost(simplifier.written(shift), value));
    }
    conditions.add(Condition.less(value, simplifier.written(total)));
  }

  /// The value of a mark, moved as it is, from the values of its digits.
  private IndexExpr value(Mark mark) {
    IndexExpr known = totals.get(mark);
    if (known != null) {
      return known;
    }
    IndexExpr sum = IndexExpr.Constant.ZERO;
    for (Part digit : digits.getOrDefault(mark, List.of())) {
      sum = sum.plus(value(digit).times(simplifier.written(digit.lower())));
    }
    totals.put(mark, sum);
    return sum;
  }

  /// The value of a digit: that of an iterator, or a digit of the mark that it went into.
  private IndexExpr value(Part digit) {
    IndexExpr known = values.get(digit);
    if (known != null) {
      return known;
    }
    for (Mark owner : digits.keySet()) {
      if (owner instanceof Mark.OfDigits(List<Part> source, Polynomial shift)) {
        for (Part part : source) {
          if (part.digit().equals(digit)) {
            IndexExpr whole = value(owner).plus(simplifier.written(shift.negated()));
            IndexExpr value = whole.floorDiv(simplifier.written(part.scale()));
            return part == source.getLast()
                ? value
                : value.floorMod(simplifier.written(part.extent()));
          }
        }
      }
    }
    throw new IllegalStateException("a digit of no iterator");
  }

  private Condition inside() {
    Assumptions scope = outside;
    for (var line : lines.entrySet()) {
      List<Part> parts = line.getValue().parts();
      if (parts.isEmpty()) {
        continue;
      }
      Polynomial start = line.getValue().base();
      Polynomial last =
          start.plus(parts.getFirst().scale().times(parts.getFirst().extent().plus(-1)));
      scope = scope.between(line.getKey(), simplifier.written(start), simplifier.written(last));
    }
    return scope.simplify(new Condition.All(conditions));
  }

  // ---- the normal form

  private IteratorMap.Iterator iterator(String name, Sum line) {
    IndexExpr start = simplifier.written(line.base());
    if (line.parts().isEmpty()) {
      return new IteratorMap.Iterator(
          name, start, IndexExpr.Constant.ONE, IndexExpr.Constant.ONE, List.of());
    }
    Part part = line.parts().getFirst();
    List<Part> parts =
        part.mark() instanceof Mark.OfDigits(List<Part> source, Polynomial shift)
                && part.isTop()
                && part.lower().is(1)
                && shift.is(0)
            ? source
            : List.of(part.digit());
    return new IteratorMap.Iterator(
        name,
        start,
        simplifier.written(part.scale()),
        simplifier.written(part.extent()),
        parts.reversed().stream().map(this::digit).toList());
  }

  private IteratorMap.Digit digit(Part part) {
    return new IteratorMap.Digit(
        source(part.mark()),
        simplifier.written(part.lower()),
        simplifier.written(part.extent()),
        simplifier.written(part.scale()));
  }

  private IndexExpr source(Mark mark) {
    return switch (mark) {
      case Mark.OfLoop(String variable) -> IndexExpr.variable(variable);
      case Mark.OfDigits(List<Part> source, Polynomial shift) -> {
        Optional<IndexExpr> sum =
            source.reversed().stream()
                .map(
                    part -> {
                      IndexExpr value =
                          source(part.mark()).floorDiv(simplifier.written(part.lower()));
                      IndexExpr digit =
                          part.isTop() ? value : value.floorMod(simplifier.written(part.extent()));
                      return digit.times(simplifier.written(part.scale()));
                    })
                .reduce(IndexExpr::plus);
        yield sum.orElseThrow().plus(simplifier.written(shift));
      }
    };
  }
}
