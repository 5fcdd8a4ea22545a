package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.check.ProblemWords;
import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.frontend.syntax.Tree;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;

/// Compiles programs of the Einkorn language to equations.
public final class Frontend {
  private Frontend() {}

  /// Compiles a program. What is wrong with it comes back as diagnostics, all of them in one run;
  /// with an error there is no program.
  public static Compiled compile(SourceFile source, Request request) {
    return compile(Syntax.parse(source), request);
  }

  /// Compiles what was read of a program.
  public static Compiled compile(ParseResult parsed, Request request) {
    ProgramLowering.Result lowered =
        ProgramLowering.lower(name(parsed.file().name()), parsed.program(), request);
    List<Diagnostic> all = new ArrayList<>(parsed.diagnostics());
    lowered.problems().forEach(problem -> all.add(ProblemWords.diagnostic(problem)));
    boolean isWrong = all.stream().anyMatch(Diagnostic::isError);
    Optional<Program> program = isWrong ? Optional.empty() : lowered.program();
    List<Compiled.Requirement> requirements =
        lowered.required().stream().map(Frontend::requirement).toList();
    List<Diagnostic> open = lowered.open().stream().map(ProblemWords::diagnostic).toList();
    return new Compiled(program, Diagnostic.sorted(all), open, requirements);
  }

  private static Compiled.Requirement requirement(Context.Required required) {
    Diagnostic otherwise = ProblemWords.diagnostic(required.otherwise());
    return required
        .label()
        .<Compiled.Requirement>map(
            label -> new Compiled.Requirement.NoLabel(required.extent(), label, otherwise))
        .orElseGet(() -> new Compiled.Requirement.NotEmpty(required.extent(), otherwise));
  }

  /// The relations of a program whose tuples come from files or from who runs it: their names, and
  /// those of the inputs that hold the tuples.
  public static Set<String> relations(SourceFile source) {
    Map<String, Integer> files = new LinkedHashMap<>();
    for (Tree.Statement statement : Syntax.parse(source).program().statements()) {
      if (statement instanceof Tree.ReadFile file && RelationFiles.isRelation(file)) {
        files.merge(file.head().name().text(), 1, Integer::sum);
      }
    }
    Set<String> names = new LinkedHashSet<>();
    files.forEach(
        (name, count) -> {
          names.add(name);
          for (int number = 1; number <= count; number++) {
            names.add(RelationFiles.input(name, number));
          }
        });
    return Set.copyOf(names);
  }

  /// `dir/matmul.ein` is the program `matmul`.
  private static String name(String path) {
    String file = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    int dot = file.indexOf('.');
    StringBuilder name = new StringBuilder();
    file.substring(0, dot < 0 ? file.length() : dot)
        .codePoints()
        .map(part -> Character.isLetterOrDigit(part) ? part : '_')
        .forEach(name::appendCodePoint);
    boolean isName = name.length() > 0 && !Character.isDigit(name.codePointAt(0));
    return isName ? name.toString() : "program";
  }
}
