package org.einkorn;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.einkorn.frontend.syntax.Formatter;
import org.einkorn.frontend.syntax.ParseResult;
import org.einkorn.frontend.syntax.Syntax;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// Compiles programs of tensor equations.
public final class Einkorn {
  private Einkorn() {}

  /// The program in a file, with the default options.
  ///
  /// @throws CompileException with all errors of the program
  /// @throws DataException when the file can't be read
  public static Program compile(Path file) {
    Objects.requireNonNull(file, "file");
    return compile(file, Options.defaults());
  }

  /// The program in a file.
  public static Program compile(Path file, Options options) {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(options, "options");
    Program program = open(file, Stage.EQUATIONS, options);
    requireCorrect(program);
    return program;
  }

  /// The program in a text; paths in it are relative to the working folder.
  ///
  /// @param name what diagnostics call the text
  public static Program compile(String name, String text) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(text, "text");
    Program program =
        Program.of(Stage.EQUATIONS, new SourceFile(name, text), Path.of(""), Options.defaults());
    requireCorrect(program);
    return program;
  }

  /// A program from text of any stage, as `Program.ir` prints it; its errors show when it is used.
  public static Program open(Path file, Stage stage, Options options) {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(options, "options");
    Path folder = file.toAbsolutePath().getParent();
    return Program.of(
        stage,
        new SourceFile(file.toString(), readText(file)),
        folder == null ? Path.of("") : folder,
        options);
  }

  /// The program in a file, with more lines of source after its last.
  public static Program openWith(Path file, List<String> lines, Options options) {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(lines, "lines");
    Objects.requireNonNull(options, "options");
    Path folder = file.toAbsolutePath().getParent();
    String text = readText(file);
    String separator = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
    return Program.of(
        Stage.EQUATIONS,
        new SourceFile(file.toString(), text + separator + String.join("\n", lines) + "\n"),
        folder == null ? Path.of("") : folder,
        options);
  }

  /// A source in the one format that all programs have.
  ///
  /// @param name what diagnostics call the source
  /// @throws CompileException with the syntax errors of the source
  public static String format(String name, String source) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(source, "source");
    ParseResult result = Syntax.parse(new SourceFile(name, source));
    if (result.hasErrors()) {
      throw new CompileException(result.diagnostics());
    }
    return Formatter.format(result);
  }

  private static void requireCorrect(Program program) {
    var diagnostics = program.diagnostics();
    if (diagnostics.stream().anyMatch(diagnostic -> diagnostic.isError())) {
      throw new CompileException(diagnostics);
    }
  }

  /// The text of a file.
  ///
  /// @throws DataException when it can't be read, or is not UTF-8
  public static String readText(Path file) {
    Objects.requireNonNull(file, "file");
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw DataException.of(DataFault.BAD_TEXT).at(file).because(e);
    } catch (NoSuchFileException e) {
      throw DataException.of(DataFault.FILE_NOT_FOUND).at(file).because(e);
    } catch (IOException e) {
      throw DataException.of(
              Files.isDirectory(file) ? DataFault.IS_A_DIRECTORY : DataFault.UNREADABLE)
          .at(file)
          .because(e);
    }
  }
}
