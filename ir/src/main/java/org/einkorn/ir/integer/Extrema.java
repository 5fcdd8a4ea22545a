package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;

/// Minima and maxima of any number of operands.
///
/// Both are associative, commutative and idempotent, so operands may be flattened, sorted and
/// joined; both commute with adding the same to every operand, as that keeps their order. An
/// operand is left out only where `other ≤ operand` is proved, or `≥` for a maximum.
enum Extrema {
  MINIMUM,
  MAXIMUM;

  /// As many operands as are compared with one another.
  private static final int MAX_OPERANDS = 8;

  private static final Comparator<Polynomial> ORDER =
      Comparator.<Polynomial, IndexExpr>comparing(Polynomial::toExpr, ExprOrder.EXPRS);

  private boolean is(IndexExpr expr) {
    return this == MINIMUM ? expr instanceof IndexExpr.Minimum : expr instanceof IndexExpr.Maximum;
  }

  /// The operands of nested minima, or of nested maxima.
  List<IndexExpr> operands(IndexExpr expr) {
    List<IndexExpr> operands = new ArrayList<>();
    collect(expr, operands);
    return operands;
  }

  private void collect(IndexExpr expr, List<IndexExpr> into) {
    if (this == MINIMUM && expr instanceof IndexExpr.Minimum(var left, var right)) {
      collect(left, into);
      collect(right, into);
    } else if (this == MAXIMUM && expr instanceof IndexExpr.Maximum(var left, var right)) {
      collect(left, into);
      collect(right, into);
    } else {
      into.add(expr);
    }
  }

  /// Operands that another one is never beyond are left out, what all have in common is taken out,
  /// and the rest is sorted: `min(a + x, b + x, b + x + 1) → min(a, b) + x`.
  Polynomial canonical(IndexExpr expr, Simplifier simplifier) {
    List<Polynomial> kept = kept(forms(expr, simplifier), simplifier);
    if (kept.size() == 1) {
      return kept.getFirst();
    }
    Polynomial common = common(kept);
    return Polynomial.atom(of(kept.stream().map(form -> form.minus(common)).toList(), simplifier))
        .plus(common);
  }

  /// The minimum or maximum of several forms.
  private IndexExpr of(List<Polynomial> forms, Simplifier simplifier) {
    return forms.stream()
        .map(form -> Remainders.fold(form, simplifier))
        .sorted(ORDER)
        .map(Polynomial::toExpr)
        .reduce(
            (left, right) ->
                this == MINIMUM
                    ? new IndexExpr.Minimum(left, right)
                    : new IndexExpr.Maximum(left, right))
        .orElseThrow();
  }

  /// What stands beside a minimum or maximum is added to its operands where that leaves fewer
  /// terms: `min(n, i + 4) − i → min(n − i, 4)`. What all operands have was taken out before, and
  /// is not put back by this, as each of them would have one term more.
  static Polynomial absorb(Polynomial form, Simplifier simplifier) {
    Polynomial result = form;
    for (Polynomial.Term term : form.terms()) {
      if (term.atoms().size() == 1
          && Math.abs(term.coefficient()) == 1
          && form.terms().size() > 1) {
        IndexExpr whole = term.atoms().getFirst();
        if (MINIMUM.is(whole)) {
          result = MINIMUM.absorb(result, term, whole, simplifier);
        } else if (MAXIMUM.is(whole)) {
          result = MAXIMUM.absorb(result, term, whole, simplifier);
        }
      }
    }
    return result;
  }

  private Polynomial absorb(
      Polynomial form, Polynomial.Term extremum, IndexExpr whole, Simplifier simplifier) {
    List<Polynomial> operands = simplifier.canonical(operands(whole));
    Polynomial rest = form;
    for (Polynomial.Term term : form.terms()) {
      if (!term.equals(extremum)) {
        Polynomial beside = Polynomial.of(term);
        List<Polynomial> moved =
            operands.stream().map(operand -> operand.plus(beside, extremum.coefficient())).toList();
        if (size(moved) <= size(operands)) {
          operands = moved;
          rest = rest.minus(beside);
        }
      }
    }
    return rest == form
        ? form
        : rest.minus(Polynomial.of(extremum))
            .plus(Polynomial.atom(of(operands, simplifier)), extremum.coefficient());
  }

  private static int size(List<Polynomial> forms) {
    return forms.stream().mapToInt(form -> form.terms().size()).sum();
  }

  /// The operands; those of one that turns out to be of the same kind too.
  private List<Polynomial> forms(IndexExpr expr, Simplifier simplifier) {
    List<Polynomial> forms = new ArrayList<>();
    for (IndexExpr operand : operands(expr)) {
      Polynomial form = simplifier.canonical(operand);
      List<IndexExpr> inner =
          form.terms().stream()
              .filter(term -> term.coefficient() == 1 && term.atoms().size() == 1)
              .map(term -> term.atoms().getFirst())
              .filter(this::is)
              .toList();
      if (inner.size() == 1) {
        Polynomial rest = form.minus(Polynomial.atom(inner.getFirst()));
        for (IndexExpr part : operands(inner.getFirst())) {
          forms.add(simplifier.canonical(part).plus(rest));
        }
      } else {
        forms.add(form);
      }
    }
    return forms;
  }

  private List<Polynomial> kept(List<Polynomial> forms, Simplifier simplifier) {
    List<Polynomial> kept = new ArrayList<>();
    for (Polynomial form : forms.stream().distinct().sorted(ORDER).toList()) {
      if (kept.size() < MAX_OPERANDS
          && kept.stream().anyMatch(other -> isBeyond(other, form, simplifier))) {
        continue;
      }
      if (kept.size() < MAX_OPERANDS) {
        kept.removeIf(other -> isBeyond(form, other, simplifier));
      }
      kept.add(form);
    }
    return kept;
  }

  /// Whether `one` is never on the wrong side of `other`, which needs not be looked at then.
  private boolean isBeyond(Polynomial one, Polynomial other, Simplifier simplifier) {
    Polynomial difference = this == MINIMUM ? other.minus(one) : one.minus(other);
    return simplifier.prover().isNotNegative(difference);
  }

  /// Terms that all have, and the constant that is least.
  private static Polynomial common(List<Polynomial> operands) {
    List<Polynomial.Term> terms = new ArrayList<>(operands.getFirst().terms());
    long constant = operands.getFirst().constant();
    for (Polynomial operand : operands.subList(1, operands.size())) {
      terms.retainAll(operand.terms());
      constant = Math.min(constant, operand.constant());
    }
    return new Polynomial(terms, constant);
  }
}
