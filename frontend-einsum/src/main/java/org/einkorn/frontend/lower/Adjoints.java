package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Adjoint;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Origin;

/// What functions say about their derivatives: `def f(x, y) = e with vjp(u) = u * y, u * x`.
///
/// There is one value for each parameter without a default, and each is the weight times a factor,
/// so that the rule serves both modes. Parameters with a default count as constants.
final class Adjoints {
  private Adjoints() {}

  /// How an expression depends on the weight.
  private enum Degree {
    /// Not at all.
    CONSTANT,
    /// It is 0.
    ZERO,
    /// It is the weight times something.
    LINEAR,
    /// In any other way.
    OTHER
  }

  /// The parameters that the rule has a value for.
  static List<Tree.Parameter> changing(Tree.Function function) {
    return function.parameters().stream()
        .filter(parameter -> parameter.fallback().isEmpty())
        .toList();
  }

  /// The names in the rule of a function that are not its own.
  static List<Tree.Name> needs(Tree.Function function) {
    List<Tree.Name> found = new ArrayList<>();
    function
        .adjoint()
        .ifPresent(
            adjoint -> {
              adjoint.values().forEach(value -> collect(value, found));
              found.removeIf(name -> name.text().equals(adjoint.weight().text()));
            });
    function
        .parameters()
        .forEach(parameter -> found.removeIf(name -> name.text().equals(parameter.name().text())));
    return found;
  }

  private static void collect(Tree.Expression value, List<Tree.Name> found) {
    switch (value) {
      case Tree.Name name -> found.add(name);
      case Tree.Access access -> found.add(access.tensor());
      default -> Uses.children(value).forEach(child -> collect(child, found));
    }
  }

  /// What is wrong with the rule of a function, if it has one.
  static Optional<Problem> check(Tree.Function function) {
    return function.adjoint().flatMap(adjoint -> check(function, adjoint));
  }

  private static Optional<Problem> check(Tree.Function function, Adjoint adjoint) {
    String name = function.name().text();
    String weight = adjoint.weight().text();
    if (!adjoint.kind().text().equals("vjp")) {
      return bad(name, "a rule is `vjp`", "write `with vjp(u) = …`", adjoint.kind().origin());
    }
    for (Tree.Parameter parameter : function.parameters()) {
      if (parameter.indices().isPresent()) {
        return bad(
            name,
            "a parameter with axes has no rule",
            "make it a value: `def f(x) = … with vjp(u) = u * …` works element by element",
            parameter.origin());
      }
      if (parameter.name().text().equals(weight)) {
        return bad(
            name,
            "the weight has the name of a parameter",
            "give it another name",
            adjoint.weight().origin());
      }
    }
    int expected = changing(function).size();
    if (adjoint.values().size() != expected) {
      return bad(
          name,
          "the rule has "
              + counted(adjoint.values().size(), "value")
              + ", and the function "
              + counted(expected, "parameter")
              + " without a default",
          "give one value for each, with commas between them, 0 for none",
          adjoint.origin());
    }
    for (Tree.Expression value : adjoint.values()) {
      Degree degree = degree(value, weight);
      if (degree != Degree.LINEAR && degree != Degree.ZERO) {
        return bad(
            name,
            "this is not `" + weight + "` times something",
            "write `" + weight + " * …`, or 0",
            value.origin());
      }
    }
    return Optional.empty();
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static Optional<Problem> bad(String function, String why, String remedy, Origin at) {
    return Optional.of(new Problem.BadAdjoint(function, why, remedy, at));
  }

  private static Degree degree(Tree.Expression value, String weight) {
    return switch (value) {
      case Tree.Name name -> name.text().equals(weight) ? Degree.LINEAR : Degree.CONSTANT;
      case Tree.IntegerLiteral(long number, Origin _) ->
          number == 0 ? Degree.ZERO : Degree.CONSTANT;
      case Tree.DecimalLiteral(double number, Origin _) ->
          number == 0 ? Degree.ZERO : Degree.CONSTANT;
      case Tree.Negate negate -> degree(negate.operand(), weight);
      case Tree.Sum sum -> {
        Degree degree = degree(sum.first(), weight);
        for (Tree.Term term : sum.rest()) {
          degree = either(degree, degree(term.value(), weight));
        }
        yield degree;
      }
      case Tree.Product product -> product(product, weight);
      case Tree.Call call
          when call.function().text().equals("where") && call.arguments().size() == 3 ->
          where(call.arguments().stream().map(Tree.Argument::value).toList(), weight);
      default -> mentions(value, weight) ? Degree.OTHER : Degree.CONSTANT;
    };
  }

  /// What the weight is multiplied with, where that is a product; else the same expression.
  static Tree.Expression factor(Tree.Expression value, String weight) {
    if (!(value instanceof Tree.Product product)) {
      return value;
    }
    List<Tree.Factor> factors = new ArrayList<>(product.rest());
    factors.addFirst(new Tree.Factor(FactorOperator.TIMES, product.first()));
    boolean isDropped =
        factors.removeIf(
            factor ->
                factor.operator() != FactorOperator.DIVIDE
                    && factor.value() instanceof Tree.Name(String text, Origin _)
                    && text.equals(weight));
    boolean isProduct =
        isDropped && !factors.isEmpty() && factors.getFirst().operator() != FactorOperator.DIVIDE;
    if (!isProduct) {
      return value;
    }
    Tree.Expression first = factors.removeFirst().value();
    return factors.isEmpty() ? first : new Tree.Product(first, factors, product.origin());
  }

  private static Degree product(Tree.Product product, String weight) {
    Degree degree = degree(product.first(), weight);
    for (Tree.Factor factor : product.rest()) {
      Degree other = degree(factor.value(), weight);
      degree =
          switch (factor.operator()) {
            case JUXTAPOSE, TIMES -> times(degree, other);
            case DIVIDE -> other == Degree.CONSTANT ? degree : Degree.OTHER;
            case REMAINDER ->
                degree == Degree.CONSTANT && other == Degree.CONSTANT
                    ? Degree.CONSTANT
                    : Degree.OTHER;
          };
    }
    return degree;
  }

  private static Degree where(List<Tree.Expression> arguments, String weight) {
    return degree(arguments.get(0), weight) == Degree.CONSTANT
        ? either(degree(arguments.get(1), weight), degree(arguments.get(2), weight))
        : Degree.OTHER;
  }

  /// A sum, or one of two.
  private static Degree either(Degree one, Degree two) {
    if (one == two || two == Degree.ZERO) {
      return one;
    }
    return one == Degree.ZERO ? two : Degree.OTHER;
  }

  private static Degree times(Degree one, Degree two) {
    List<Degree> both = new ArrayList<>(List.of(one, two));
    if (both.contains(Degree.OTHER) || one == Degree.LINEAR && two == Degree.LINEAR) {
      return Degree.OTHER;
    }
    if (both.contains(Degree.ZERO)) {
      return Degree.ZERO;
    }
    return both.contains(Degree.LINEAR) ? Degree.LINEAR : Degree.CONSTANT;
  }

  private static boolean mentions(Tree.Expression value, String name) {
    return value instanceof Tree.Name(String text, Origin _) && text.equals(name)
        || Uses.children(value).stream().anyMatch(child -> mentions(child, name));
  }
}
