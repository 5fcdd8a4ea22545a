package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Ranges;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.trace.Kind;
import org.einkorn.runtime.DType;

/// Rules on the operands and axes of one contraction that say nothing: ones, and indices that occur
/// nowhere.
final class SimplifyOperands {
  /// `A ⊗ 1 → A`
  static final Rule DROP_NEUTRAL =
      new Rule("drop-neutral-operands", onTerms(SimplifyOperands::dropNeutral));

  /// `2 ⊗ A ⊗ 3 → 6 ⊗ A`
  static final Rule FOLD_CONSTANTS =
      new Rule("fold-constants", onTerms(SimplifyOperands::foldConstants));

  /// `⊕ⱼ A[i] → A[i]` where a ⊕ a = a, `Σⱼ A[i] → n · A[i]`, and `xorⱼ A[i] → A[i] and n is odd`;
  /// all for j < n
  static final Rule DROP_FREE_AXES =
      new Rule("drop-free-axes", onTerms(SimplifyOperands::dropFreeAxis));

  private SimplifyOperands() {}

  /// Looks at one term of a definition.
  @FunctionalInterface
  private interface TermStep {
    Outcome apply(Definition definition, Body.Accumulate body, int number);
  }

  private static Rule.Step onTerms(TermStep step) {
    return (Definition definition, Site site) -> {
      Outcome last = Outcome.unchanged();
      if (definition.body() instanceof Body.Accumulate body) {
        for (int number = 0; number < body.terms().size(); number++) {
          Outcome outcome = step.apply(definition, body, number);
          if (outcome instanceof Outcome.Rewritten) {
            return outcome;
          }
          last = outcome instanceof Outcome.Refused ? outcome : last;
        }
      }
      return last;
    };
  }

  private static Outcome dropNeutral(Definition definition, Body.Accumulate body, int number) {
    Contraction term = body.terms().get(number);
    Optional<Laws> laws = Laws.of(body.projection(), term.join(), term.valueType());
    if (laws.isEmpty() || term.operands().size() == 1) {
      return Outcome.unchanged();
    }
    List<Scalar> operands = new ArrayList<>(term.operands());
    Scalar one = Scalar.constant(term.valueType(), laws.get().one());
    if (!operands.remove(one)) {
      return Outcome.unchanged();
    }
    Judgement judgement = new Judgement();
    judgement.uses(laws.get(), Law.ONE_IS_NEUTRAL, Set.of());
    return judgement.outcome(
        List.of(definition), Shapes.withTerm(definition, number, with(term, operands)));
  }

  private static Contraction with(Contraction term, List<Scalar> operands) {
    return new Contraction(term.axes(), term.guards(), term.write(), term.join(), operands);
  }

  private static Outcome foldConstants(Definition definition, Body.Accumulate body, int number) {
    Contraction term = body.terms().get(number);
    List<Scalar> operands = new ArrayList<>(term.operands());
    List<Integer> places = new ArrayList<>();
    for (int place = 0; place < operands.size(); place++) {
      if (operands.get(place) instanceof Scalar.Literal) {
        places.add(place);
      }
    }
    Optional<Laws> laws = Laws.of(body.projection(), term.join(), term.valueType());
    if (places.size() < 2 || laws.isEmpty()) {
      return Outcome.unchanged();
    }
    int first = places.get(0);
    int second = places.get(1);
    Optional<Scalar> folded =
        Constants.fold(
            term.join(),
            (Scalar.Literal) operands.get(first),
            (Scalar.Literal) operands.get(second));
    if (folded.isEmpty()) {
      return Outcome.unchanged();
    }
    operands.remove(second);
    operands.set(first, folded.get());
    Judgement judgement = new Judgement();
    boolean isFirstStep = first == 0 && second == 1;
    if (!isFirstStep) {
      Contraction after = with(term, operands);
      Ranges ranges = new Ranges(Map.of());
      boolean fits =
          term.valueType().isInteger()
              && ranges.result(body.projection(), true, term).isPresent()
              && ranges.result(body.projection(), true, after).isPresent();
      judgement.uses(laws.get(), Law.TIMES_COMMUTES, Set.of());
      judgement.uses(
          laws.get(),
          Law.TIMES_ASSOCIATES,
          fits ? Set.of(org.einkorn.ir.algebra.Caveat.OUT_OF_RANGE) : Set.of());
    }
    return judgement.outcome(
        List.of(definition), Shapes.withTerm(definition, number, with(term, operands)));
  }

  private static Outcome dropFreeAxis(Definition definition, Body.Accumulate body, int number) {
    Contraction term = body.terms().get(number);
    Optional<Axis> free =
        term.axes().stream().filter(axis -> Shapes.isFree(term, axis.name())).findFirst();
    if (free.isEmpty() || body.isMap()) {
      return Outcome.unchanged();
    }
    List<Axis> axes = new ArrayList<>(term.axes());
    axes.remove(free.get());
    IndexExpr extent = free.get().extent();
    List<Guard> guards = whereNonEmpty(extent, term);
    if (extent.equals(IndexExpr.Constant.ONE) || body.projection().isIdempotent()) {
      Contraction left =
          new Contraction(
              axes, Shapes.needed(guards, axes), term.write(), term.join(), term.operands());
      Definition after = Shapes.withTerm(definition, number, left);
      Kind kind = becomesMap(after) && !isSafeMap(body, term) ? Kind.REASSOCIATING : Kind.EXACT;
      return Outcome.rewritten(kind, definition, after);
    }
    return multiplied(definition, body, number, axes, extent);
  }

  /// Over an empty axis nothing is combined: 0 · NaN would be NaN, and an error would be one. So
  /// that no position of data is taken there either, this condition is the first.
  private static List<Guard> whereNonEmpty(IndexExpr extent, Contraction term) {
    List<Guard> guards = new ArrayList<>();
    guards.add(new Guard(IndexExpr.Constant.ZERO, extent));
    guards.addAll(term.guards());
    return guards;
  }

  private static boolean becomesMap(Definition after) {
    return after.body() instanceof Body.Accumulate body && body.isMap();
  }

  /// Whether a value is the same stored as it is and combined with the identity: a float may be
  /// −0.0, and a sum of that from 0.0 is 0.0; so is a part of a complex product with 1.
  private static boolean isSafeMap(Body.Accumulate body, Contraction term) {
    boolean isComplex = term.valueType().isComplex();
    return body.projection() != Projection.SUM
            && body.projection() != Projection.LOG_SUM_EXP
            && !isComplex
        || term.valueType().isInteger()
        || term.valueType() == DType.BOOL;
  }

  /// `Σⱼ v → n · v`, which rounds once where the sum rounds n times, and multiplies integers that
  /// fit where each sum on the way does.
  private static Outcome multiplied(
      Definition definition, Body.Accumulate body, int number, List<Axis> axes, IndexExpr extent) {
    Contraction term = body.terms().get(number);
    if (body.projection() == Projection.XOR
        && (term.join() == BinaryOp.AND || term.operands().size() == 1)) {
      return odd(definition, number, axes, extent);
    }
    boolean isProduct = term.join() == BinaryOp.MULTIPLY || term.operands().size() == 1;
    if (body.projection() != Projection.SUM || !isProduct) {
      return Outcome.unchanged();
    }
    DType type = term.valueType();
    List<Scalar> operands = new ArrayList<>(term.operands());
    operands.add(Scalar.cast(type, new Scalar.Position(extent)));
    List<Guard> guards = whereNonEmpty(extent, term);
    Contraction after =
        new Contraction(
            axes, Shapes.needed(guards, axes), term.write(), BinaryOp.MULTIPLY, operands);
    Judgement judgement = new Judgement();
    if (type.isFloat() || type.isComplex()) {
      judgement.rounds();
    } else {
      Ranges ranges = new Ranges(Map.of());
      boolean fits =
          body.terms().size() == 1
              && ranges.result(body.projection(), false, term).isPresent()
              && ranges.result(body.projection(), false, after).isPresent();
      if (fits) {
        judgement.needs("never is it that a result on the way is out of the type's range");
      } else {
        judgement.refuse("the product with the extent of the axis may overflow " + type);
      }
    }
    return judgement.outcome(List.of(definition), Shapes.withTerm(definition, number, after));
  }

  private static Outcome odd(Definition definition, int number, List<Axis> axes, IndexExpr extent) {
    Contraction term = ((Body.Accumulate) definition.body()).terms().get(number);
    List<Scalar> operands = new ArrayList<>(term.operands());
    operands.add(
        new Scalar.Binary(
            BinaryOp.EQUAL,
            new Scalar.Position(extent.floorMod(IndexExpr.of(2))),
            new Scalar.Position(IndexExpr.Constant.ONE)));
    List<Guard> guards = Shapes.needed(whereNonEmpty(extent, term), axes);
    Contraction after = new Contraction(axes, guards, term.write(), BinaryOp.AND, operands);
    return Outcome.rewritten(Kind.EXACT, definition, Shapes.withTerm(definition, number, after));
  }
}
