package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.Caveat;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Ranges;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.Signs;
import org.einkorn.passes.rewrite.Site;

/// Distributivity of ⊗ over an elementwise ⊕, in both directions.
///
/// The normal form is the factored one: it joins once where the other joins twice. The expanded one
/// is for passes that want to take the terms apart.
public final class Distribute {
  /// `⊕ⱼ A[i, j] ⊗ B[j] ⊕ ⊕ⱼ A[i, j] ⊗ C[j] → ⊕ⱼ A[i, j] ⊗ (B[j] ⊕ C[j])`
  public static final Rule FACTOR = new Rule("factor-common-operands", Distribute::factor);

  /// `⊕ⱼ A[i, j] ⊗ (B[j] ⊕ C[j]) → ⊕ⱼ A[i, j] ⊗ B[j] ⊕ ⊕ⱼ A[i, j] ⊗ C[j]`
  public static final Rule EXPAND = new Rule("expand-sums", Distribute::expand);

  private Distribute() {}

  private static Outcome factor(Definition definition, Site site) {
    if (!(definition.body() instanceof Body.Accumulate body)) {
      return Outcome.unchanged();
    }
    for (int first = 0; first < body.terms().size(); first++) {
      for (int second = first + 1; second < body.terms().size(); second++) {
        Contraction left = body.terms().get(first);
        Contraction right = body.terms().get(second);
        Optional<Integer> place = onlyDifference(left, right);
        if (place.isPresent()) {
          return factored(definition, first, second, place.get(), site);
        }
      }
    }
    return Outcome.unchanged();
  }

  /// The place at which two terms that run over the same points have different operands.
  private static Optional<Integer> onlyDifference(Contraction left, Contraction right) {
    boolean isAlike =
        left.axes().equals(right.axes())
            && left.guards().equals(right.guards())
            && left.write().equals(right.write())
            && left.join() == right.join()
            && left.operands().size() == right.operands().size()
            && left.operands().size() > 1;
    if (!isAlike) {
      return Optional.empty();
    }
    List<Integer> places = new ArrayList<>();
    for (int place = 0; place < left.operands().size(); place++) {
      if (!left.operands().get(place).equals(right.operands().get(place))) {
        places.add(place);
      }
    }
    return places.size() == 1 ? Optional.of(places.getFirst()) : Optional.empty();
  }

  private static Outcome factored(
      Definition definition, int first, int second, int place, Site site) {
    Body.Accumulate body = (Body.Accumulate) definition.body();
    Contraction left = body.terms().get(first);
    Scalar sum =
        new Scalar.Binary(
            body.projection().combine(),
            left.operands().get(place),
            body.terms().get(second).operands().get(place));
    List<Contraction> terms = new ArrayList<>(body.terms());
    terms.remove(second);
    terms.set(first, with(left, place, sum));
    Definition after = Shapes.withBody(definition, new Body.Accumulate(body.projection(), terms));
    return judged(definition, definition, after, left, place, site);
  }

  private static Outcome expand(Definition definition, Site site) {
    if (!(definition.body() instanceof Body.Accumulate body)) {
      return Outcome.unchanged();
    }
    for (int number = 0; number < body.terms().size(); number++) {
      Contraction term = body.terms().get(number);
      for (int place = 0; place < term.operands().size(); place++) {
        if (term.operands().get(place) instanceof Scalar.Binary(var op, Scalar a, Scalar b)
            && op == body.projection().combine()
            && term.operands().size() > 1) {
          List<Contraction> terms = new ArrayList<>(body.terms());
          terms.set(number, with(term, place, a));
          terms.add(number + 1, with(term, place, b));
          Definition after =
              Shapes.withBody(definition, new Body.Accumulate(body.projection(), terms));
          return judged(definition, after, definition, term, place, site);
        }
      }
    }
    return Outcome.unchanged();
  }

  private static Contraction with(Contraction term, int place, Scalar operand) {
    List<Scalar> operands = new ArrayList<>(term.operands());
    operands.set(place, operand);
    return new Contraction(term.axes(), term.guards(), term.write(), term.join(), operands);
  }

  /// @param expanded the form with more terms, whichever side of the rewrite that is
  private static Outcome judged(
      Definition before,
      Definition expanded,
      Definition factored,
      Contraction term,
      int place,
      Site site) {
    Body.Accumulate body = (Body.Accumulate) before.body();
    Optional<Laws> laws = Laws.of(body.projection(), term.join(), term.valueType());
    if (laws.isEmpty()) {
      return Outcome.unchanged();
    }
    List<Scalar> factors = new ArrayList<>(term.operands());
    factors.remove(place);
    Set<Caveat> absent = java.util.EnumSet.noneOf(Caveat.class);
    Signs signs = new Signs(site);
    if (factors.stream().allMatch(signs::isNonNegative)) {
      absent.add(Caveat.NEGATIVE_FACTOR);
    }
    if (term.valueType().isInteger() && fits(expanded) && fits(factored)) {
      absent.add(Caveat.OUT_OF_RANGE);
    }
    Judgement judgement = new Judgement();
    judgement.uses(laws.get(), Law.LEFT_DISTRIBUTES, absent);
    judgement.uses(laws.get(), Law.RIGHT_DISTRIBUTES, absent);
    judgement.uses(laws.get(), Law.PLUS_ASSOCIATES, absent);
    judgement.uses(laws.get(), Law.PLUS_COMMUTES, absent);
    judgement.uses(laws.get(), Law.ZERO_IS_NEUTRAL, absent);
    Definition after = before == expanded ? factored : expanded;
    return judgement.outcome(List.of(before), after);
  }

  /// Whether no integer of the definition can leave its type.
  private static boolean fits(Definition definition) {
    Body.Accumulate body = (Body.Accumulate) definition.body();
    Ranges ranges = new Ranges(Map.of());
    Ranges.Range total = Ranges.Range.of(0, 0);
    for (Contraction term : body.terms()) {
      for (Scalar operand : term.operands()) {
        if (operand instanceof Scalar.Binary sum && !ranges.isExact(sum)) {
          return false;
        }
      }
      Optional<Ranges.Range> part = ranges.result(body.projection(), false, term);
      if (part.isEmpty()) {
        return false;
      }
      total = total.plus(part.get());
    }
    return total.isIn(
        Ranges.of(body.projection().accumulator(body.terms().getFirst().valueType()))
            .orElseThrow());
  }
}
