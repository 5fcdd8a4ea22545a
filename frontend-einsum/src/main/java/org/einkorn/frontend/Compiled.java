package org.einkorn.frontend;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.tensor.Program;

/// What a frontend made of a text.
///
/// @param program the program; nothing if there is an error, or as long as it is open
/// @param diagnostics errors and warnings, in order of position
/// @param open what must be known before there can be a program: errors for those who need it now
/// @param requirements what must hold of data
/// @param lessons what is learned before the program runs, in order; its parameters are inputs of
///   the program then
public record Compiled(
    Optional<Program> program,
    List<Diagnostic> diagnostics,
    List<Diagnostic> open,
    List<Requirement> requirements,
    List<Lesson> lessons) {
  public Compiled {
    diagnostics = List.copyOf(diagnostics);
    open = List.copyOf(open);
    requirements = List.copyOf(requirements);
    lessons = List.copyOf(lessons);
  }

  /// A text whose program is not open and asks nothing of sizes.
  public Compiled(Optional<Program> program, List<Diagnostic> diagnostics) {
    this(program, diagnostics, List.of(), List.of());
  }

  /// A text whose program learns nothing.
  public Compiled(
      Optional<Program> program,
      List<Diagnostic> diagnostics,
      List<Diagnostic> open,
      List<Requirement> requirements) {
    this(program, diagnostics, open, requirements, List.of());
  }

  /// This with other programs, each made from the one here.
  public Compiled map(UnaryOperator<Program> change) {
    return new Compiled(
        program.map(change),
        diagnostics,
        open,
        requirements,
        lessons.stream().map(lesson -> lesson.map(change)).toList());
  }

  /// What must hold of the data of a run, or should.
  public sealed interface Requirement {
    /// What is wrong if it does not hold.
    Diagnostic otherwise();

    /// An extent that must not be 0.
    ///
    /// @param extent over the symbols of the program
    record NotEmpty(IndexExpr extent, Diagnostic otherwise) implements Requirement {}

    /// A text that should be no label.
    ///
    /// @param extent the symbol of the axis that has the labels
    record NoLabel(IndexExpr extent, String label, Diagnostic otherwise) implements Requirement {}
  }

  /// Why there is no program: its errors, or what has to be known first.
  public List<Diagnostic> refusals() {
    if (diagnostics.stream().anyMatch(Diagnostic::isError)) {
      return diagnostics;
    }
    return Diagnostic.sorted(open);
  }
}
