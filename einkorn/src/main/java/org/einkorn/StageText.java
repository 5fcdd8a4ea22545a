package org.einkorn;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.ParseResult;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.verify.Finding;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.differentiate.Differentiate;

/// The text of the stages after `equations`, and its readers.
///
/// Code in `bytecode`, `llvm` and `asm` does not say what its memory is. So the scheduled module it
/// was made from stands above it in comments, and is read back with it.
final class StageText {
  private StageText() {}

  /// The backend that writes and reads a stage of code.
  static String backendOf(Stage stage) {
    return switch (stage) {
      case BYTECODE -> "jvm";
      case LLVM, ASM -> "llvm";
      case AST, EQUATIONS, TENSOR, LOOPS, SCHEDULED ->
          throw new IllegalArgumentException(stage.text() + " is no code");
    };
  }

  private static String comment(Stage stage) {
    return switch (stage) {
      case BYTECODE -> "//";
      case LLVM -> ";";
      case ASM -> "#";
      case AST, EQUATIONS, TENSOR, LOOPS, SCHEDULED ->
          throw new IllegalArgumentException(stage.text() + " is no code");
    };
  }

  /// A module as code text.
  static String print(Module module, Stage stage) {
    Backend backend = Backends.of(backendOf(stage));
    byte[] code =
        backend
            .emit(module, new Emission(stage.text(), "kernel", Emitter.usualTarget(backend)))
            .main();
    return withHeader(module, stage, new String(code, StandardCharsets.UTF_8));
  }

  /// Code text below the comments that hold its module.
  static String withHeader(Module module, Stage stage, String code) {
    String header =
        LoopPrinter.print(module)
            .lines()
            .map(line -> (comment(stage) + "| " + line).stripTrailing())
            .collect(Collectors.joining("\n", "", "\n\n"));
    return header + code;
  }

  /// Reads text of a stage after `equations`.
  ///
  /// @throws CompileException with the places where the text is wrong
  static Form parse(Stage stage, SourceFile file) {
    return switch (stage) {
      case AST, EQUATIONS ->
          throw new IllegalArgumentException(stage.text() + " is read by the frontend");
      case TENSOR -> {
        org.einkorn.ir.tensor.Program program = require(TensorParser.parse(file));
        require(TensorVerifier.verify(program));
        yield new Form.Equations(Differentiate.apply(program));
      }
      case LOOPS -> new Form.Loops(parseLoops(file), false);
      case SCHEDULED -> new Form.Loops(parseLoops(file), true);
      case BYTECODE, LLVM, ASM -> parseCode(stage, file);
    };
  }

  private static Form parseCode(Stage stage, SourceFile file) {
    String mark = comment(stage) + "|";
    // Lines of code become empty lines, so that a mistake in the header is shown at its place.
    String header =
        file.text()
            .lines()
            .map(line -> line.startsWith(mark) ? line.substring(mark.length()) : "")
            .collect(Collectors.joining("\n"));
    String code =
        file.text()
            .lines()
            .filter(line -> !line.startsWith(mark))
            .dropWhile(String::isBlank)
            .collect(Collectors.joining("\n", "", "\n"));
    return new Form.Code(parseLoops(new SourceFile(file.name(), header)), stage, code);
  }

  private static Module parseLoops(SourceFile file) {
    Module module = require(LoopParser.parse(file));
    require(LoopVerifier.verify(module));
    return module;
  }

  /// Text may come from a user: what breaks a rule is an error of the text, and must not run.
  private static void require(List<Finding> findings) {
    if (!findings.isEmpty()) {
      throw new CompileException(findings.stream().map(Finding::toDiagnostic).toList());
    }
  }

  private static <T> T require(ParseResult<T> result) {
    if (!result.errors().isEmpty()) {
      throw new CompileException(result.errors());
    }
    return result.require();
  }
}
