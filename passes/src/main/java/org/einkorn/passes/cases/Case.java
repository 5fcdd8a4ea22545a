package org.einkorn.passes.cases;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.integer.Condition;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Maps;
import org.einkorn.passes.rewrite.Site;
import org.einkorn.passes.rewrite.Substitution;

/// An operand that is one expression below some place of an axis, and another one from there on.
///
/// @param operand its number
/// @param axis of the term
/// @param cut the first place of the second part, `0 ≤ cut ≤ extent` whatever the sizes are
/// @param below the operand where `axis < cut`
/// @param from the operand elsewhere
record Case(int operand, Axis axis, IndexExpr cut, Scalar below, Scalar from) {

  /// The first case that a term has.
  static Optional<Case> of(Contraction term, Site site) {
    for (int number = 0; number < term.operands().size(); number++) {
      Optional<Case> found = of(number, term.operands().get(number), term.axes(), site);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /// How many contractions a term becomes if all its cases are split: along each axis one more than
  /// there are cuts, and of several axes the product.
  ///
  /// @return at most [Integer#MAX_VALUE]
  static int parts(Contraction term, Site site) {
    Map<Axis, Integer> cuts = new HashMap<>();
    for (int number = 0; number < term.operands().size(); number++) {
      count(number, term.operands().get(number), term.axes(), site, cuts);
    }
    long parts = 1;
    for (int each : cuts.values()) {
      parts = Math.min(parts * (each + 1), Integer.MAX_VALUE);
    }
    return (int) parts;
  }

  /// Counts the cuts of an operand, and of what it chooses.
  private static void count(
      int number, Scalar operand, List<Axis> axes, Site site, Map<Axis, Integer> cuts) {
    Optional<Case> found = of(number, operand, axes, site);
    if (found.isPresent()) {
      cuts.merge(found.get().axis(), 1, Integer::sum);
      count(number, found.get().below(), axes, site, cuts);
      count(number, found.get().from(), axes, site, cuts);
    }
  }

  private static Optional<Case> of(int number, Scalar operand, List<Axis> axes, Site site) {
    Optional<Scalar.Select> select = select(operand, site);
    return axes.stream()
        .flatMap(axis -> select.flatMap(chosen -> of(number, axis, chosen)).stream())
        .findFirst();
  }

  /// The choice that an operand is, or that it reads from a tensor which nothing else needs.
  private static Optional<Scalar.Select> select(Scalar operand, Site site) {
    if (operand instanceof Scalar.Select select) {
      return Optional.of(select);
    }
    if (!(operand instanceof Scalar.Read read)
        || read.indices().stream().anyMatch(Expressions::fetches)
        || site.isKept(read.tensor())
        || site.reads(read.tensor()) > 1) {
      return Optional.empty();
    }
    return site.definition(read.tensor()).flatMap(chosen -> through(chosen, read));
  }

  private static Optional<Scalar.Select> through(Definition definition, Scalar.Read read) {
    Optional<Contraction> map = Maps.whole(definition);
    boolean isChoice =
        map.isPresent()
            && map.get().operands().size() == 1
            && map.get().operands().getFirst() instanceof Scalar.Select
            && map.get().valueType() == definition.type().dtype();
    if (!isChoice) {
      return Optional.empty();
    }
    Map<String, IndexExpr> positions = new HashMap<>();
    for (int place = 0; place < read.indices().size(); place++) {
      if (map.get().write().get(place) instanceof IndexExpr.Variable(String name)) {
        positions.put(name, read.indices().get(place));
      }
    }
    Scalar inside = new Substitution(positions).apply(map.get().operands().getFirst());
    return inside instanceof Scalar.Select select ? Optional.of(select) : Optional.empty();
  }

  private static Optional<Case> of(int operand, Axis axis, Scalar.Select select) {
    Optional<Condition> condition = Condition.of(select.condition());
    if (!(condition.orElse(null)
        instanceof Condition.Comparison(var relation, IndexExpr left, IndexExpr right))) {
      return Optional.empty();
    }
    return switch (relation) {
      case LESS -> less(operand, axis, left, right, select.then(), select.otherwise());
      // l ≤ r is not r < l
      case AT_MOST -> less(operand, axis, right, left, select.otherwise(), select.then());
      case EQUAL, NOT_EQUAL -> Optional.empty();
    };
  }

  /// @param then the operand where `left < right`
  private static Optional<Case> less(
      int operand, Axis axis, IndexExpr left, IndexExpr right, Scalar then, Scalar otherwise) {
    // k + a < b is k < k - (k + a) + b, in which no k is left
    Optional<IndexExpr> end = cut(axis, axis.variable().minus(left).plus(right));
    if (end.isPresent()) {
      return Optional.of(new Case(operand, axis, end.get(), then, otherwise));
    }
    // a < k + b is k ≥ a - b + 1
    Optional<IndexExpr> start = cut(axis, axis.variable().plus(left).minus(right).plus(1));
    return start.map(place -> new Case(operand, axis, place, otherwise, then));
  }

  /// A place of the axis, if it is one for all points of the others.
  private static Optional<IndexExpr> cut(Axis axis, IndexExpr place) {
    IndexExpr cut = Assumptions.NONE.with(axis.name(), axis.extent()).simplify(place);
    boolean isFixed = Walk.variables(cut).isEmpty() && !Walk.fetches(cut);
    return isFixed
            && Assumptions.NONE.proves(Condition.atMost(IndexExpr.Constant.ZERO, cut))
            && Assumptions.NONE.proves(Condition.atMost(cut, axis.extent()))
        ? Optional.of(cut)
        : Optional.empty();
  }
}
