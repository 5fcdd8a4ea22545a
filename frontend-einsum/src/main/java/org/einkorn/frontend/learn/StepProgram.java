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
import org.einkorn.frontend.Known;
import org.einkorn.frontend.Lesson;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.lower.ProgramLowering;
import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.frontend.syntax.TreePrinter;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.TensorType;

/// Makes the program of one step: the equations inside the cone over the rows of a batch, and those
/// of the optimizer for each parameter.
final class StepProgram {
  private final Tree.Learn learn;
  private final Saying said;
  private final Cone cone;
  private final Optional<Lesson.Batches> batches;
  private final Request request;
  private final List<Problem> problems;

  /// @param problems receives what is wrong
  StepProgram(
      Saying said,
      Cone cone,
      Optional<Lesson.Batches> batches,
      Request request,
      List<Problem> problems) {
    this.learn = said.learn();
    this.said = said;
    this.cone = cone;
    this.batches = batches;
    this.request = request;
    this.problems = problems;
  }

  /// The types of all tensors of a program.
  static Map<String, TensorType> types(Program program) {
    Map<String, TensorType> types = new HashMap<>();
    program.signature().inputs().forEach(input -> types.put(input.name(), input.type()));
    program.definitions().forEach(made -> types.put(made.name(), made.type()));
    return types;
  }

  /// What a step does.
  ///
  /// @param whole the program that the cone is of
  /// @param asked its statements
  Optional<Program> of(Program whole, List<Tree.Statement> asked) {
    Map<String, TensorType> types = types(whole);
    Map<String, TensorType> inputs = new LinkedHashMap<>();
    StringBuilder text = new StringBuilder();
    text.append("input ").append(said.names().step()).append("[]: f64\n");
    Map<String, Known> shapes = new HashMap<>();
    Set<String> outputs = new LinkedHashSet<>();
    for (String parameter : said.parameters()) {
      TensorType type = type(types, parameter);
      inputs.put(parameter, type);
      outputs.add(said.names().next(parameter));
      String compute = type.dtype().compute().text();
      Map<String, String> names = new HashMap<>();
      for (String defined : said.optimizer().defined()) {
        names.put(defined, said.names().state(parameter, defined));
      }
      names.put("W", parameter);
      names.put("W'", said.names().next(parameter));
      names.put("G", "grad(" + said.names().objective() + ", " + parameter + ")");
      names.put("t", said.names().step());
      for (String state : said.optimizer().states().keySet()) {
        String name = said.names().state(parameter, state);
        inputs.put(name, new TensorType(type.dtype().compute(), type.extents()));
        names.put(state, name);
        names.put(state + "'", said.names().next(name));
        outputs.add(said.names().next(name));
      }
      text.append(
          said.optimizer().equations(said.arguments(), names, compute, type.dtype().text()));
    }
    for (String tensor : cone.data()) {
      inputs.put(tensor, batch(tensor, type(types, tensor)));
    }
    inputs.forEach((name, type) -> shapes.put(name, known(type)));
    outputs.addAll(said.wanted());
    ParseResult update =
        Syntax.parse(new SourceFile("<" + said.names().step() + ">", text.toString()));
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
    boolean hasLabels =
        lowered.hasLabels()
            || lowered.problems().stream().anyMatch(Problem.LabelOnNumbers.class::isInstance);
    if (hasLabels) {
      problems.add(
          new Problem.Learning(
              "the objective depends on labels",
              "compare with positions, or compute what needs labels apart from the parameters",
              learn.objective().origin()));
      return Optional.empty();
    }
    for (Problem problem : lowered.problems()) {
      if (problem instanceof Problem.OnlyThroughTruth truth) {
        problems.add(
            new Problem.BadObjective(
                TreePrinter.print(learn.objective()),
                "it depends on `" + truth.variable() + "` only through truth values and integers",
                "let it change with them: numbers from 0 to 1 in the place of relations, `sig(…)`"
                    + " in the place of a comparison",
                learn.objective().origin()));
      }
    }
    if (!problems.isEmpty()) {
      return Optional.empty();
    }
    List<Diagnostic> found = lowered.problems().stream().map(LearningFrontend::diagnostic).toList();
    if (found.stream().anyMatch(Diagnostic::isError)) {
      refuse(found);
      return Optional.empty();
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
    program.ifPresent(made -> checkRows(made));
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
  private TensorType batch(String tensor, TensorType type) {
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
  private void refuse(List<Diagnostic> found) {
    Diagnostic first = found.stream().filter(Diagnostic::isError).findFirst().orElseThrow();
    String why =
        first.title()
            + first.primary().map(Diagnostic.Label::span).map(StepProgram::line).orElse("");
    if (batches.isPresent() && first.code().startsWith("E01")) {
      problems.add(
          new Problem.BadBatches(
              batches.get().index(),
              "with " + batches.get().size() + " rows " + why,
              "leave out extents that say how many rows there are",
              learn.batches().orElseThrow().origin()));
    } else {
      problems.add(
          new Problem.Learning(
              "a step of this `learn`: " + why,
              "compute it apart from the parameters, or otherwise",
              learn.origin()));
    }
  }

  private static String line(Span span) {
    return span.file().name().startsWith("<") ? "" : " (line " + span.line() + ")";
  }

  /// Every index that runs over rows must run over those of the batch.
  private void checkRows(Program step) {
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
