package org.einkorn.frontend.equations;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.einkorn.frontend.check.Linear;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;

/// Positions and extents as expressions of indices and sizes.
final class IndexWriter {
  private final Naming naming;
  private final Map<String, String> axes;

  /// @param axes the written names of the variables
  IndexWriter(Naming naming, Map<String, String> axes) {
    this.naming = naming;
    this.axes = Map.copyOf(axes);
  }

  /// Positive terms first: `7-i`, `2*i+k-1`.
  Tree.Expression write(IndexExpr expr) {
    Linear linear = Linear.of(expr);
    List<Tree.Expression> plus = new ArrayList<>();
    List<Tree.Expression> minus = new ArrayList<>();
    for (Linear.Term term : linear.terms().values()) {
      Tree.Expression atom = atom(term.atom());
      long size = Math.absExact(term.coefficient());
      Tree.Expression written =
          size == 1 ? atom : Words.factor(Words.integer(size), Tree.FactorOperator.TIMES, atom);
      (term.coefficient() > 0 ? plus : minus).add(written);
    }
    if (linear.constant() > 0 || (plus.isEmpty() && minus.isEmpty())) {
      plus.add(Words.integer(linear.constant()));
    } else if (linear.constant() < 0) {
      minus.add(Words.integer(Math.negateExact(linear.constant())));
    }
    Tree.Expression sum =
        plus.isEmpty()
            ? new Tree.Negate(minus.removeFirst(), Words.NOWHERE)
            : plus.removeFirst();
    for (Tree.Expression term : plus) {
      sum = Words.term(sum, Tree.TermOperator.PLUS, term);
    }
    for (Tree.Expression term : minus) {
      sum = Words.term(sum, Tree.TermOperator.MINUS, term);
    }
    return sum;
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
          Words.factor(write(left), Tree.FactorOperator.TIMES, write(right));
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          Words.factor(grouped(left), Tree.FactorOperator.DIVIDE, size(right));
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          Words.factor(grouped(left), Tree.FactorOperator.REMAINDER, size(right));
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          Words.call("min", write(left), write(right));
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          Words.call("max", write(left), write(right));
      case IndexExpr.Fetch _ -> throw Words.refused("arithmetic on a position taken from data");
    };
  }

  /// The left side of a division, so that its own factors stay together.
  private Tree.Expression grouped(IndexExpr expr) {
    return write(expr);
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
