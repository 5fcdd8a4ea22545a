package org.einkorn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.einkorn.Program;
import org.einkorn.ir.target.Artifact;
import org.einkorn.ir.target.RefusedException;
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
  private final Session session;

  @Mixin CommonOptions common = new CommonOptions();

  @Parameters(index = "0", paramLabel = "FILE.ein", description = "The program.")
  Path file = Path.of("");

  @Option(
      names = "--emit",
      required = true,
      paramLabel = "KIND",
      description = "class, jar, obj, so, llvm or asm.")
  String kind = "";

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
    Program program = Programs.open(file, null, List.of(), common.toOptions(session));
    Programs.warn(session, program, common.quiet);
    String fileName = String.valueOf(output.getFileName());
    int dot = fileName.indexOf('.', 1);
    String name = dot < 0 ? fileName : fileName.substring(0, dot);
    requireMaker();
    Artifact artifact =
        program.emit(kind, name, Optional.ofNullable(target), Bindings.shapes(shapes));
    Writing.write(output, artifact.main());
    artifact
        .beside()
        .forEach((ending, content) -> Writing.write(output.resolveSibling(name + ending), content));
    return 0;
  }

  /// A backend that is named must make the kind; another is not taken in its place.
  private void requireMaker() {
    if (common.backend != null && !Program.emittersOf(kind).contains(common.backend)) {
      throw new RefusedException(
          "E0722",
          "the backend `" + common.backend + "` makes no `" + kind + "`",
          "leave --backend out: the kind says which backend makes it");
    }
  }
}
