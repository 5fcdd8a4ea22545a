package org.einkorn.frontend.equations;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.LogicOperator;
import org.einkorn.frontend.syntax.TermOperator;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.target.RefusedException;

/// Small trees, and the refusal of what has none.
final class Words {
  static final Origin NOWHERE = Origin.UNKNOWN;

  private Words() {}

  static RefusedException refused(String what) {
    return new RefusedException(
        "E0910",
        "no equation of the language means this: " + what,
        "print the stage `tensor`, which shows every program");
  }

  static Tree.Name name(String text) {
    return new Tree.Name(text, NOWHERE);
  }

  static Tree.Text text(String value) {
    return new Tree.Text(value, NOWHERE);
  }

  /// An integer, the least one included.
  static Tree.Expression integer(long value) {
    if (value == Long.MIN_VALUE) {
      return new Tree.Sum(
          integer(value + 1), List.of(new Tree.Term(TermOperator.MINUS, integer(1))), NOWHERE);
    }
    Tree.Expression literal = new Tree.IntegerLiteral(Math.abs(value), NOWHERE);
    return value < 0 ? new Tree.Negate(literal, NOWHERE) : literal;
  }

  static Tree.Expression decimal(double value) {
    boolean isNegative = !Double.isNaN(value) && Math.copySign(1, value) < 0;
    Tree.Expression literal =
        new Tree.DecimalLiteral(Double.isNaN(value) ? value : Math.abs(value), NOWHERE);
    return isNegative ? new Tree.Negate(literal, NOWHERE) : literal;
  }

  static Tree.Call call(String function, Tree.Expression... arguments) {
    List<Tree.Argument> all = new ArrayList<>();
    for (Tree.Expression argument : arguments) {
      all.add(new Tree.Argument(Optional.empty(), argument, NOWHERE));
    }
    return new Tree.Call(name(function), all, NOWHERE);
  }

  /// `left sign right`, where `left` may be a chain that goes on.
  static Tree.Expression factor(
      Tree.Expression left, FactorOperator operator, Tree.Expression right) {
    List<Tree.Factor> rest = new ArrayList<>();
    Tree.Expression first = left;
    if (left instanceof Tree.Product product) {
      first = product.first();
      rest.addAll(product.rest());
    }
    rest.add(new Tree.Factor(operator, right));
    return new Tree.Product(first, rest, NOWHERE);
  }

  /// `left ± right`, where `left` may be a chain that goes on.
  static Tree.Expression term(Tree.Expression left, TermOperator operator, Tree.Expression right) {
    List<Tree.Term> rest = new ArrayList<>();
    Tree.Expression first = left;
    if (left instanceof Tree.Sum sum) {
      first = sum.first();
      rest.addAll(sum.rest());
    }
    rest.add(new Tree.Term(operator, right));
    return new Tree.Sum(first, rest, NOWHERE);
  }

  /// `left and right`, where `left` may be a chain that goes on.
  static Tree.Expression logic(
      Tree.Expression left, LogicOperator operator, Tree.Expression right) {
    List<Tree.Expression> all = new ArrayList<>();
    if (left instanceof Tree.Logic logic && logic.operator() == operator) {
      all.addAll(logic.operands());
    } else {
      all.add(left);
    }
    all.add(right);
    return new Tree.Logic(operator, all, NOWHERE);
  }
}
