package org.einkorn.frontend.learn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.Lesson;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.frontend.lower.ProgramLowering;
import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.frontend.syntax.TreePrinter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;

/// Makes the lesson of one `learn`.
final class LessonPlan {
  private final SourceFile file;
  private final List<Tree.Statement> all;
  private final Tree.Learn learn;
  private final Set<String> known;
  private final Request request;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final Optional<Lesson> lesson;

  /// @param all the statements of the program
  /// @param known the parameters that are inputs before: learned earlier, or bound from outside
  LessonPlan(
      SourceFile file,
      List<Tree.Statement> all,
      Tree.Learn learn,
      Set<String> known,
      Request request) {
    this.file = file;
    this.all = all;
    this.learn = learn;
    this.known = Set.copyOf(known);
    this.request = request;
    this.lesson = make();
  }

  /// Nothing where something is wrong, or where there is no program before data are known.
  Optional<Lesson> lesson() {
    return diagnostics().isEmpty() ? lesson : Optional.empty();
  }

  List<Diagnostic> diagnostics() {
    List<Diagnostic> found = new ArrayList<>(diagnostics);
    problems.forEach(problem -> found.add(LearningFrontend.diagnostic(problem)));
    return found;
  }

  /// What the statement says, resolved.
  private record Said(
      List<String> parameters,
      Optimizer optimizer,
      Map<String, String> arguments,
      long steps,
      long rows,
      Names names) {}

  private Optional<Lesson> make() {
    Said said = said();
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    Set<String> inputs = new LinkedHashSet<>(known);
    inputs.addAll(said.parameters);
    List<Tree.Statement> asked = new ArrayList<>(Statements.equations(all));
    asked.addAll(objectives(said.names));
    Optional<Program> whole =
        lower(Statements.withInputs(asked, inputs), request.inputs(), wanted(said.names));
    if (whole.isEmpty()) {
      return Optional.empty();
    }
    Set<String> users = Statements.targets(asked);
    Cone cone = Cone.of(whole.get(), users, Set.copyOf(said.parameters), wanted(said.names));
    Map<String, TensorType> types = types(whole.get());
    check(said, cone, types);
    Optional<Lesson.Batches> batches = batches(said, cone, types);
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    Optional<Program> start = start(said, cone, whole.get());
    Optional<Program> step = step(said, cone, whole.get(), asked, batches);
    if (step.isEmpty() || !diagnostics.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(lesson(said, cone, start, step.get(), batches));
  }

  private Lesson lesson(
      Said said,
      Cone cone,
      Optional<Program> start,
      Program step,
      Optional<Lesson.Batches> batches) {
    List<Lesson.Moved> moved = new ArrayList<>();
    List<Lesson.State> states = new ArrayList<>();
    for (String parameter : said.parameters) {
      moved.add(new Lesson.Moved(parameter, said.names.next(parameter)));
      said.optimizer
          .states()
          .forEach(
              (state, first) -> {
                String name = said.names.state(parameter, state);
                states.add(new Lesson.State(name, said.names.next(name), first));
              });
    }
    return new Lesson(
        TreePrinter.print(learn).replaceAll("\\s+", " "),
        start,
        step,
        moved,
        states,
        said.names.step(),
        said.names.objective(),
        learn.until().map(_ -> said.names.until()),
        said.steps,
        batches,
        List.copyOf(cone.data()),
        learn.origin());
  }

  // ----------------------------------------------------------------- what is said

  private Said said() {
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
    String name = learn.optimizer().function().text();
    Optional<Optimizer> optimizer = Optimizer.of(name);
    Map<String, String> arguments = new LinkedHashMap<>();
    if (optimizer.isEmpty()) {
      problems.add(
          new Problem.UnknownOptimizer(
              name, Optimizer.NAMES, learn.optimizer().function().origin()));
    } else {
      arguments(name, optimizer.get(), counts, arguments);
    }
    long steps = counts.of(learn.steps(), "steps", problems);
    long rows = learn.batches().map(found -> counts.of(found.size(), "rows", problems)).orElse(0L);
    return new Said(
        parameters,
        optimizer.orElseGet(() -> Optimizer.of("sgd").orElseThrow()),
        arguments,
        steps,
        rows,
        new Names(file, learn));
  }

  private void arguments(
      String name, Optimizer optimizer, Counts counts, Map<String, String> found) {
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

  private List<Tree.Statement> objectives(Names names) {
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

  private Set<String> wanted(Names names) {
    Set<String> wanted = new LinkedHashSet<>(Set.of(names.objective()));
    learn.until().ifPresent(_ -> wanted.add(names.until()));
    return wanted;
  }

  // --------------------------------------------------------------------- checks

  private static Map<String, TensorType> types(Program program) {
    Map<String, TensorType> types = new HashMap<>();
    program.signature().inputs().forEach(input -> types.put(input.name(), input.type()));
    program.definitions().forEach(made -> types.put(made.name(), made.type()));
    return types;
  }

  private void check(Said said, Cone cone, Map<String, TensorType> types) {
    String objective = said.names.objective();
    String shown = TreePrinter.print(learn.objective());
    TensorType type = types.get(objective);
    if (type == null || type.rank() > 0 || !type.dtype().isFloat()) {
      problems.add(
          new Problem.BadObjective(
              shown,
              type == null
                  ? "no equation defines it"
                  : type.rank() > 0
                      ? "it has " + type.rank() + (type.rank() == 1 ? " axis" : " axes")
                      : "it is " + type.dtype().text(),
              "minimize a float without axes: a sum, or an average",
              learn.objective().origin()));
      return;
    }
    learn
        .until()
        .filter(
            _ ->
                Optional.ofNullable(types.get(said.names.until())).map(TensorType::rank).orElse(0)
                    > 0)
        .ifPresent(
            until ->
                problems.add(
                    new Problem.BadObjective(
                        TreePrinter.print(until),
                        "as the end of learning it must be one truth value",
                        "compare numbers without axes: `until Loss < 0.01`",
                        until.origin())));
    for (Tree.Name name : learn.parameters()) {
      TensorType parameter = types.get(name.text());
      if (!cone.needed().contains(name.text())) {
        problems.add(
            new Problem.BadObjective(
                shown,
                "it does not depend on `" + name.text() + "`",
                "leave `" + name.text() + "` out, or let the equations read it",
                name.origin()));
      } else if (parameter != null && !parameter.dtype().isFloat()) {
        problems.add(
            new Problem.NotLearnable(
                name.text(),
                "it is " + parameter.dtype().text(),
                "declare it as a float: `: f32`",
                name.origin()));
      }
    }
  }

  private Optional<Lesson.Batches> batches(Said said, Cone cone, Map<String, TensorType> types) {
    if (learn.batches().isEmpty() || !problems.isEmpty()) {
      return Optional.empty();
    }
    Tree.Batches written = learn.batches().get();
    String index = written.index().text();
    BatchAxes axes = BatchAxes.of(cone.definitions(), index);
    List<Lesson.Axis> rows = new ArrayList<>();
    Set<IndexExpr> extents = new LinkedHashSet<>();
    Optional<String> twice = Optional.empty();
    for (String tensor : cone.data()) {
      TensorType type = types.get(tensor);
      List<Integer> found = type == null ? List.of() : axes.of(tensor, type.rank());
      if (found.size() > 1) {
        twice = Optional.of("two axes of `" + tensor + "` run over its rows");
      }
      if (type != null) {
        found.forEach(axis -> rows.add(new Lesson.Axis(tensor, axis)));
        found.forEach(axis -> extents.add(type.extents().get(axis)));
      }
    }
    Optional<String> wrong = twice.or(axes::refusal);
    if (wrong.isEmpty() && extents.size() > 1) {
      wrong = Optional.of("it runs over axes of different lengths");
    }
    for (String parameter : said.parameters) {
      TensorType type = types.get(parameter);
      if (type != null && !axes.of(parameter, type.rank()).isEmpty()) {
        wrong = wrong.or(() -> Optional.of("an axis of `" + parameter + "` runs over its rows"));
      }
    }
    if (wrong.isEmpty() && rows.isEmpty()) {
      wrong = Optional.of("no data that the objective needs have an index of that name");
    }
    if (wrong.isEmpty()
        && extents.iterator().next() instanceof IndexExpr.Constant(long size)
        && size < said.rows) {
      wrong = Optional.of("there are only " + size + " rows");
    }
    wrong.ifPresent(
        why ->
            problems.add(
                new Problem.BadBatches(
                    index,
                    why,
                    "take an index that each example has its own value of, or leave out `over`",
                    written.origin())));
    return Optional.of(new Lesson.Batches(index, said.rows, rows));
  }

  // ------------------------------------------------------------------- programs

  private Optional<Program> lower(
      List<Tree.Statement> statements, Map<String, Known> inputs, Set<String> kept) {
    Compiled compiled =
        Frontend.compile(
            new ParseResult(file, Statements.program(statements), List.of(), List.of()),
            new Request(inputs, request.files(), kept, request.unreadable(), request.specialize()));
    diagnostics.addAll(compiled.diagnostics().stream().filter(Diagnostic::isError).toList());
    return compiled.program();
  }

  /// What is computed once.
  private Optional<Program> start(Said said, Cone cone, Program whole) {
    Set<String> made =
        whole.definitions().stream()
            .map(Definition::name)
            .filter(cone.data()::contains)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    for (String name : said.parameters) {
      boolean hasEquation =
          Statements.parameter(all, name).filter(Statements::hasEquation).isPresent();
      if (hasEquation && !known.contains(name)) {
        made.add(name);
      }
    }
    if (made.isEmpty()) {
      return Optional.empty();
    }
    return lower(Statements.withInputs(Statements.equations(all), known), request.inputs(), made)
        .map(LessonPlan::pruned);
  }

  private static Program pruned(Program program) {
    Set<String> outputs =
        program.signature().outputs().stream()
            .map(Signature.Output::name)
            .collect(Collectors.toSet());
    List<Definition> definitions = Cone.reachable(program.definitions(), outputs);
    Signature signature = program.signature();
    if (signature.symbols().isEmpty()) {
      Set<String> read = new LinkedHashSet<>();
      definitions.forEach(made -> read.addAll(org.einkorn.ir.tensor.TensorReads.of(made.body())));
      signature =
          new Signature(
              signature.symbols(),
              signature.inputs().stream().filter(input -> read.contains(input.name())).toList(),
              signature.outputs(),
              signature.queries());
    }
    return new Program(program.name(), signature, definitions);
  }

  /// What a step does.
  private Optional<Program> step(
      Said said,
      Cone cone,
      Program whole,
      List<Tree.Statement> asked,
      Optional<Lesson.Batches> batches) {
    Map<String, TensorType> types = types(whole);
    Map<String, TensorType> inputs = new LinkedHashMap<>();
    StringBuilder text = new StringBuilder();
    text.append("input ").append(said.names.step()).append("[]: f64\n");
    Map<String, Known> shapes = new HashMap<>();
    Set<String> outputs = new LinkedHashSet<>();
    for (String parameter : said.parameters) {
      TensorType type = type(types, parameter);
      inputs.put(parameter, type);
      outputs.add(said.names.next(parameter));
      String compute = type.dtype().compute().text();
      Map<String, String> names = new HashMap<>();
      for (String defined : said.optimizer.defined()) {
        names.put(defined, said.names.state(parameter, defined));
      }
      names.put("W", parameter);
      names.put("W'", said.names.next(parameter));
      names.put("G", "grad(" + said.names.objective() + ", " + parameter + ")");
      names.put("t", said.names.step());
      for (String state : said.optimizer.states().keySet()) {
        String name = said.names.state(parameter, state);
        inputs.put(name, new TensorType(type.dtype().compute(), type.extents()));
        names.put(state, name);
        names.put(state + "'", said.names.next(name));
        outputs.add(said.names.next(name));
      }
      text.append(said.optimizer.equations(said.arguments, names, compute, type.dtype().text()));
    }
    for (String tensor : cone.data()) {
      inputs.put(tensor, batch(tensor, type(types, tensor), batches));
    }
    inputs.forEach((name, type) -> shapes.put(name, known(type)));
    outputs.addAll(wanted(said.names));
    ParseResult update =
        Syntax.parse(new SourceFile("<" + said.names.step() + ">", text.toString()));
    if (update.hasErrors()) {
      throw new IllegalStateException("the equations of the optimizer are broken: " + text);
    }
    List<Tree.Statement> statements =
        new ArrayList<>(
            Statements.about(
                asked,
                cone.inside()::contains,
                inputs,
                learn.batches().map(b -> b.index().text())));
    statements.addAll(update.program().statements());
    ProgramLowering.Result lowered =
        ProgramLowering.lower(
            whole.name() + "_step",
            Statements.program(statements),
            new Request(
                shapes, request.files(), outputs, request.unreadable(), request.specialize()));
    List<Diagnostic> found = lowered.problems().stream().map(LearningFrontend::diagnostic).toList();
    if (found.stream().anyMatch(Diagnostic::isError)) {
      refuse(found, batches);
      return Optional.empty();
    }
    if (lowered.hasLabels()) {
      problems.add(
          new Problem.Learning(
              "the objective depends on labels",
              "compare with positions, or compute what needs labels apart from the parameters",
              learn.objective().origin()));
    }
    Optional<Program> program =
        lowered
            .program()
            .map(
                made ->
                    new Program(
                        made.name(),
                        made.signature(),
                        Cone.reachable(made.definitions(), outputs)));
    program.ifPresent(made -> checkRows(made, cone, batches));
    Set<String> held =
        learn.held().stream()
            .map(Tree.Name::text)
            .filter(cone.inside()::contains)
            .collect(Collectors.toSet());
    return program.map(
        made ->
            new Program(
                made.name(),
                made.signature(),
                Holding.apply(
                    made.definitions(),
                    held,
                    name -> held.contains(name) || held.contains(prefix(name)))));
  }

  private static String prefix(String name) {
    int dot = name.indexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private static TensorType type(Map<String, TensorType> types, String name) {
    TensorType type = types.get(name);
    if (type == null) {
      throw new IllegalStateException("`" + name + "` has no type");
    }
    return type;
  }

  /// The type of a tensor with as many rows as a batch has.
  private static TensorType batch(
      String tensor, TensorType type, Optional<Lesson.Batches> batches) {
    List<IndexExpr> extents = new ArrayList<>(type.extents());
    batches.ifPresent(
        found ->
            found.axes().stream()
                .filter(axis -> axis.tensor().equals(tensor))
                .forEach(axis -> extents.set(axis.axis(), IndexExpr.of(found.size()))));
    return new TensorType(type.dtype(), extents);
  }

  private static Known known(TensorType type) {
    return new Known(
        type.dtype(),
        type.extents().stream()
            .map(
                extent ->
                    extent instanceof IndexExpr.Constant(long size)
                        ? OptionalLong.of(size)
                        : OptionalLong.empty())
            .toList());
  }

  /// Equations that do not fit a batch, or whatever else is wrong with them inside a step.
  private void refuse(List<Diagnostic> found, Optional<Lesson.Batches> batches) {
    Diagnostic first = found.stream().filter(Diagnostic::isError).findFirst().orElseThrow();
    String why =
        first.title()
            + first.primary().map(Diagnostic.Label::span).map(LessonPlan::line).orElse("");
    if (batches.isPresent()) {
      problems.add(
          new Problem.BadBatches(
              batches.get().index(),
              "with " + batches.get().size() + " rows " + why,
              "leave out extents that say how many rows there are",
              learn.batches().orElseThrow().origin()));
    } else {
      problems.add(
          new Problem.Learning(
              "a step of this `learn` is no program of its own: " + why,
              "declare the sizes and types of the tensors that the objective needs",
              learn.origin()));
    }
  }

  private static String line(Span span) {
    return span.file().name().startsWith("<") ? "" : " (line " + span.line() + ")";
  }

  /// Every index that runs over rows must run over those of the batch.
  private void checkRows(Program step, Cone cone, Optional<Lesson.Batches> batches) {
    if (batches.isEmpty()) {
      return;
    }
    Map<String, List<Integer>> data = new HashMap<>();
    batches
        .get()
        .axes()
        .forEach(
            axis -> data.computeIfAbsent(axis.tensor(), _ -> new ArrayList<>()).add(axis.axis()));
    List<Definition> inside =
        step.definitions().stream()
            .filter(
                made ->
                    cone.inside().contains(made.name())
                        || cone.inside().contains(prefix(made.name())))
            .toList();
    BatchAxes axes = BatchAxes.of(inside, data);
    IndexExpr size = IndexExpr.of(batches.get().size());
    Optional<String> wrong =
        axes.refusal()
            .or(
                () ->
                    axes.extents().stream()
                        .filter(extent -> !extent.equals(size))
                        .findFirst()
                        .map(_ -> "an equation says how many rows there are"));
    wrong.ifPresent(
        why ->
            problems.add(
                new Problem.BadBatches(
                    batches.get().index(),
                    why,
                    "leave out extents that say how many rows there are",
                    learn.batches().orElseThrow().origin())));
  }
}
