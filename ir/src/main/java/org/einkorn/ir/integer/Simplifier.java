package org.einkorn.ir.integer;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// Brings expressions into canonical form.
///
/// Inside, a remainder is `x − d · (x floordiv d)`, so that sums over the same quotients are equal
/// exactly if their terms are; [Remainders] makes remainders of them again at the end.
final class Simplifier {
  /// How often a form may be simplified again before it is left as it was.
  private static final int MAX_ROUNDS = 4;

  private final Assumptions assumptions;
  private final Prover prover;

  Simplifier(Assumptions assumptions) {
    this.assumptions = assumptions;
    this.prover = new Prover(this, assumptions);
  }

  Assumptions assumptions() {
    return assumptions;
  }

  Prover prover() {
    return prover;
  }

  // ---- whole expressions

  IndexExpr simplify(IndexExpr expr) {
    IndexExpr last = expr;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<IndexExpr> form = form(last);
      if (form.isEmpty()) {
        return expr;
      }
      IndexExpr next = form.get();
      if (next.equals(last)) {
        return isAllowed(expr, last) ? last : expr;
      }
      last = next;
    }
    return expr;
  }

  /// Nothing where it leaves 64 bits.
  private Optional<IndexExpr> form(IndexExpr expr) {
    try {
      return Optional.of(written(canonical(expr)));
    } catch (ArithmeticException overflow) {
      return Optional.empty();
    }
  }

  /// Whether a form may stand for an expression where it is evaluated in 64 bits.
  private boolean isAllowed(IndexExpr expr, IndexExpr form) {
    if (form == expr) {
      return true;
    }
    return fetches(expr).equals(fetches(form)) && (prover.fits(form) || !prover.fits(expr));
  }

  private static Set<IndexExpr> fetches(IndexExpr expr) {
    Set<IndexExpr> found = new HashSet<>();
    Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Fetch) {
                found.add(part);
              }
            })
        .visit(expr);
    return found;
  }

  /// As an expression, with remainders.
  IndexExpr written(Polynomial form) {
    return Extrema.absorb(Remainders.fold(form, this), this).toExpr();
  }

  // ---- canonical forms

  /// The canonical form of an expression, without remainders where that is possible.
  Polynomial canonical(IndexExpr expr) {
    try {
      return switch (expr) {
        case IndexExpr.Constant(long value) -> Polynomial.of(value);
        case IndexExpr.Variable _, IndexExpr.Symbol _ -> {
          Interval numbers = assumptions.range(expr).numbers();
          yield numbers.isSingle() ? Polynomial.of(numbers.least()) : Polynomial.atom(expr);
        }
        case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
            canonical(left).plus(canonical(right));
        case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
            canonical(left).times(canonical(right));
        case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
            quotient(canonical(left), canonical(right));
        case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
            remainder(canonical(left), canonical(right));
        case IndexExpr.Minimum _ -> Extrema.MINIMUM.canonical(expr, this);
        case IndexExpr.Maximum _ -> Extrema.MAXIMUM.canonical(expr, this);
        case IndexExpr.Fetch _ -> Polynomial.atom(expr);
      };
    } catch (ArithmeticException overflow) {
      return Polynomial.atom(expr);
    }
  }

  /// A form whose atoms are canonical, without its remainders.
  Polynomial unfolded(Polynomial form) {
    Polynomial result = Polynomial.of(form.constant());
    for (Polynomial.Term term : form.terms()) {
      Polynomial product = Polynomial.of(term.coefficient());
      for (IndexExpr atom : term.atoms()) {
        product =
            product.times(
                atom instanceof IndexExpr.FloorMod ? canonical(atom) : Polynomial.atom(atom));
      }
      result = result.plus(product);
    }
    return result;
  }

  boolean isPositive(Polynomial value) {
    return value.isConstant() ? value.constant() > 0 : prover.bounds(value).least() >= 1;
  }

  /// `dividend floordiv divisor`
  Polynomial quotient(Polynomial dividend, Polynomial divisor) {
    if (!isPositive(divisor)) {
      return Polynomial.atom(new IndexExpr.FloorDiv(written(dividend), written(divisor)));
    }
    if (dividend.isConstant() && divisor.isConstant()) {
      return Polynomial.of(Math.floorDiv(dividend.constant(), divisor.constant()));
    }
    Quotient quotient = new Quotient(Remainders.fold(dividend, this), divisor);
    for (Quotient.Rule rule : Quotient.RULES) {
      Optional<Polynomial> result = rule.apply(quotient, this);
      if (result.isPresent()) {
        return result.get();
      }
    }
    return Polynomial.atom(
        new IndexExpr.FloorDiv(quotient.dividend().toExpr(), written(quotient.divisor())));
  }

  /// `dividend mod divisor`
  Polynomial remainder(Polynomial dividend, Polynomial divisor) {
    if (!isPositive(divisor)) {
      return Polynomial.atom(new IndexExpr.FloorMod(written(dividend), written(divisor)));
    }
    Polynomial quotient = quotient(dividend, divisor);
    boolean isOneTerm = divisor.isConstant() || isProduct(divisor);
    if (!isOneTerm && quotient.singleAtom().orElse(null) instanceof IndexExpr.FloorDiv) {
      return Polynomial.atom(new IndexExpr.FloorMod(written(dividend), written(divisor)));
    }
    return dividend.minus(divisor.times(quotient));
  }

  static boolean isProduct(Polynomial form) {
    return form.constant() == 0 && form.terms().size() == 1;
  }

  /// The forms of the operands of nested minima or maxima.
  List<Polynomial> canonical(List<IndexExpr> exprs) {
    return exprs.stream().map(this::canonical).toList();
  }
}
