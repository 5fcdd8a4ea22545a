package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.FactorOperator;
import org.einkorn.frontend.syntax.LogicOperator;
import org.einkorn.frontend.syntax.ProjectionKind;
import org.einkorn.frontend.syntax.TermOperator;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.Semiring;
import org.einkorn.ir.source.Origin;

/// Writes equations over a semiring as plain ones: with `semiring Tropical = (min, +)`, `D[i, k]
/// Tropical= A[i, j] B[j, k]` is `D[i, k] min= A[i, j] + B[j, k]`.
///
/// The products of the outermost scope become ⊗; what stands between the parentheses of a function
/// or of an explicit projection is ordinary arithmetic.
final class Semirings {
  private final Context context;
  private final Map<String, Tree.Semiring> declared = new HashMap<>();
  private final Map<String, Semiring> meanings = new HashMap<>();

  private Semirings(Context context) {
    this.context = context;
  }

  static Tree.Program replace(Tree.Program program, Context context) {
    Semirings semirings = new Semirings(context);
    for (Tree.Statement statement : program.statements()) {
      if (statement instanceof Tree.Semiring semiring) {
        semirings.declare(semiring);
      }
    }
    return new Tree.Program(semirings.statements(program.statements()), program.origin());
  }

  private void declare(Tree.Semiring semiring) {
    Tree.Semiring before = declared.putIfAbsent(semiring.name().text(), semiring);
    if (before != null) {
      context.report(
          new Problem.DefinedTwice(
              semiring.name().text(), semiring.name().origin(), before.name().origin()));
      return;
    }
    Optional<Projection> plus = Semiring.projection(semiring.plus().text());
    if (plus.isEmpty()) {
      report(semiring.plus(), "sum", "+ * min max or and xor lse");
    }
    Optional<BinaryOp> times = Semiring.join(semiring.times().text());
    if (times.isEmpty()) {
      report(semiring.times(), "product", "+ * min max or and xor lse");
    }
    if (plus.isEmpty() || times.isEmpty()) {
      return;
    }
    Semiring meaning = new Semiring(plus.get(), times.get());
    if (!meaning.isTyped()) {
      context.report(
          new Problem.MixedSemiring(
              semiring.plus().text(),
              semiring.plus().origin(),
              semiring.times().text(),
              semiring.times().origin()));
      return;
    }
    meanings.put(semiring.name().text(), meaning);
  }

  private void report(Tree.Operation operation, String part, String known) {
    context.report(new Problem.NotAnOperation(operation.text(), part, known, operation.origin()));
  }

  private List<Tree.Statement> statements(List<Tree.Statement> statements) {
    return statements.stream().map(this::statement).toList();
  }

  private Tree.Statement statement(Tree.Statement statement) {
    return switch (statement) {
      case Tree.Equation equation when equation.semiring().isPresent() ->
          equation(equation, equation.semiring().get());
      case Tree.Function function when function.body() instanceof Tree.Block block ->
          new Tree.Function(
              function.name(),
              function.parameters(),
              new Tree.Block(statements(block.statements()), block.origin()),
              function.adjoint(),
              function.origin());
      default -> statement;
    };
  }

  private Tree.Equation equation(Tree.Equation equation, Tree.Name name) {
    context.used.add(name.text());
    Semiring semiring = meanings.get(name.text());
    if (semiring == null) {
      if (!declared.containsKey(name.text())) {
        context.report(
            new Problem.UnknownSemiring(
                name.text(), name.origin(), Near.to(name.text(), declared.keySet())));
      }
      return plain(equation, Tree.AssignOperator.ASSIGN, equation.value());
    }
    List<Tree.Expression> factors = new ArrayList<>();
    collect(equation.value(), equation, name, factors);
    Tree.Expression value = joined(factors, semiring, equation.value().origin());
    if (value instanceof Tree.Call) {
      value = projected(value, semiring, equation);
    }
    return plain(equation, operator(semiring.plus()), value);
  }

  private static Tree.Equation plain(
      Tree.Equation equation, Tree.AssignOperator operator, Tree.Expression value) {
    return new Tree.Equation(
        equation.head(), operator, value, equation.modifiers(), equation.origin());
  }

  /// The factors of the product that the equation is.
  private void collect(
      Tree.Expression value, Tree.Equation equation, Tree.Name name, List<Tree.Expression> found) {
    switch (value) {
      case Tree.Product product -> {
        collect(product.first(), equation, name, found);
        for (Tree.Factor factor : product.rest()) {
          switch (factor.operator()) {
            case JUXTAPOSE, TIMES -> collect(factor.value(), equation, name, found);
            case DIVIDE, REMAINDER -> refuse(product, equation, name);
          }
        }
      }
      case Tree.Negate(Tree.IntegerLiteral _, Origin _) -> found.add(value);
      case Tree.Negate(Tree.DecimalLiteral _, Origin _) -> found.add(value);
      case Tree.Sum _, Tree.Negate _, Tree.Power _, Tree.Comparison _, Tree.Logic _, Tree.Not _ -> {
        refuse(value, equation, name);
        found.add(value);
      }
      case Tree.Name _,
          Tree.IntegerLiteral _,
          Tree.DecimalLiteral _,
          Tree.TruthLiteral _,
          Tree.Text _,
          Tree.Access _,
          Tree.Indexed _,
          Tree.Call _,
          Tree.Projection _ ->
          found.add(value);
    }
  }

  private void refuse(Tree.Expression value, Tree.Equation equation, Tree.Name name) {
    context.report(
        new Problem.NotOfSemiring(
            name.text(),
            equation.head().name().text() + (equation.head().indices().isEmpty() ? "" : "[…]"),
            value.origin(),
            value instanceof Tree.Sum));
  }

  private static Tree.Expression joined(
      List<Tree.Expression> factors, Semiring semiring, Origin origin) {
    Tree.Expression first = factors.getFirst();
    List<Tree.Expression> rest = factors.subList(1, factors.size());
    if (rest.isEmpty()) {
      return first;
    }
    return switch (semiring.times()) {
      case ADD ->
          new Tree.Sum(
              first,
              rest.stream().map(term -> new Tree.Term(TermOperator.PLUS, term)).toList(),
              origin);
      case AND -> new Tree.Logic(LogicOperator.AND, factors, origin);
      case OR -> new Tree.Logic(LogicOperator.OR, factors, origin);
      case MINIMUM -> nested("min", first, rest, origin);
      case MAXIMUM -> nested("max", first, rest, origin);
      case XOR -> nested("xor", first, rest, origin);
      case LOG_ADD_EXP -> nested("logaddexp", first, rest, origin);
      default ->
          new Tree.Product(
              first,
              rest.stream().map(factor -> new Tree.Factor(FactorOperator.TIMES, factor)).toList(),
              origin);
    };
  }

  private static Tree.Expression nested(
      String function, Tree.Expression first, List<Tree.Expression> rest, Origin origin) {
    Tree.Expression value = first;
    for (Tree.Expression factor : rest) {
      value =
          new Tree.Call(
              new Tree.Name(function, origin), List.of(argument(value), argument(factor)), origin);
    }
    return value;
  }

  private static Tree.Argument argument(Tree.Expression value) {
    return new Tree.Argument(Optional.empty(), value, value.origin());
  }

  /// `max[j](min(A[i, j], B[j, k]))`: an index inside a function is projected where the function is
  /// said to be.
  private static Tree.Expression projected(
      Tree.Expression value, Semiring semiring, Tree.Equation equation) {
    Uses uses = new Uses(_ -> false);
    Set<String> over = new LinkedHashSet<>(uses.of(value).keySet());
    over.removeAll(uses.ofIndices(equation.head().indices()).keySet());
    over.remove("...");
    if (over.isEmpty()) {
      return value;
    }
    Origin origin = value.origin();
    return new Tree.Projection(
        kind(semiring.plus()),
        over.stream().map(name -> new Tree.Name(name, origin)).toList(),
        over.stream().map(_ -> Optional.<Tree.Expression>empty()).toList(),
        value,
        origin);
  }

  private static Tree.AssignOperator operator(Projection plus) {
    return switch (plus) {
      case SUM -> Tree.AssignOperator.ASSIGN;
      case PRODUCT -> Tree.AssignOperator.MULTIPLY;
      case MAX -> Tree.AssignOperator.MAX;
      case MIN -> Tree.AssignOperator.MIN;
      case ANY -> Tree.AssignOperator.OR;
      case ALL -> Tree.AssignOperator.AND;
      case XOR -> Tree.AssignOperator.XOR;
      case LOG_SUM_EXP -> Tree.AssignOperator.LSE;
    };
  }

  private static ProjectionKind kind(Projection plus) {
    return switch (plus) {
      case SUM -> ProjectionKind.SUM;
      case PRODUCT -> ProjectionKind.PROD;
      case MAX -> ProjectionKind.MAX;
      case MIN -> ProjectionKind.MIN;
      case ANY -> ProjectionKind.ANY;
      case ALL -> ProjectionKind.ALL;
      case XOR -> ProjectionKind.XOR;
      case LOG_SUM_EXP -> ProjectionKind.LSE;
    };
  }
}
