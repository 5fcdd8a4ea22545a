package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;

/// Finds numbers that a form is never below, by eliminating one atom after the other.
///
/// Each step replaces a form by one that is nowhere greater at any point where the assumptions
/// hold: a variable by one of its ends, a quotient by what it is rounded from, a minimum by each of
/// its operands; or it takes a multiple of a fact away (Fourier and Motzkin). What is left is
/// bounded by intervals. The search is cut off after [#FUEL] steps, so some proofs are not found.
///
/// Everything is arithmetic on whole numbers of any size. Coefficients are kept in 64 bits; where
/// one would leave them, an [ArithmeticException] ends that branch of the search, which then has
/// found nothing. Intervals widen instead. So no proof rests on a number that wrapped round.
final class Prover {
  private static final int FUEL = 96;
  private static final int MAX_DEPTH = 16;
  private static final int MAX_FACTS = 3;

  /// How many searches may lie in one another if facts are used: the parts of a fact are simplified
  /// by proofs too, and those must not begin with the same fact again.
  private static final int MAX_NESTING = 2;

  private final Simplifier simplifier;
  private final Assumptions assumptions;
  private int fuel;
  private int nesting;

  Prover(Simplifier simplifier, Assumptions assumptions) {
    this.simplifier = simplifier;
    this.assumptions = assumptions;
  }

  /// Whether a proof is looked for at this moment.
  boolean isSearching() {
    return nesting > 0;
  }

  // ---- by intervals alone

  /// Between what an expression lies if its parts have nothing to do with one another.
  Interval interval(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> Interval.of(value);
      case IndexExpr.Variable _, IndexExpr.Symbol _ -> assumptions.range(expr).numbers();
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) -> interval(left).plus(interval(right));
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          interval(left).times(interval(right));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          interval(left).floorDiv(interval(right));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          interval(left).floorMod(interval(right));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          interval(left).min(interval(right));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          interval(left).max(interval(right));
      case IndexExpr.Fetch fetch ->
          new Interval(0, Math.max(0, interval(fetch.extent()).plus(Interval.of(-1)).greatest()));
    };
  }

  Interval interval(Polynomial form) {
    Interval sum = Interval.of(form.constant());
    for (Polynomial.Term term : form.terms()) {
      sum = sum.plus(product(term.atoms()).times(term.coefficient()));
    }
    return sum;
  }

  private Interval product(List<IndexExpr> atoms) {
    Interval product = interval(atoms.getFirst());
    for (IndexExpr atom : atoms.subList(1, atoms.size())) {
      product = product.times(interval(atom));
    }
    return product;
  }

  /// Whether no part of an expression can leave 64 bits.
  boolean fits(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant _, IndexExpr.Variable _, IndexExpr.Symbol _, IndexExpr.Fetch _ ->
          true;
      case IndexExpr.Sum(var left, var right) -> fits(left, right, expr);
      case IndexExpr.Product(var left, var right) -> fits(left, right, expr);
      case IndexExpr.FloorDiv(var left, var right) -> fits(left) && fits(right);
      case IndexExpr.FloorMod(var left, var right) -> fits(left) && fits(right);
      case IndexExpr.Minimum(var left, var right) -> fits(left) && fits(right);
      case IndexExpr.Maximum(var left, var right) -> fits(left) && fits(right);
    };
  }

  private boolean fits(IndexExpr left, IndexExpr right, IndexExpr whole) {
    return fits(left) && fits(right) && interval(whole).isBounded();
  }

  // ---- by elimination

  /// Whether a form without remainders is at least 0 wherever the assumptions hold.
  boolean isNotNegative(Polynomial form) {
    return least(form, 0) >= 0;
  }

  boolean isZero(Polynomial form) {
    return form.is(0) || (isNotNegative(form) && isNotNegative(form.negated()));
  }

  /// Between what a form without remainders lies.
  Interval bounds(Polynomial form) {
    if (form.isConstant()) {
      return Interval.of(form.constant());
    }
    long least = least(form, Long.MAX_VALUE);
    long least2;
    try {
      least2 = least(form.negated(), Long.MAX_VALUE);
    } catch (ArithmeticException overflow) {
      least2 = Interval.UNBOUNDED_BELOW;
    }
    return new Interval(
        least, least2 == Interval.UNBOUNDED_BELOW ? Interval.UNBOUNDED_ABOVE : -least2);
  }

  private long least(Polynomial form, long goal) {
    long from = interval(form).least();
    if (from >= goal || form.isConstant()) {
      return from;
    }
    int before = fuel;
    fuel = before > 0 ? before : FUEL;
    nesting++;
    long found = Math.max(from, new Search(goal).least(form, 0, 0));
    nesting--;
    fuel = before;
    return found;
  }

  /// One search for a number that a form is never below.
  private final class Search {
    /// A number that is enough.
    private final long goal;

    Search(long goal) {
      this.goal = goal;
    }

    long least(Polynomial form, int depth, int facts) {
      long best = interval(form).least();
      if (best >= goal || form.isConstant() || depth >= MAX_DEPTH || --fuel <= 0) {
        return best;
      }
      try {
        best = Math.max(best, eliminate(form, depth, facts));
        return best >= goal || facts >= MAX_FACTS || nesting > MAX_NESTING
            ? best
            : Math.max(best, useFacts(form, depth, facts, best));
      } catch (ArithmeticException overflow) {
        return best;
      }
    }

    /// The least of `form / scale`, rounded up: the value is whole and `scale > 0`, so from `scale
    /// · value ≥ m` follows `value ≥ ⌈m / scale⌉`.
    private long scaled(Polynomial form, long scale, int depth, int facts) {
      long scaledGoal = goal == Long.MAX_VALUE ? goal : Interval.of(goal).times(scale).least();
      long whole = new Search(scaledGoal).least(form, depth, facts);
      return whole == Interval.UNBOUNDED_BELOW ? whole : Math.ceilDiv(whole, scale);
    }

    /// Takes multiples of facts away: with `s > 0`, `t ≥ 0` and `fact ≥ 0`, `s · form ≥ s · form −
    /// t · fact`. The factors are chosen so that a term vanishes.
    private long useFacts(Polynomial form, int depth, int facts, long start) {
      long best = start;
      for (Polynomial fact : assumptions.facts()) {
        for (Polynomial.Term term : fact.terms()) {
          long here = form.coefficient(term.atoms());
          if (here != 0 && Long.signum(here) == Long.signum(term.coefficient())) {
            // |c'| · form − |c| · fact ≤ |c'| · form
            long factor = Polynomial.gcd(here, term.coefficient());
            long scale = Math.absExact(term.coefficient()) / factor;
            Polynomial less = form.times(scale).plus(fact, -(Math.absExact(here) / factor));
            best = Math.max(best, scaled(less, scale, depth + 1, facts + 1));
            if (best >= goal) {
              return best;
            }
          }
        }
      }
      return best;
    }

    /// Replaces an atom by an end of it, in `form = factor · atom + rest`: where `factor ≥ 0` and
    /// `atom ≥ end`, `factor · atom ≥ factor · end`; where `factor ≤ 0` and `atom ≤ end`, the same.
    /// A factor whose sign is not known is left alone, and so is an atom that is squared.
    private long eliminate(Polynomial form, int depth, int facts) {
      long best = Interval.UNBOUNDED_BELOW;
      IndexExpr atom = innermost(form);
      Optional<Polynomial.Split> split = form.splitAt(atom);
      if (split.isEmpty()) {
        return best;
      }
      Polynomial factor = split.get().factor();
      Polynomial rest = split.get().rest();
      Interval sign = interval(factor);
      boolean rises = sign.least() >= 0;
      if (!rises && sign.greatest() > 0) {
        return best;
      }
      List<Polynomial> ends = ends(atom, rises);
      for (Polynomial end : ends) {
        best = Math.max(best, least(rest.plus(factor.times(end)), depth + 1, facts));
        if (best >= goal) {
          return best;
        }
      }
      return Math.max(best, composite(atom, factor, rest, rises, depth, facts));
    }

    /// Forms that an atom is not below, or not above where the form falls as the atom rises.
    private List<Polynomial> ends(IndexExpr atom, boolean rises) {
      if (atom instanceof IndexExpr.Variable || atom instanceof IndexExpr.Symbol) {
        Assumptions.Range range = assumptions.range(atom);
        return rises ? range.least() : range.greatest();
      }
      List<Polynomial> ends = new ArrayList<>();
      if (atom instanceof IndexExpr.FloorMod(var x, IndexExpr d)) {
        ends.add(rises ? Polynomial.ZERO : simplifier.canonical(d).plus(-1));
      } else if (atom instanceof IndexExpr.Fetch fetch) {
        ends.add(rises ? Polynomial.ZERO : simplifier.canonical(fetch.extent()).plus(-1));
      }
      Interval numbers = interval(atom);
      long end = rises ? numbers.least() : numbers.greatest();
      if (end != Interval.UNBOUNDED_BELOW && end != Interval.UNBOUNDED_ABOVE) {
        ends.add(Polynomial.of(end));
      }
      return ends;
    }

    private long composite(
        IndexExpr atom, Polynomial factor, Polynomial rest, boolean rises, int depth, int facts) {
      return switch (atom) {
        case IndexExpr.FloorDiv(IndexExpr x, IndexExpr d) ->
            quotient(simplifier.canonical(x), d, factor, rest, rises, depth, facts);
        case IndexExpr.Minimum _ ->
            extremum(Extrema.MINIMUM, atom, factor, rest, rises, depth, facts);
        case IndexExpr.Maximum _ ->
            extremum(Extrema.MAXIMUM, atom, factor, rest, !rises, depth, facts);
        case IndexExpr.Constant _,
            IndexExpr.Variable _,
            IndexExpr.Symbol _,
            IndexExpr.Sum _,
            IndexExpr.Product _,
            IndexExpr.FloorMod _,
            IndexExpr.Fetch _ ->
            Interval.UNBOUNDED_BELOW;
      };
    }

    /// Replaces a quotient q of x by `x − d + 1 ≤ d · q ≤ x`, where `d > 0`.
    ///
    /// If the factor before it is `w · d`, then `w · d · q` is at least `w · (x − d + 1)` where `w
    /// ≥ 0`, and at least `w · x` where `w ≤ 0`. If d is a number that does not divide the factor,
    /// the whole form is multiplied by what is missing first.
    private long quotient(
        Polynomial x,
        IndexExpr d,
        Polynomial factor,
        Polynomial rest,
        boolean rises,
        int depth,
        int facts) {
      Polynomial divisor = simplifier.canonical(d);
      if (!simplifier.isPositive(divisor)) {
        return Interval.UNBOUNDED_BELOW;
      }
      Polynomial product = rises ? x.minus(divisor).plus(1) : x;
      Optional<Polynomial> whole = factor.dividedExactly(divisor);
      if (whole.isPresent()) {
        return least(rest.plus(whole.get().times(product)), depth + 1, facts);
      }
      if (!divisor.isConstant()) {
        return goal == 0
            ? timesDivisor(divisor, product, factor, rest, depth, facts)
            : Interval.UNBOUNDED_BELOW;
      }
      long common =
          Polynomial.gcd(
              Polynomial.gcd(factor.commonFactor(), factor.constant()), divisor.constant());
      long scale = divisor.constant() / common;
      Polynomial smaller = factor.divided(common, factor.constant() / common);
      return scaled(rest.times(scale).plus(smaller.times(product)), scale, depth + 1, facts);
    }

    /// The same for a divisor d that is no number, to prove that a form is at least 0: as it is
    /// whole, that is so if it is greater than −1, hence if `d · form + d − 1 ≥ 0`.
    ///
    /// @param product what `d · (x floordiv d)` is replaced by
    private long timesDivisor(
        Polynomial divisor,
        Polynomial product,
        Polynomial factor,
        Polynomial rest,
        int depth,
        int facts) {
      Polynomial scaled = rest.times(divisor).plus(factor.times(product)).plus(divisor).plus(-1);
      return least(scaled, depth + 1, facts) >= 0 ? 0 : Interval.UNBOUNDED_BELOW;
    }

    /// With a minimum that helps by being great, all operands have to do, as it is one of them;
    /// where it is to be small, one is enough, as it is above none. A maximum the other way round.
    private long extremum(
        Extrema kind,
        IndexExpr atom,
        Polynomial factor,
        Polynomial rest,
        boolean needsAll,
        int depth,
        int facts) {
      long all = Long.MAX_VALUE;
      long one = Interval.UNBOUNDED_BELOW;
      for (Polynomial operand : simplifier.canonical(kind.operands(atom))) {
        long found = least(rest.plus(factor.times(operand)), depth + 1, facts);
        all = Math.min(all, found);
        one = Math.max(one, found);
      }
      return needsAll ? all : one;
    }

    /// The atom that others have nothing to do with: first what is made of others, then the
    /// variable that came into scope last.
    private IndexExpr innermost(Polynomial form) {
      IndexExpr chosen = form.terms().getFirst().atoms().getFirst();
      int most = depth(chosen);
      for (Polynomial.Term term : form.terms()) {
        for (IndexExpr atom : term.atoms()) {
          int depth = depth(atom);
          if (depth > most) {
            chosen = atom;
            most = depth;
          }
        }
      }
      return chosen;
    }

    private int depth(IndexExpr atom) {
      return switch (atom) {
        case IndexExpr.Variable _, IndexExpr.Symbol _ -> assumptions.range(atom).depth();
        case IndexExpr.Constant _ -> 0;
        case IndexExpr.Sum(var left, var right) -> depth(left, right);
        case IndexExpr.Product(var left, var right) -> depth(left, right);
        case IndexExpr.FloorDiv(var left, var right) -> depth(left, right);
        case IndexExpr.FloorMod(var left, var right) -> depth(left, right);
        case IndexExpr.Minimum(var left, var right) -> depth(left, right);
        case IndexExpr.Maximum(var left, var right) -> depth(left, right);
        case IndexExpr.Fetch _ -> MADE;
      };
    }

    private int depth(IndexExpr left, IndexExpr right) {
      return Math.max(MADE, Math.max(depth(left), depth(right)) + 1);
    }
  }

  /// More than any number of variables in scope.
  private static final int MADE = 1 << 20;
}
