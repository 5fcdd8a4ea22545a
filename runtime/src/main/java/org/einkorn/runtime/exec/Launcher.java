package org.einkorn.runtime.exec;

import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.io.FileReference;
import org.einkorn.runtime.io.Relation;
import org.einkorn.runtime.io.TensorFiles;

/// The command line of a program that was compiled ahead of time.
///
/// ```text
/// java -cp program.jar:einkorn-runtime.jar Program [NAME=PATH]… [-o NAME=PATH]… [-q]
/// ```
///
/// Prints the queries, or the outputs if there are none. Exit codes: 0 done, 1 the data are wrong,
/// 2 wrong usage, 3 out of memory budget.
public final class Launcher {
  private final KernelModule module;
  private final Map<String, FileReference> inputs = new LinkedHashMap<>();
  private final Map<String, FileReference> outputs = new LinkedHashMap<>();
  private boolean bare;

  private Launcher(KernelModule module) {
    this.module = module;
  }

  /// Runs the module with the arguments of a command line and ends the process.
  public static void main(KernelModule module, String[] arguments) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(module, arguments, out, err));
  }

  /// Runs the module with the arguments of a command line.
  ///
  /// @return the exit code
  public static int run(KernelModule module, String[] arguments, PrintStream out, PrintStream err) {
    Launcher launcher = new Launcher(module);
    try {
      launcher.parse(List.of(arguments));
    } catch (DataException e) {
      err.print(e.describe());
      return 2;
    }
    try {
      out.print(launcher.run());
      out.flush();
      return 0;
    } catch (DataException e) {
      err.print(e.describe());
      return e.fault().isLimit() ? 3 : 1;
    }
  }

  private void parse(List<String> arguments) {
    for (int number = 0; number < arguments.size(); number++) {
      String argument = arguments.get(number);
      if (argument.equals("-q")) {
        bare = true;
      } else if (argument.equals("-o") && number + 1 < arguments.size()) {
        number++;
        bind(arguments.get(number), outputs);
      } else {
        bind(argument, inputs);
      }
    }
  }

  private static void bind(String argument, Map<String, FileReference> bindings) {
    int sign = argument.indexOf('=');
    if (sign <= 0 || sign == argument.length() - 1) {
      throw DataException.of(DataFault.ARGUMENT_SYNTAX)
          .expected("NAME=PATH, -o NAME=PATH or -q")
          .found("`" + argument + "`");
    }
    bindings.put(argument.substring(0, sign), FileReference.parse(argument.substring(sign + 1)));
  }

  private String run() {
    ModuleRunner runner = new ModuleRunner(module);
    Manifest manifest = runner.manifest();
    try (Arena arena = Arena.ofShared()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      Map<String, Relation> relations = new LinkedHashMap<>();
      Set<String> names = RelationData.names(manifest);
      inputs.forEach(
          (name, file) -> {
            if (names.contains(name)) {
              relations.put(name, Relation.read(file.path()));
            } else {
              tensors.put(name, read(arena, manifest, name, file));
            }
          });
      ProgramFiles files = ProgramFiles.of(Path.of(""), List.of());
      RelationData.Read data = RelationData.read(arena, manifest, files, relations, tensors);
      Outputs results = runner.run(arena, data.inputs(), RunOptions.defaults()).made();
      Manifest labelled = manifest.labelled(data.labels());
      files.writeOutputs(labelled, results);
      outputs.forEach((name, file) -> ProgramFiles.write(results, labelled, name, file));
      return Answers.print(labelled, results, bare, outputs.keySet());
    }
  }

  private static Tensor read(Arena arena, Manifest manifest, String name, FileReference file) {
    return manifest
        .indexOf(name)
        .map(number -> manifest.buffers().get(number).dtype())
        .map(dtype -> ProgramFiles.readAs(arena, file, dtype))
        .orElseGet(() -> TensorFiles.read(arena, file));
  }
}
