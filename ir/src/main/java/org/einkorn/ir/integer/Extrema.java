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
    List<Polynomial> operands =
        kept.stream()
            .map(operand -> Remainders.fold(operand.minus(common), simplifier))
            .sorted(ORDER)
            .toList();
    IndexExpr whole = operands.getFirst().toExpr();
    for (Polynomial operand : operands.subList(1, operands.size())) {
      whole =
          this == MINIMUM
              ? new IndexExpr.Minimum(whole, operand.toExpr())
              : new IndexExpr.Maximum(whole, operand.toExpr());
    }
    return Polynomial.atom(whole).plus(common);
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
              .filter(
                  atom ->
                      this == MINIMUM
                          ? atom instanceof IndexExpr.Minimum
                          : atom instanceof IndexExpr.Maximum)
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
