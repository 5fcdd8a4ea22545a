package org.einkorn.frontend.learn;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Origin;

/// The constants of a program, as far as `learn` needs them: numbers of steps and of rows.
final class Counts {
  private final List<Tree.Statement> statements;

  Counts(List<Tree.Statement> statements) {
    this.statements = statements;
  }

  /// A whole number of at least 1, or what is wrong.
  ///
  /// @param what is counted: `steps`
  long of(Tree.Expression value, String what, List<Problem> problems) {
    Optional<Long> number = whole(value, new HashSet<>());
    if (number.isPresent() && number.get() > 0) {
      return number.get();
    }
    String text = value instanceof Tree.Name(String name, Origin _) ? "`" + name + "`" : "this";
    problems.add(
        new Problem.BadCount(
            what,
            number.isPresent()
                ? text + " is " + number.get()
                : text + " is no `let` of a whole number",
            value.origin()));
    return 1;
  }

  private Optional<Long> whole(Tree.Expression value, Set<String> open) {
    try {
      return switch (value) {
        case Tree.IntegerLiteral(long number, Origin _) -> Optional.of(number);
        case Tree.Name(String name, Origin _) ->
            open.add(name) ? let(name).flatMap(known -> whole(known, open)) : Optional.empty();
        case Tree.Negate negate -> whole(negate.operand(), open).map(Math::negateExact);
        case Tree.Sum sum -> {
          Optional<Long> total = whole(sum.first(), open);
          for (Tree.Term term : sum.rest()) {
            Optional<Long> next = whole(term.value(), open);
            total =
                total.flatMap(
                    left ->
                        next.map(
                            right ->
                                switch (term.operator()) {
                                  case PLUS -> Math.addExact(left, right);
                                  case MINUS -> Math.subtractExact(left, right);
                                }));
          }
          yield total;
        }
        case Tree.Product product -> {
          Optional<Long> total = whole(product.first(), open);
          for (Tree.Factor factor : product.rest()) {
            Optional<Long> next = whole(factor.value(), open);
            total =
                total.flatMap(
                    left ->
                        next.flatMap(
                            right ->
                                switch (factor.operator()) {
                                  case JUXTAPOSE, TIMES ->
                                      Optional.of(Math.multiplyExact(left, right));
                                  case DIVIDE ->
                                      right != 0 && left % right == 0
                                          ? Optional.of(left / right)
                                          : Optional.<Long>empty();
                                  case REMAINDER ->
                                      right != 0
                                          ? Optional.of(Math.floorMod(left, right))
                                          : Optional.<Long>empty();
                                }));
          }
          yield total;
        }
        default -> Optional.empty();
      };
    } catch (ArithmeticException overflow) {
      return Optional.empty();
    }
  }

  private Optional<Tree.Expression> let(String name) {
    return statements.stream()
        .filter(Tree.Let.class::isInstance)
        .map(Tree.Let.class::cast)
        .filter(let -> let.name().text().equals(name))
        .map(Tree.Let::value)
        .findFirst();
  }

  /// Whether a value is made of numbers and constants.
  boolean isConstant(Tree.Expression value) {
    return switch (value) {
      case Tree.IntegerLiteral _, Tree.DecimalLiteral _ -> true;
      case Tree.Name(String name, Origin _) -> let(name).isPresent();
      case Tree.Negate negate -> isConstant(negate.operand());
      case Tree.Power power -> isConstant(power.base()) && isConstant(power.exponent());
      case Tree.Sum sum ->
          isConstant(sum.first()) && sum.rest().stream().allMatch(term -> isConstant(term.value()));
      case Tree.Product product ->
          isConstant(product.first())
              && product.rest().stream().allMatch(factor -> isConstant(factor.value()));
      default -> false;
    };
  }
}
