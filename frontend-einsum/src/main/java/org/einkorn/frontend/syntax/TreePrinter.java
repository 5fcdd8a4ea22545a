package org.einkorn.frontend.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.frontend.syntax.Tree.Expression;

/// Trees as canonical source text. What is printed reads back as an equal tree.
///
/// Statements wider than [#WIDTH] are broken after the operators of their outermost sum and after
/// the commas of a rule's body, where a line end does not end a statement.
public final class TreePrinter {
  /// Columns of a line.
  public static final int WIDTH = 100;

  private static final String CONTINUED = "\n    ";

  private TreePrinter() {}

  /// One statement a line, in order, with a line end after each.
  public static String print(Tree.Program program) {
    StringBuilder text = new StringBuilder();
    for (Tree.Statement statement : program.statements()) {
      text.append(print(statement)).append('\n');
    }
    return text.toString();
  }

  /// A statement, without a line end after it.
  public static String print(Tree.Statement statement) {
    return switch (statement) {
      case Tree.Declaration declaration -> declaration(declaration);
      case Tree.Let let ->
          broken("let " + let.name().text() + type(let.type()) + " =", pieces(let.value()), "");
      case Tree.Semiring semiring ->
          "semiring %s = (%s, %s)"
              .formatted(semiring.name().text(), semiring.plus().text(), semiring.times().text());
      case Tree.Function function -> function(function);
      case Tree.Equation equation ->
          broken(
              head(equation.head()) + " " + equation.sign(),
              pieces(equation.value()),
              modifiers(equation.modifiers()));
      case Tree.Rule rule ->
          broken(head(rule.head()) + " <-", body(rule.body()), modifiers(rule.modifiers()));
      case Tree.Fact fact -> print(fact.atom());
      case Tree.ReadFile read ->
          read.path().isPresent()
              ? head(read.head()) + " = " + print(read.path().get())
              : "input " + head(read.head());
      case Tree.WriteFile write -> broken(print(write.path()) + " =", pieces(write.value()), "");
      case Tree.Query query -> query(query);
      case Tree.Learn learn -> learn(learn);
    };
  }

  private static String query(Tree.Query query) {
    StringBuilder text = new StringBuilder(print(query.value())).append('?');
    query.title().ifPresent(title -> text.append(' ').append(print(title)));
    String separator = " with ";
    for (Tree.Legend legend : query.legends()) {
      text.append(separator).append(legend.index().text()).append(':');
      legend.labels().forEach(label -> text.append(' ').append(print(label)));
      separator = ", ";
    }
    return text.toString();
  }

  /// An expression on one line.
  public static String print(Expression expression) {
    return ExpressionPrinter.print(expression);
  }

  private static String declaration(Tree.Declaration declaration) {
    String axes =
        declaration
            .axes()
            .map(
                list ->
                    "[" + String.join(", ", list.stream().map(TreePrinter::axis).toList()) + "]")
            .orElse("");
    String kind = declaration.kind().word() + " ";
    String value = declaration.value().map(written -> " = " + print(written)).orElse("");
    return kind + declaration.name().text() + axes + type(declaration.type()) + value;
  }

  private static String axis(Tree.Axis axis) {
    String name = axis.name().map(Tree.Name::text).orElse("");
    String extent = axis.extent().map(ExpressionPrinter::printTight).orElse("");
    return name + (name.isEmpty() || extent.isEmpty() ? "" : ": ") + extent;
  }

  private static String function(Tree.Function function) {
    List<String> parameters = function.parameters().stream().map(TreePrinter::parameter).toList();
    String start = "def " + function.name().text() + "(" + String.join(", ", parameters) + ")";
    return switch (function.body()) {
      case Tree.Value value ->
          broken(
              start + " =",
              pieces(value.value()),
              function.adjoint().map(TreePrinter::adjoint).orElse(""));
      case Tree.Block block -> {
        StringBuilder text = new StringBuilder(start).append(" {\n");
        for (Tree.Statement statement : block.statements()) {
          text.append("  ").append(print(statement).replace("\n", "\n  ")).append('\n');
        }
        yield text.append('}').toString();
      }
    };
  }

  private static String adjoint(Adjoint adjoint) {
    return " with "
        + adjoint.kind().text()
        + "("
        + adjoint.weight().text()
        + ") = "
        + String.join(", ", adjoint.values().stream().map(TreePrinter::print).toList());
  }

  /// What stands before the block of a function: `def f(x) {`.
  static String blockStart(Tree.Function function) {
    String whole =
        print(
            new Tree.Function(
                function.name(),
                function.parameters(),
                new Tree.Block(List.of(), function.origin()),
                Optional.empty(),
                function.origin()));
    return whole.substring(0, whole.indexOf('\n'));
  }

  private static String parameter(Tree.Parameter parameter) {
    String indices =
        parameter.indices().map(list -> ExpressionPrinter.print(list, Tree.Form.SQUARE)).orElse("");
    String fallback = parameter.fallback().map(value -> ": " + print(value)).orElse("");
    return parameter.name().text() + indices + fallback;
  }

  private static String learn(Tree.Learn learn) {
    StringBuilder text = new StringBuilder("learn ");
    text.append(names(learn.parameters()));
    text.append(" minimizing ").append(print(learn.objective()));
    text.append(" with ").append(print(learn.optimizer()));
    text.append(" for ").append(print(learn.steps())).append(" steps");
    learn
        .batches()
        .ifPresent(
            batches ->
                text.append(" over ")
                    .append(batches.index().text())
                    .append(" in batches of ")
                    .append(print(batches.size())));
    if (!learn.held().isEmpty()) {
      text.append(" holding ").append(names(learn.held()));
    }
    learn.until().ifPresent(until -> text.append(" until ").append(print(until)));
    return text.toString();
  }

  private static String names(List<Tree.Name> names) {
    return String.join(", ", names.stream().map(Tree.Name::text).toList());
  }

  private static String head(Tree.Head head) {
    return head.name().text()
        + ExpressionPrinter.print(head.indices(), head.form())
        + type(head.type());
  }

  private static String type(Optional<Tree.Name> type) {
    return type.map(name -> ": " + name.text()).orElse("");
  }

  private static String modifiers(Tree.Modifiers modifiers) {
    StringBuilder text = new StringBuilder();
    modifiers
        .padding()
        .ifPresent(
            padding -> {
              text.append(" pad");
              padding.value().ifPresent(value -> text.append('(').append(print(value)).append(')'));
            });
    String separator = " with ";
    for (Tree.Bound bound : modifiers.bounds()) {
      text.append(separator).append(ExpressionPrinter.printTight(bound.position()));
      text.append(": ").append(ExpressionPrinter.printTight(bound.extent()));
      separator = ", ";
    }
    modifiers.until().ifPresent(condition -> text.append(" until ").append(print(condition)));
    modifiers.steps().ifPresent(s -> text.append(" for ").append(print(s)).append(" steps"));
    return text.toString();
  }

  // ------------------------------------------------------------------- breaking

  /// The parts of an expression after which a line may end, each with the operator that allows it.
  private static List<String> pieces(Expression expression) {
    List<String> pieces = new ArrayList<>();
    if (expression instanceof Tree.Sum sum) {
      String piece = ExpressionPrinter.printTerm(sum.first());
      for (Tree.Term term : sum.rest()) {
        pieces.add(piece + " " + ExpressionPrinter.sign(term.operator()));
        piece = ExpressionPrinter.printTerm(term.value());
      }
      pieces.add(piece);
    } else {
      pieces.add(print(expression));
    }
    return pieces;
  }

  private static List<String> body(List<Expression> body) {
    List<String> pieces = new ArrayList<>();
    for (int k = 0; k < body.size(); k++) {
      pieces.add(print(body.get(k)) + (k + 1 < body.size() ? "," : ""));
    }
    return pieces;
  }

  /// `start piece piece … end`, filled into lines where it is too wide for one.
  private static String broken(String start, List<String> pieces, String end) {
    String line = start + " " + String.join(" ", pieces) + end;
    if (line.length() <= WIDTH) {
      return line;
    }
    StringBuilder text = new StringBuilder(start);
    int column = start.length();
    for (String piece : pieces) {
      if (column + 1 + piece.length() <= WIDTH) {
        text.append(' ').append(piece);
        column += 1 + piece.length();
      } else {
        text.append(CONTINUED).append(piece);
        column = CONTINUED.length() - 1 + piece.length();
      }
    }
    return text.append(end).toString();
  }
}
