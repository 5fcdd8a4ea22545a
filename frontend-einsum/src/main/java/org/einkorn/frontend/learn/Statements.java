package org.einkorn.frontend.learn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.einkorn.frontend.syntax.DeclarationKind;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.TensorType;

/// The statements of a program, and other programs made of them.
final class Statements {
  private Statements() {}

  static Tree.Program program(List<Tree.Statement> statements) {
    return new Tree.Program(statements, Origin.UNKNOWN);
  }

  /// The tensor that a statement is about, if it defines or declares one.
  static Optional<String> target(Tree.Statement statement) {
    return switch (statement) {
      case Tree.Declaration declaration -> Optional.of(declaration.name().text());
      case Tree.Equation equation -> Optional.of(equation.head().name().text());
      case Tree.Rule rule -> Optional.of(rule.head().name().text());
      case Tree.Fact fact -> Optional.of(fact.atom().tensor().text());
      case Tree.ReadFile file -> Optional.of(file.head().name().text());
      case Tree.Let _,
          Tree.Semiring _,
          Tree.Function _,
          Tree.WriteFile _,
          Tree.Query _,
          Tree.Learn _ ->
          Optional.empty();
    };
  }

  /// The tensors that statements define or declare.
  static Set<String> targets(List<Tree.Statement> statements) {
    Set<String> found = new LinkedHashSet<>();
    statements.forEach(statement -> target(statement).ifPresent(found::add));
    return found;
  }

  /// The declaration of a parameter.
  static Optional<Tree.Declaration> parameter(List<Tree.Statement> statements, String name) {
    return statements.stream()
        .filter(Tree.Declaration.class::isInstance)
        .map(Tree.Declaration.class::cast)
        .filter(made -> made.kind() == DeclarationKind.PARAM && made.name().text().equals(name))
        .findFirst();
  }

  /// Whether an equation gives the value of a parameter; else a file does, or who runs the program.
  static boolean hasEquation(Tree.Declaration parameter) {
    return parameter.value().map(value -> !(value instanceof Tree.Text)).orElse(false);
  }

  /// Without what is learned, asked and written.
  static List<Tree.Statement> equations(List<Tree.Statement> statements) {
    return statements.stream()
        .filter(
            statement ->
                !(statement instanceof Tree.Learn
                    || statement instanceof Tree.Query
                    || statement instanceof Tree.WriteFile))
        .toList();
  }

  /// With parameters that equations give as inputs.
  static List<Tree.Statement> withInputs(List<Tree.Statement> statements, Set<String> parameters) {
    return statements.stream()
        .map(
            statement ->
                statement instanceof Tree.Declaration declaration
                        && declaration.kind() == DeclarationKind.PARAM
                        && parameters.contains(declaration.name().text())
                        && hasEquation(declaration)
                    ? new Tree.Declaration(
                        declaration.kind(),
                        declaration.name(),
                        declaration.axes(),
                        declaration.type(),
                        Optional.empty(),
                        declaration.origin())
                    : statement)
        .toList();
  }

  /// The statements about some tensors, with others as inputs of known types.
  ///
  /// @param rows an index whose extents are left to be inferred
  static List<Tree.Statement> about(
      List<Tree.Statement> statements,
      Predicate<String> isInside,
      Map<String, TensorType> inputs,
      Optional<String> rows) {
    List<Tree.Statement> found = new ArrayList<>();
    Map<String, Tree.Name> names = new LinkedHashMap<>();
    for (Tree.Statement statement : statements) {
      switch (statement) {
        case Tree.Let _, Tree.Semiring _, Tree.Function _ -> found.add(statement);
        default -> {
          String target = target(statement).orElseThrow();
          if (isInside.test(target)) {
            found.add(kept(statement, rows));
          } else if (statement instanceof Tree.Declaration declaration) {
            names.put(target, declaration.name());
          }
        }
      }
    }
    inputs.forEach(
        (name, type) -> {
          Tree.Name written = names.getOrDefault(name, new Tree.Name(name, Origin.UNKNOWN));
          found.add(declaration(written, type));
        });
    return found;
  }

  private static Tree.Declaration declaration(Tree.Name name, TensorType type) {
    List<Tree.Axis> axes = new ArrayList<>();
    for (IndexExpr extent : type.extents()) {
      axes.add(
          extent instanceof IndexExpr.Constant(long size)
              ? new Tree.Axis(
                  Optional.empty(),
                  Optional.of(new Tree.IntegerLiteral(size, Origin.UNKNOWN)),
                  Origin.UNKNOWN)
              : new Tree.Axis(
                  Optional.of(new Tree.Name("axis" + axes.size(), Origin.UNKNOWN)),
                  Optional.empty(),
                  Origin.UNKNOWN));
    }
    return new Tree.Declaration(
        DeclarationKind.INPUT,
        name,
        Optional.of(axes),
        Optional.of(new Tree.Name(type.dtype().text(), Origin.UNKNOWN)),
        Optional.empty(),
        name.origin());
  }

  /// A statement without extents of an index, and without being an output.
  private static Tree.Statement kept(Tree.Statement statement, Optional<String> rows) {
    return switch (statement) {
      case Tree.Declaration declaration ->
          new Tree.Declaration(
              declaration.kind() == DeclarationKind.OUTPUT
                  ? DeclarationKind.TENSOR
                  : declaration.kind(),
              declaration.name(),
              declaration.axes().map(axes -> axes.stream().map(axis -> freed(axis, rows)).toList()),
              declaration.type(),
              declaration.value(),
              declaration.origin());
      case Tree.Equation equation ->
          new Tree.Equation(
              freed(equation.head(), rows),
              equation.operator(),
              equation.semiring(),
              equation.value(),
              equation.modifiers(),
              equation.origin());
      default -> statement;
    };
  }

  private static Tree.Axis freed(Tree.Axis axis, Optional<String> rows) {
    return axis.name()
            .map(Tree.Name::text)
            .filter(name -> Optional.of(name).equals(rows))
            .isPresent()
        ? new Tree.Axis(axis.name(), Optional.empty(), axis.origin())
        : axis;
  }

  private static Tree.Head freed(Tree.Head head, Optional<String> rows) {
    return new Tree.Head(
        head.name(),
        head.form(),
        head.indices().stream()
            .map(
                index ->
                    index instanceof Tree.Sized sized
                            && Optional.of(sized.name().text()).equals(rows)
                        ? new Tree.Position(sized.name(), sized.origin())
                        : index)
            .toList(),
        head.type(),
        head.origin());
  }
}
