package org.einkorn.frontend.syntax;

import static org.einkorn.frontend.syntax.EinkornParser.*;

import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.einkorn.frontend.syntax.Tree.Expression;
import org.einkorn.frontend.syntax.Tree.Name;
import org.einkorn.frontend.syntax.Tree.Statement;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;

/// Parse trees of statements to [Tree.Statement].
final class StatementBuilder {
  private final Places places;
  private final ExpressionBuilder expressions;
  private final ClauseBuilder clauses;

  StatementBuilder(Places places) {
    this.places = places;
    this.expressions = new ExpressionBuilder(places);
    this.clauses = new ClauseBuilder(expressions);
  }

  /// The statements written as one: several only where facts stand side by side.
  ///
  /// @param block what stands between the braces of a `def`
  List<Statement> statements(StatementContext context, Optional<List<Statement>> block) {
    ParserRuleContext kind = (ParserRuleContext) context.getChild(0);
    return switch (kind) {
      case DeclarationContext declaration -> List.of(declaration(declaration));
      case BindingContext binding -> List.of(binding(binding));
      case SemiringContext semiring -> List.of(semiring(semiring));
      case DefinitionContext definition -> List.of(definition(definition, block));
      case LearningContext learning -> List.of(learning(learning));
      case ClauseContext clause -> clauses.statements(clause);
      default -> throw new IllegalStateException("not a statement: " + kind.getClass().getName());
    };
  }

  private Statement declaration(DeclarationContext context) {
    Optional<BracketsContext> axes = Optional.ofNullable(context.axes);
    Optional<BracketsContext> inner = Optional.ofNullable(context.inner);
    if (axes.isPresent() && inner.isPresent()) {
      throw new SyntaxFault(
          Diagnostic.error("E0014", "the axes are declared twice")
              .at(expressions.span(inner.get()), "here")
              .and(expressions.span(axes.get()), "and here")
              .help("keep the axes after the name and only the element type after `:`"));
    }
    DeclarationKind kind =
        switch (context.kind.getType()) {
          case INPUT -> DeclarationKind.INPUT;
          case PARAM -> DeclarationKind.PARAM;
          case TENSOR -> DeclarationKind.TENSOR;
          default -> DeclarationKind.OUTPUT;
        };
    Optional<Expression> value = Optional.ofNullable(context.expression()).map(expressions::build);
    if (!kind.hasValue() && value.isPresent()) {
      throw new SyntaxFault(
          Diagnostic.error("E0014", "`" + kind.word() + "` declares and does not define")
              .at(places.of(context.ASSIGN().getSymbol()), "")
              .help("define it by an equation of its own on the next line"));
    }
    Optional<Name> type = Optional.ofNullable(context.type).map(expressions::name);
    if (context.round != null) {
      return relation(context, kind, type, value);
    }
    return new Tree.Declaration(
        kind,
        expressions.name(context.name(0)),
        axes.or(() -> inner).map(expressions.indices()::axes),
        type,
        value,
        origin(context));
  }

  /// `input R(x, y)`, a relation that comes from outside, and `tensor R(x: 10)`, a Boolean tensor.
  private Statement relation(
      DeclarationContext context,
      DeclarationKind kind,
      Optional<Name> type,
      Optional<Expression> value) {
    Name name = expressions.name(context.name(0));
    boolean isFile = value.map(Tree.Text.class::isInstance).orElse(true);
    String wrong =
        !Names.isCapital(name.text())
            ? "the name of a relation begins in upper case"
            : kind == DeclarationKind.PARAM
                ? "a `param` is learned, and a relation can't be"
                : !isFile ? "a relation is defined by rules or read from a file" : "";
    if (!wrong.isEmpty()) {
      throw new SyntaxFault(
          Diagnostic.error("E0014", wrong)
              .at(expressions.span(context.round), "")
              .help("declare a tensor: `" + kind.word() + " " + name.text() + "[…]`"));
    }
    if (kind == DeclarationKind.INPUT) {
      Tree.Head head =
          new Tree.Head(
              name,
              Tree.Form.ROUND,
              expressions.indices().writes(context.round.item(), context.round),
              type,
              expressions.origin(context.round));
      return new Tree.ReadFile(head, value.map(Tree.Text.class::cast), origin(context));
    }
    return new Tree.Declaration(
        kind,
        name,
        Optional.of(expressions.indices().axes(context.round.item(), context.round)),
        type.or(() -> Optional.of(new Name("bool", name.origin()))),
        value,
        origin(context));
  }

  private Statement binding(BindingContext context) {
    return new Tree.Let(
        expressions.name(context.name(0)),
        Optional.ofNullable(context.type).map(expressions::name),
        expressions.build(context.expression()),
        origin(context));
  }

  private Statement semiring(SemiringContext context) {
    return new Tree.Semiring(
        expressions.name(context.name()),
        operation(context.operation(0)),
        operation(context.operation(1)),
        origin(context));
  }

  /// In ASCII, as everything in a tree.
  private Tree.Operation operation(OperationContext context) {
    String text =
        switch (context.getStart().getType()) {
          case PLUS -> "+";
          case MINUS -> "-";
          case STAR -> "*";
          case AND -> "and";
          case OR -> "or";
          default -> context.getText();
        };
    return new Tree.Operation(text, origin(context));
  }

  private Statement definition(DefinitionContext context, Optional<List<Statement>> block) {
    Name name = ExpressionBuilder.functionName(expressions.name(context.name()));
    if (Names.isCapital(name.text())) {
      throw new SyntaxFault(
          Diagnostic.error("E0014", "the name of a function begins in lower case")
              .at(expressions.span(context.name()), "a capital before `(` is a relation")
              .help("write `def " + decapitalized(name.text()) + "(…)`"));
    }
    List<Tree.Parameter> parameters = context.parameter().stream().map(this::parameter).toList();
    Tree.Body body =
        context.expression() != null
            ? new Tree.Value(expressions.build(context.expression()), origin(context.expression()))
            : block(context, block.orElseThrow());
    Optional<Adjoint> adjoint = Optional.ofNullable(context.adjoint()).map(this::adjoint);
    return new Tree.Function(name, parameters, body, adjoint, origin(context));
  }

  private Adjoint adjoint(AdjointContext context) {
    return new Adjoint(
        expressions.name(context.name(0)),
        expressions.name(context.name(1)),
        context.expression().stream().map(expressions::build).toList(),
        origin(context));
  }

  private Tree.Block block(DefinitionContext context, List<Statement> statements) {
    for (Statement statement : statements) {
      if (!Tree.standsInBlock(statement)) {
        throw new SyntaxFault(
            Diagnostic.error("E0010", "a function holds only equations, rules and `let`")
                .at(ExpressionBuilder.span(statement.origin()), "")
                .help("move this out of the `def`"));
      }
    }
    Token open = context.LBRACE().getSymbol();
    return new Tree.Block(statements, places.origin(open, context.RBRACE().getSymbol()));
  }

  private Tree.Parameter parameter(ParameterContext context) {
    BracketsContext brackets = context.brackets();
    return new Tree.Parameter(
        expressions.name(context.name()),
        Optional.ofNullable(brackets)
            .map(written -> expressions.indices().writes(written.item(), written)),
        Optional.ofNullable(context.expression()).map(expressions::build),
        origin(context));
  }

  private Statement learning(LearningContext context) {
    // The names are the parameters, and last the optimizer's.
    List<NameContext> names = context.name();
    List<Name> parameters =
        names.subList(0, names.size() - 1).stream().map(expressions::name).toList();
    NameContext optimizer = names.getLast();
    if (context.batches().size() > 1) {
      throw twice("over", context.batches());
    }
    if (context.holding().size() > 1) {
      throw twice("holding", context.holding());
    }
    return new Tree.Learn(
        parameters,
        expressions.build(context.expression()),
        optimizer(optimizer, context.arguments()),
        expressions.count(context.count()),
        context.batches().stream().findFirst().map(this::batches),
        context.holding().stream()
            .flatMap(holding -> holding.name().stream())
            .map(expressions::name)
            .toList(),
        Optional.ofNullable(context.ending()).map(ending -> expressions.build(ending.expression())),
        origin(context));
  }

  private Tree.Call optimizer(
      NameContext context, @org.jspecify.annotations.Nullable ArgumentsContext arguments) {
    Name name = expressions.name(context);
    if (Names.isCapital(name.text())) {
      throw new SyntaxFault(
          Diagnostic.error("E0015", "the name of an optimizer begins in lower case")
              .at(expressions.span(context), "")
              .help("write `with " + decapitalized(name.text()) + "(…)`"));
    }
    if (arguments == null) {
      return new Tree.Call(name, List.of(), origin(context));
    }
    return new Tree.Call(
        name,
        expressions.arguments(arguments),
        places.origin(context.getStart(), arguments.getStop()));
  }

  private Tree.Batches batches(BatchesContext context) {
    return new Tree.Batches(
        expressions.name(context.name()), expressions.count(context.count()), origin(context));
  }

  private SyntaxFault twice(String word, List<? extends ParserRuleContext> contexts) {
    return new SyntaxFault(
        Diagnostic.error("E0020", "`" + word + "` is said twice")
            .at(expressions.span(contexts.get(1)), "")
            .and(expressions.span(contexts.get(0)), "the first is here")
            .help("keep one of them"));
  }

  private Origin origin(ParserRuleContext context) {
    return expressions.origin(context);
  }

  private static String decapitalized(String name) {
    int first = name.codePointAt(0);
    return Character.toString(Character.toLowerCase(first))
        + name.substring(Character.charCount(first));
  }
}
