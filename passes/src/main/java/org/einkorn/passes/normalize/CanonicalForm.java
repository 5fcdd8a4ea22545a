package org.einkorn.passes.normalize;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.text.ExprPrinter;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Substitution;

/// Bodies written in one way, to see whether two are the same.
///
/// Names of axes mean nothing. In a commutative semiring the order of operands and of axes means
/// nothing either, up to rounding. These forms are for comparing only: no program is rewritten to
/// them, as the order of axes and operands decides how fast a loop is and how it rounds.
public final class CanonicalForm {
  private CanonicalForm() {}

  /// The body with its axes named by their place: equal for bodies that do the same operations in
  /// the same order.
  public static Body renamed(Body body) {
    return switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          new Body.Accumulate(
              projection, terms.stream().map(term -> named(term, term.axes())).toList());
      case Body.Scan(var projection, int axis, List<Axis> axes, Scalar operand) -> {
        Substitution names = names(axes);
        yield new Body.Scan(projection, axis, renamed(axes, names), names.apply(operand));
      }
      case Body.Derivative _, Body.Iterate _ -> body;
    };
  }

  /// The body with operands, guards, axes and terms in an order of their own too: equal for bodies
  /// that differ only by the commutativity of ⊕ and ⊗, as far as operands can be told apart.
  public static Body sorted(Body body) {
    return body instanceof Body.Accumulate(var projection, List<Contraction> terms)
        ? new Body.Accumulate(
            projection,
            terms.stream()
                .map(CanonicalForm::sorted)
                .sorted(Comparator.comparing(Contraction::toString))
                .toList())
        : renamed(body);
  }

  private static Contraction sorted(Contraction term) {
    Map<String, IndexExpr> hidden = new HashMap<>();
    for (Axis axis : term.axes()) {
      int place = term.write().indexOf(axis.variable());
      hidden.put(axis.name(), IndexExpr.variable(place < 0 ? "_" : "_" + place));
    }
    Substitution hide = new Substitution(hidden);
    List<Scalar> operands = new ArrayList<>(term.operands());
    operands.sort(Comparator.comparing(operand -> ExprPrinter.print(hide.apply(operand))));
    Set<String> order = new LinkedHashSet<>();
    term.write().forEach(index -> order.addAll(Expressions.variables(index)));
    operands.forEach(operand -> order.addAll(Expressions.variables(operand)));
    List<Axis> axes = new ArrayList<>();
    for (String name : order) {
      term.axes().stream().filter(axis -> axis.name().equals(name)).forEach(axes::add);
    }
    term.axes().stream().filter(axis -> !axes.contains(axis)).forEach(axes::add);
    Contraction named =
        named(new Contraction(axes, term.guards(), term.write(), term.join(), operands), axes);
    List<Guard> guards = new ArrayList<>(named.guards());
    guards.sort(Comparator.comparing(ExprPrinter::print));
    return new Contraction(named.axes(), guards, named.write(), named.join(), named.operands());
  }

  private static Contraction named(Contraction term, List<Axis> order) {
    Substitution names = names(order);
    return new Contraction(
        renamed(order, names),
        names.guards(term.guards()),
        names.positions(term.write()),
        term.join(),
        names.operands(term.operands()));
  }

  private static Substitution names(List<Axis> axes) {
    Map<String, IndexExpr> names = new HashMap<>();
    for (int number = 0; number < axes.size(); number++) {
      names.put(axes.get(number).name(), IndexExpr.variable("i." + number));
    }
    return new Substitution(names);
  }

  private static List<Axis> renamed(List<Axis> axes, Substitution names) {
    return axes.stream()
        .map(
            axis ->
                new Axis(((IndexExpr.Variable) names.apply(axis.variable())).name(), axis.extent()))
        .toList();
  }
}
