package org.einkorn.backend.jvm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A sum of products of atoms: the normal form of positions. Arithmetic wraps around at 64 bits,
/// like the arithmetic it stands for.
///
/// @param terms ordered by their factors, no two with the same, none with coefficient 0
record Polynomial(List<Term> terms) {
  static final Polynomial ZERO = new Polynomial(List.of());

  Polynomial {
    terms = List.copyOf(terms);
  }

  /// `coefficient * factor * …`; without factors, the constant.
  record Term(long coefficient, List<Atom> factors) {
    Term {
      factors = List.copyOf(factors);
    }

    /// The innermost scope that a factor belongs to.
    int scope() {
      return factors.stream().mapToInt(Atom::scope).max().orElse(0);
    }

    Interval interval() {
      Interval product = Interval.of(coefficient);
      for (Atom factor : factors) {
        product = product.times(factor.interval());
      }
      return product;
    }
  }

  private static final Comparator<List<Atom>> BY_FACTORS =
      (left, right) -> {
        for (int at = 0; at < Math.min(left.size(), right.size()); at++) {
          int order = left.get(at).compareTo(right.get(at));
          if (order != 0) {
            return order;
          }
        }
        return Integer.compare(left.size(), right.size());
      };

  static Polynomial constant(long value) {
    return new Polynomial(value == 0 ? List.of() : List.of(new Term(value, List.of())));
  }

  static Polynomial of(Atom atom) {
    return new Polynomial(List.of(new Term(1, List.of(atom))));
  }

  private static Polynomial of(Map<List<Atom>, Long> coefficients) {
    List<Term> terms = new ArrayList<>();
    coefficients.forEach(
        (factors, coefficient) -> {
          if (coefficient != 0) {
            terms.add(new Term(coefficient, factors));
          }
        });
    return new Polynomial(terms);
  }

  Polynomial plus(Polynomial other) {
    Map<List<Atom>, Long> sum = new TreeMap<>(BY_FACTORS);
    for (Term term : terms) {
      sum.merge(term.factors, term.coefficient, Long::sum);
    }
    for (Term term : other.terms) {
      sum.merge(term.factors, term.coefficient, Long::sum);
    }
    return of(sum);
  }

  Polynomial times(Polynomial other) {
    Map<List<Atom>, Long> product = new TreeMap<>(BY_FACTORS);
    for (Term left : terms) {
      for (Term right : other.terms) {
        List<Atom> factors = new ArrayList<>(left.factors);
        factors.addAll(right.factors);
        factors.sort(null);
        product.merge(List.copyOf(factors), left.coefficient * right.coefficient, Long::sum);
      }
    }
    return of(product);
  }

  Polynomial times(long factor) {
    return times(constant(factor));
  }

  /// The terms for which a condition holds.
  Polynomial where(Predicate<Term> condition) {
    return new Polynomial(terms.stream().filter(condition).toList());
  }

  boolean isConstant() {
    return terms.isEmpty() || terms.size() == 1 && terms.getFirst().factors.isEmpty();
  }

  /// The term without factors.
  long constantTerm() {
    return terms.isEmpty() || !terms.getFirst().factors.isEmpty()
        ? 0
        : terms.getFirst().coefficient;
  }

  Polynomial withoutConstant() {
    return where(term -> !term.factors.isEmpty());
  }

  /// Whether this is one atom and nothing else.
  boolean isAtom() {
    return terms.size() == 1
        && terms.getFirst().coefficient == 1
        && terms.getFirst().factors.size() == 1;
  }

  Atom atom() {
    if (!isAtom()) {
      throw new IllegalStateException("a sum is no atom");
    }
    return terms.getFirst().factors.getFirst();
  }

  /// The innermost scope that a term belongs to.
  int scope() {
    return terms.stream().mapToInt(Term::scope).max().orElse(0);
  }

  Interval interval() {
    Interval sum = Interval.of(0);
    for (Term term : terms) {
      sum = sum.plus(term.interval());
    }
    return sum;
  }

  /// The quotient by a positive number, rounded down, if it is a sum of products too.
  Optional<Polynomial> floorDiv(long divisor) {
    return remainderOfEach(divisor).interval().isBelow(divisor)
        ? Optional.of(where(term -> term.coefficient % divisor == 0).dividedBy(divisor))
        : Optional.empty();
  }

  /// The terms that a number does not divide. What they leave, this leaves.
  Polynomial remainderOfEach(long divisor) {
    return where(term -> term.coefficient % divisor != 0);
  }

  /// The exact quotient; every coefficient must be a multiple of the divisor.
  Polynomial dividedBy(long divisor) {
    return new Polynomial(
        terms.stream().map(term -> new Term(term.coefficient / divisor, term.factors)).toList());
  }
}
