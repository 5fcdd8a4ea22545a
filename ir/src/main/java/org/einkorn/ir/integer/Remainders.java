package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;

/// Writes `x − d · (x floordiv d)` as `x mod d` wherever it stands in a sum.
///
/// That is what a remainder is, so both are equal wherever the quotient has a value. A sum is
/// rewritten only where all terms of `k · x` stand in it with the same signs and no smaller
/// coefficients, so that no term is added that was not there.
final class Remainders {
  private Remainders() {}

  /// `k · x − k · d · (x floordiv d) → k · (x mod d)`; and the same where x holds a quotient that
  /// was merged: `k · (y floordiv a + z) − k · d · ((y + a · z) floordiv (a · d)) → k · ((y
  /// floordiv a + z) mod d)`.
  static Polynomial fold(Polynomial form, Simplifier simplifier) {
    Polynomial folded = form;
    for (Polynomial.Term term : form.terms()) {
      if (term.atoms().stream().anyMatch(atom -> atom instanceof IndexExpr.FloorDiv)) {
        folded = fold(folded, term, simplifier);
      }
    }
    return folded;
  }

  private static Polynomial fold(Polynomial form, Polynomial.Term first, Simplifier simplifier) {
    long coefficient = form.coefficient(first.atoms());
    if (coefficient == 0) {
      return form;
    }
    Polynomial.Term term = new Polynomial.Term(coefficient, first.atoms());
    for (IndexExpr atom : term.atoms()) {
      if (atom instanceof IndexExpr.FloorDiv(IndexExpr x, IndexExpr d)) {
        Optional<Polynomial> folded =
            ofDividend(form, term, atom, x, d, simplifier)
                .or(() -> ofQuotient(form, term, x, d, simplifier));
        if (folded.isPresent()) {
          return folded.get();
        }
      }
    }
    return form;
  }

  private static Optional<Polynomial> ofDividend(
      Polynomial form,
      Polynomial.Term term,
      IndexExpr quotient,
      IndexExpr x,
      IndexExpr d,
      Simplifier simplifier) {
    Polynomial divisor = Polynomial.of(d);
    boolean isProduct = Simplifier.isProduct(divisor);
    if (!divisor.isConstant() && !isProduct) {
      return Optional.empty();
    }
    List<IndexExpr> factors = new ArrayList<>(List.of(quotient));
    if (isProduct) {
      factors.addAll(divisor.terms().getFirst().atoms());
    }
    long size = isProduct ? divisor.terms().getFirst().coefficient() : divisor.constant();
    if (factors.size() != term.atoms().size()
        || Polynomial.without(term.atoms(), factors).isEmpty()
        || size <= 0
        || term.coefficient() % size != 0) {
      return Optional.empty();
    }
    long times = Math.negateExact(term.coefficient() / size);
    Polynomial dividend = simplifier.canonical(x);
    if (!holdsAll(form, dividend, times)) {
      return Optional.empty();
    }
    Polynomial remainder = Polynomial.atom(new IndexExpr.FloorMod(x, d));
    return Optional.of(
        form.minus(Polynomial.of(term)).plus(dividend, -times).plus(remainder, times));
  }

  /// Whether `times · part` is a part of `whole`.
  private static boolean holds(long whole, long part, long times) {
    long product = Math.multiplyExact(part, times);
    return Long.signum(product) == Long.signum(whole)
        && Math.absExact(whole) >= Math.absExact(product);
  }

  private static Optional<Polynomial> ofQuotient(
      Polynomial form,
      Polynomial.Term term,
      IndexExpr dividend,
      IndexExpr d,
      Simplifier simplifier) {
    if (!(d instanceof IndexExpr.Constant(long size)) || term.atoms().size() != 1) {
      return Optional.empty();
    }
    for (Polynomial.Term other : form.terms()) {
      if (other.atoms().size() == 1
          && other.atoms().getFirst()
              instanceof IndexExpr.FloorDiv(IndexExpr y, IndexExpr.Constant(long inner))
          && inner > 0
          && inner < size
          && size % inner == 0
          && term.coefficient() % (size / inner) == 0) {
        long by = size / inner;
        long times = Math.negateExact(term.coefficient() / by);
        Optional<Polynomial> sum =
            simplifier
                .canonical(dividend)
                .minus(simplifier.canonical(y))
                .dividedExactly(Polynomial.of(inner))
                .map(rest -> rest.plus(Polynomial.atom(other.atoms().getFirst())))
                .filter(all -> holdsAll(form, all, times));
        if (sum.isPresent()) {
          IndexExpr.FloorMod remainder =
              new IndexExpr.FloorMod(sum.get().toExpr(), IndexExpr.of(by));
          return Optional.of(
              form.minus(Polynomial.of(term))
                  .plus(sum.get(), -times)
                  .plus(Polynomial.atom(remainder), times));
        }
      }
    }
    return Optional.empty();
  }

  /// Whether all terms of `times · part` are parts of those of a form.
  private static boolean holdsAll(Polynomial form, Polynomial part, long times) {
    return part.terms().stream()
        .allMatch(term -> holds(form.coefficient(term.atoms()), term.coefficient(), times));
  }
}
