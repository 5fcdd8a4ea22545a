package org.einkorn.ir.integer;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// Between what an expression lies while some variables run over their ranges.
///
/// Each term is taken at its own extremes, so a variable in several terms makes the result wider
/// than it need be, never smaller: a sum is not below the sum of numbers that its terms are not
/// below. A product is taken at the ends of its running atom where the sign of the other factor is
/// known; a quotient by a positive number at the ends of its dividend, with which it rises; minima
/// and maxima at the ends of all operands, with each of which they rise.
public final class Extremes {
  private final Assumptions assumptions;
  private final Simplifier simplifier;
  private final Set<String> running;

  Extremes(Assumptions assumptions, Set<String> running) {
    this.assumptions = assumptions;
    this.simplifier = new Simplifier(assumptions);
    this.running = Set.copyOf(running);
  }

  /// From `least` to `greatest`, both over variables that do not run.
  public record Span(IndexExpr least, IndexExpr greatest) {}

  private record Ends(Polynomial least, Polynomial greatest) {
    static Ends of(Polynomial value) {
      return new Ends(value, value);
    }

    Polynomial end(boolean isGreatest) {
      return isGreatest ? greatest : least;
    }
  }

  Optional<Span> of(IndexExpr expr) {
    try {
      return ends(simplifier.canonical(expr))
          .map(
              ends ->
                  new Span(
                      assumptions.simplify(simplifier.written(ends.least())),
                      assumptions.simplify(simplifier.written(ends.greatest()))));
    } catch (ArithmeticException overflow) {
      return Optional.empty();
    }
  }

  /// A position that comes from data counts too, so that no end depends on data.
  private boolean runs(IndexExpr expr) {
    return Walk.fetches(expr) || Walk.variables(expr).stream().anyMatch(running::contains);
  }

  /// The ends of a form without remainders.
  private Optional<Ends> ends(Polynomial form) {
    Optional<Ends> linear = eliminated(form);
    return linear.isPresent() ? linear : termwise(Remainders.fold(form, simplifier));
  }

  /// Variables that stand in no quotient are replaced by their ends, the innermost first, so that
  /// ends that depend on other running variables are met later. All terms with the variable are
  /// taken together.
  private Optional<Ends> eliminated(Polynomial form) {
    boolean isPlain =
        form.terms().stream()
            .flatMap(term -> term.atoms().stream())
            .allMatch(atom -> atom instanceof IndexExpr.Variable || !runs(atom));
    if (!isPlain) {
      return Optional.empty();
    }
    Optional<Polynomial> least = eliminated(form, false);
    Optional<Polynomial> greatest = eliminated(form, true);
    return least.isPresent() && greatest.isPresent()
        ? Optional.of(new Ends(least.get(), greatest.get()))
        : Optional.empty();
  }

  private Optional<Polynomial> eliminated(Polynomial form, boolean isGreatest) {
    Polynomial value = form;
    for (int round = 0; round <= 2 * running.size(); round++) {
      Optional<IndexExpr> innermost = innermost(value);
      if (innermost.isEmpty()) {
        return Optional.of(value);
      }
      Optional<Polynomial.Split> split = value.splitAt(innermost.get());
      if (split.isEmpty()) {
        return Optional.empty();
      }
      Polynomial factor = split.get().factor();
      Interval sign = simplifier.prover().bounds(factor);
      if (sign.least() < 0 && sign.greatest() > 0) {
        return Optional.empty();
      }
      Optional<Polynomial> end = end(innermost.get(), isGreatest == (sign.least() >= 0));
      if (end.isEmpty()) {
        return Optional.empty();
      }
      value = split.get().rest().plus(factor.times(end.get()));
      if (value.terms().stream()
          .flatMap(term -> term.atoms().stream())
          .anyMatch(atom -> !(atom instanceof IndexExpr.Variable) && runs(atom))) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private Optional<IndexExpr> innermost(Polynomial form) {
    return form.terms().stream()
        .flatMap(term -> term.atoms().stream())
        .filter(this::runs)
        .max((a, b) -> Integer.compare(depth(a), depth(b)));
  }

  private int depth(IndexExpr atom) {
    return assumptions.range(atom).depth();
  }

  /// The least or greatest value of a variable; a number where there are several.
  private Optional<Polynomial> end(IndexExpr variable, boolean isGreatest) {
    Assumptions.Range range = assumptions.range(variable);
    List<Polynomial> ends = isGreatest ? range.greatest() : range.least();
    Optional<Polynomial> number =
        ends.stream()
            .filter(Polynomial::isConstant)
            .reduce((a, b) -> (a.constant() < b.constant()) == isGreatest ? a : b);
    return number.isPresent() ? number : ends.stream().findFirst();
  }

  private Optional<Ends> termwise(Polynomial form) {
    Ends sum = Ends.of(Polynomial.of(form.constant()));
    for (Polynomial.Term term : form.terms()) {
      Optional<Ends> ends = term(term);
      if (ends.isEmpty()) {
        return Optional.empty();
      }
      sum =
          new Ends(
              sum.least().plus(ends.get().least()), sum.greatest().plus(ends.get().greatest()));
    }
    return Optional.of(sum);
  }

  /// At most one atom of a product may run, and what it is multiplied by has to have a sign.
  private Optional<Ends> term(Polynomial.Term term) {
    Polynomial factor = Polynomial.of(term.coefficient());
    Optional<Ends> ends = Optional.of(Ends.of(Polynomial.ONE));
    int count = 0;
    for (IndexExpr atom : term.atoms()) {
      if (runs(atom)) {
        count++;
        ends = atom(atom);
      } else {
        factor = factor.times(simplifier.canonical(atom));
      }
    }
    if (count == 0) {
      return Optional.of(Ends.of(factor));
    }
    Interval sign = simplifier.prover().bounds(factor);
    if (count > 1 || ends.isEmpty() || (sign.least() < 0 && sign.greatest() > 0)) {
      return Optional.empty();
    }
    boolean rises = sign.least() >= 0;
    return Optional.of(
        new Ends(factor.times(ends.get().end(!rises)), factor.times(ends.get().end(rises))));
  }

  private Optional<Ends> atom(IndexExpr atom) {
    return switch (atom) {
      case IndexExpr.Constant _, IndexExpr.Symbol _ -> Optional.of(Ends.of(Polynomial.of(atom)));
      case IndexExpr.Variable _ -> eliminated(Polynomial.atom(atom));
      case IndexExpr.Sum _, IndexExpr.Product _ -> ends(simplifier.canonical(atom));
      case IndexExpr.FloorDiv(IndexExpr x, IndexExpr d) ->
          runs(d)
              ? Optional.empty()
              : ends(simplifier.canonical(x)).flatMap(ends -> quotient(ends, d));
      case IndexExpr.FloorMod(IndexExpr x, IndexExpr d) -> remainder(d);
      case IndexExpr.Minimum _ -> extremum(Extrema.MINIMUM, atom);
      case IndexExpr.Maximum _ -> extremum(Extrema.MAXIMUM, atom);
      case IndexExpr.Fetch fetch -> remainder(fetch.extent());
    };
  }

  private Optional<Ends> quotient(Ends dividend, IndexExpr d) {
    Polynomial divisor = simplifier.canonical(d);
    return simplifier.isPositive(divisor)
        ? Optional.of(
            new Ends(
                simplifier.quotient(dividend.least(), divisor),
                simplifier.quotient(dividend.greatest(), divisor)))
        : Optional.empty();
  }

  /// From 0 to one less than `size`.
  private Optional<Ends> remainder(IndexExpr size) {
    Polynomial count = simplifier.canonical(size);
    return runs(size) || !simplifier.isPositive(count)
        ? Optional.empty()
        : Optional.of(new Ends(Polynomial.ZERO, count.plus(-1)));
  }

  private Optional<Ends> extremum(Extrema kind, IndexExpr atom) {
    Polynomial least = Polynomial.ZERO;
    Polynomial greatest = Polynomial.ZERO;
    boolean isFirst = true;
    for (IndexExpr operand : kind.operands(atom)) {
      Optional<Ends> ends = ends(simplifier.canonical(operand));
      if (ends.isEmpty()) {
        return ends;
      }
      least = isFirst ? ends.get().least() : joined(kind, least, ends.get().least());
      greatest = isFirst ? ends.get().greatest() : joined(kind, greatest, ends.get().greatest());
      isFirst = false;
    }
    return Optional.of(new Ends(least, greatest));
  }

  private Polynomial joined(Extrema kind, Polynomial a, Polynomial b) {
    IndexExpr left = simplifier.written(a);
    IndexExpr right = simplifier.written(b);
    return simplifier.canonical(
        kind == Extrema.MINIMUM
            ? new IndexExpr.Minimum(left, right)
            : new IndexExpr.Maximum(left, right));
  }
}
