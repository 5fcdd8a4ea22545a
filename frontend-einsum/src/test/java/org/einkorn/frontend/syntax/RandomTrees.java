package org.einkorn.frontend.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.einkorn.ir.source.Origin;

/// Programs at random, of every kind of node, from a seed.
final class RandomTrees {
  private static final Origin NOWHERE = Origin.UNKNOWN;
  private static final List<String> VARIABLES =
      List.of("i", "j", "k'", "dx", "over", "steps", "变量", "_", "σ2", "p''", "in");
  private static final List<String> CONSTANTS = List.of("A", "Alice", "Wq", "Σ1", "N'", "ÀB");
  private static final List<String> FUNCTIONS = List.of("f", "relu", "max", "softmax", "of", "sum");

  private final Random random;

  RandomTrees(long seed) {
    this.random = new Random(seed);
  }

  Tree.Program program() {
    return new Tree.Program(several(0, 6, this::statement), NOWHERE);
  }

  private Tree.Statement statement() {
    return switch (random.nextInt(11)) {
      case 0 -> declaration();
      case 1 -> new Tree.Let(variableOrConstant(), maybe(this::type), expression(3), NOWHERE);
      case 2 -> function();
      case 3 -> rule();
      case 4 -> new Tree.Fact(access(2, Tree.Form.ROUND), NOWHERE);
      case 5 -> readFile();
      case 6 -> new Tree.WriteFile(string(), expression(3), NOWHERE);
      case 7 -> query();
      case 8 -> learn();
      case 9 -> semiring();
      default -> equation();
    };
  }

  private Tree.ReadFile readFile() {
    Tree.Head head = head();
    boolean isOpen = head.form() == Tree.Form.ROUND && random.nextBoolean();
    return new Tree.ReadFile(head, isOpen ? Optional.empty() : Optional.of(string()), NOWHERE);
  }

  private Tree.Statement query() {
    return new Tree.Query(
        expression(4),
        maybe(this::string),
        random.nextInt(3) > 0
            ? List.of()
            : several(
                1,
                2,
                () -> new Tree.Legend(variableOrConstant(), several(1, 3, this::string), NOWHERE)),
        NOWHERE);
  }

  private Tree.Statement declaration() {
    DeclarationKind kind = pick(List.of(DeclarationKind.values()));
    return new Tree.Declaration(
        kind,
        variableOrConstant(),
        maybe(() -> several(0, 3, this::axis)),
        maybe(this::type),
        kind.hasValue() ? maybe(() -> expression(2)) : Optional.empty(),
        NOWHERE);
  }

  private Tree.Axis axis() {
    return switch (random.nextInt(3)) {
      case 0 -> new Tree.Axis(Optional.of(variable()), Optional.of(expression(2)), NOWHERE);
      case 1 -> new Tree.Axis(Optional.of(variable()), Optional.empty(), NOWHERE);
      default -> new Tree.Axis(Optional.empty(), Optional.of(notVariable(2)), NOWHERE);
    };
  }

  private Tree.Statement function() {
    Tree.Body body =
        random.nextBoolean()
            ? new Tree.Value(expression(3), NOWHERE)
            : new Tree.Block(
                several(
                    0,
                    3,
                    () ->
                        switch (random.nextInt(3)) {
                          case 0 -> rule();
                          case 1 ->
                              new Tree.Let(variable(), Optional.empty(), expression(2), NOWHERE);
                          default -> equation();
                        }),
                NOWHERE);
    Optional<Adjoint> adjoint =
        body instanceof Tree.Value
            ? maybe(
                () ->
                    new Adjoint(
                        variable(), variable(), several(1, 2, () -> expression(2)), NOWHERE))
            : Optional.empty();
    return new Tree.Function(
        name(pick(FUNCTIONS)), several(0, 3, this::parameter), body, adjoint, NOWHERE);
  }

  private Tree.Parameter parameter() {
    return new Tree.Parameter(
        variableOrConstant(), maybe(() -> indices(1, true)), maybe(() -> expression(2)), NOWHERE);
  }

  private Tree.Statement rule() {
    return new Tree.Rule(head(), several(1, 4, () -> expression(2)), modifiers(), NOWHERE);
  }

  private Tree.Statement equation() {
    Tree.Expression value = expression(4);
    while (value instanceof Tree.Text) {
      value = expression(4);
    }
    Tree.AssignOperator operator = pick(List.of(Tree.AssignOperator.values()));
    Optional<Tree.Name> semiring =
        operator == Tree.AssignOperator.ASSIGN ? maybe(this::constant) : Optional.empty();
    return new Tree.Equation(head(), operator, semiring, value, modifiers(), NOWHERE);
  }

  private Tree.Statement semiring() {
    return new Tree.Semiring(constant(), operation(), operation(), NOWHERE);
  }

  private Tree.Operation operation() {
    return new Tree.Operation(pick(List.of("+", "*", "min", "and", "or", "-", "lse")), NOWHERE);
  }

  private Tree.Modifiers modifiers() {
    if (random.nextInt(3) > 0) {
      return Tree.Modifiers.NONE;
    }
    return new Tree.Modifiers(
        maybe(() -> new Tree.Padding(maybe(() -> expression(2)), NOWHERE)),
        several(0, 2, () -> new Tree.Bound(expression(2), expression(2), NOWHERE)),
        maybe(() -> expression(2)),
        maybe(this::count));
  }

  private Tree.Statement learn() {
    return new Tree.Learn(
        several(1, 3, this::variableOrConstant),
        expression(2),
        call(2),
        count(),
        maybe(() -> new Tree.Batches(variable(), count(), NOWHERE)),
        several(0, 2, this::variableOrConstant),
        maybe(() -> expression(2)),
        NOWHERE);
  }

  private Tree.Head head() {
    Optional<Tree.Name> type = maybe(this::type);
    return switch (random.nextInt(3)) {
      case 0 -> new Tree.Head(variableOrConstant(), Tree.Form.BARE, List.of(), type, NOWHERE);
      case 1 ->
          new Tree.Head(variableOrConstant(), Tree.Form.SQUARE, indices(2, true), type, NOWHERE);
      default -> new Tree.Head(constant(), Tree.Form.ROUND, indices(2, true), type, NOWHERE);
    };
  }

  private Tree.Expression count() {
    return random.nextBoolean() ? integer() : variableOrConstant();
  }

  Tree.Expression expression(int depth) {
    if (depth == 0) {
      return leaf();
    }
    return switch (random.nextInt(14)) {
      case 0 -> access(depth - 1, Tree.Form.SQUARE);
      case 1 -> access(depth - 1, Tree.Form.ROUND);
      case 2 -> indexed(depth - 1);
      case 3 -> call(depth - 1);
      case 4 -> {
        List<Tree.Name> over = several(1, 2, this::variable);
        yield new Tree.Projection(
            pick(List.of(ProjectionKind.values())),
            over,
            over.stream().map(name -> this.<Tree.Expression>maybe(() -> expression(1))).toList(),
            expression(depth - 1),
            NOWHERE);
      }
      case 5, 6 -> product(depth - 1);
      case 7 ->
          new Tree.Sum(
              expression(depth - 1),
              several(
                  1,
                  3,
                  () -> new Tree.Term(pick(List.of(TermOperator.values())), expression(depth - 1))),
              NOWHERE);
      case 8 -> new Tree.Negate(expression(depth - 1), NOWHERE);
      case 9 -> new Tree.Power(expression(depth - 1), expression(depth - 1), NOWHERE);
      case 10 ->
          new Tree.Comparison(
              pick(List.of(Tree.ComparisonOperator.values())),
              expression(depth - 1),
              expression(depth - 1),
              NOWHERE);
      case 11 ->
          new Tree.Logic(
              pick(List.of(LogicOperator.values())),
              several(2, 3, () -> expression(depth - 1)),
              NOWHERE);
      case 12 -> new Tree.Not(expression(depth - 1), NOWHERE);
      default -> leaf();
    };
  }

  private Tree.Expression product(int depth) {
    return new Tree.Product(
        expression(depth),
        several(
            1, 3, () -> new Tree.Factor(pick(List.of(FactorOperator.values())), expression(depth))),
        NOWHERE);
  }

  private Tree.Expression indexed(int depth) {
    Tree.Expression value = expression(depth);
    while (value instanceof Tree.Name) {
      value = expression(depth);
    }
    return new Tree.Indexed(value, indices(depth, false), NOWHERE);
  }

  private Tree.Call call(int depth) {
    return new Tree.Call(
        name(pick(FUNCTIONS)),
        several(0, 3, () -> new Tree.Argument(maybe(this::variable), expression(depth), NOWHERE)),
        NOWHERE);
  }

  private Tree.Access access(int depth, Tree.Form form) {
    Tree.Name tensor = form == Tree.Form.ROUND ? constant() : variableOrConstant();
    return new Tree.Access(tensor, form, indices(depth, false), NOWHERE);
  }

  private Tree.Expression leaf() {
    return switch (random.nextInt(7)) {
      case 0 -> integer();
      case 1 ->
          new Tree.DecimalLiteral(
              pick(
                  List.of(
                      0.0,
                      1.0,
                      0.1,
                      1e-3,
                      1e300,
                      5e-324,
                      123456.75,
                      Double.POSITIVE_INFINITY,
                      Double.NaN,
                      Math.abs(random.nextGaussian()))),
              NOWHERE);
      case 2 -> new Tree.TruthLiteral(random.nextBoolean(), NOWHERE);
      case 3 -> string();
      default -> variableOrConstant();
    };
  }

  private List<Tree.Index> indices(int depth, boolean extents) {
    return several(0, 3, () -> index(depth, extents));
  }

  private Tree.Index index(int depth, boolean extents) {
    return switch (random.nextInt(extents ? 9 : 8)) {
      case 0 -> new Tree.Dotted(variable(), NOWHERE);
      case 1 -> new Tree.Virtual(variable(), random.nextInt(-3, 4), NOWHERE);
      case 2 -> new Tree.Group(several(2, 3, this::variableOrConstant), NOWHERE);
      case 3 ->
          new Tree.Slice(
              maybe(() -> notVariable(depth)),
              maybe(() -> expression(depth)),
              maybe(() -> expression(depth)),
              NOWHERE);
      case 4 -> new Tree.Ellipsis(NOWHERE);
      case 8 -> new Tree.Sized(variable(), expression(depth), NOWHERE);
      default -> new Tree.Position(expression(depth), NOWHERE);
    };
  }

  private Tree.Expression notVariable(int depth) {
    while (true) {
      Tree.Expression expression = expression(depth);
      if (!(expression instanceof Tree.Name name) || Names.isCapital(name.text())) {
        return expression;
      }
    }
  }

  private Tree.IntegerLiteral integer() {
    return new Tree.IntegerLiteral(
        pick(List.of(0L, 1L, 2L, 64L, Long.MAX_VALUE, random.nextLong(1000))), NOWHERE);
  }

  private Tree.Text string() {
    return new Tree.Text(
        pick(List.of("", "x.npy", "a\"b\\c\n\t\r", "// no comment", "日本 𝛼", "it's")), NOWHERE);
  }

  private Tree.Name type() {
    return name(pick(List.of("f32", "bool", "f8e4m3", "i64")));
  }

  private Tree.Name variable() {
    return name(pick(VARIABLES));
  }

  private Tree.Name constant() {
    return name(pick(CONSTANTS));
  }

  private Tree.Name variableOrConstant() {
    return random.nextBoolean() ? variable() : constant();
  }

  private static Tree.Name name(String text) {
    return new Tree.Name(text, NOWHERE);
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private <T> Optional<T> maybe(Supplier<T> supplier) {
    return random.nextBoolean() ? Optional.of(supplier.get()) : Optional.empty();
  }

  private <T> List<T> several(int least, int most, Supplier<? extends T> supplier) {
    List<T> list = new ArrayList<>();
    int size = random.nextInt(least, most + 1);
    for (int k = 0; k < size; k++) {
      list.add(supplier.get());
    }
    return list;
  }
}
