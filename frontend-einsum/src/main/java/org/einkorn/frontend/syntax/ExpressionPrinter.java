package org.einkorn.frontend.syntax;

import java.util.List;
import java.util.Optional;
import org.einkorn.frontend.syntax.Tree.Expression;

/// Expressions and indices as text, with the parentheses they need and no others. Index functions
/// are set without blanks (`X[2*i+k]`), values with them (`a + b`).
public final class ExpressionPrinter {
  private final StringBuilder text = new StringBuilder();

  /// How tightly an expression binds, from the loosest.
  private enum Level {
    OR,
    AND,
    NOT,
    COMPARISON,
    SUM,
    PRODUCT,
    UNARY,
    POWER,
    POSTFIX
  }

  public static String print(Expression expression) {
    ExpressionPrinter printer = new ExpressionPrinter();
    printer.expression(expression, Level.OR, false);
    return printer.text.toString();
  }

  /// A term of a sum, as it stands within it.
  static String printTerm(Expression expression) {
    ExpressionPrinter printer = new ExpressionPrinter();
    printer.expression(expression, Level.PRODUCT, false);
    return printer.text.toString();
  }

  static String print(List<Tree.Index> indices, Tree.Form form) {
    ExpressionPrinter printer = new ExpressionPrinter();
    printer.indices(indices, form);
    return printer.text.toString();
  }

  /// Without blanks around its operators, as extents and indices are written.
  static String printTight(Expression expression) {
    ExpressionPrinter printer = new ExpressionPrinter();
    printer.expression(expression, Level.OR, true);
    return printer.text.toString();
  }

  private static Level level(Expression expression) {
    return switch (expression) {
      case Tree.Logic logic -> logic.operator() == LogicOperator.OR ? Level.OR : Level.AND;
      case Tree.Not _ -> Level.NOT;
      case Tree.Comparison _ -> Level.COMPARISON;
      case Tree.Sum _ -> Level.SUM;
      case Tree.Product _ -> Level.PRODUCT;
      case Tree.Negate _ -> Level.UNARY;
      case Tree.Power _ -> Level.POWER;
      case Tree.Name _,
          Tree.IntegerLiteral _,
          Tree.DecimalLiteral _,
          Tree.TruthLiteral _,
          Tree.Text _,
          Tree.Access _,
          Tree.Indexed _,
          Tree.Call _,
          Tree.Projection _ ->
          Level.POSTFIX;
    };
  }

  private void expression(Expression expression, Level loosest, boolean tight) {
    boolean parentheses = level(expression).compareTo(loosest) < 0;
    text.append(parentheses ? "(" : "");
    bare(expression, tight);
    text.append(parentheses ? ")" : "");
  }

  private void bare(Expression expression, boolean tight) {
    switch (expression) {
      case Tree.Name name -> text.append(name.text());
      case Tree.IntegerLiteral integer -> text.append(integer.value());
      case Tree.DecimalLiteral decimal -> text.append(decimal(decimal));
      case Tree.TruthLiteral truth -> text.append(truth.value());
      case Tree.Text string -> text.append(quoted(string.value()));
      case Tree.Access access -> {
        text.append(access.tensor().text());
        indices(access.indices(), access.form());
      }
      case Tree.Indexed indexed -> {
        expression(indexed.value(), Level.POSTFIX, tight);
        indices(indexed.indices(), Tree.Form.SQUARE);
      }
      case Tree.Call call -> call(call);
      case Tree.Projection projection -> projection(projection);
      case Tree.Product product -> product(product, tight);
      case Tree.Sum sum -> sum(sum, tight);
      case Tree.Negate negate -> {
        text.append('-');
        expression(negate.operand(), Level.UNARY, tight);
      }
      case Tree.Power power -> {
        expression(power.base(), Level.POSTFIX, tight);
        text.append('^');
        expression(power.exponent(), Level.UNARY, tight);
      }
      case Tree.Comparison comparison -> {
        expression(comparison.left(), Level.SUM, tight);
        text.append(' ').append(comparison.operator().sign()).append(' ');
        expression(comparison.right(), Level.SUM, tight);
      }
      case Tree.Logic logic -> logic(logic, tight);
      case Tree.Not not -> {
        text.append("not ");
        expression(not.operand(), Level.NOT, tight);
      }
    }
  }

  private void logic(Tree.Logic logic, boolean tight) {
    boolean or = logic.operator() == LogicOperator.OR;
    String separator = "";
    for (Expression operand : logic.operands()) {
      text.append(separator);
      expression(operand, or ? Level.AND : Level.NOT, tight);
      separator = or ? " or " : " and ";
    }
  }

  private void sum(Tree.Sum sum, boolean tight) {
    expression(sum.first(), Level.PRODUCT, tight);
    for (Tree.Term term : sum.rest()) {
      String sign = sign(term.operator());
      text.append(tight ? sign : " " + sign + " ");
      expression(term.value(), Level.PRODUCT, tight);
    }
  }

  static String sign(TermOperator operator) {
    return switch (operator) {
      case PLUS -> "+";
      case MINUS -> "-";
    };
  }

  private void product(Tree.Product product, boolean tight) {
    expression(product.first(), Level.UNARY, tight);
    for (Tree.Factor factor : product.rest()) {
      boolean juxtaposed = factor.operator() == FactorOperator.JUXTAPOSE;
      String sign = factor.operator().text();
      text.append(tight && !juxtaposed ? sign.strip() : sign);
      expression(factor.value(), juxtaposed ? Level.POWER : Level.UNARY, tight);
    }
  }

  private void projection(Tree.Projection projection) {
    text.append(projection.kind().word()).append('[');
    String separator = "";
    for (int place = 0; place < projection.indices().size(); place++) {
      text.append(separator).append(projection.indices().get(place).text());
      projection
          .extents()
          .get(place)
          .ifPresent(
              extent -> {
                text.append(": ");
                expression(extent, Level.OR, true);
              });
      separator = ", ";
    }
    text.append("](");
    expression(projection.body(), Level.OR, false);
    text.append(')');
  }

  private void call(Tree.Call call) {
    text.append(call.function().text()).append('(');
    String separator = "";
    for (Tree.Argument argument : call.arguments()) {
      text.append(separator);
      argument.name().ifPresent(name -> text.append(name.text()).append(": "));
      expression(argument.value(), Level.OR, false);
      separator = ", ";
    }
    text.append(')');
  }

  private void indices(List<Tree.Index> indices, Tree.Form form) {
    if (form == Tree.Form.BARE) {
      return;
    }
    text.append(form == Tree.Form.SQUARE ? '[' : '(');
    String separator = "";
    for (Tree.Index index : indices) {
      text.append(separator);
      index(index);
      separator = ", ";
    }
    text.append(form == Tree.Form.SQUARE ? ']' : ')');
  }

  private void index(Tree.Index index) {
    switch (index) {
      case Tree.Position position -> expression(position.value(), Level.OR, true);
      case Tree.Dotted dotted -> text.append(dotted.name().text()).append('.');
      case Tree.Virtual virtual -> {
        text.append('*').append(virtual.name().text());
        if (virtual.offset() != 0) {
          text.append(virtual.offset() > 0 ? "+" : "").append(virtual.offset());
        }
      }
      case Tree.Group group ->
          text.append('(')
              .append(String.join(" ", group.names().stream().map(Tree.Name::text).toList()))
              .append(')');
      case Tree.Slice slice -> {
        part(slice.start());
        text.append(':');
        part(slice.stop());
        if (slice.step().isPresent()) {
          text.append(':');
          part(slice.step());
        }
      }
      case Tree.Sized sized -> {
        text.append(sized.name().text()).append(": ");
        expression(sized.extent(), Level.OR, true);
      }
      case Tree.Ellipsis _ -> text.append("...");
    }
  }

  private void part(Optional<Expression> part) {
    part.ifPresent(expression -> expression(expression, Level.OR, true));
  }

  /// A number as its author wrote it where that is known (`1e-3` stays so), else the shortest text
  /// that reads back as the same number.
  private static String decimal(Tree.DecimalLiteral literal) {
    double value = literal.value();
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return "inf";
    }
    Optional<String> written = literal.origin().span().map(span -> span.text());
    if (written.isPresent() && readsAs(written.get(), value)) {
      return written.get();
    }
    return Double.toString(value).replace('E', 'e');
  }

  private static boolean readsAs(String written, double value) {
    return written.matches("[0-9.]+([eE][+-]?[0-9]+)?")
        && written.chars().anyMatch(sign -> sign == '.' || sign == 'e' || sign == 'E')
        && Double.parseDouble(written) == value;
  }

  /// Text in quotes, with escapes.
  static String quoted(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int k = 0; k < value.length(); k++) {
      char unit = value.charAt(k);
      switch (unit) {
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        default -> quoted.append(unit);
      }
    }
    return quoted.append('"').toString();
  }
}
