package org.einkorn.ir.integer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.integer.Condition.Comparison;
import org.einkorn.ir.integer.Condition.Relation;

/// Decides conditions where that can be done, and writes the others in canonical form.
///
/// A comparison stands for `form ≥ 0`, `form = 0` or `form ≠ 0`; what is subtracted in the form is
/// written on the left, what is added on the right.
///
/// A condition is only replaced by one that holds at the same points: a constant where the [Prover]
/// decides it, or the same comparison after terms were moved from one side to the other.
final class ConditionSimplifier {
  private static final int MAX_ROUNDS = 4;

  /// As many parts as are compared with one another.
  private static final int MAX_PARTS = 16;

  private static final Condition ALWAYS = Condition.of(true);
  private static final Condition NEVER = Condition.of(false);

  private final Simplifier simplifier;
  private final Prover prover;

  ConditionSimplifier(Assumptions assumptions) {
    this.simplifier = new Simplifier(assumptions);
    this.prover = simplifier.prover();
  }

  boolean proves(Condition condition) {
    return switch (condition) {
      case Condition.All(List<Condition> parts) -> parts.stream().allMatch(this::proves);
      case Condition.Any(List<Condition> parts) ->
          parts.stream().anyMatch(this::proves) || provesOneOf(parts);
      case Condition.Constant _, Comparison _ -> decided(condition).equals(ALWAYS);
    };
  }

  /// Where all but the last do not hold, the last has to: `p or q` says that q holds where p does
  /// not.
  private boolean provesOneOf(List<Condition> parts) {
    if (parts.size() < 2) {
      return false;
    }
    Condition others = Condition.any(parts.subList(0, parts.size() - 1));
    Assumptions inside = simplifier.assumptions().and(others.not());
    return new ConditionSimplifier(inside).proves(parts.getLast());
  }

  Condition simplify(Condition condition) {
    Condition last = condition;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Condition next = step(last);
      if (next.equals(last)) {
        return last;
      }
      last = next;
    }
    return condition;
  }

  private Condition step(Condition condition) {
    return switch (condition) {
      case Condition.Constant _, Comparison _ -> decided(condition);
      case Condition.All(List<Condition> parts) -> joined(parts, true);
      case Condition.Any(List<Condition> parts) -> joined(parts, false);
    };
  }

  // ---- comparisons

  private Condition decided(Condition condition) {
    if (!(condition instanceof Comparison(Relation relation, IndexExpr left, IndexExpr right))) {
      return condition;
    }
    try {
      Polynomial difference = simplifier.canonical(right).minus(simplifier.canonical(left));
      Condition simpler =
          switch (relation) {
            case LESS -> atLeastZero(difference.plus(-1));
            case AT_MOST -> atLeastZero(difference);
            case EQUAL -> zero(difference);
            case NOT_EQUAL -> zero(difference).not();
          };
      return isAllowed(condition, simpler) ? simpler : condition;
    } catch (ArithmeticException overflow) {
      return condition;
    }
  }

  /// Whether both sides stay in 64 bits if they did so before.
  private boolean isAllowed(Condition condition, Condition simpler) {
    return fits(simpler) || !fits(condition);
  }

  private boolean fits(Condition condition) {
    return switch (condition) {
      case Condition.Constant _ -> true;
      case Comparison(var relation, var left, var right) -> prover.fits(left) && prover.fits(right);
      case Condition.All(var parts) -> parts.stream().allMatch(this::fits);
      case Condition.Any(var parts) -> parts.stream().allMatch(this::fits);
    };
  }

  /// `g · x + c ≥ 0 → x + c floordiv g ≥ 0` where `g > 0`: both say `−x ≤ c / g`, and −x is whole.
  private Condition atLeastZero(Polynomial form) {
    long factor = form.commonFactor();
    Polynomial tight =
        factor > 1 ? form.divided(factor, Math.floorDiv(form.constant(), factor)) : form;
    if (prover.isNotNegative(tight)) {
      return ALWAYS;
    }
    if (prover.isNotNegative(tight.negated().plus(-1))) {
      return NEVER;
    }
    return ordered(Remainders.fold(tight, simplifier));
  }

  private static Condition ordered(Polynomial form) {
    Sides sides = Sides.of(form);
    if (form.constant() >= 0) {
      return Condition.atMost(
          sides.subtracted().toExpr(), sides.added().plus(form.constant()).toExpr());
    }
    return Condition.less(
        sides.subtracted().plus(Math.negateExact(form.constant() + 1)).toExpr(),
        sides.added().toExpr());
  }

  private record Sides(Polynomial subtracted, Polynomial added) {
    static Sides of(Polynomial form) {
      List<Polynomial.Term> added = new ArrayList<>();
      List<Polynomial.Term> subtracted = new ArrayList<>();
      for (Polynomial.Term term : form.terms()) {
        if (term.coefficient() > 0) {
          added.add(term);
        } else {
          subtracted.add(term);
        }
      }
      return new Sides(new Polynomial(subtracted, 0).negated(), new Polynomial(added, 0));
    }
  }

  /// `g · x + c = 0` holds nowhere unless g divides c.
  private Condition zero(Polynomial form) {
    long factor = form.commonFactor();
    if (factor == 0) {
      return Condition.of(form.constant() == 0);
    }
    if (form.constant() % factor != 0) {
      return NEVER;
    }
    Polynomial whole = form.divided(factor, form.constant() / factor);
    Polynomial signed = whole.terms().getFirst().coefficient() < 0 ? whole.negated() : whole;
    if (prover.isNotNegative(signed.plus(-1)) || prover.isNotNegative(signed.negated().plus(-1))) {
      return NEVER;
    }
    if (prover.isZero(signed)) {
      return ALWAYS;
    }
    Polynomial folded = Remainders.fold(signed, simplifier);
    Sides sides = Sides.of(folded);
    long constant = folded.constant();
    return constant >= 0
        ? Condition.equal(sides.added().plus(constant).toExpr(), sides.subtracted().toExpr())
        : Condition.equal(
            sides.added().toExpr(), sides.subtracted().plus(Math.negateExact(constant)).toExpr());
  }

  // ---- conditions that are joined

  private static final Comparator<Condition> ORDER = ConditionSimplifier::compare;

  private static int compare(Condition a, Condition b) {
    if (a instanceof Comparison one && b instanceof Comparison two) {
      int order = ExprOrder.compare(one.left(), two.left());
      order = order != 0 ? order : ExprOrder.compare(one.right(), two.right());
      return order != 0 ? order : one.relation().compareTo(two.relation());
    }
    int kinds = Integer.compare(kind(a), kind(b));
    return kinds != 0 ? kinds : a.toString().compareTo(b.toString());
  }

  private static int kind(Condition condition) {
    return switch (condition) {
      case Condition.Constant _ -> 0;
      case Comparison _ -> 1;
      case Condition.All _ -> 2;
      case Condition.Any _ -> 3;
    };
  }

  /// `all`, or `any`, which is the negation of all that are negated.
  private Condition joined(List<Condition> parts, boolean isAll) {
    List<Condition> simple = new ArrayList<>();
    for (Condition part : parts) {
      Condition simpler = step(part);
      if (simpler.equals(Condition.of(!isAll))) {
        return simpler;
      }
      if (simpler instanceof Condition.All(List<Condition> inner) && isAll) {
        simple.addAll(inner);
      } else if (simpler instanceof Condition.Any(List<Condition> inner) && !isAll) {
        simple.addAll(inner);
      } else if (!simpler.equals(Condition.of(isAll))) {
        simple.add(simpler);
      }
    }
    List<Condition> kept = new ArrayList<>();
    for (Condition part : simple.stream().distinct().sorted(ORDER).toList()) {
      Condition added = part;
      if (kept.size() < MAX_PARTS) {
        for (Condition other : List.copyOf(kept)) {
          Optional<Pair> pair = isAll ? both(other, added) : either(other, added);
          if (pair.isPresent()) {
            switch (pair.get()) {
              case CONTRADICT -> {
                return Condition.of(!isAll);
              }
              case FIRST_IS_ENOUGH -> added = Condition.of(isAll);
              case SECOND_IS_ENOUGH -> kept.remove(other);
            }
          }
        }
      }
      if (!added.equals(Condition.of(isAll))) {
        kept.add(added);
      }
    }
    if (kept.isEmpty()) {
      return Condition.of(isAll);
    }
    return isAll ? Condition.all(kept) : Condition.any(kept);
  }

  /// What two conditions that both have to hold say to one another.
  ///
  /// They are `a ≥ 0` and `b ≥ 0`. Where `a − b` is a number that is not positive, `b ≥ a`, so the
  /// first is enough; where `a + b` is a negative number, both can't hold. Of conditions one of
  /// which has to hold, the negations are compared: the first is enough for one list exactly if the
  /// negation of the first is enough for the other.
  private enum Pair {
    FIRST_IS_ENOUGH,
    SECOND_IS_ENOUGH,
    CONTRADICT
  }

  private Optional<Pair> both(Condition first, Condition second) {
    Optional<Polynomial> a = notNegative(first);
    Optional<Polynomial> b = notNegative(second);
    if (a.isEmpty() || b.isEmpty()) {
      return first.not().equals(second) ? Optional.of(Pair.CONTRADICT) : Optional.empty();
    }
    try {
      Polynomial difference = a.get().minus(b.get());
      if (difference.isConstant()) {
        return Optional.of(
            difference.constant() <= 0 ? Pair.FIRST_IS_ENOUGH : Pair.SECOND_IS_ENOUGH);
      }
      Polynomial sum = a.get().plus(b.get());
      return sum.isConstant() && sum.constant() < 0
          ? Optional.of(Pair.CONTRADICT)
          : Optional.empty();
    } catch (ArithmeticException overflow) {
      return Optional.empty();
    }
  }

  private Optional<Pair> either(Condition first, Condition second) {
    return both(first.not(), second.not());
  }

  /// The form that a comparison says is not negative.
  private Optional<Polynomial> notNegative(Condition condition) {
    if (condition instanceof Comparison(Relation relation, IndexExpr left, IndexExpr right)
        && (relation == Relation.LESS || relation == Relation.AT_MOST)) {
      try {
        Polynomial difference = simplifier.canonical(right).minus(simplifier.canonical(left));
        return Optional.of(relation == Relation.LESS ? difference.plus(-1) : difference);
      } catch (ArithmeticException overflow) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
