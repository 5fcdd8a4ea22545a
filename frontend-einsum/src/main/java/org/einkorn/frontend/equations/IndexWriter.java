package org.einkorn.frontend.equations;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.TermOperator;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// Positions and extents as expressions of indices and sizes.
final class IndexWriter {
  private final Naming naming;
  private final List<String> order;
  private final Map<String, String> axes;

  /// @param order the variables, outermost first
  /// @param axes their written names
  IndexWriter(Naming naming, List<String> order, Map<String, String> axes) {
    this.naming = naming;
    this.order = List.copyOf(order);
    this.axes = Map.copyOf(axes);
  }

  /// Positive terms first: `7-i`, `2*i+k-1`.
  Tree.Expression write(IndexExpr expr) {
    Linear linear = Linear.of(expr);
    List<Tree.Expression> plus = new ArrayList<>();
    List<Tree.Expression> minus = new ArrayList<>();
    List<Linear.Term> terms = new ArrayList<>(linear.terms().values());
    terms.sort(Comparator.comparingInt(term -> place(term.atom())));
    for (Linear.Term term : terms) {
      Tree.Expression atom = atom(term.atom());
      long size = Math.absExact(term.coefficient());
      Tree.Expression written =
          size == 1 ? atom : Words.factor(Words.integer(size), FactorOperator.TIMES, atom);
      (term.coefficient() > 0 ? plus : minus).add(written);
    }
    if (linear.constant() > 0 || (plus.isEmpty() && minus.isEmpty())) {
      plus.add(Words.integer(linear.constant()));
    } else if (linear.constant() < 0) {
      minus.add(Words.integer(Math.negateExact(linear.constant())));
    }
    Tree.Expression sum =
        plus.isEmpty() ? new Tree.Negate(minus.removeFirst(), Words.NOWHERE) : plus.removeFirst();
    for (Tree.Expression term : plus) {
      sum = Words.term(sum, TermOperator.PLUS, term);
    }
    for (Tree.Expression term : minus) {
      sum = Words.term(sum, TermOperator.MINUS, term);
    }
    return sum;
  }

  /// The variables of a position in the order in which its text has them.
  List<String> variables(IndexExpr expr) {
    List<String> found = new ArrayList<>();
    List<Linear.Term> terms = new ArrayList<>(Linear.of(expr).terms().values());
    terms.sort(
        java.util.Comparator.<Linear.Term>comparingInt(term -> term.coefficient() > 0 ? 0 : 1)
            .thenComparingInt(term -> place(term.atom())));
    for (Linear.Term term : terms) {
      Walk.ofIndices(
              part -> {
                if (part instanceof IndexExpr.Variable(String name) && !found.contains(name)) {
                  found.add(name);
                }
              })
          .visit(term.atom());
    }
    return found;
  }

  /// The first axis that a term varies along: the lowering runs over the indices of a left side in
  /// the order in which they stand there.
  private int place(IndexExpr atom) {
    int[] first = {order.size()};
    Walk.ofIndices(
            part -> {
              if (part instanceof IndexExpr.Variable(String name) && order.contains(name)) {
                first[0] = Math.min(first[0], order.indexOf(name));
              }
            })
        .visit(atom);
    return first[0];
  }

  private Tree.Expression atom(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> Words.integer(value);
      case IndexExpr.Variable(String name) -> {
        String written = axes.get(name);
        if (written == null) {
          throw Words.refused("the index `" + name + "` has no axis");
        }
        yield Words.name(written);
      }
      case IndexExpr.Symbol(String name) -> Words.name(naming.symbol(name));
      case IndexExpr.Sum _ -> write(expr);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) ->
          Words.factor(write(left), FactorOperator.TIMES, write(right));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          Words.factor(write(left), FactorOperator.DIVIDE, size(right));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          Words.factor(write(left), FactorOperator.REMAINDER, size(right));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          Words.call("min", write(left), write(right));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          Words.call("max", write(left), write(right));
      case IndexExpr.Fetch _ -> throw Words.refused("arithmetic on a position taken from data");
    };
  }

  private Tree.Expression size(IndexExpr divisor) {
    boolean[] varies = {false};
    Walk.ofIndices(part -> varies[0] |= part instanceof IndexExpr.Variable).visit(divisor);
    if (varies[0]) {
      throw Words.refused("a division of positions by an index");
    }
    return write(divisor);
  }
}
