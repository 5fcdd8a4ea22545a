package org.einkorn.frontend.learn;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Lesson;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.check.Problem;
import org.einkorn.frontend.check.ProblemWords;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;

/// Compiles programs of the Einkorn language, those that learn too.
public final class LearningFrontend {
  private LearningFrontend() {}

  /// Compiles a program. Parameters that it learns are inputs of the program that comes of it, and
  /// lessons say how their values come about.
  public static Compiled compile(SourceFile source, Request request) {
    return compile(source, request, true);
  }

  /// The program alone, where its lessons and what is wrong with them are known from [#compile].
  public static Compiled compileLearned(SourceFile source, Request request) {
    return compile(source, request, false);
  }

  private static Compiled compile(SourceFile source, Request request, boolean withLessons) {
    ParseResult parsed = Syntax.parse(source);
    List<Tree.Statement> all = parsed.program().statements();
    List<Tree.Learn> learns =
        all.stream().filter(Tree.Learn.class::isInstance).map(Tree.Learn.class::cast).toList();
    Set<String> given = bound(all, request);
    if (learns.isEmpty()) {
      return Frontend.compile(
          given.isEmpty() ? parsed : with(parsed, Statements.withInputs(all, given)), request);
    }
    Set<String> learned = new LinkedHashSet<>(given);
    learns.forEach(learn -> learn.parameters().forEach(parameter -> learned.add(parameter.text())));
    List<Tree.Statement> rest =
        Statements.withInputs(
            all.stream().filter(statement -> !(statement instanceof Tree.Learn)).toList(), learned);
    Compiled program = withoutUnused(Frontend.compile(with(parsed, rest), request), learns);
    if (!withLessons || program.diagnostics().stream().anyMatch(Diagnostic::isError)) {
      return program;
    }
    List<Lesson> lessons = new ArrayList<>();
    List<Diagnostic> problems = new ArrayList<>();
    Set<String> known = new LinkedHashSet<>(given);
    for (Tree.Learn learn : learns) {
      LessonPlan plan = new LessonPlan(parsed.file(), all, learn, known, request);
      plan.lesson().ifPresent(lessons::add);
      plan.diagnostics().stream().filter(made -> !problems.contains(made)).forEach(problems::add);
      learn.parameters().forEach(parameter -> known.add(parameter.text()));
    }
    if (problems.isEmpty() && lessons.size() < learns.size()) {
      // Never a program that forgets to learn.
      List<Diagnostic> open = new ArrayList<>(program.open());
      open.add(
          diagnostic(
              new Problem.Learning(
                  "what is learned depends on sizes that are not known",
                  "bind the inputs, or declare their axes",
                  learns.get(lessons.size()).origin())));
      return new Compiled(Optional.empty(), program.diagnostics(), open, program.requirements());
    }
    if (problems.isEmpty()) {
      return new Compiled(
          program.program(),
          program.diagnostics(),
          program.open(),
          program.requirements(),
          lessons);
    }
    List<Diagnostic> together = new ArrayList<>(program.diagnostics());
    problems.stream().filter(made -> !together.contains(made)).forEach(together::add);
    return new Compiled(
        Optional.empty(), Diagnostic.sorted(together), program.open(), program.requirements());
  }

  private static ParseResult with(ParseResult parsed, List<Tree.Statement> statements) {
    return new ParseResult(
        parsed.file(), Statements.program(statements), parsed.diagnostics(), parsed.comments());
  }

  /// The parameters that equations give and for which who runs the program has a tensor.
  private static Set<String> bound(List<Tree.Statement> statements, Request request) {
    Set<String> bound = new LinkedHashSet<>();
    for (String name : request.inputs().keySet()) {
      if (Statements.parameter(statements, name).filter(Statements::hasEquation).isPresent()) {
        bound.add(name);
      }
    }
    return bound;
  }

  /// Without the complaint that nothing uses what a `learn` does.
  private static Compiled withoutUnused(Compiled compiled, List<Tree.Learn> learns) {
    Set<String> used = new LinkedHashSet<>();
    learns.forEach(learn -> Mentions.of(learn, used));
    List<Diagnostic> rest =
        compiled.diagnostics().stream()
            .filter(
                made ->
                    !(made.code().equals("W0102")
                        && made.primary()
                            .filter(label -> used.contains(label.span().text()))
                            .isPresent()))
            .toList();
    return new Compiled(compiled.program(), rest, compiled.open(), compiled.requirements());
  }

  /// The words for a problem.
  static Diagnostic diagnostic(Problem problem) {
    return ProblemWords.diagnostic(problem);
  }
}
