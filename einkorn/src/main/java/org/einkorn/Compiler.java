package org.einkorn;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.ir.eval.ModuleInterpreter;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.exec.KernelModule;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.ProgramFiles;

/// Compiles one program for the types of its inputs, and keeps what it made.
///
/// Sizes stay symbols: one compilation serves all sizes. Types and ranks of inputs that the program
/// does not declare come from the data, and an axis of extent 1 may broadcast; each combination of
/// them is compiled once.
final class Compiler {
  private final Form form;
  private final ProgramFiles files;
  private final SourceCompiler sources;
  private final Map<Key, Compilation> compilations = new ConcurrentHashMap<>();

  Compiler(Form form, ProgramFiles files) {
    this.form = form;
    this.files = files;
    this.sources = new SourceCompiler(files);
  }

  /// Everything that a compilation depends on but the program itself.
  private record Key(
      Map<String, InputKind> inputs,
      Set<String> kept,
      Target target,
      Optional<Set<String>> passes,
      Options.Verification verification,
      long seed) {}

  /// What code depends on of an input: its type, its rank, and which of its axes broadcast.
  private record InputKind(DType dtype, List<Boolean> isOne) {
    static InputKind of(Known known) {
      return new InputKind(
          known.dtype(),
          known.extents().stream().map(extent -> extent.equals(OptionalLong.of(1))).toList());
    }
  }

  /// Code that can run.
  record Compilation(ModuleRunner runner, KernelModule code, List<Pipeline.Timing> timings) {}

  Form form() {
    return form;
  }

  ProgramFiles files() {
    return files;
  }

  /// This compiler where the program may read other folders. What it has compiled stays behind: the
  /// types of files are part of it.
  Compiler reading(List<Path> readable) {
    return new Compiler(form, files.withReadable(readable));
  }

  /// The code for inputs of these types, made now if it is not there yet.
  ///
  /// @param timings receives what each step took; nothing where the code was there
  Compilation compile(
      Map<String, Known> inputs, Set<String> kept, Options options, List<Pipeline.Timing> timings) {
    Map<String, InputKind> types = new TreeMap<>();
    inputs.forEach((name, known) -> types.put(name, InputKind.of(known)));
    Key key =
        new Key(
            types,
            kept,
            options.target(),
            options.passes(),
            options.verification(),
            options.seed());
    return compilations.computeIfAbsent(
        key,
        absent -> {
          KernelModule code = generate(inputs, kept, options, timings);
          return new Compilation(new ModuleRunner(code), code, List.copyOf(timings));
        });
  }

  private KernelModule generate(
      Map<String, Known> inputs, Set<String> kept, Options options, List<Pipeline.Timing> timings) {
    return switch (form) {
      case Form.Source _, Form.Equations _ ->
          Pipelines.compile(equations(inputs, kept, false, timings), options, timings);
      case Form.Loops loops ->
          options.target() instanceof Target.Interpreter
              ? ModuleInterpreter.of(loops.module())
              : Pipelines.generate(
                  Pipelines.schedule(loops, options, timings), options.target(), timings);
      case Form.Code code ->
          Backends.of(StageText.backendOf(code.stage()))
              .load(code.module(), code.stage().text(), code.text());
    };
  }

  /// The program at level 1, before any pass.
  ///
  /// @throws CompileException with all errors of the program
  /// @throws IllegalArgumentException for a program that was given at a later stage
  org.einkorn.ir.tensor.Program equations(
      Map<String, Known> inputs,
      Set<String> kept,
      boolean specialize,
      List<Pipeline.Timing> timings) {
    return switch (form) {
      case Form.Equations(var program) -> program;
      case Form.Source(var file) -> {
        long start = System.nanoTime();
        Compiled compiled = sources.compile(file, inputs, kept, specialize);
        timings.add(new Pipeline.Timing("frontend", (System.nanoTime() - start) / 1e6));
        yield compiled.program().orElseThrow(() -> new CompileException(compiled.diagnostics()));
      }
      case Form.Loops _, Form.Code _ ->
          throw new IllegalArgumentException(
              "a program given as text of the stage "
                  + form.stage().text()
                  + " has no equations to count or compile again");
    };
  }

  /// Errors and warnings of the source; none for later stages.
  List<Diagnostic> diagnostics(Map<String, Known> inputs, Set<String> kept, boolean specialize) {
    return form instanceof Form.Source(var file)
        ? sources.compile(file, inputs, kept, specialize).diagnostics()
        : List.of();
  }

  /// The element type that the program gives an input; `f32` where it says nothing.
  DType declaredType(String name, Set<String> kept) {
    return switch (form) {
      case Form.Source(var file) ->
          sources
              .compile(file, Map.of(), kept, false)
              .program()
              .flatMap(program -> inputType(program.signature(), name))
              .orElse(DType.F32);
      case Form.Equations(var program) -> inputType(program.signature(), name).orElse(DType.F32);
      case Form.Loops loops -> inputType(loops.module().signature(), name).orElse(DType.F32);
      case Form.Code code -> inputType(code.module().signature(), name).orElse(DType.F32);
    };
  }

  private static Optional<DType> inputType(Signature signature, String name) {
    return signature.inputs().stream()
        .filter(input -> input.name().equals(name))
        .map(input -> input.type().dtype())
        .findFirst();
  }
}
