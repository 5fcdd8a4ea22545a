package org.einkorn.frontend.syntax;

import static org.einkorn.frontend.syntax.EinkornParser.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.einkorn.frontend.syntax.Tree.Expression;
import org.einkorn.frontend.syntax.Tree.Name;
import org.einkorn.frontend.syntax.Tree.Statement;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;
import org.jspecify.annotations.Nullable;

/// Statements that begin with an expression: what stands after it says what they are.
final class ClauseBuilder {
  private final ExpressionBuilder expressions;

  ClauseBuilder(ExpressionBuilder expressions) {
    this.expressions = expressions;
  }

  List<Statement> statements(ClauseContext context) {
    ExpressionContext left = context.expression(0);
    Origin origin = expressions.origin(context);
    if (context.QUESTION() != null) {
      return List.of(
          new Tree.Query(
              expressions.build(left),
              Optional.ofNullable(context.title).map(expressions::text),
              context.legend().stream().map(this::legend).toList(),
              origin));
    }
    if (context.ARROW() != null) {
      return List.of(rule(context, origin));
    }
    if (context.operator() != null) {
      return List.of(equation(context, origin));
    }
    return facts(left);
  }

  private Tree.Legend legend(LegendContext context) {
    return new Tree.Legend(
        expressions.name(context.name()),
        context.STRING().stream().map(label -> expressions.text(label.getSymbol())).toList(),
        expressions.origin(context));
  }

  private Statement rule(ClauseContext context, Origin origin) {
    Tree.Head head = head(context.expression(0), context.type);
    List<Expression> body = context.expression().stream().skip(1).map(expressions::build).toList();
    return new Tree.Rule(head, body, modifiers(context.modifier()), origin);
  }

  private Statement equation(ClauseContext context, Origin origin) {
    ExpressionContext left = context.expression(0);
    Tree.AssignOperator operator = operator(context.operator().getStart());
    Tree.Modifiers modifiers = modifiers(context.modifier());
    boolean plain =
        operator == Tree.AssignOperator.ASSIGN && modifiers.isEmpty() && context.type == null;
    if (isText(left)) {
      Expression path = expressions.build(left);
      if (!plain) {
        throw new SyntaxFault(
            Diagnostic.error("E0010", "a file is written with `=` and nothing more")
                .at(expressions.span(context.operator()), "")
                .help("compute the tensor in an equation of its own, then write `\"file\" = Y`"));
      }
      return new Tree.WriteFile((Tree.Text) path, expressions.build(context.expression(1)), origin);
    }
    Optional<NameContext> semiring = semiring(context, operator);
    Tree.Head head =
        semiring.isPresent() && context.over == null
            ? head(((ProductContext) ExpressionBuilder.unwrap(left)).unary(), null)
            : head(left, context.type);
    Expression value = expressions.build(context.expression(1));
    if (value instanceof Tree.Text path) {
      if (operator != Tree.AssignOperator.ASSIGN || semiring.isPresent() || !modifiers.isEmpty()) {
        throw new SyntaxFault(
            Diagnostic.error("E0010", "a file is read with `=` and nothing more")
                .at(expressions.span(context.operator()), "")
                .and(ExpressionBuilder.span(path.origin()), "the file")
                .help("read it into a tensor, and use that in an equation of its own"));
      }
      return new Tree.ReadFile(head, Optional.of(path), origin);
    }
    return new Tree.Equation(
        head, operator, semiring.map(expressions::name), value, modifiers, origin);
  }

  /// The name that touches the `=`, as in `D[i, k] Tropical= A[i, j] B[j, k]`. Without a type
  /// before it the grammar takes it for a factor.
  private Optional<NameContext> semiring(ClauseContext context, Tree.AssignOperator operator) {
    Optional<NameContext> name = Optional.ofNullable(context.over);
    if (context.type == null
        && ExpressionBuilder.unwrap(context.expression(0)) instanceof ProductContext product
        && product.factor().size() == 1
        && product.factor(0).power() != null
        && ExpressionBuilder.unwrap(product.factor(0)) instanceof PrimaryContext leaf
        && leaf.name() != null) {
      name = Optional.of(leaf.name());
    }
    Token sign = context.operator().getStart();
    Optional<NameContext> touching =
        name.filter(found -> found.getStop().getStopIndex() + 1 == sign.getStartIndex())
            .filter(_ -> operator == Tree.AssignOperator.ASSIGN);
    if (context.over != null && touching.isEmpty()) {
      throw new SyntaxFault(
          Diagnostic.error("E0010", "`" + context.over.getText() + "` has no meaning here")
              .at(expressions.span(context.over), "after the type")
              .help("a semiring touches its `=`: `" + context.over.getText() + "=`"));
    }
    return touching;
  }

  private static boolean isText(ExpressionContext context) {
    return ExpressionBuilder.unwrap(context) instanceof PrimaryContext leaf
        && leaf.STRING() != null;
  }

  private static Tree.AssignOperator operator(Token token) {
    return switch (token.getType()) {
      case ASSIGN -> Tree.AssignOperator.ASSIGN;
      case ADD_ASSIGN -> Tree.AssignOperator.ADD;
      case MULTIPLY_ASSIGN -> Tree.AssignOperator.MULTIPLY;
      case MAX_ASSIGN -> Tree.AssignOperator.MAX;
      case MIN_ASSIGN -> Tree.AssignOperator.MIN;
      case AVG_ASSIGN -> Tree.AssignOperator.AVG;
      case OR_ASSIGN -> Tree.AssignOperator.OR;
      case AND_ASSIGN -> Tree.AssignOperator.AND;
      case LSE_ASSIGN -> Tree.AssignOperator.LSE;
      case XOR_ASSIGN -> Tree.AssignOperator.XOR;
      default -> throw new IllegalStateException("not a projection: " + token);
    };
  }

  // ------------------------------------------------------------- the left side

  private Tree.Head head(ParserRuleContext left, @Nullable NameContext typeContext) {
    Optional<Name> type = Optional.ofNullable(typeContext).map(expressions::name);
    Origin origin =
        type.isEmpty()
            ? expressions.origin(left)
            : expressions.origin(left).join(type.get().origin());
    ParserRuleContext context = ExpressionBuilder.unwrap(left);
    if (context instanceof PrimaryContext leaf && leaf.name() != null) {
      return new Tree.Head(expressions.name(leaf.name()), Tree.Form.BARE, List.of(), type, origin);
    }
    if (context instanceof PostfixContext postfix
        && postfix.getChildCount() == 2
        && postfix.primary().name() != null) {
      Name name = expressions.name(postfix.primary().name());
      if (postfix.getChild(1) instanceof BracketsContext brackets) {
        refuseReserved(name);
        List<Tree.Index> indices = expressions.indices().writes(brackets.item(), brackets);
        return new Tree.Head(name, Tree.Form.SQUARE, indices, type, origin);
      }
      if (Names.isCapital(name.text())) {
        ArgumentsContext arguments = (ArgumentsContext) postfix.getChild(1);
        List<Tree.Index> indices = expressions.indices().writes(arguments.item(), arguments);
        return new Tree.Head(name, Tree.Form.ROUND, indices, type, origin);
      }
      throw new SyntaxFault(
          Diagnostic.error("E0010", "a function is not defined by an equation")
              .at(expressions.span(left), "a name in lower case before `(` is a function")
              .help(
                  "write `def "
                      + expressions.span(left).text()
                      + " = …` for a function, a capital for a relation, `[…]` for a tensor"));
    }
    throw notAssignable(left, context);
  }

  private void refuseReserved(Name name) {
    if (ProjectionKind.of(name.text()).isPresent()) {
      throw new SyntaxFault(
          Diagnostic.error("E0013", "`" + name.text() + "[…]` is a projection, not a tensor")
              .at(ExpressionBuilder.span(name.origin()), "")
              .help("use another name, such as `" + name.text() + "_`"));
    }
  }

  private SyntaxFault notAssignable(ParserRuleContext left, ParserRuleContext context) {
    Diagnostic diagnostic =
        Diagnostic.error("E0010", "this cannot be defined")
            .at(expressions.span(left), "the left side is an expression");
    if (context instanceof ProductContext product
        && product.factor().getLast().power() != null
        && projectionWord(product.factor().getLast().getText())) {
      return new SyntaxFault(
          diagnostic.help("write `" + product.factor().getLast().getText() + "=` without a blank"));
    }
    return new SyntaxFault(
        diagnostic.help("write one tensor on the left: `Y[i, j] = …`, and `==` to compare"));
  }

  private static boolean projectionWord(String word) {
    for (Tree.AssignOperator operator : Tree.AssignOperator.values()) {
      if (operator.sign().equals(word + "=")) {
        return true;
      }
    }
    return false;
  }

  // -------------------------------------------------------------------- facts

  private List<Statement> facts(ExpressionContext left) {
    ParserRuleContext context = ExpressionBuilder.unwrap(left);
    List<ParserRuleContext> atoms = new ArrayList<>();
    if (context instanceof ProductContext product) {
      atoms.add(product.unary());
      for (FactorContext factor : product.factor()) {
        if (factor.power() == null) {
          throw noStatement(left, context);
        }
        atoms.add(factor);
      }
    } else {
      atoms.add(left);
    }
    List<Statement> facts = new ArrayList<>();
    for (ParserRuleContext atom : atoms) {
      if (!(expressions.build(atom) instanceof Tree.Access access)
          || access.form() != Tree.Form.ROUND) {
        throw noStatement(left, ExpressionBuilder.unwrap(atom));
      }
      facts.add(new Tree.Fact(access, access.origin()));
    }
    return facts;
  }

  private SyntaxFault noStatement(ExpressionContext left, ParserRuleContext context) {
    Diagnostic diagnostic =
        Diagnostic.error("E0008", "nothing is done with this value")
            .at(expressions.span(left), "an expression alone is not a statement");
    if (context instanceof ComparisonContext comparison && comparison.getChildCount() == 3) {
      String sign = comparison.getChild(1).getText();
      if (sign.equals("==")) {
        return new SyntaxFault(diagnostic.help("write one `=` to define a tensor"));
      }
      if (sign.equals("<=")) {
        return new SyntaxFault(diagnostic.help("write `<-` for a rule"));
      }
    }
    if (context instanceof PostfixContext postfix
        && postfix.getChild(postfix.getChildCount() - 1) instanceof ArgumentsContext) {
      return new SyntaxFault(
          diagnostic.help(
              "a fact names its relation with a capital: `Parent(Alice, Bob)`; end with `?` to"
                  + " print a value"));
    }
    return new SyntaxFault(
        diagnostic.help("end it with `?` to print it, or define a tensor: `Y[i] = …`"));
  }

  // ---------------------------------------------------------------- modifiers

  private Tree.Modifiers modifiers(List<ModifierContext> contexts) {
    ModifierContext[] seen = new ModifierContext[4];
    for (ModifierContext context : contexts) {
      int kind =
          context.PAD() != null ? 0 : context.UNTIL() != null ? 1 : context.FOR() != null ? 2 : 3;
      if (seen[kind] != null) {
        throw new SyntaxFault(
            Diagnostic.error("E0020", "`" + context.getStart().getText() + "` is said twice")
                .at(expressions.span(context), "")
                .and(expressions.span(seen[kind]), "the first is here")
                .help("keep one of them"));
      }
      seen[kind] = context;
    }
    return new Tree.Modifiers(
        Optional.ofNullable(seen[0]).map(this::padding),
        Optional.ofNullable(seen[3]).map(this::bounds).orElse(List.of()),
        Optional.ofNullable(seen[1]).map(until -> expressions.build(until.expression())),
        Optional.ofNullable(seen[2]).map(steps -> expressions.count(steps.count())));
  }

  private List<Tree.Bound> bounds(ModifierContext context) {
    return context.bound().stream()
        .map(
            bound ->
                new Tree.Bound(
                    expressions.build(bound.expression(0)),
                    expressions.build(bound.expression(1)),
                    expressions.origin(bound)))
        .toList();
  }

  private Tree.Padding padding(ModifierContext context) {
    return new Tree.Padding(
        Optional.ofNullable(context.expression()).map(expressions::build),
        expressions.origin(context));
  }
}
