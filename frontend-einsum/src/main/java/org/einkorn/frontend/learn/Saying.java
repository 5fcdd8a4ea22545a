package org.einkorn.frontend.learn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.frontend.syntax.TreePrinter;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;

/// What a `learn` says, resolved.
///
/// @param arguments those of the optimizer that are given, as text
/// @param rows how many rows a batch has; 0 where there are no batches
record Saying(
    Tree.Learn learn,
    List<String> parameters,
    Optimizer optimizer,
    Map<String, String> arguments,
    long steps,
    long rows,
    Names names) {

  static Saying of(
      SourceFile file, List<Tree.Statement> all, Tree.Learn learn, List<Problem> problems) {
    Counts counts = new Counts(all);
    List<String> parameters = new ArrayList<>();
    for (Tree.Name name : learn.parameters()) {
      if (parameters.contains(name.text())) {
        problems.add(
            new Problem.NotLearnable(
                name.text(), "it is named twice", "name it once", name.origin()));
      } else if (Statements.parameter(all, name.text()).isEmpty()) {
        problems.add(
            new Problem.NotLearnable(
                name.text(),
                "it is no `param`",
                "declare it: `param " + name.text() + "[…]`",
                name.origin()));
      }
      parameters.add(name.text());
    }
    for (Tree.Name name : learn.held()) {
      if (parameters.contains(name.text())) {
        problems.add(
            new Problem.NotLearnable(
                name.text(), "it is held too", "leave it out of `holding`", name.origin()));
      } else if (!Statements.targets(all).contains(name.text())) {
        problems.add(new Problem.UnknownName(name.text(), name.origin(), List.of()));
      }
    }
    if (learn.objective() instanceof Tree.Name goal
        && !Statements.targets(all).contains(goal.text())) {
      problems.add(
          new Problem.BadObjective(
              goal.text(),
              "no equation defines it",
              "name a number that equations compute, or write it out: `minimizing (Y[e] - T[e])^2`",
              goal.origin()));
    }
    String name = learn.optimizer().function().text();
    Optional<Optimizer> optimizer = Optimizer.of(name);
    Map<String, String> arguments = new LinkedHashMap<>();
    if (optimizer.isEmpty()) {
      problems.add(
          new Problem.UnknownOptimizer(
              name, Optimizer.NAMES, learn.optimizer().function().origin()));
    } else {
      arguments(learn, optimizer.get(), counts, arguments, problems);
    }
    long steps = counts.of(learn.steps(), "steps", problems);
    long rows = learn.batches().map(found -> counts.of(found.size(), "rows", problems)).orElse(0L);
    return new Saying(
        learn,
        parameters,
        optimizer.orElseGet(() -> Optimizer.of("sgd").orElseThrow()),
        arguments,
        steps,
        rows,
        new Names(file, learn));
  }

  private static void arguments(
      Tree.Learn learn,
      Optimizer optimizer,
      Counts counts,
      Map<String, String> found,
      List<Problem> problems) {
    String name = learn.optimizer().function().text();
    for (Tree.Argument argument : learn.optimizer().arguments()) {
      Optional<Tree.Name> key = argument.name();
      Optional<String> wrong;
      if (key.isEmpty()) {
        wrong = Optional.of("an argument of an optimizer has a name");
      } else if (!optimizer.arguments().contains(key.get().text())) {
        wrong = Optional.of("`" + name + "` has no argument `" + key.get().text() + "`");
      } else if (!counts.isConstant(argument.value())) {
        wrong = Optional.of("`" + key.get().text() + "` is no constant");
      } else if (found.put(key.get().text(), TreePrinter.print(argument.value())) != null) {
        wrong = Optional.of("`" + key.get().text() + "` is given twice");
      } else {
        wrong = Optional.empty();
      }
      wrong.ifPresent(
          why ->
              problems.add(
                  new Problem.OptimizerArgument(
                      name, why, optimizer.arguments(), argument.origin())));
    }
  }

  /// Equations for what is minimized and for the end, where these have no names.
  List<Tree.Statement> objectives() {
    List<Tree.Statement> made = new ArrayList<>();
    if (!(learn.objective() instanceof Tree.Name)) {
      made.add(equation(names.objective(), Optional.empty(), learn.objective()));
    }
    learn.until().ifPresent(until -> made.add(equation(names.until(), Optional.of("bool"), until)));
    return made;
  }

  private static Tree.Equation equation(String name, Optional<String> type, Tree.Expression value) {
    Origin origin = value.origin();
    return new Tree.Equation(
        new Tree.Head(
            new Tree.Name(name, origin),
            Tree.Form.BARE,
            List.of(),
            type.map(text -> new Tree.Name(text, origin)),
            origin),
        Tree.AssignOperator.ASSIGN,
        value,
        Tree.Modifiers.NONE,
        origin);
  }

  /// The names of what is minimized and of the end.
  Set<String> wanted() {
    Set<String> wanted = new LinkedHashSet<>(Set.of(names.objective()));
    learn.until().ifPresent(_ -> wanted.add(names.until()));
    return wanted;
  }
}
