package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;

/// `dividend floordiv divisor`, and the rules that simplify it.
///
/// The rules are equalities of whole numbers of any size where `d > 0`. They follow from what a
/// quotient is: `x floordiv d` is the only integer q with `q · d ≤ x < (q + 1) · d`. Arithmetic on
/// coefficients that leaves 64 bits throws, and then the quotient stays as it is written.
///
/// @param dividend a sum whose remainders are written as such
/// @param divisor positive
record Quotient(Polynomial dividend, Polynomial divisor) {
  /// A rewrite of a quotient, tried in the order of [#RULES].
  ///
  /// @param name in kebab case
  record Rule(String name, Rewrite rewrite) {
    /// Nothing where the rule does not fire.
    Optional<Polynomial> apply(Quotient quotient, Simplifier simplifier) {
      return rewrite.apply(quotient, simplifier);
    }
  }

  interface Rewrite {
    Optional<Polynomial> apply(Quotient quotient, Simplifier simplifier);
  }

  /// `x floordiv 1 → x`
  static final Rule DIVIDE_BY_ONE =
      new Rule(
          "divide-by-one",
          (quotient, simplifier) ->
              quotient.divisor.is(1)
                  ? Optional.of(simplifier.unfolded(quotient.dividend))
                  : Optional.empty());

  /// `x floordiv d → k` where `k · d ≤ x < (k + 1) · d`
  ///
  /// This is what a quotient is. It is found for numbers by intervals: the quotient lies between
  /// the least and the greatest of the quotients of their ends, as it rises with x; and for a
  /// divisor that is no number if `0 ≤ x ≤ d − 1` can be proved.
  static final Rule KNOWN_BLOCK =
      new Rule(
          "known-block",
          (quotient, simplifier) -> {
            Prover prover = simplifier.prover();
            Interval divisors = prover.interval(quotient.divisor);
            Interval known = prover.interval(quotient.dividend).floorDiv(divisors);
            if (!known.isSingle() && quotient.dividend.terms().size() > 1) {
              Polynomial dividend = simplifier.unfolded(quotient.dividend);
              known = prover.bounds(dividend).floorDiv(divisors);
            }
            if (known.isSingle()) {
              return Optional.of(Polynomial.of(known.least()));
            }
            if (quotient.divisor.isConstant()) {
              return Optional.empty();
            }
            Polynomial dividend = simplifier.unfolded(quotient.dividend);
            Polynomial last = quotient.divisor.plus(-1);
            return prover.isNotNegative(dividend) && prover.isNotNegative(last.minus(dividend))
                ? Optional.of(Polynomial.ZERO)
                : Optional.empty();
          });

  /// `(d · q + r) floordiv d → q + r floordiv d`
  ///
  /// With `k = r floordiv d`: adding `d · q` to all sides of `k · d ≤ r < (k + 1) · d` gives `(q +
  /// k) · d ≤ d · q + r < (q + k + 1) · d`.
  static final Rule TAKE_OUT_MULTIPLES =
      new Rule(
          "take-out-multiples",
          (quotient, simplifier) -> {
            Polynomial multiple = multiple(quotient.dividend, quotient.divisor);
            if (multiple.is(0)) {
              return Optional.empty();
            }
            Polynomial rest = quotient.dividend.minus(multiple.times(quotient.divisor));
            Polynomial left = simplifier.quotient(simplifier.unfolded(rest), quotient.divisor);
            return Optional.of(simplifier.unfolded(multiple).plus(left));
          });

  /// `q` such that what is left of `dividend − q · divisor` holds no multiple of the divisor.
  private static Polynomial multiple(Polynomial dividend, Polynomial divisor) {
    if (divisor.isConstant()) {
      long by = divisor.constant();
      List<Polynomial.Term> terms = new ArrayList<>();
      for (Polynomial.Term term : dividend.terms()) {
        if (term.coefficient() / by != 0) {
          terms.add(new Polynomial.Term(term.coefficient() / by, term.atoms()));
        }
      }
      return new Polynomial(terms, Math.floorDiv(dividend.constant(), by));
    }
    if (!Simplifier.isProduct(divisor)) {
      return multipleOfSum(dividend, divisor);
    }
    Polynomial.Term by = divisor.terms().getFirst();
    Polynomial multiple = Polynomial.ZERO;
    for (Polynomial.Term term : dividend.terms()) {
      multiple = multiple.plus(quotient(term, by));
    }
    return multiple;
  }

  /// `term / by` where it is whole, else 0.
  private static Polynomial quotient(Polynomial.Term term, Polynomial.Term by) {
    Optional<List<IndexExpr>> rest = Polynomial.without(term.atoms(), by.atoms());
    if (rest.isEmpty() || term.coefficient() % by.coefficient() != 0) {
      return Polynomial.ZERO;
    }
    long coefficient = Math.divideExact(term.coefficient(), by.coefficient());
    return rest.get().isEmpty()
        ? Polynomial.of(coefficient)
        : Polynomial.of(new Polynomial.Term(coefficient, rest.get()));
  }

  /// Multiples of `n + 1`: of its first term, if that takes terms away and adds none.
  private static Polynomial multipleOfSum(Polynomial dividend, Polynomial divisor) {
    Polynomial.Term by = divisor.terms().getFirst();
    Polynomial multiple = Polynomial.ZERO;
    Polynomial rest = dividend;
    for (Polynomial.Term term : dividend.terms()) {
      Polynomial part = quotient(term, by);
      Polynomial less = rest.minus(part.times(divisor));
      if (!part.is(0) && size(less) < size(rest)) {
        multiple = multiple.plus(part);
        rest = less;
      }
    }
    return multiple;
  }

  private static int size(Polynomial form) {
    return form.terms().size() + (form.constant() == 0 ? 0 : 1);
  }

  /// `(g · x + c) floordiv (g · d) → (x + c floordiv g) floordiv d` where `g > 0`
  ///
  /// For any integer k, `k · g · d ≤ g · x + c` says `g · (k · d − x) ≤ c`, which says `k · d − x ≤
  /// c floordiv g`, as the left side is whole. So both quotients are the greatest k of the same
  /// kind.
  static final Rule CANCEL_COMMON_FACTOR =
      new Rule(
          "cancel-common-factor",
          (quotient, simplifier) -> {
            Polynomial x = quotient.dividend;
            long divisorFactor =
                quotient.divisor.isConstant()
                    ? quotient.divisor.constant()
                    : Polynomial.gcd(quotient.divisor.commonFactor(), quotient.divisor.constant());
            long factor = Polynomial.gcd(x.commonFactor(), divisorFactor);
            if (factor > 1) {
              Polynomial smaller = x.divided(factor, Math.floorDiv(x.constant(), factor));
              Polynomial divisor =
                  quotient.divisor.divided(factor, quotient.divisor.constant() / factor);
              return Optional.of(simplifier.quotient(simplifier.unfolded(smaller), divisor));
            }
            return commonAtom(quotient, simplifier);
          });

  /// `(n · x) floordiv (n · d) → x floordiv d` where `n > 0`: as above, with n for g and 0 for c.
  private static Optional<Polynomial> commonAtom(Quotient quotient, Simplifier simplifier) {
    if (quotient.dividend.constant() != 0 || !Simplifier.isProduct(quotient.divisor)) {
      return Optional.empty();
    }
    for (IndexExpr atom : quotient.divisor.terms().getFirst().atoms()) {
      Polynomial factor = Polynomial.atom(atom);
      Optional<Polynomial> x = quotient.dividend.dividedExactly(factor);
      if (x.isPresent() && simplifier.isPositive(factor)) {
        Polynomial divisor = quotient.divisor.dividedExactly(factor).orElseThrow();
        return Optional.of(simplifier.quotient(simplifier.unfolded(x.get()), divisor));
      }
    }
    return Optional.empty();
  }

  /// `(g · x + r) floordiv (g · d) → x floordiv d` where `0 ≤ r < g`; where r lies in another block
  /// of g, x is moved by its number.
  ///
  /// As [#CANCEL_COMMON_FACTOR], with r for c: all that is needed of c is `c floordiv g`, and the
  /// interval of r says that this is the same number everywhere.
  static final Rule DROP_SMALL_REST =
      new Rule(
          "drop-small-rest",
          (quotient, simplifier) -> {
            if (!quotient.divisor.isConstant() || quotient.dividend.terms().size() < 2) {
              return Optional.empty();
            }
            long divisor = quotient.divisor.constant();
            long tried = 1;
            for (Polynomial.Term term : quotient.dividend.terms()) {
              long factor = Polynomial.gcd(term.coefficient(), divisor);
              if (factor > 1 && factor != tried) {
                tried = factor;
                Optional<Polynomial> result = withoutRest(quotient, factor, simplifier);
                if (result.isPresent()) {
                  return result;
                }
              }
            }
            return Optional.empty();
          });

  private static Optional<Polynomial> withoutRest(
      Quotient quotient, long factor, Simplifier simplifier) {
    List<Polynomial.Term> multiples = new ArrayList<>();
    List<Polynomial.Term> others = new ArrayList<>();
    for (Polynomial.Term term : quotient.dividend.terms()) {
      if (term.coefficient() % factor == 0) {
        multiples.add(new Polynomial.Term(term.coefficient() / factor, term.atoms()));
      } else {
        others.add(term);
      }
    }
    Polynomial rest = new Polynomial(others, quotient.dividend.constant());
    Interval blocks = simplifier.prover().interval(rest).floorDiv(Interval.of(factor));
    if (!blocks.isSingle()) {
      return Optional.empty();
    }
    Polynomial x = new Polynomial(multiples, blocks.least());
    Polynomial divisor = Polynomial.of(quotient.divisor.constant() / factor);
    return Optional.of(simplifier.quotient(simplifier.unfolded(x), divisor));
  }

  /// `(c · (x mod b) + y) floordiv d → (c · x + y) floordiv d − c · b / d · (x floordiv b)` where d
  /// divides c · b
  ///
  /// `c · (x mod b) = c · x − c · b · (x floordiv b)`, and what is subtracted is a multiple of d,
  /// which [#TAKE_OUT_MULTIPLES] takes out.
  static final Rule UNWRAP_REMAINDER =
      new Rule(
          "unwrap-remainder",
          (quotient, simplifier) -> {
            if (!quotient.divisor.isConstant()) {
              return Optional.empty();
            }
            long divisor = quotient.divisor.constant();
            for (Polynomial.Term term : quotient.dividend.terms()) {
              if (term.atoms().size() == 1
                  && term.atoms().getFirst()
                      instanceof IndexExpr.FloorMod(IndexExpr x, IndexExpr.Constant(long b))
                  && Math.multiplyExact(term.coefficient(), b) % divisor == 0) {
                Polynomial unwrapped =
                    quotient.dividend.plus(
                        Polynomial.of(x).minus(Polynomial.of(new Polynomial.Term(1, term.atoms()))),
                        term.coefficient());
                Polynomial left =
                    simplifier.quotient(simplifier.unfolded(unwrapped), quotient.divisor);
                Polynomial blocks = simplifier.quotient(simplifier.canonical(x), Polynomial.of(b));
                long times = Math.multiplyExact(term.coefficient(), b) / divisor;
                return Optional.of(left.plus(blocks, Math.negateExact(times)));
              }
            }
            return Optional.empty();
          });

  /// `(x floordiv b + z) floordiv d → (x + b · z) floordiv (b · d)` where `b > 0`
  ///
  /// With `y = x + b · z`, the dividend is `y floordiv b`. For any integer k, `k · d ≤ y floordiv
  /// b` says `k · d · b ≤ y`, as `k · d` is whole; so both quotients are the greatest such k.
  static final Rule MERGE_QUOTIENTS =
      new Rule(
          "merge-quotients",
          (quotient, simplifier) -> {
            for (Polynomial.Term term : quotient.dividend.terms()) {
              if (term.coefficient() == 1
                  && term.atoms().size() == 1
                  && term.atoms().getFirst() instanceof IndexExpr.FloorDiv inner) {
                Polynomial rest = quotient.dividend.minus(Polynomial.atom(inner));
                Optional<Polynomial> merged = merged(inner, rest, quotient.divisor, simplifier);
                if (merged.isPresent()) {
                  return merged;
                }
              }
            }
            return Optional.empty();
          });

  private static Optional<Polynomial> merged(
      IndexExpr.FloorDiv inner, Polynomial rest, Polynomial divisor, Simplifier simplifier) {
    Polynomial by = simplifier.canonical(inner.divisor());
    if (!simplifier.isPositive(by) || !by.isConstant() && !rest.isConstant()) {
      return Optional.empty();
    }
    Polynomial all =
        simplifier.canonical(inner.dividend()).plus(simplifier.unfolded(rest).times(by));
    return Optional.of(simplifier.quotient(all, by.times(divisor)));
  }

  /// `x floordiv d → t · a + k` where `a = y floordiv d` stands in a fact, and `k · d ≤ x − t · a ·
  /// d < (k + 1) · d`
  ///
  /// The latter is what a quotient is. So `(n + 3) floordiv 4` is `n floordiv 4` where it is known
  /// that `n mod 4 = 0`.
  static final Rule NEARBY_QUOTIENT =
      new Rule(
          "nearby-quotient",
          (quotient, simplifier) -> {
            // The search for a proof simplifies the parts of facts, which must not begin another.
            if (!quotient.divisor.isConstant() || simplifier.prover().isSearching()) {
              return Optional.empty();
            }
            for (Polynomial fact : simplifier.assumptions().facts()) {
              for (Polynomial.Term term : fact.terms()) {
                if (term.atoms().size() == 1
                    && term.atoms().getFirst()
                        instanceof IndexExpr.FloorDiv(IndexExpr y, IndexExpr.Constant(long by))
                    && by == quotient.divisor.constant()) {
                  Optional<Polynomial> found =
                      nearby(quotient, term.atoms().getFirst(), Polynomial.of(y), simplifier);
                  if (found.isPresent()) {
                    return found;
                  }
                }
              }
            }
            return Optional.empty();
          });

  private static Optional<Polynomial> nearby(
      Quotient quotient, IndexExpr known, Polynomial dividend, Simplifier simplifier) {
    if (dividend.isConstant() || dividend.equals(quotient.dividend)) {
      return Optional.empty();
    }
    Polynomial.Term first = dividend.terms().getFirst();
    long here = quotient.dividend.coefficient(first.atoms());
    if (here == 0 || here % first.coefficient() != 0) {
      return Optional.empty();
    }
    Polynomial multiple =
        Polynomial.of(
            new Polynomial.Term(Math.divideExact(here, first.coefficient()), List.of(known)));
    Polynomial rest =
        simplifier.unfolded(quotient.dividend).minus(multiple.times(quotient.divisor));
    Interval block =
        simplifier.prover().bounds(rest).floorDiv(Interval.of(quotient.divisor.constant()));
    return block.isSingle() ? Optional.of(multiple.plus(block.least())) : Optional.empty();
  }

  static final List<Rule> RULES =
      List.of(
          DIVIDE_BY_ONE,
          KNOWN_BLOCK,
          TAKE_OUT_MULTIPLES,
          CANCEL_COMMON_FACTOR,
          DROP_SMALL_REST,
          NEARBY_QUOTIENT,
          UNWRAP_REMAINDER,
          MERGE_QUOTIENTS);
}
