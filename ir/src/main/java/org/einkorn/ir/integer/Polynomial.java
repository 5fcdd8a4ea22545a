package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;

/// A sum of terms, each a number times a product of atoms, and a constant.
///
/// Atoms are variables, symbols, and whatever is neither a sum nor a product (a quotient, a
/// minimum, a fetch). Terms are sorted, none is zero, and no two have the same atoms; so two
/// polynomials over the same atoms are equal exactly if they are equal as such. Arithmetic that
/// leaves 64 bits throws an [ArithmeticException].
///
/// @param terms in the order of their atoms
public record Polynomial(List<Term> terms, long constant) {
  /// `coefficient · atoms`, with at least one atom.
  ///
  /// @param atoms sorted; one that stands twice is squared
  public record Term(long coefficient, List<IndexExpr> atoms) {
    public Term {
      atoms = List.copyOf(atoms);
    }

    Term times(long factor) {
      return new Term(Math.multiplyExact(coefficient, factor), atoms);
    }
  }

  /// As many terms as a product may have; one that has more is left as it is written.
  private static final int MAX_TERMS = 64;

  static final Polynomial ZERO = of(0);
  static final Polynomial ONE = of(1);

  public Polynomial {
    terms = List.copyOf(terms);
  }

  public static Polynomial of(long value) {
    return new Polynomial(List.of(), value);
  }

  /// One atom.
  static Polynomial atom(IndexExpr atom) {
    return new Polynomial(List.of(new Term(1, List.of(atom))), 0);
  }

  static Polynomial of(Term term) {
    return term.coefficient() == 0 ? ZERO : new Polynomial(List.of(term), 0);
  }

  /// The sums and products of an expression multiplied out; everything else is an atom as it
  /// stands, and so is what is too large for 64 bits.
  public static Polynomial of(IndexExpr expr) {
    try {
      return switch (expr) {
        case IndexExpr.Constant(long value) -> of(value);
        case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> of(left).plus(of(right));
        case IndexExpr.Product(IndexExpr left, IndexExpr right) -> of(left).times(of(right));
        case IndexExpr.Variable _,
            IndexExpr.Symbol _,
            IndexExpr.FloorDiv _,
            IndexExpr.FloorMod _,
            IndexExpr.Minimum _,
            IndexExpr.Maximum _,
            IndexExpr.Fetch _ ->
            atom(expr);
      };
    } catch (ArithmeticException overflow) {
      return atom(expr);
    }
  }

  public boolean isConstant() {
    return terms.isEmpty();
  }

  boolean is(long value) {
    return terms.isEmpty() && constant == value;
  }

  /// The only atom of a polynomial that is nothing else.
  Optional<IndexExpr> singleAtom() {
    return constant == 0
            && terms.size() == 1
            && terms.getFirst().coefficient() == 1
            && terms.getFirst().atoms().size() == 1
        ? Optional.of(terms.getFirst().atoms().getFirst())
        : Optional.empty();
  }

  public Polynomial plus(long number) {
    return number == 0 ? this : new Polynomial(terms, Math.addExact(constant, number));
  }

  public Polynomial plus(Polynomial other) {
    return plus(other, 1);
  }

  public Polynomial minus(Polynomial other) {
    return plus(other, -1);
  }

  /// `this + factor · other`
  public Polynomial plus(Polynomial other, long factor) {
    if (factor == 0) {
      return this;
    }
    long sum = Math.addExact(constant, Math.multiplyExact(factor, other.constant));
    if (other.terms.isEmpty()) {
      return sum == constant ? this : new Polynomial(terms, sum);
    }
    List<Term> merged = new ArrayList<>(terms.size() + other.terms.size());
    int left = 0;
    int right = 0;
    while (left < terms.size() && right < other.terms.size()) {
      Term a = terms.get(left);
      Term b = other.terms.get(right);
      int order = ExprOrder.compare(a.atoms(), b.atoms());
      if (order < 0) {
        merged.add(a);
        left++;
      } else if (order > 0) {
        merged.add(b.times(factor));
        right++;
      } else {
        long coefficient =
            Math.addExact(a.coefficient(), Math.multiplyExact(factor, b.coefficient()));
        if (coefficient != 0) {
          merged.add(new Term(coefficient, a.atoms()));
        }
        left++;
        right++;
      }
    }
    merged.addAll(terms.subList(left, terms.size()));
    for (Term rest : other.terms.subList(right, other.terms.size())) {
      merged.add(rest.times(factor));
    }
    return new Polynomial(merged, sum);
  }

  public Polynomial negated() {
    return times(-1);
  }

  public Polynomial times(long factor) {
    return factor == 1 ? this : ZERO.plus(this, factor);
  }

  public Polynomial times(Polynomial other) {
    if (other.isConstant()) {
      return times(other.constant);
    }
    if (isConstant()) {
      return other.times(constant);
    }
    if ((long) terms.size() * other.terms.size() > MAX_TERMS) {
      throw new ArithmeticException("too many terms");
    }
    Polynomial product = other.times(constant);
    for (Term term : terms) {
      List<Term> products = new ArrayList<>();
      for (Term factor : other.terms) {
        long coefficient = Math.multiplyExact(term.coefficient(), factor.coefficient());
        products.add(new Term(coefficient, product(term.atoms(), factor.atoms())));
      }
      products.sort((a, b) -> ExprOrder.compare(a.atoms(), b.atoms()));
      if (other.constant != 0) {
        product = product.plus(of(term.times(other.constant)));
      }
      product = product.plus(new Polynomial(products, 0));
    }
    return product;
  }

  static List<IndexExpr> product(List<IndexExpr> left, List<IndexExpr> right) {
    List<IndexExpr> all = new ArrayList<>(left.size() + right.size());
    all.addAll(left);
    all.addAll(right);
    all.sort(ExprOrder.EXPRS);
    return all;
  }

  /// The number before a product of atoms; 0 where it does not occur.
  long coefficient(List<IndexExpr> atoms) {
    for (Term term : terms) {
      if (term.atoms().equals(atoms)) {
        return term.coefficient();
      }
    }
    return 0;
  }

  /// The number before an atom that stands alone.
  public long coefficient(IndexExpr atom) {
    return coefficient(List.of(atom));
  }

  /// The greatest number that divides all coefficients; 0 where there are none.
  long commonFactor() {
    long factor = 0;
    for (Term term : terms) {
      factor = gcd(factor, term.coefficient());
    }
    return factor;
  }

  static long gcd(long a, long b) {
    long x = Math.absExact(a);
    long y = Math.absExact(b);
    while (y != 0) {
      long rest = x % y;
      x = y;
      y = rest;
    }
    return x;
  }

  /// Terms divided by a number that divides them; the constant is `newConstant`.
  Polynomial divided(long divisor, long newConstant) {
    List<Term> quotients = new ArrayList<>();
    for (Term term : terms) {
      quotients.add(new Term(Math.divideExact(term.coefficient(), divisor), term.atoms()));
    }
    return new Polynomial(quotients, newConstant);
  }

  /// The quotient by a divisor of a single term that divides every term.
  Optional<Polynomial> dividedExactly(Polynomial divisor) {
    if (divisor.isConstant()) {
      long by = divisor.constant;
      if (by == 0 || constant % by != 0 || commonFactor() % by != 0) {
        return Optional.empty();
      }
      return Optional.of(divided(by, Math.divideExact(constant, by)));
    }
    if (divisor.terms.size() != 1 || divisor.constant != 0) {
      return equals(divisor) ? Optional.of(ONE) : Optional.empty();
    }
    if (constant != 0) {
      return Optional.empty();
    }
    Term by = divisor.terms.getFirst();
    Polynomial quotient = ZERO;
    for (Term term : terms) {
      Optional<List<IndexExpr>> rest = without(term.atoms(), by.atoms());
      if (rest.isEmpty() || term.coefficient() % by.coefficient() != 0) {
        return Optional.empty();
      }
      long coefficient = Math.divideExact(term.coefficient(), by.coefficient());
      quotient =
          quotient.plus(
              rest.get().isEmpty() ? of(coefficient) : of(new Term(coefficient, rest.get())));
    }
    return Optional.of(quotient);
  }

  /// `atoms` without each of `factors` once; nothing where one is missing.
  static Optional<List<IndexExpr>> without(List<IndexExpr> atoms, List<IndexExpr> factors) {
    List<IndexExpr> rest = new ArrayList<>(atoms);
    for (IndexExpr factor : factors) {
      if (!rest.remove(factor)) {
        return Optional.empty();
      }
    }
    return Optional.of(rest);
  }

  /// What stands before `atom` and what is left, if the atom is squared nowhere: `this = factor ·
  /// atom + rest`.
  Optional<Split> splitAt(IndexExpr atom) {
    Polynomial factor = ZERO;
    List<Term> rest = new ArrayList<>();
    for (Term term : terms) {
      Optional<List<IndexExpr>> others = without(term.atoms(), List.of(atom));
      if (others.isEmpty()) {
        rest.add(term);
      } else if (others.get().contains(atom)) {
        return Optional.empty();
      } else if (others.get().isEmpty()) {
        factor = factor.plus(term.coefficient());
      } else {
        factor = factor.plus(of(new Term(term.coefficient(), others.get())));
      }
    }
    return Optional.of(new Split(factor, new Polynomial(rest, constant)));
  }

  record Split(Polynomial factor, Polynomial rest) {}

  /// As an expression: what is added, what is subtracted, the constant.
  public IndexExpr toExpr() {
    IndexExpr sum = IndexExpr.Constant.ZERO;
    for (Term term : terms) {
      if (term.coefficient() > 0) {
        sum = sum.equals(IndexExpr.Constant.ZERO) ? toExpr(term) : sum(sum, toExpr(term));
      }
    }
    for (Term term : terms) {
      if (term.coefficient() < 0) {
        sum = sum.equals(IndexExpr.Constant.ZERO) ? toExpr(term) : sum(sum, toExpr(term));
      }
    }
    if (terms.isEmpty()) {
      return IndexExpr.of(constant);
    }
    return constant == 0 ? sum : sum(sum, IndexExpr.of(constant));
  }

  private static IndexExpr sum(IndexExpr left, IndexExpr right) {
    return new IndexExpr.Sum(left, right);
  }

  private static IndexExpr toExpr(Term term) {
    IndexExpr product = term.atoms().getFirst();
    for (IndexExpr atom : term.atoms().subList(1, term.atoms().size())) {
      product = new IndexExpr.Product(product, atom);
    }
    return term.coefficient() == 1
        ? product
        : new IndexExpr.Product(IndexExpr.of(term.coefficient()), product);
  }
}
