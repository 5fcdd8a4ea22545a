package org.einkorn.frontend.learn;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.Lesson;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.frontend.syntax.TreePrinter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorReads;
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

  private Optional<Lesson> make() {
    Saying said = Saying.of(file, all, learn, problems);
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    Set<String> inputs = new LinkedHashSet<>(known);
    inputs.addAll(said.parameters());
    List<Tree.Statement> asked = new ArrayList<>(Statements.equations(all));
    asked.addAll(said.objectives());
    Optional<Program> whole =
        lower(Statements.withInputs(asked, inputs), request.inputs(), said.wanted());
    if (whole.isEmpty()) {
      return Optional.empty();
    }
    Set<String> users = Statements.targets(asked);
    Cone cone = Cone.of(whole.get(), users, Set.copyOf(said.parameters()), said.wanted());
    Map<String, TensorType> types = StepProgram.types(whole.get());
    check(said, cone, types);
    Optional<Lesson.Batches> batches = batches(said, cone, types);
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    Optional<Program> start = start(said, cone, whole.get());
    Optional<Program> step =
        new StepProgram(said, cone, batches, request, problems).of(whole.get(), asked);
    if (step.isEmpty() || !diagnostics.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(lesson(said, cone, start, step.get(), batches));
  }

  private Lesson lesson(
      Saying said,
      Cone cone,
      Optional<Program> start,
      Program step,
      Optional<Lesson.Batches> batches) {
    List<Lesson.Moved> moved = new ArrayList<>();
    List<Lesson.State> states = new ArrayList<>();
    for (String parameter : said.parameters()) {
      moved.add(new Lesson.Moved(parameter, said.names().next(parameter)));
      said.optimizer()
          .states()
          .forEach(
              (state, first) -> {
                String name = said.names().state(parameter, state);
                states.add(new Lesson.State(name, said.names().next(name), first));
              });
    }
    return new Lesson(
        TreePrinter.print(learn).replaceAll("\\s+", " "),
        start,
        step,
        moved,
        states,
        said.names().step(),
        said.names().objective(),
        learn.until().map(_ -> said.names().until()),
        said.steps(),
        batches,
        List.copyOf(cone.data()),
        learn.origin());
  }

  // --------------------------------------------------------------------- checks

  private void check(Saying said, Cone cone, Map<String, TensorType> types) {
    String objective = said.names().objective();
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
                Optional.ofNullable(types.get(said.names().until())).map(TensorType::rank).orElse(0)
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

  private Optional<Lesson.Batches> batches(Saying said, Cone cone, Map<String, TensorType> types) {
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
    for (String parameter : said.parameters()) {
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
        && size < said.rows()) {
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
    return Optional.of(new Lesson.Batches(index, said.rows(), rows));
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
  private Optional<Program> start(Saying said, Cone cone, Program whole) {
    Set<String> made =
        whole.definitions().stream()
            .map(Definition::name)
            .filter(cone.data()::contains)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    for (String name : said.parameters()) {
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
      definitions.forEach(made -> read.addAll(TensorReads.of(made.body())));
      signature =
          new Signature(
              signature.symbols(),
              signature.inputs().stream().filter(input -> read.contains(input.name())).toList(),
              signature.outputs(),
              signature.queries());
    }
    return new Program(program.name(), signature, definitions);
  }
}
