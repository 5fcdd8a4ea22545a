package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.IteratorMap.Reason;
import org.einkorn.ir.tensor.Guard;

/// Writes expressions of loop variables as sums of digits.
///
/// A number `v` with `0 ≤ v < e` has the digits of a number system with mixed bases: `v = v mod b +
/// b · (v floordiv b)`, and so on for the quotient. Two facts carry everything here:
/// - *Split.* The digit `v floordiv l mod b` of v takes all of `0 … b − 1` if `l · b` divides the
///   extent of v; the highest one, without `mod`, takes all of `0 … ⌈e / l⌉ − 1` in any case.
/// - *Fuse.* If independent digits with extents `e₀, e₁, …` are added with the scales `1, e₀, e₀ ·
///   e₁, …`, then the sum takes each of `0 … e₀ · e₁ · … − 1` exactly once, since writing a number
///   in a system of mixed bases is unique.
///
/// So a sum whose scales follow one another like that is a number that counts without gaps, which
/// can be split again. Any other sum is refused with the [reason][IteratorMap.Reason].
final class IteratorForms {
  private final Map<String, Polynomial> extents = new LinkedHashMap<>();
  private final Assumptions outside;
  private final Simplifier simplifier;

  /// Where all loops have rounds. Extents are not simplified by that, as they may be 0.
  private final Simplifier inRounds;

  /// How far a fused sum goes where a guard ends it before its digits do.
  private final Map<Mark, Polynomial> guarded = new HashMap<>();

  /// What is looked at, for the reason why there is no form.
  private IteratorMap.Binding current = new IteratorMap.Binding("", IndexExpr.Constant.ZERO);

  /// Something that is counted: a loop variable, or a sum of digits that is fused, moved by
  /// `shift`; the scales of these count without gaps, the lowest first.
  sealed interface Mark {
    record OfLoop(String variable) implements Mark {}

    record OfDigits(List<Part> source, Polynomial shift) implements Mark {
      public OfDigits {
        source = List.copyOf(source);
      }
    }
  }

  /// `scale · (mark floordiv lower mod extent)`
  ///
  /// @param isTop whether the digit is the highest one, so that `mod` does nothing
  record Part(Mark mark, Polynomial lower, Polynomial extent, boolean isTop, Polynomial scale) {
    Part scaled(Polynomial factor) {
      return new Part(mark, lower, extent, isTop, scale.times(factor));
    }

    /// This without its scale, as a digit that is the same wherever it stands.
    Part digit() {
      return new Part(mark, lower, extent, isTop, Polynomial.ONE);
    }
  }

  /// `Σ parts + base`
  record Sum(List<Part> parts, Polynomial base) {
    Sum {
      parts = List.copyOf(parts);
    }
  }

  /// That there is no such form.
  static final class NoForm extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String iterator;
    private final Reason reason;
    private final transient IndexExpr part;

    NoForm(String iterator, Reason reason, IndexExpr part) {
      super(reason.text(), null, false, false);
      this.iterator = iterator;
      this.reason = reason;
      this.part = part;
    }

    String iterator() {
      return iterator;
    }

    Reason reason() {
      return reason;
    }

    IndexExpr part() {
      return part;
    }
  }

  IteratorForms(List<Loop> loops, Assumptions outside) {
    this.outside = outside;
    this.simplifier = new Simplifier(outside);
    for (Loop loop : loops) {
      extents.put(loop.variable(), simplifier.canonical(loop.extent()));
    }
    for (Loop loop : loops) {
      if (Walk.variables(loop.extent()).stream().anyMatch(extents::containsKey)) {
        throw new NoForm(loop.variable(), Reason.NOT_RECTANGULAR, loop.extent());
      }
    }
    this.inRounds = new Simplifier(outside.around(loops));
  }

  IteratorMap map(List<Guard> guards, List<IteratorMap.Binding> bindings) {
    try {
      guards.forEach(this::guard);
      return new IteratorDigits(this, lines(bindings), outside).map();
    } catch (ArithmeticException overflow) {
      throw noForm(Reason.TOO_LARGE, current.value());
    }
  }

  private Map<String, Sum> lines(List<IteratorMap.Binding> bindings) {
    Map<String, Sum> lines = new LinkedHashMap<>();
    for (IteratorMap.Binding binding : bindings) {
      current = binding;
      Sum sum = sum(binding.value());
      lines.put(
          binding.iterator(),
          sum.parts().isEmpty()
              ? sum
              : new Sum(List.of(fused(sum.parts(), binding.value())), sum.base()));
    }
    return lines;
  }

  Map<String, Polynomial> extents() {
    return extents;
  }

  Map<Mark, Polynomial> guarded() {
    return guarded;
  }

  NoForm noForm(Reason reason, IndexExpr part) {
    return new NoForm(current.iterator(), reason, part);
  }

  /// One more than the greatest value of a mark.
  Polynomial total(Mark mark) {
    Polynomial end = guarded.get(mark);
    return end != null ? end : unguarded(mark);
  }

  private Polynomial unguarded(Mark mark) {
    return switch (mark) {
      case Mark.OfLoop(String variable) -> extents.getOrDefault(variable, Polynomial.ONE);
      case Mark.OfDigits(List<Part> source, Polynomial shift) ->
          source.getLast().scale().times(source.getLast().extent()).plus(shift);
    };
  }

  // ---- guards

  /// Notes that the digits of a guard's index end at its extent.
  ///
  /// Only a guard on a whole mark is followed: `scale · v < end` says `v < ⌈end / scale⌉`, so the
  /// mark counts up to there and no further. [IteratorDigits] then checks that the mark is used.
  private void guard(Guard guard) {
    current = new IteratorMap.Binding("guard", guard.index());
    Sum sum = sum(guard.index());
    Polynomial end = simplifier.canonical(guard.extent());
    if (sum.parts().isEmpty() || !sum.base().is(0)) {
      throw noForm(Reason.GUARDED, guard.index());
    }
    Part part = fused(sum.parts(), guard.index());
    if (!part.lower().is(1) || !part.isTop()) {
      throw noForm(Reason.GUARDED, guard.index());
    }
    Polynomial bound = ceilDiv(end, part.scale());
    Polynomial total = total(part.mark());
    if (isAtMost(total, bound)) {
      return;
    }
    if (!isAtMost(bound, total) || !isAtMost(Polynomial.ONE, bound)) {
      throw noForm(Reason.GUARDED, guard.index());
    }
    guarded.put(part.mark(), bound);
  }

  private boolean isAtMost(Polynomial left, Polynomial right) {
    return simplifier.prover().isNotNegative(right.minus(left));
  }

  private Polynomial ceilDiv(Polynomial dividend, Polynomial divisor) {
    return simplifier.quotient(dividend.plus(divisor).plus(-1), divisor);
  }

  // ---- sums

  private Sum sum(IndexExpr expr) {
    if (Walk.variables(expr).stream().noneMatch(extents::containsKey)) {
      return new Sum(List.of(), simplifier.canonical(expr));
    }
    return switch (expr) {
      case IndexExpr.Variable(String name) -> loop(name);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> plus(sum(left), sum(right));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> {
        Sum a = sum(left);
        Sum b = sum(right);
        if (!a.parts().isEmpty() && !b.parts().isEmpty()) {
          throw noForm(Reason.NOT_QUASI_AFFINE, expr);
        }
        yield a.parts().isEmpty() ? times(b, a.base()) : times(a, b.base());
      }
      case IndexExpr.FloorDiv(IndexExpr x, IndexExpr d) -> divided(x, d, expr, true);
      case IndexExpr.FloorMod(IndexExpr x, IndexExpr d) -> divided(x, d, expr, false);
      case IndexExpr.Constant _,
          IndexExpr.Symbol _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          throw noForm(Reason.NOT_QUASI_AFFINE, expr);
    };
  }

  private Sum loop(String name) {
    Mark mark = new Mark.OfLoop(name);
    Polynomial extent = total(mark);
    return extent.is(1)
        ? new Sum(List.of(), Polynomial.ZERO)
        : new Sum(
            List.of(new Part(mark, Polynomial.ONE, extent, true, Polynomial.ONE)), Polynomial.ZERO);
  }

  private static Sum times(Sum sum, Polynomial factor) {
    return factor.is(0)
        ? new Sum(List.of(), Polynomial.ZERO)
        : new Sum(
            sum.parts().stream().map(part -> part.scaled(factor)).toList(),
            sum.base().times(factor));
  }

  /// Digits that stand in both are added up.
  private static Sum plus(Sum left, Sum right) {
    Map<Part, Polynomial> scales = new LinkedHashMap<>();
    left.parts().forEach(part -> scales.merge(part.digit(), part.scale(), Polynomial::plus));
    right.parts().forEach(part -> scales.merge(part.digit(), part.scale(), Polynomial::plus));
    List<Part> parts = new ArrayList<>();
    scales.forEach(
        (digit, scale) -> {
          if (!scale.is(0)) {
            parts.add(digit.scaled(scale));
          }
        });
    return new Sum(parts, left.base().plus(right.base()));
  }

  // ---- fusing

  /// The sum of parts that count without gaps, as one part; `whole` is what they are.
  ///
  /// The scale of each part has to be the scale of the one before times its extent. Neighbouring
  /// digits of the same mark are one digit of it.
  private Part fused(List<Part> parts, IndexExpr whole) {
    List<Part> open = new ArrayList<>(parts);
    List<Part> chain = new ArrayList<>();
    Part lowest = lowest(open, whole);
    Polynomial step = lowest.scale();
    open.remove(lowest);
    chain.add(divided(lowest, step, whole));
    while (!open.isEmpty()) {
      Part last = chain.getLast();
      Polynomial expected = last.scale().times(last.extent()).times(step);
      Optional<Part> next = open.stream().filter(part -> part.scale().equals(expected)).findFirst();
      if (next.isEmpty()) {
        throw noForm(gap(open, expected), whole);
      }
      open.remove(next.get());
      Part added = divided(next.get(), step, whole);
      Optional<Part> merged = merged(last, added);
      if (merged.isPresent()) {
        chain.removeLast();
      }
      chain.add(merged.orElse(added));
    }
    if (chain.size() == 1) {
      return chain.getFirst().scaled(step);
    }
    Mark mark = new Mark.OfDigits(chain, Polynomial.ZERO);
    return new Part(mark, Polynomial.ONE, total(mark), true, step);
  }

  private Part divided(Part part, Polynomial step, IndexExpr whole) {
    Polynomial scale =
        part.scale().dividedExactly(step).orElseThrow(() -> noForm(Reason.GAP, whole));
    return part.digit().scaled(scale);
  }

  /// The part whose scale divides those of all others.
  private Part lowest(List<Part> parts, IndexExpr whole) {
    for (Part part : parts) {
      if (!inRounds.isPositive(part.scale())) {
        throw noForm(Reason.REVERSED, whole);
      }
    }
    if (parts.stream().allMatch(part -> part.scale().isConstant())) {
      return parts.stream()
          .min((a, b) -> Long.compare(a.scale().constant(), b.scale().constant()))
          .orElseThrow();
    }
    return parts.stream()
        .filter(
            part ->
                parts.stream()
                    .allMatch(other -> other.scale().dividedExactly(part.scale()).isPresent()))
        .findFirst()
        .orElseThrow(() -> noForm(Reason.GAP, whole));
  }

  private static Reason gap(List<Part> open, Polynomial expected) {
    return open.stream()
            .allMatch(
                part ->
                    expected.isConstant()
                        && part.scale().isConstant()
                        && part.scale().constant() > expected.constant())
        ? Reason.GAP
        : Reason.OVERLAP;
  }

  /// Two neighbouring digits of one mark as one digit.
  private Optional<Part> merged(Part low, Part high) {
    boolean areNeighbours =
        low.mark().equals(high.mark())
            && high.lower().equals(low.lower().times(low.extent()))
            && high.scale().equals(low.scale().times(low.extent()));
    if (!areNeighbours) {
      return Optional.empty();
    }
    // The highest digit may have been rounded up; together they end where the mark does.
    Polynomial extent =
        high.isTop() ? ceilDiv(total(low.mark()), low.lower()) : low.extent().times(high.extent());
    return Optional.of(new Part(low.mark(), low.lower(), extent, high.isTop(), low.scale()));
  }

  // ---- splitting

  /// `x floordiv d`, or `x mod d`, of `x = scale · v + base`.
  ///
  /// If d divides the scale, `x floordiv d = (scale / d) · v + base floordiv d`. If the scale
  /// divides d, base is written as `scale · moved + rest`; the rest is smaller than the scale and
  /// changes no quotient, so what is divided by `d / scale` is `v + moved`, and so much of `moved`
  /// as is whole blocks is taken out of it. Else the form is refused.
  private Sum divided(IndexExpr x, IndexExpr d, IndexExpr whole, boolean isQuotient) {
    Sum sum = sum(x);
    Sum by = sum(d);
    if (!by.parts().isEmpty() || !simplifier.isPositive(by.base())) {
      throw noForm(Reason.NOT_QUASI_AFFINE, whole);
    }
    Polynomial divisor = by.base();
    if (sum.parts().isEmpty()) {
      return new Sum(
          List.of(),
          isQuotient
              ? simplifier.quotient(sum.base(), divisor)
              : simplifier.remainder(sum.base(), divisor));
    }
    Part part = fused(sum.parts(), x);
    Optional<Polynomial> multiple = part.scale().dividedExactly(divisor);
    if (multiple.isPresent()) {
      return isQuotient
          ? new Sum(
              List.of(part.digit().scaled(multiple.get())),
              simplifier.quotient(sum.base(), divisor))
          : new Sum(List.of(), simplifier.remainder(sum.base(), divisor));
    }
    Polynomial count =
        divisor
            .dividedExactly(part.scale())
            .orElseThrow(() -> noForm(Reason.NOT_QUASI_AFFINE, whole));
    // x = scale · (v + moved) + rest, with 0 ≤ rest < scale
    Polynomial moved = simplifier.quotient(sum.base(), part.scale());
    Polynomial rest = simplifier.remainder(sum.base(), part.scale());
    Polynomial blocks = simplifier.quotient(moved, count);
    Polynomial shift = simplifier.remainder(moved, count);
    Part digit = shifted(part.digit(), shift);
    if (isAtMost(digit.extent(), count)) {
      return isQuotient
          ? new Sum(List.of(), blocks)
          : new Sum(List.of(part), rest.plus(shift.times(part.scale())));
    }
    Part split = split(digit, count, isQuotient);
    return isQuotient
        ? new Sum(List.of(split), blocks)
        : new Sum(List.of(split.scaled(part.scale())), rest);
  }

  private Part shifted(Part digit, Polynomial by) {
    return by.is(0) ? digit : wrapped(digit, by);
  }

  /// A digit as a mark of its own.
  private Part wrapped(Part digit, Polynomial shift) {
    Mark mark = new Mark.OfDigits(List.of(digit), shift);
    return new Part(mark, Polynomial.ONE, total(mark), true, Polynomial.ONE);
  }

  /// A digit divided by `count`, or what is left.
  private Part split(Part digit, Polynomial count, boolean isQuotient) {
    Optional<Polynomial> exactly = digit.extent().dividedExactly(count);
    boolean canBePadded = digit.isTop();
    Part whole = exactly.isPresent() || canBePadded ? digit : wrapped(digit, Polynomial.ZERO);
    return isQuotient
        ? new Part(
            whole.mark(),
            whole.lower().times(count),
            exactly.orElseGet(() -> ceilDiv(whole.extent(), count)),
            whole.isTop(),
            Polynomial.ONE)
        : new Part(whole.mark(), whole.lower(), count, false, Polynomial.ONE);
  }
}
