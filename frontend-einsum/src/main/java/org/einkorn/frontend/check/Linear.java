package org.einkorn.frontend.check;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import org.einkorn.ir.expr.IndexExpr;

/// An index expression as `constant + Σ coefficient · atom`, the form in which two can be compared.
///
/// An atom is a variable, a symbol, or a part that is not linear; parts that are not linear are
/// themselves brought into this form first, so that equal ones are one atom.
///
/// @param terms coefficients by the atom's text, none of them 0
public record Linear(long constant, Map<String, Term> terms) {
  /// @param coefficient not 0
  public record Term(long coefficient, IndexExpr atom) {}

  public Linear {
    terms = Collections.unmodifiableMap(new TreeMap<>(terms));
  }

  public static Linear of(long constant) {
    return new Linear(constant, Map.of());
  }

  public static Linear of(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> of(value);
      case IndexExpr.Variable _, IndexExpr.Symbol _, IndexExpr.Fetch _ -> atom(expr);
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> of(left).plus(of(right), 1);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> product(of(left), of(right));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> quotient(of(left), of(right));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) -> remainder(of(left), of(right));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) -> least(of(left), of(right));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) -> greatest(of(left), of(right));
    };
  }

  /// The same value, written in one way for all expressions that are equal here.
  public static IndexExpr normalize(IndexExpr expr) {
    return of(expr).expr();
  }

  /// `one − two` where that is a number.
  public static OptionalLong difference(IndexExpr one, IndexExpr two) {
    Linear difference = of(one).plus(of(two), -1);
    return difference.isConstant() ? OptionalLong.of(difference.constant) : OptionalLong.empty();
  }

  private static Linear atom(IndexExpr expr) {
    return new Linear(0, Map.of(expr.toString(), new Term(1, expr)));
  }

  public boolean isConstant() {
    return terms.isEmpty();
  }

  /// `this + factor · other`
  public Linear plus(Linear other, long factor) {
    Map<String, Term> sum = new TreeMap<>(terms);
    other.terms.forEach(
        (text, term) -> {
          long coefficient = Math.multiplyExact(factor, term.coefficient);
          sum.merge(
              text,
              new Term(coefficient, term.atom),
              (a, b) -> new Term(Math.addExact(a.coefficient, b.coefficient), a.atom));
        });
    sum.values().removeIf(term -> term.coefficient == 0);
    return new Linear(Math.addExact(constant, Math.multiplyExact(factor, other.constant)), sum);
  }

  public Linear times(long factor) {
    return of(0).plus(this, factor);
  }

  private static Linear product(Linear one, Linear two) {
    if (one.isConstant()) {
      return two.times(one.constant);
    }
    if (two.isConstant()) {
      return one.times(two.constant);
    }
    // Multiplied out, so that (A + 1) · B and A · B + B are equal.
    Linear sum = of(Math.multiplyExact(one.constant, two.constant));
    for (Term term : one.terms.values()) {
      sum = sum.plus(atom(term.atom), Math.multiplyExact(term.coefficient, two.constant));
      for (Term other : two.terms.values()) {
        long coefficient = Math.multiplyExact(term.coefficient, other.coefficient);
        boolean inOrder = term.atom.toString().compareTo(other.atom.toString()) <= 0;
        IndexExpr first = inOrder ? term.atom : other.atom;
        IndexExpr second = inOrder ? other.atom : term.atom;
        sum = sum.plus(atom(new IndexExpr.Product(first, second)), coefficient);
      }
    }
    for (Term other : two.terms.values()) {
      sum = sum.plus(atom(other.atom), Math.multiplyExact(other.coefficient, one.constant));
    }
    return sum;
  }

  /// `⌊(d·a + r) / d⌋ = a + ⌊r / d⌋`
  private static Linear quotient(Linear dividend, Linear divisor) {
    if (divisor.isConstant() && divisor.constant > 0) {
      long d = divisor.constant;
      Linear whole = of(Math.floorDiv(dividend.constant, d));
      Linear rest = of(Math.floorMod(dividend.constant, d));
      for (Term term : dividend.terms.values()) {
        if (term.coefficient % d == 0) {
          whole = whole.plus(atom(term.atom), term.coefficient / d);
        } else {
          rest = rest.plus(atom(term.atom), term.coefficient);
        }
      }
      return rest.isConstant()
          ? whole
          : whole.plus(atom(new IndexExpr.FloorDiv(rest.expr(), divisor.expr())), 1);
    }
    return dividend
        .dividedExactly(divisor)
        .orElseGet(() -> atom(new IndexExpr.FloorDiv(dividend.expr(), divisor.expr())));
  }

  /// `A · B / B`, for a divisor that is one atom.
  private Optional<Linear> dividedExactly(Linear divisor) {
    if (divisor.constant != 0 || divisor.terms.size() != 1 || constant != 0) {
      return Optional.empty();
    }
    Term by = divisor.terms.values().iterator().next();
    Linear result = of(0);
    for (Term term : terms.values()) {
      Optional<IndexExpr> quotient = without(term.atom, by.atom);
      if (quotient.isEmpty() || term.coefficient % by.coefficient != 0) {
        return Optional.empty();
      }
      result = result.plus(of(quotient.get()), term.coefficient / by.coefficient);
    }
    return Optional.of(result);
  }

  private static Optional<IndexExpr> without(IndexExpr product, IndexExpr factor) {
    if (product.equals(factor)) {
      return Optional.of(IndexExpr.Constant.ONE);
    }
    if (product instanceof IndexExpr.Product(IndexExpr left, IndexExpr right)) {
      Optional<IndexExpr> fromLeft = without(left, factor);
      return fromLeft.isPresent()
          ? fromLeft.map(rest -> rest.times(right))
          : without(right, factor).map(left::times);
    }
    return Optional.empty();
  }

  private static Linear remainder(Linear dividend, Linear divisor) {
    if (divisor.isConstant() && divisor.constant > 0) {
      Linear rest = of(Math.floorMod(dividend.constant, divisor.constant));
      for (Term term : dividend.terms.values()) {
        rest = rest.plus(atom(term.atom), Math.floorMod(term.coefficient, divisor.constant));
      }
      return rest.isConstant()
          ? of(Math.floorMod(rest.constant, divisor.constant))
          : atom(new IndexExpr.FloorMod(rest.expr(), divisor.expr()));
    }
    return dividend.dividedExactly(divisor).isPresent()
        ? of(0)
        : atom(new IndexExpr.FloorMod(dividend.expr(), divisor.expr()));
  }

  private static Linear least(Linear one, Linear two) {
    Linear difference = one.plus(two, -1);
    if (difference.isConstant()) {
      return difference.constant <= 0 ? one : two;
    }
    if (isAtMost(two, one)) {
      return two;
    }
    if (isAtMost(one, two)) {
      return one;
    }
    return atom(new IndexExpr.Minimum(one.expr(), two.expr()));
  }

  /// Whether `one ≤ two` provably; the greater of two numbers is at most what both are.
  private static boolean isAtMost(Linear one, Linear two) {
    if (two.plus(one, -1).isNonNegative()) {
      return true;
    }
    if (one.terms.size() != 1 || one.constant != 0) {
      return false;
    }
    Term term = one.terms.values().iterator().next();
    return term.coefficient == 1
        && term.atom instanceof IndexExpr.Maximum(IndexExpr left, IndexExpr right)
        && isAtMost(of(left), two)
        && isAtMost(of(right), two);
  }

  private static Linear greatest(Linear one, Linear two) {
    Linear difference = one.plus(two, -1);
    if (difference.isConstant()) {
      return difference.constant >= 0 ? one : two;
    }
    if (difference.isNonNegative()) {
      return one;
    }
    if (difference.times(-1).isNonNegative()) {
      return two;
    }
    return atom(new IndexExpr.Maximum(one.expr(), two.expr()));
  }

  /// Whether this is provably at least 0 where every symbol is.
  public boolean isNonNegative() {
    return constant >= 0
        && terms.values().stream()
            .allMatch(term -> term.coefficient > 0 && isNonNegative(term.atom));
  }

  private static boolean isNonNegative(IndexExpr atom) {
    return switch (atom) {
      case IndexExpr.Constant(long value) -> value >= 0;
      case IndexExpr.Symbol _, IndexExpr.Variable _, IndexExpr.FloorMod _ -> true;
      case IndexExpr.Sum _ -> of(atom).isNonNegative();
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          of(left).isNonNegative() && of(right).isNonNegative();
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) -> of(left).isNonNegative();
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          of(left).isNonNegative() && of(right).isNonNegative();
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          of(left).isNonNegative() || of(right).isNonNegative();
      case IndexExpr.Fetch _ -> true;
    };
  }

  /// Back to an expression: what is added, what is taken away, then the constant.
  public IndexExpr expr() {
    IndexExpr sum = IndexExpr.Constant.ZERO;
    for (boolean isAdded : new boolean[] {true, false}) {
      for (Term term : terms.values()) {
        if (term.coefficient > 0 == isAdded) {
          sum = sum.plus(term.atom.times(term.coefficient));
        }
      }
    }
    return sum.plus(constant);
  }

  /// `expr` with symbols and variables replaced.
  public static IndexExpr substitute(IndexExpr expr, Function<IndexExpr, IndexExpr> leaf) {
    return switch (expr) {
      case IndexExpr.Variable _, IndexExpr.Symbol _, IndexExpr.Fetch _ -> leaf.apply(expr);
      case IndexExpr.Constant _,
          IndexExpr.Sum _,
          IndexExpr.Product _,
          IndexExpr.FloorDiv _,
          IndexExpr.FloorMod _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _ ->
          expr.mapParts(part -> substitute(part, leaf), source -> source).folded();
    };
  }
}
