package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;

/// What is known of the variables and symbols in scope, and what follows from it.
///
/// ```java
/// Assumptions scope = Assumptions.NONE.with("i", n).with("j", IndexExpr.of(4));
/// scope.simplify(i.times(4).plus(j).floorDiv(IndexExpr.of(4)));          // i
/// scope.proves(Condition.less(i.times(4).plus(j), n.times(4)));         // true
/// ```
///
/// A symbol of which nothing is said is at least 0, a variable of which nothing is said is any
/// number. What follows holds at every point where all that is assumed holds; where no point is
/// left, everything does. Values are whole numbers of any size: what would leave 64 bits on the way
/// is given up, never proved.
public final class Assumptions {
  /// Nothing is known.
  public static final Assumptions NONE = new Assumptions(Map.of(), List.of());

  private final Map<IndexExpr, Range> ranges;
  private final List<Polynomial> facts;

  /// Between what an atom lies.
  ///
  /// @param numbers numbers that hold for every value of what the ends are made of
  /// @param least what it is not below
  /// @param greatest what it is not above
  /// @param depth how many others came into scope before it
  record Range(Interval numbers, List<Polynomial> least, List<Polynomial> greatest, int depth) {
    Range {
      least = List.copyOf(least);
      greatest = List.copyOf(greatest);
    }
  }

  private static final Range OF_SYMBOL =
      new Range(Interval.NOT_NEGATIVE, List.of(Polynomial.ZERO), List.of(), 0);
  private static final Range OF_VARIABLE = new Range(Interval.ALL, List.of(), List.of(), 0);

  private Assumptions(Map<IndexExpr, Range> ranges, List<Polynomial> facts) {
    this.ranges = ranges;
    this.facts = List.copyOf(facts);
  }

  // ---- what is assumed

  /// This with a symbol between two numbers.
  public Assumptions withSymbol(String name, long least, long greatest) {
    Interval numbers = new Interval(least, greatest);
    return put(IndexExpr.symbol(name), numbers, Polynomial.of(least), Polynomial.of(greatest));
  }

  /// This inside a loop: `0 ≤ variable < extent`. Inside, the extent is not 0.
  public Assumptions with(String variable, IndexExpr extent) {
    return Memo.answer(
        memo -> memo.loops,
        this,
        new Loop(variable, extent),
        () -> {
          IndexExpr last = new IndexExpr.Sum(extent, IndexExpr.of(-1));
          return between(variable, IndexExpr.Constant.ZERO, last);
        });
  }

  /// This inside loops, the outermost first.
  public Assumptions with(List<Loop> loops) {
    Assumptions inside = this;
    for (Loop loop : loops) {
      inside = inside.with(loop.variable(), loop.extent());
    }
    return inside;
  }

  /// This outside of loops that have a round: those of their extents that no loop variable stands
  /// in are at least 1.
  public Assumptions around(List<Loop> loops) {
    Set<String> variables = loops.stream().map(Loop::variable).collect(Collectors.toSet());
    Assumptions outside = this;
    for (Loop loop : loops) {
      if (Collections.disjoint(Walk.variables(loop.extent()), variables)) {
        outside = outside.and(Condition.atMost(IndexExpr.Constant.ONE, loop.extent()));
      }
    }
    return outside;
  }

  /// This with `least ≤ variable ≤ greatest`, where the ends are over what is in scope.
  ///
  /// @throws IllegalArgumentException where the variable is in scope
  public Assumptions between(String variable, IndexExpr least, IndexExpr greatest) {
    IndexExpr atom = IndexExpr.variable(variable);
    if (ranges.containsKey(atom)) {
      throw new IllegalArgumentException("`" + variable + "` is in scope");
    }
    Simplifier simplifier = new Simplifier(this);
    Polynomial low = simplifier.canonical(least);
    Polynomial high = simplifier.canonical(greatest);
    Interval lowest = simplifier.prover().bounds(low);
    Interval highest = simplifier.prover().bounds(high);
    long from = lowest.least();
    // Where there is no value at all anything may be assumed.
    Interval numbers = new Interval(from, Math.max(from, highest.greatest()));
    Assumptions inside = put(atom, numbers, low, high);
    try {
      Polynomial size = high.minus(low);
      return size.isConstant() ? inside : inside.and(size);
    } catch (ArithmeticException overflow) {
      return inside;
    }
  }

  private Assumptions put(IndexExpr atom, Interval numbers, Polynomial least, Polynomial greatest) {
    Map<IndexExpr, Range> more = new LinkedHashMap<>(ranges);
    more.put(atom, new Range(numbers, List.of(least), List.of(greatest), ranges.size() + 1));
    return new Assumptions(more, facts);
  }

  /// This where a condition holds. What is of no use (one of several, a difference) is left out.
  public Assumptions and(Condition condition) {
    return Memo.answer(memo -> memo.conditions, this, condition, () -> where(condition));
  }

  private Assumptions where(Condition condition) {
    return switch (condition) {
      case Condition.Constant _, Condition.Any _ -> this;
      case Condition.All(List<Condition> parts) -> {
        Assumptions all = this;
        for (Condition part : parts) {
          all = all.and(part);
        }
        yield all;
      }
      case Condition.Comparison(Condition.Relation relation, IndexExpr left, IndexExpr right) -> {
        Simplifier simplifier = new Simplifier(this);
        try {
          Polynomial difference = simplifier.canonical(right).minus(simplifier.canonical(left));
          yield switch (relation) {
            case LESS -> and(difference.plus(-1));
            case AT_MOST -> and(difference);
            case EQUAL -> and(difference).and(difference.negated());
            case NOT_EQUAL -> this;
          };
        } catch (ArithmeticException overflow) {
          yield this;
        }
      }
    };
  }

  /// This where `fact ≥ 0`.
  private Assumptions and(Polynomial fact) {
    if (fact.isConstant() || facts.contains(fact)) {
      return this;
    }
    List<Polynomial> more = new ArrayList<>(facts);
    more.add(fact);
    return new Assumptions(tightened(fact), more);
  }

  /// The ranges where a fact about a single atom makes them smaller.
  private Map<IndexExpr, Range> tightened(Polynomial fact) {
    if (fact.terms().size() != 1 || fact.terms().getFirst().atoms().size() != 1) {
      return ranges;
    }
    Polynomial.Term term = fact.terms().getFirst();
    IndexExpr atom = term.atoms().getFirst();
    if (!(atom instanceof IndexExpr.Variable || atom instanceof IndexExpr.Symbol)
        || fact.constant() == Long.MIN_VALUE) {
      return ranges;
    }
    Range range = range(atom);
    // c · a + k ≥ 0
    Interval known =
        term.coefficient() > 0
            ? new Interval(
                Math.ceilDiv(-fact.constant(), term.coefficient()), Interval.UNBOUNDED_ABOVE)
            : new Interval(
                Interval.UNBOUNDED_BELOW,
                Math.floorDiv(fact.constant(), Math.negateExact(term.coefficient())));
    Interval both = range.numbers().and(known);
    if (both.equals(range.numbers()) || both.least() > both.greatest()) {
      return ranges;
    }
    Map<IndexExpr, Range> more = new LinkedHashMap<>(ranges);
    List<Polynomial> least = new ArrayList<>(range.least());
    List<Polynomial> greatest = new ArrayList<>(range.greatest());
    if (term.coefficient() > 0) {
      least.add(Polynomial.of(known.least()));
    } else {
      greatest.add(Polynomial.of(known.greatest()));
    }
    more.put(atom, new Range(both, least, greatest, range.depth()));
    return more;
  }

  // ---- what is known

  /// The range of a variable or symbol.
  Range range(IndexExpr atom) {
    Range range = ranges.get(atom);
    if (range != null) {
      return range;
    }
    return atom instanceof IndexExpr.Symbol ? OF_SYMBOL : OF_VARIABLE;
  }

  /// Polynomials that are not negative.
  List<Polynomial> facts() {
    return facts;
  }

  // ---- what follows

  /// An equal expression in canonical form: a sum over quotients, remainders, minima and maxima.
  ///
  /// The same instance where it is in that form. Positions that come from data are kept, so that
  /// they are checked as before; and where the expression can't leave 64 bits, its canonical form
  /// can't either.
  public IndexExpr simplify(IndexExpr expr) {
    IndexExpr simpler =
        Memo.answer(
            memo -> memo.simplerIndices, this, expr, () -> new Simplifier(this).simplify(expr));
    return simpler.equals(expr) ? expr : simpler;
  }

  /// An equal condition in canonical form; a constant where it is decided.
  public Condition simplify(Condition condition) {
    Condition simpler =
        Memo.answer(
            memo -> memo.simplerConditions,
            this,
            condition,
            () -> new ConditionSimplifier(this).simplify(condition));
    return simpler.equals(condition) ? condition : simpler;
  }

  /// An equal value: its positions simplified, conditions on positions decided where they can be,
  /// and in each side of a `select` what its condition says.
  public Scalar simplify(Scalar scalar) {
    return new ScalarSimplifier(this).simplify(scalar);
  }

  /// Whether a condition holds at every point. False says only that there is no proof.
  public boolean proves(Condition condition) {
    return Memo.answer(
        memo -> memo.proofs,
        this,
        condition,
        () -> new ConditionSimplifier(this).proves(condition));
  }

  /// Between which numbers an expression lies, as far as that is found.
  public Interval bounds(IndexExpr expr) {
    return Memo.answer(
        memo -> memo.bounds,
        this,
        expr,
        () -> {
          Simplifier simplifier = new Simplifier(this);
          return simplifier
              .prover()
              .bounds(simplifier.canonical(expr))
              .and(simplifier.prover().interval(expr));
        });
  }

  /// The least and the greatest value while some variables run, over those that do not; nothing
  /// where it is not found.
  ///
  /// @param running variables that take all values of their ranges
  public Optional<Extremes.Span> extremes(IndexExpr expr, Set<String> running) {
    return new Extremes(this, running).of(expr);
  }
}
