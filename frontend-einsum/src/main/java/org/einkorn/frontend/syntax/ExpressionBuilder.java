package org.einkorn.frontend.syntax;

import static org.einkorn.frontend.syntax.EinkornParser.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.einkorn.frontend.syntax.Tree.Expression;
import org.einkorn.frontend.syntax.Tree.Name;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.Span;

/// Parse trees of expressions to [Tree.Expression].
final class ExpressionBuilder {
  /// How many brackets in a row may follow one value: `X[i][j][k]`.
  private static final int MAX_TRAILERS = 64;

  private final Places places;
  private final IndexBuilder indices;

  ExpressionBuilder(Places places) {
    this.places = places;
    this.indices = new IndexBuilder(places, this);
  }

  IndexBuilder indices() {
    return indices;
  }

  Expression build(ParserRuleContext written) {
    ParserRuleContext context = unwrap(written);
    Origin origin = origin(written);
    return switch (context) {
      case ExpressionContext or ->
          new Tree.Logic(LogicOperator.OR, buildAll(or.conjunction()), origin);
      case ConjunctionContext and ->
          new Tree.Logic(LogicOperator.AND, buildAll(and.negation()), origin);
      case NegationContext not -> new Tree.Not(build(not.negation()), origin);
      case ComparisonContext comparison -> comparison(comparison, origin);
      case SumContext sum -> sum(sum, origin);
      case ProductContext product -> product(product, origin);
      case UnaryContext unary -> new Tree.Negate(build(unary.unary()), origin);
      case PowerContext power ->
          new Tree.Power(build(power.postfix()), build(power.unary()), origin);
      case PostfixContext postfix -> postfix(postfix);
      case PrimaryContext primary -> primary(primary);
      default ->
          throw new IllegalStateException("not an expression: " + context.getClass().getName());
    };
  }

  private List<Expression> buildAll(List<? extends ParserRuleContext> contexts) {
    return contexts.stream().map(this::build).toList();
  }

  /// Walks down while there is one child only, and through parentheses.
  static ParserRuleContext unwrap(ParserRuleContext written) {
    ParserRuleContext context = written;
    while (true) {
      if (context.getChildCount() == 1 && context.getChild(0) instanceof ParserRuleContext child) {
        if (child instanceof NameContext) {
          return context;
        }
        context = child;
      } else if (isParenthesized(context)) {
        context = ((PrimaryContext) context).expression();
      } else {
        return context;
      }
    }
  }

  static boolean isParenthesized(ParserRuleContext context) {
    return context instanceof PrimaryContext primary && primary.expression() != null;
  }

  private Expression comparison(ComparisonContext context, Origin origin) {
    List<SumContext> operands = context.sum();
    if (operands.size() > 2) {
      Token second = token(context, 3);
      throw new SyntaxFault(
          Diagnostic.error("E0012", "comparisons do not chain")
              .at(places.of(second), "a second comparison of one value")
              .and(places.of(token(context, 1)), "the first is here")
              .help("write both in full and join them: `a < b and b < c`"));
    }
    return new Tree.Comparison(
        comparisonOperator(token(context, 1)),
        build(operands.get(0)),
        build(operands.get(1)),
        origin);
  }

  private static Tree.ComparisonOperator comparisonOperator(Token token) {
    return switch (token.getType()) {
      case EQUAL -> Tree.ComparisonOperator.EQUAL;
      case UNEQUAL -> Tree.ComparisonOperator.UNEQUAL;
      case LESS -> Tree.ComparisonOperator.LESS;
      case AT_MOST -> Tree.ComparisonOperator.AT_MOST;
      case GREATER -> Tree.ComparisonOperator.GREATER;
      case AT_LEAST -> Tree.ComparisonOperator.AT_LEAST;
      default -> throw new IllegalStateException("not a comparison: " + token);
    };
  }

  private Expression sum(SumContext context, Origin origin) {
    List<Tree.Term> rest = new ArrayList<>();
    // Children alternate: product, sign, product, … . The list of products is not asked for by
    // position, because each such question walks over all children.
    for (int child = 1; child < context.getChildCount(); child += 2) {
      TermOperator operator =
          token(context, child).getType() == PLUS ? TermOperator.PLUS : TermOperator.MINUS;
      rest.add(new Tree.Term(operator, build((ParserRuleContext) context.getChild(child + 1))));
    }
    return new Tree.Sum(build((ParserRuleContext) context.getChild(0)), rest, origin);
  }

  private Expression product(ProductContext context, Origin origin) {
    List<Tree.Factor> rest = new ArrayList<>();
    for (FactorContext factor : context.factor()) {
      if (factor.power() != null) {
        rest.add(new Tree.Factor(FactorOperator.JUXTAPOSE, build(factor.power())));
        continue;
      }
      FactorOperator operator =
          switch (factor.getStart().getType()) {
            case STAR -> FactorOperator.TIMES;
            case SLASH -> FactorOperator.DIVIDE;
            default -> FactorOperator.REMAINDER;
          };
      rest.add(new Tree.Factor(operator, build(factor.unary())));
    }
    return new Tree.Product(build(context.unary()), rest, origin);
  }

  /// A value and the brackets after it, from left to right.
  private Expression postfix(PostfixContext context) {
    if (context.getChildCount() - 1 > MAX_TRAILERS) {
      Token deep = ((ParserRuleContext) context.getChild(MAX_TRAILERS + 1)).getStart();
      throw new SyntaxFault(SyntaxWords.tooDeep(places.of(deep)));
    }
    Expression value = build(context.primary());
    boolean named = context.primary().name() != null;
    int child = 1;
    if (named
        && context.getChild(1) instanceof BracketsContext brackets
        && context.getChild(2) instanceof ArgumentsContext arguments) {
      value = projection((Name) value, brackets, arguments, origin(context, arguments));
      child = 3;
    }
    for (; child < context.getChildCount(); child++) {
      ParserRuleContext trailer = (ParserRuleContext) context.getChild(child);
      Origin origin = origin(context, trailer);
      value =
          trailer instanceof BracketsContext brackets
              ? indexed(value, indices.reads(brackets.item(), brackets), origin)
              : applied(value, (ArgumentsContext) trailer, named && child == 1, origin);
    }
    return value;
  }

  private Expression indexed(Expression value, List<Tree.Index> positions, Origin origin) {
    if (!(value instanceof Name name)) {
      return new Tree.Indexed(value, positions, origin);
    }
    if (ProjectionKind.of(name.text()).isPresent()) {
      throw new SyntaxFault(
          Diagnostic.error("E0013", "`" + name.text() + "[…]` projects nothing")
              .at(span(origin), "a projection, without an argument")
              .help(
                  "put what it projects in parentheses right after it: `"
                      + span(origin).text()
                      + "(…)`"));
    }
    return new Tree.Access(name, Tree.Form.SQUARE, positions, origin);
  }

  private Expression applied(
      Expression value, ArgumentsContext arguments, boolean named, Origin origin) {
    if (!named || !(value instanceof Name name)) {
      throw new SyntaxFault(
          Diagnostic.error("E0013", "only a name can be applied")
              .at(places.of(arguments.CALL().getSymbol()), "this applies what stands before it")
              .help("for a product put a blank before `(`"));
    }
    if (Names.isCapital(name.text())) {
      return new Tree.Access(
          name, Tree.Form.ROUND, indices.reads(arguments.item(), arguments), origin);
    }
    return new Tree.Call(functionName(name), arguments(arguments), origin);
  }

  /// The paper writes the sigmoid with its own sign.
  static Name functionName(Name name) {
    return name.text().equals("\u03C3") ? new Name("sig", name.origin()) : name;
  }

  private Expression projection(
      Name name, BracketsContext brackets, ArgumentsContext arguments, Origin origin) {
    ProjectionKind kind =
        ProjectionKind.of(name.text()).orElseThrow(() -> notAProjection(name, brackets));
    List<Name> over = new ArrayList<>();
    List<Optional<Expression>> extents = new ArrayList<>();
    for (ItemContext item : IndexBuilder.items(places, brackets.item(), brackets)) {
      Tree.Index read = indices.read(item);
      if (read instanceof Tree.Position(Name index, _) && !Names.isCapital(index.text())) {
        over.add(index);
        extents.add(Optional.empty());
      } else if (read instanceof Tree.Sized(Name index, Expression extent, _)) {
        over.add(index);
        extents.add(Optional.of(extent));
      } else {
        throw new SyntaxFault(
            Diagnostic.error("E0013", "a projection runs over indices")
                .at(span(item), "this is not the name of an index")
                .help("name the indices: `" + name.text() + "[j, k](…)`"));
      }
    }
    List<Tree.Argument> body = arguments(arguments);
    if (over.isEmpty() || body.size() != 1 || body.getFirst().name().isPresent()) {
      String what = over.isEmpty() ? "has no index" : "takes one argument";
      throw new SyntaxFault(
          Diagnostic.error("E0013", "`" + name.text() + "[…](…)` " + what)
              .at(span(origin), over.isEmpty() ? "" : argumentsHere(body))
              .help("write `" + name.text() + "[j](A[i, j])`"));
    }
    return new Tree.Projection(kind, over, extents, body.getFirst().value(), origin);
  }

  private static String argumentsHere(List<Tree.Argument> arguments) {
    return arguments.size() == 1 ? "a named one here" : arguments.size() + " here";
  }

  private SyntaxFault notAProjection(Name name, BracketsContext brackets) {
    String text = name.text() + span(brackets).text();
    return new SyntaxFault(
        Diagnostic.error("E0013", "`" + name.text() + "` is not a projection")
            .at(span(name.origin()), "`[…]` and `(…)` after one name project")
            .note(
                "the projections are sum, max, min, prod, avg, any, all, lse, xor, argmax, argmin,"
                    + " cumsum, cumprod, cummax, cummin")
            .help("for a product put a blank before `(`: `" + text + " (…)`"));
  }

  List<Tree.Argument> arguments(ArgumentsContext context) {
    List<Tree.Argument> arguments = new ArrayList<>();
    for (ItemContext item : IndexBuilder.items(places, context.item(), context)) {
      arguments.add(argument(item));
    }
    return arguments;
  }

  private Tree.Argument argument(ItemContext item) {
    boolean plain = item.expression() != null && item.DOT() == null;
    if (plain && item.range() == null) {
      return new Tree.Argument(Optional.empty(), build(item.expression()), origin(item));
    }
    RangeContext range = item.range();
    if (plain
        && range.COLON().size() == 1
        && range.expression().size() == 1
        && build(item.expression()) instanceof Name name
        && !Names.isCapital(name.text())) {
      return new Tree.Argument(Optional.of(name), build(range.expression(0)), origin(item));
    }
    throw new SyntaxFault(
        Diagnostic.error("E0011", "`" + span(item).text() + "` is not an argument")
            .at(span(item), "")
            .help("an argument is a value, or a key and a value: `rate: 1e-3`"));
  }

  private Expression primary(PrimaryContext context) {
    if (context.name() != null) {
      return name(context.name());
    }
    Token token = context.getStart();
    Origin origin = Origin.of(places.of(token));
    return switch (token.getType()) {
      case INTEGER -> integer(token);
      case DECIMAL -> new Tree.DecimalLiteral(Double.parseDouble(token.getText()), origin);
      case STRING -> text(token);
      case TRUE -> new Tree.TruthLiteral(true, origin);
      case FALSE -> new Tree.TruthLiteral(false, origin);
      case INF -> new Tree.DecimalLiteral(Double.POSITIVE_INFINITY, origin);
      case NAN -> new Tree.DecimalLiteral(Double.NaN, origin);
      default -> throw new IllegalStateException("not a value: " + token);
    };
  }

  Name name(NameContext context) {
    return new Name(context.getText(), origin(context));
  }

  Expression count(CountContext context) {
    return context.name() != null ? name(context.name()) : integer(context.getStart());
  }

  Tree.IntegerLiteral integer(Token token) {
    try {
      return new Tree.IntegerLiteral(Long.parseLong(token.getText()), Origin.of(places.of(token)));
    } catch (NumberFormatException _) {
      throw new SyntaxFault(
          Diagnostic.error("E0006", "an integer too large")
              .at(places.of(token), "the largest is 9223372036854775807")
              .help("write `" + Double.parseDouble(token.getText() + ".0") + "` for a decimal"));
    }
  }

  Tree.Text text(Token token) {
    String written = token.getText();
    StringBuilder value = new StringBuilder();
    int k = 1;
    while (k < written.length() - 1) {
      char unit = written.charAt(k);
      if (unit != '\\') {
        value.append(unit);
        k++;
        continue;
      }
      switch (written.charAt(k + 1)) {
        case 'n' -> value.append('\n');
        case 'r' -> value.append('\r');
        case 't' -> value.append('\t');
        case '"' -> value.append('"');
        case '\\' -> value.append('\\');
        default -> throw badEscape(token, written.substring(k, k + 2));
      }
      k += 2;
    }
    return new Tree.Text(value.toString(), Origin.of(places.of(token)));
  }

  private SyntaxFault badEscape(Token token, String escape) {
    return new SyntaxFault(
        Diagnostic.error("E0018", "`" + escape + "` is not an escape")
            .at(places.of(token), "in this string")
            .help("the escapes are `\\n \\r \\t \\\" \\\\`; a backslash is written twice"));
  }

  Span span(ParserRuleContext context) {
    return places.of(context.getStart(), context.getStop());
  }

  Origin origin(ParserRuleContext context) {
    return Origin.of(span(context));
  }

  /// The place of a node that was built from text, as every node here is.
  static Span span(Origin origin) {
    return origin.span().orElseThrow();
  }

  private Origin origin(ParserRuleContext first, ParserRuleContext last) {
    return places.origin(first.getStart(), last.getStop());
  }

  private static Token token(ParserRuleContext context, int child) {
    return ((TerminalNode) context.getChild(child)).getSymbol();
  }
}
