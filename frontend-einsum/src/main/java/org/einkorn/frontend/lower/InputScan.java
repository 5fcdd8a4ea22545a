package org.einkorn.frontend.lower;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Names;
import org.einkorn.frontend.syntax.Tree;

/// Looks at every read of a program, to learn how many axes each undefined tensor has.
final class InputScan {
  private final Context context;
  private final Set<String> defined;
  private final Set<String> complained = new HashSet<>();

  /// @param defined the tensors that equations define
  InputScan(Context context, Set<String> defined) {
    this.context = context;
    this.defined = defined;
  }

  void statement(Tree.Statement statement) {
    switch (statement) {
      case Tree.Equation equation -> {
        indices(equation.head().indices(), Set.of());
        expression(equation.value(), Set.of());
      }
      case Tree.Rule rule -> rule.body().forEach(part -> expression(part, Set.of()));
      case Tree.Query query -> expression(query.value(), Set.of());
      case Tree.WriteFile file -> expression(file.value(), Set.of());
      case Tree.Function function -> function(function);
      case Tree.Declaration declaration ->
          declaration.value().ifPresent(value -> expression(value, Set.of()));
      case Tree.Let _, Tree.Semiring _, Tree.Fact _, Tree.ReadFile _, Tree.Learn _ -> {}
    }
  }

  private void function(Tree.Function function) {
    Set<String> own = new HashSet<>();
    function.parameters().forEach(parameter -> own.add(parameter.name().text()));
    function
        .adjoint()
        .ifPresent(
            adjoint -> {
              Set<String> inside = new HashSet<>(own);
              inside.add(adjoint.weight().text());
              adjoint.values().forEach(value -> expression(value, inside));
            });
    switch (function.body()) {
      case Tree.Value value -> expression(value.value(), own);
      case Tree.Block block -> {
        for (Tree.Statement statement : block.statements()) {
          if (statement instanceof Tree.Equation equation) {
            own.add(equation.head().name().text());
          }
          if (statement instanceof Tree.Let let) {
            own.add(let.name().text());
          }
        }
        for (Tree.Statement statement : block.statements()) {
          if (statement instanceof Tree.Equation equation) {
            expression(equation.value(), own);
          }
        }
      }
    }
  }

  private void expression(Tree.Expression value, Set<String> own) {
    switch (value) {
      case Tree.Access access -> {
        read(access, own);
        indices(access.indices(), own);
      }
      case Tree.Indexed indexed -> indices(indexed.indices(), own);
      default -> {}
    }
    Uses.children(value).forEach(child -> expression(child, own));
  }

  private void indices(List<Tree.Index> indices, Set<String> own) {
    for (Tree.Index index : indices) {
      if (index instanceof Tree.Position position) {
        expression(position.value(), own);
        positions(position.value(), own);
      }
    }
  }

  /// Notes the tensors whose elements are positions: those that stand in arithmetic alone.
  private void positions(Tree.Expression value, Set<String> own) {
    switch (value) {
      case Tree.Access access -> {
        String name = access.tensor().text();
        Context.ImplicitInput known = context.implicit.get(name);
        if (known != null && !own.contains(name)) {
          context.implicit.put(
              name,
              new Context.ImplicitInput(known.rank(), known.isRelation(), true, known.origin()));
        }
      }
      case Tree.Sum _, Tree.Product _, Tree.Negate _ ->
          Uses.children(value).forEach(child -> positions(child, own));
      default -> {}
    }
  }

  private void read(Tree.Access access, Set<String> own) {
    String name = access.tensor().text();
    if (own.contains(name) || defined.contains(name) || context.constants.containsKey(name)) {
      return;
    }
    boolean hasEllipsis = access.indices().stream().anyMatch(Tree.Ellipsis.class::isInstance);
    int rank = hasEllipsis ? -1 : access.indices().size();
    boolean isRelation = access.form() == Tree.Form.ROUND && Names.isCapital(name);
    Context.ImplicitInput before = context.implicit.get(name);
    if (before == null || before.rank() < 0) {
      boolean isPosition = before != null && before.isPosition();
      context.implicit.put(
          name, new Context.ImplicitInput(rank, isRelation, isPosition, access.origin()));
    } else if (rank >= 0 && rank != before.rank() && complained.add(name)) {
      boolean isDeclared = context.request.inputs().containsKey(name);
      if (!isDeclared) {
        context.report(
            new Problem.TwoRanks(name, access.origin(), rank, before.origin(), before.rank()));
        Inputs.broken(context, name, before.origin());
      }
    }
  }
}
