package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Law;
import org.einkorn.ir.algebra.Laws;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Outcome;
import org.einkorn.passes.rewrite.Rule;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.rewrite.Substitution;
import org.einkorn.runtime.DType;

/// Takes out operands that are one where two positions are equal and zero elsewhere: δ, the unit
/// matrix, as `eye` makes it. One of the two symbols goes with it, and its loop.
///
/// Every other point adds a zero: that must be neutral for ⊕ and annihilate under ⊗.
final class EliminateDeltas {
  /// `⊕ⱼ δ[i, j] ⊗ A[j] → A[i]`
  static final Rule RULE = new Rule("eliminate-deltas", EliminateDeltas::apply);

  private EliminateDeltas() {}

  /// Two positions that a factor asks to be equal.
  ///
  /// @param rest what is left of the factor: one, or that further positions are equal
  private record Delta(IndexExpr left, IndexExpr right, Scalar rest) {}

  private static Outcome apply(Definition definition, Site site) {
    if (!(definition.body() instanceof Body.Accumulate body) || body.isMap()) {
      return Outcome.unchanged();
    }
    Outcome last = Outcome.unchanged();
    for (int number = 0; number < body.terms().size(); number++) {
      Contraction term = body.terms().get(number);
      Optional<Laws> laws = Laws.of(body.projection(), term.join(), term.valueType());
      for (int place = 0; laws.isPresent() && place < term.operands().size(); place++) {
        for (Delta delta : deltas(term.operands().get(place), laws.get())) {
          Outcome outcome = eliminate(definition, number, place, delta, laws.get());
          if (outcome instanceof Outcome.Rewritten) {
            return outcome;
          }
          last = outcome instanceof Outcome.Refused ? outcome : last;
        }
      }
    }
    return last;
  }

  /// The equations that an operand asks for, if it is one and zero of these laws.
  private static List<Delta> deltas(Scalar operand, Laws laws) {
    boolean isBit = laws.zero().doubleValue() == 0 && laws.one().doubleValue() == 1;
    return switch (operand) {
      case Scalar.Binary condition ->
          laws.type() == DType.BOOL && isBit ? deltas(condition, rest -> rest, laws) : List.of();
      case Scalar.Cast(DType type, Scalar condition) ->
          condition.type() == DType.BOOL && isBit
              ? deltas(condition, rest -> Scalar.cast(type, rest), laws)
              : List.of();
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          isLiteral(then, laws.one()) && isLiteral(otherwise, laws.zero())
              ? deltas(condition, rest -> new Scalar.Select(rest, then, otherwise), laws)
              : List.of();
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _ ->
          List.of();
    };
  }

  private static boolean isLiteral(Scalar scalar, Number value) {
    return scalar instanceof Scalar.Literal literal
        && literal.equals(Scalar.Literal.of(literal.type(), value));
  }

  /// One δ for each equation of a conjunction: the δ of several pairs is the product of theirs.
  ///
  /// @param factor the operand that a condition makes
  private static List<Delta> deltas(Scalar condition, UnaryOperator<Scalar> factor, Laws laws) {
    List<Scalar> all = new ArrayList<>();
    conjuncts(condition, all);
    List<Delta> deltas = new ArrayList<>();
    for (int number = 0; number < all.size(); number++) {
      if (all.get(number)
              instanceof
              Scalar.Binary(
                  BinaryOp op,
                  Scalar.Position(IndexExpr left),
                  Scalar.Position(IndexExpr right))
          && op == BinaryOp.EQUAL
          && !Expressions.fetches(left)
          && !Expressions.fetches(right)) {
        List<Scalar> others = new ArrayList<>(all);
        others.remove(number);
        Scalar rest =
            others.stream()
                .reduce((some, next) -> new Scalar.Binary(BinaryOp.AND, some, next))
                .map(factor)
                .orElse(Scalar.constant(laws.type(), laws.one()));
        deltas.add(new Delta(left, right, rest));
      }
    }
    return deltas;
  }

  private static void conjuncts(Scalar condition, List<Scalar> all) {
    if (condition instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
        && op == BinaryOp.AND) {
      conjuncts(left, all);
      conjuncts(right, all);
    } else {
      all.add(condition);
    }
  }

  private static Outcome eliminate(
      Definition definition, int number, int place, Delta delta, Laws laws) {
    Contraction term = ((Body.Accumulate) definition.body()).terms().get(number);
    Set<String> written = new HashSet<>();
    term.write().forEach(index -> written.addAll(Expressions.variables(index)));
    SymbolGraph graph = new SymbolGraph(term.axes(), written, Set.of());
    boolean isSolved = graph.equate(delta.left(), delta.right(), Optional.empty());
    List<Axis> left = graph.axes();
    boolean isReduced =
        term.axes().stream()
            .filter(axis -> !left.contains(axis))
            .noneMatch(axis -> written.contains(axis.name()));
    if (!isSolved || !isReduced || left.size() == term.axes().size()) {
      return Outcome.unchanged();
    }
    Judgement judgement = new Judgement();
    if (term.operands().size() > 1) {
      judgement.uses(laws, Law.ONE_IS_NEUTRAL, Set.of());
      judgement.uses(laws, Law.ZERO_ANNIHILATES, Set.of());
    }
    judgement.uses(laws, Law.ZERO_IS_NEUTRAL, Set.of());
    return judgement.outcome(
        List.of(definition),
        Shapes.withTerm(definition, number, without(term, place, delta.rest(), graph, laws)));
  }

  private static Contraction without(
      Contraction term, int place, Scalar rest, SymbolGraph graph, Laws laws) {
    Substitution solved = graph.substitution();
    List<Scalar> operands = new ArrayList<>(term.operands());
    operands.set(place, rest);
    if (rest.equals(Scalar.constant(laws.type(), laws.one())) && operands.size() > 1) {
      operands.remove(place);
    }
    List<Guard> guards = new ArrayList<>(graph.guards());
    guards.addAll(solved.guards(term.guards()));
    return new Contraction(
        graph.axes(),
        Shapes.needed(guards, graph.axes()),
        solved.positions(term.write()),
        term.join(),
        solved.operands(operands));
  }
}
