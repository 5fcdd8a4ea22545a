package org.einkorn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.ir.target.Artifact;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.io.OutputFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ein compile FILE.ein --emit KIND -o PATH [--target T] [--shape X=2x3]…`
@Command(
    name = "compile",
    mixinStandardHelpOptions = true,
    description = "Compiles a program ahead of time.")
final class CompileCommand implements Callable<Integer> {
  /// All kinds, also those that no backend of this version makes.
  private static final List<String> KINDS =
      List.of("class", "jar", "bytecode", "obj", "so", "llvm", "asm", "ptx", "spirv", "bundle");

  private final Session session;

  @Mixin CompilingOptions compiling = new CompilingOptions();

  @Mixin ReadingOptions reading = new ReadingOptions();

  @Mixin MessageOptions messages = new MessageOptions();

  @Parameters(index = "0", paramLabel = "FILE.ein", description = "The program.")
  Path file = Path.of("");

  @Option(
      names = "--emit",
      required = true,
      paramLabel = "KIND",
      description = "class, jar, bytecode, obj, so, llvm or asm.")
  String kind = "";

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "jvm or llvm; the kind says which it is, and another is refused.")
  @Nullable String backend;

  @Option(names = "-o", required = true, paramLabel = "PATH", description = "The file to write.")
  Path output = Path.of("");

  @Option(
      names = "--target",
      paramLabel = "T",
      description =
          "jvm for class and jar; native (the default), x86-64-v2, x86-64-v3, x86-64-v4 or aarch64"
              + " for the rest.")
  @Nullable String target;

  @Option(
      names = "--shape",
      paramLabel = "X=2x3",
      description = "Fixes the shape of an input; sizes that stay open become parameters.")
  List<String> shapes = new ArrayList<>();

  CompileCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    messages.applyTo(session);
    compiling.applyTo(session, messages);
    requireMaker();
    OutputFile.requireWritable(output);
    Options options =
        reading
            .applyTo(compiling.applyTo(Options.defaults()))
            .withWarnings(warning -> messages.warn(session, List.of(warning)));
    Program program = Programs.open(file, null, List.of(), options);
    Programs.warn(session, program, messages);
    String fileName = String.valueOf(output.getFileName());
    int dot = fileName.indexOf('.', 1);
    String name = dot < 0 ? fileName : fileName.substring(0, dot);
    Artifact artifact =
        messages.time(
            session,
            "compile",
            () -> program.emit(kind, name, Optional.ofNullable(target), Bindings.shapes(shapes)));
    OutputFile.write(output, artifact.main());
    artifact
        .beside()
        .forEach(
            (ending, content) -> OutputFile.write(output.resolveSibling(name + ending), content));
    return 0;
  }

  /// Some backend must make the kind. One that is named must make it itself; another is not taken
  /// in its place.
  private void requireMaker() {
    if (!KINDS.contains(kind) && Program.emittersOf(kind).isEmpty()) {
      throw new UsageException(
          "no kind of file is called `" + kind + "`; there are " + String.join(", ", KINDS));
    }
    if (backend != null && Target.of(backend).isEmpty()) {
      throw RunningOptions.unknownBackend(backend);
    }
    if (backend != null && !Program.emittersOf(kind).contains(backend)) {
      throw new RefusedException(
          "E0722",
          "the backend `" + backend + "` makes no `" + kind + "`",
          "leave --backend out: the kind says which backend makes it");
    }
  }
}
