package org.einkorn.frontend.lower;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.TermOperator;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Origin;

/// How a right side depends on tensors that depend on it in turn.
///
/// A fixpoint by `max` or `or` only grows, one by `min` or `and` only shrinks, as long as what each
/// round computes grows with what the round before did. A negation turns that round, and an
/// equation of both has no meaning that is independent of the order of evaluation.
final class Feedback {
  /// Functions of one argument that never fall where it rises.
  private static final Set<String> RISING =
      Set.of("exp", "log", "sqrt", "tanh", "erf", "sig", "relu", "step", "floor", "ceil", "round");

  /// Functions that do not fall where any of their arguments rises.
  private static final Set<String> RISING_ALL = Set.of("max", "min", "clamp", "f64", "f32");

  private final Set<String> tensors;

  Feedback(Set<String> tensors) {
    this.tensors = tensors;
  }

  /// A use of one of the tensors that may make the value fall where the tensor rises.
  ///
  /// @param isNegated whether it does, and not only perhaps
  record Use(String tensor, boolean isNegated, Origin at) {}

  private enum Sense {
    RISING,
    FALLING,
    UNKNOWN;

    Sense turned() {
      return switch (this) {
        case RISING -> FALLING;
        case FALLING -> RISING;
        case UNKNOWN -> UNKNOWN;
      };
    }
  }

  /// The first use that is not known to let the value rise with the tensor. Factors and divisors
  /// count as positive.
  Optional<Use> falling(Tree.Expression value) {
    return find(value, Sense.RISING);
  }

  private Optional<Use> find(Tree.Expression value, Sense sense) {
    return switch (value) {
      case Tree.Name name -> use(name, name.origin(), sense);
      case Tree.Access access -> use(access.tensor(), access.origin(), sense);
      case Tree.Not not -> find(not.operand(), sense.turned());
      case Tree.Negate negate -> find(negate.operand(), sense.turned());
      case Tree.Sum sum -> {
        Optional<Use> found = find(sum.first(), sense);
        for (Tree.Term term : sum.rest()) {
          Sense here = term.operator() == TermOperator.PLUS ? sense : sense.turned();
          found = found.or(() -> find(term.value(), here));
        }
        yield found;
      }
      case Tree.Product product -> {
        Optional<Use> found = find(product.first(), sense);
        for (Tree.Factor factor : product.rest()) {
          found = found.or(() -> find(factor.value(), of(factor.operator(), sense)));
        }
        yield found;
      }
      case Tree.Comparison comparison -> {
        Sense left =
            switch (comparison.operator()) {
              case GREATER, AT_LEAST -> sense;
              case LESS, AT_MOST -> sense.turned();
              case EQUAL, UNEQUAL -> Sense.UNKNOWN;
            };
        yield find(comparison.left(), left).or(() -> find(comparison.right(), left.turned()));
      }
      case Tree.Call call -> call(call, sense);
      case Tree.Projection projection ->
          find(
              projection.body(),
              switch (projection.kind()) {
                case SUM, MAX, MIN, PROD, AVG, ANY, ALL, LSE, CUMSUM, CUMPROD, CUMMAX, CUMMIN ->
                    sense;
                case XOR, ARGMAX, ARGMIN -> Sense.UNKNOWN;
              });
      case Tree.Power power ->
          find(power.base(), sense).or(() -> find(power.exponent(), Sense.UNKNOWN));
      case Tree.Logic _,
          Tree.Indexed _,
          Tree.IntegerLiteral _,
          Tree.DecimalLiteral _,
          Tree.TruthLiteral _,
          Tree.Text _ ->
          any(Uses.children(value), sense);
    };
  }

  private static Sense of(FactorOperator operator, Sense sense) {
    return switch (operator) {
      case TIMES, JUXTAPOSE -> sense;
      case DIVIDE -> sense.turned();
      case REMAINDER -> Sense.UNKNOWN;
    };
  }

  private Optional<Use> call(Tree.Call call, Sense sense) {
    List<Tree.Expression> arguments = Uses.children(call);
    String name = call.function().text();
    if (name.equals("where") && arguments.size() == 3) {
      return find(arguments.getFirst(), Sense.UNKNOWN)
          .or(() -> any(arguments.subList(1, 3), sense));
    }
    boolean isRising = RISING.contains(name) || RISING_ALL.contains(name);
    return any(arguments, isRising ? sense : Sense.UNKNOWN);
  }

  private Optional<Use> any(List<Tree.Expression> values, Sense sense) {
    return values.stream().flatMap(value -> find(value, sense).stream()).findFirst();
  }

  private Optional<Use> use(Tree.Name name, Origin at, Sense sense) {
    return sense != Sense.RISING && tensors.contains(name.text())
        ? Optional.of(new Use(name.text(), sense == Sense.FALLING, at))
        : Optional.empty();
  }

  /// Whether the value is a polynomial of the tensors over one semiring: (⊕, +), or the lattice of
  /// min and max. Then a change after as many rounds as there are elements comes of a cycle that
  /// improves itself for ever.
  ///
  /// @param plus ⊕: `min`, `max`
  boolean isPolynomial(Tree.Expression value, String plus) {
    return isPolynomial(value, Set.of(plus), true)
        || isPolynomial(value, Set.of("min", "max"), false);
  }

  /// @param functions those that the tensors may be arguments of
  /// @param ofSums whether the tensors may be added
  private boolean isPolynomial(Tree.Expression value, Set<String> functions, boolean ofSums) {
    if (!reads(value)) {
      return true;
    }
    boolean isInside =
        switch (value) {
          case Tree.Name _, Tree.Access _, Tree.Logic _ -> true;
          case Tree.Sum _ -> ofSums;
          case Tree.Projection projection ->
              functions.contains(projection.kind().name().toLowerCase(Locale.ROOT));
          case Tree.Call call -> functions.contains(call.function().text());
          case Tree.Product _,
              Tree.Not _,
              Tree.Negate _,
              Tree.Comparison _,
              Tree.Power _,
              Tree.Indexed _,
              Tree.IntegerLiteral _,
              Tree.DecimalLiteral _,
              Tree.TruthLiteral _,
              Tree.Text _ ->
              false;
        };
    return isInside
        && Uses.children(value).stream().allMatch(child -> isPolynomial(child, functions, ofSums));
  }

  private boolean reads(Tree.Expression value) {
    return switch (value) {
      case Tree.Name name -> tensors.contains(name.text());
      case Tree.Access access -> tensors.contains(access.tensor().text());
      default -> Uses.children(value).stream().anyMatch(this::reads);
    };
  }
}
