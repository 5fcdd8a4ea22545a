package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.syntax.DeclarationKind;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.tensor.Components;
import org.einkorn.ir.tensor.Program;

/// Lowers a whole program: declarations first, then tensors in the order of need, then what is
/// printed and kept.
public final class ProgramLowering {
  private final Context context;
  private final Tree.Program tree;
  private final Declarations declarations;
  private final Map<String, List<Item>> items = new LinkedHashMap<>();
  private final Map<String, Equations.Declared> declared = new HashMap<>();
  private final Map<String, Origin> defined = new LinkedHashMap<>();
  private final Map<String, Set<String>> needs = new HashMap<>();
  private final Answers answers;
  private final RelationFiles relations;

  /// What became of a program.
  ///
  /// @param program nothing if there is an error, or if it is open
  /// @param open what must be known before there can be a program
  /// @param required what must hold of data
  /// @param hasLabels whether a position is a label, whose number all equations together decide
  public record Result(
      Optional<Program> program,
      List<Problem> problems,
      List<Problem> open,
      List<Context.Required> required,
      boolean hasLabels) {}

  private ProgramLowering(Tree.Program tree, Request request) {
    this.context = new Context(request);
    this.tree = Semirings.replace(tree, context);
    this.declarations = new Declarations(context);
    this.answers = new Answers(context);
    this.relations = new RelationFiles(context);
  }

  /// @param name what the program is called
  public static Result lower(String name, Tree.Program tree, Request request) {
    return new ProgramLowering(tree, request).run(name);
  }

  private Result run(String name) {
    collectFunctions();
    declarations.collect(tree.statements());
    declarations.evaluate();
    collectItems();
    scanInputs();
    checkAdjoints();
    declare();
    for (Map<String, List<Item>> group : order()) {
      String first = group.keySet().iterator().next();
      boolean isRecursive =
          group.size() > 1
              || needs.getOrDefault(first, Set.of()).contains(first)
              || Recursion.isVirtual(Objects.requireNonNull(group.get(first)));
      if (isRecursive) {
        Recursion.lower(context, group, declared);
      } else {
        Equations.lower(
            context,
            first,
            Objects.requireNonNull(group.get(first)),
            Optional.ofNullable(declared.get(first)));
      }
    }
    answers.lower(tree.statements());
    answers.lookForLabels(tree.statements(), items.values());
    if (context.problems.stream().allMatch(Equations::isWarning)) {
      warnUnused();
    }
    relations.addInputs();
    Finish finish = new Finish(context, answers);
    Optional<Program> program = finish.program(name, items);
    boolean isWrong = context.problems.stream().anyMatch(p -> !Equations.isWarning(p));
    boolean isOpen = !context.open.isEmpty();
    return new Result(
        isWrong || isOpen ? Optional.empty() : program,
        List.copyOf(context.problems),
        List.copyOf(context.open),
        finish.required(),
        context.hasLabels());
  }

  private void collectFunctions() {
    for (Tree.Statement statement : tree.statements()) {
      if (statement instanceof Tree.Function function) {
        Tree.Function before = context.functions.putIfAbsent(function.name().text(), function);
        if (before != null) {
          context.report(
              new Problem.DefinedTwice(
                  function.name().text(), function.name().origin(), before.name().origin()));
        }
        Adjoints.check(function).ifPresent(context::report);
      }
    }
  }

  /// What a rule of a derivative names must be there: it makes no inputs.
  private void checkAdjoints() {
    for (Tree.Function function : context.functions.values()) {
      for (Tree.Name name : Adjoints.needs(function)) {
        boolean isKnown =
            items.containsKey(name.text())
                || defined.containsKey(name.text())
                || declared.containsKey(name.text())
                || context.constants.containsKey(name.text())
                || context.sizes.contains(name.text())
                || context.request.inputs().containsKey(name.text());
        if (!isKnown) {
          List<String> own =
              function.parameters().stream().map(parameter -> parameter.name().text()).toList();
          context.report(
              new Problem.UnknownName(name.text(), name.origin(), Near.to(name.text(), own)));
        }
      }
    }
  }

  private void collectItems() {
    for (Tree.Statement statement : tree.statements()) {
      switch (statement) {
        case Tree.Equation equation -> add(Item.of(Merging.of(context, equation)));
        case Tree.Rule rule -> add(Item.of(rule));
        case Tree.Fact fact -> add(Item.of(fact));
        case Tree.Learn learn ->
            context.report(
                new Problem.Learning(
                    "a program that learns is no single program of equations",
                    "compile it by `Learning`",
                    learn.origin()));
        case Tree.Declaration declaration -> declaration(declaration);
        case Tree.ReadFile file when RelationFiles.isRelation(file) -> add(relations.add(file));
        case Tree.ReadFile file -> define(file.head().name());
        case Tree.Let let -> {
          Origin before = defined.get(let.name().text());
          if (before != null) {
            context.report(
                new Problem.DefinedTwice(let.name().text(), let.name().origin(), before));
          }
        }
        case Tree.Semiring _, Tree.Function _, Tree.WriteFile _, Tree.Query _ -> {}
      }
    }
    for (Map.Entry<String, List<Item>> entry : items.entrySet()) {
      Origin input = defined.get(entry.getKey());
      if (input != null) {
        context.report(
            new Problem.DefinesInput(
                entry.getKey(), entry.getValue().getFirst().head().name().origin(), input));
      }
      if (context.constants.containsKey(entry.getKey())) {
        context.report(
            new Problem.DefinedTwice(
                entry.getKey(),
                entry.getValue().getFirst().head().name().origin(),
                Origin.UNKNOWN));
      }
    }
    items.keySet().removeAll(defined.keySet());
  }

  private void add(Item item) {
    items.computeIfAbsent(item.head().name().text(), _ -> new ArrayList<>()).add(item);
  }

  /// A declaration with a value that is no file defines the tensor by it.
  private void declaration(Tree.Declaration declaration) {
    Tree.Name name = declaration.name();
    boolean isFile = declaration.value().map(Tree.Text.class::isInstance).orElse(true);
    boolean isOutput = declaration.kind() == DeclarationKind.OUTPUT;
    if (!declaration.kind().hasValue() || !isFile) {
      if (declared.containsKey(name.text())) {
        context.report(
            new Problem.DefinedTwice(
                name.text(), name.origin(), declared.get(name.text()).origin()));
        return;
      }
      declared.put(name.text(), declarations.declared(declaration));
      int rank = declaration.axes().map(List::size).orElse(0);
      answers.declare(name.text(), rank, name.origin(), isOutput);
    } else {
      define(name);
    }
    if (!isFile) {
      List<Tree.Index> indices = new ArrayList<>();
      for (Tree.Axis axis : declaration.axes().orElse(List.of())) {
        indices.add(
            new Tree.Position(
                axis.name().orElse(new Tree.Name("axis" + indices.size(), axis.origin())),
                axis.origin()));
      }
      Tree.Head head =
          new Tree.Head(
              name,
              declaration.axes().isEmpty() ? Tree.Form.BARE : Tree.Form.SQUARE,
              indices,
              Optional.empty(),
              declaration.origin());
      add(
          new Item(
              head,
              Tree.AssignOperator.ASSIGN,
              declaration.value(),
              Tree.Modifiers.NONE,
              false,
              declaration.origin()));
    }
  }

  private void define(Tree.Name name) {
    Origin before = defined.putIfAbsent(name.text(), name.origin());
    if (before != null) {
      context.report(new Problem.DefinedTwice(name.text(), name.origin(), before));
    }
  }

  // ----------------------------------------------------------------------- inputs

  /// Finds what is read and not defined, with the rank that its uses show.
  private void scanInputs() {
    Set<String> known = new HashSet<>(items.keySet());
    InputScan scan = new InputScan(context, known);
    for (Tree.Statement statement : tree.statements()) {
      scan.statement(statement);
    }
  }

  private void declare() {
    Set<String> done = new HashSet<>();
    for (Tree.Statement statement : tree.statements()) {
      switch (statement) {
        case Tree.Declaration declaration -> {
          boolean isFile = declaration.value().map(Tree.Text.class::isInstance).orElse(true);
          boolean isInput = declaration.kind().hasValue() && isFile;
          if (isInput && done.add(declaration.name().text())) {
            declarations.input(declaration);
          }
        }
        case Tree.ReadFile file -> {
          if (!RelationFiles.isRelation(file) && done.add(file.head().name().text())) {
            declarations.file(file);
          }
        }
        case Tree.Let _,
            Tree.Semiring _,
            Tree.Function _,
            Tree.Equation _,
            Tree.Rule _,
            Tree.Fact _,
            Tree.WriteFile _,
            Tree.Query _,
            Tree.Learn _ -> {}
      }
    }
    relations.declare(declarations, declared);
    for (Map.Entry<String, Context.ImplicitInput> entry : context.implicit.entrySet()) {
      String name = entry.getKey();
      boolean isKnown = context.request.inputs().containsKey(name);
      if (!context.tensors.containsKey(name)
          && !items.containsKey(name)
          && (entry.getValue().rank() >= 0 || isKnown)) {
        Inputs.implicit(context, new Tree.Name(name, entry.getValue().origin()), -1, false);
        context.used.add(name);
      }
    }
  }

  // ------------------------------------------------------------------------ order

  /// Tensors so that each comes after those it needs, together with those that need it in turn.
  private List<Map<String, List<Item>>> order() {
    items.forEach(
        (target, group) -> {
          Set<String> names = new LinkedHashSet<>();
          for (Item item : group) {
            needed(item.needs(), names, new HashSet<>());
          }
          names.retainAll(items.keySet());
          needs.put(target, names);
        });
    // What has a virtual index is computed together with all that reads it at one.
    items.forEach(
        (target, group) ->
            Recursion.virtualReads(group).stream()
                .filter(items::containsKey)
                .forEach(
                    read -> needs.computeIfAbsent(read, _ -> new LinkedHashSet<>()).add(target)));
    List<Map<String, List<Item>>> order = new ArrayList<>();
    for (List<String> component : Components.of(List.copyOf(items.keySet()), needs)) {
      Map<String, List<Item>> group = new LinkedHashMap<>();
      items.forEach(
          (target, all) -> {
            if (component.contains(target) && !context.tensors.containsKey(target)) {
              group.put(target, all);
            }
          });
      if (!group.isEmpty()) {
        order.add(group);
      }
    }
    return order;
  }

  private void needed(List<Tree.Name> names, Set<String> found, Set<String> functions) {
    for (Tree.Name name : names) {
      Tree.Function function = context.functions.get(name.text());
      if (function == null) {
        found.add(name.text());
      } else if (functions.add(name.text())) {
        List<Tree.Name> inside = new ArrayList<>();
        function
            .adjoint()
            .ifPresent(adjoint -> adjoint.values().forEach(value -> Item.collect(value, inside)));
        switch (function.body()) {
          case Tree.Value(Tree.Expression value, Origin _) -> Item.collect(value, inside);
          case Tree.Block block ->
              block
                  .statements()
                  .forEach(
                      statement -> {
                        if (statement instanceof Tree.Equation equation) {
                          Item.collect(equation.value(), inside);
                        }
                      });
        }
        Set<String> own = new HashSet<>();
        function.parameters().forEach(parameter -> own.add(parameter.name().text()));
        needed(
            inside.stream().filter(inner -> !own.contains(inner.text())).toList(),
            found,
            functions);
      }
    }
  }

  private void warnUnused() {
    for (Tree.Statement statement : tree.statements()) {
      switch (statement) {
        case Tree.Let let -> warn("constant", let.name());
        case Tree.Declaration declaration -> {
          if (declaration.kind().hasValue()) {
            warn(
                declaration.kind() == DeclarationKind.PARAM ? "parameter" : "input",
                declaration.name());
          }
        }
        case Tree.Semiring semiring -> warn("semiring", semiring.name());
        case Tree.Function _,
            Tree.Equation _,
            Tree.Rule _,
            Tree.Fact _,
            Tree.ReadFile _,
            Tree.WriteFile _,
            Tree.Query _,
            Tree.Learn _ -> {}
      }
    }
  }

  private void warn(String what, Tree.Name name) {
    if (!context.used.contains(name.text())) {
      context.report(new Problem.Unused(what, name.text(), name.origin()));
    }
  }
}
