package org.einkorn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.einkorn.SourceCompiler.Sizes;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.frontend.Lesson;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.passes.Objective;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.ProgramFiles;
import org.einkorn.runtime.exec.RelationData;

/// Compiles one program for the types of its inputs, and keeps what it made.
///
/// Sizes stay symbols: one compilation serves all sizes. Types and ranks of inputs that the program
/// does not declare come from the data, and an axis of extent 1 may broadcast; each combination of
/// them is compiled once. The sizes of files that the program reads are part of its code: when the
/// header of one says something else than at the last run, the program is compiled again.
final class Compiler {
  /// Beyond this many kinds of inputs all code is forgotten: strides make kinds without end.
  private static final int MOST_COMPILED = 1024;

  private final Form form;
  private final ProgramFiles files;
  private final SourceCompiler sources;
  private final Optional<CodeCache> cache;
  private final Map<Key, Compilation.Entry> compilations = new ConcurrentHashMap<>();

  /// @param options of which the folders that the program reads and the cache count
  Compiler(Form form, ProgramFiles files, Options options) {
    this.form = form;
    this.files = files;
    this.cache = CodeCache.of(options);
    this.sources = new SourceCompiler(files, cache);
  }

  /// Everything that a compilation depends on but the program itself and its files.
  ///
  /// @param sizes of all inputs, where the code is for them only
  private record Key(
      Map<String, InputKind> inputs,
      Views views,
      Map<String, Known> sizes,
      Set<String> kept,
      Target target,
      Optional<Set<String>> passes,
      Options.Verification verification,
      boolean isExact,
      Objective objective,
      long memoryBudgetBytes,
      boolean counts,
      long seed,
      Optional<SourceFile> schedule) {}

  /// What code depends on of an input: its type, its rank, and which of its axes broadcast.
  private record InputKind(DType dtype, List<Boolean> isOne) {
    static InputKind of(Known known) {
      return new InputKind(
          known.dtype(),
          known.extents().stream().map(extent -> extent.equals(OptionalLong.of(1))).toList());
    }
  }

  /// Equations, and what the headers of files said when they were made.
  ///
  /// @param requirements what must hold of the sizes
  private record Equations(
      org.einkorn.ir.tensor.Program program,
      Map<String, Optional<Known>> headers,
      List<Compiled.Requirement> requirements) {}

  Form form() {
    return form;
  }

  ProgramFiles files() {
    return files;
  }

  /// This compiler where the program may read other folders, or for another cache or target. What
  /// it has compiled stays behind: the types of files are part of it.
  Compiler with(Options options) {
    return new Compiler(form, files.withReadable(options.readable()), options);
  }

  /// The program for inputs of these types, compiled now if it was not yet.
  ///
  /// @param timings receives what each step took; nothing where the code was there
  Compilation compile(
      Map<String, Tensor> bound, Set<String> kept, Options options, List<Pipeline.Timing> timings) {
    Views views = Views.of(bound);
    Map<String, Known> inputs = Views.NONE.known(bound);
    Map<String, InputKind> types = new TreeMap<>();
    inputs.forEach((name, known) -> types.put(name, InputKind.of(known)));
    Key key =
        new Key(
            types,
            views,
            views.fixSizes() ? inputs : Map.of(),
            kept,
            options.target(),
            options.passes(),
            options.verification(),
            options.isExact(),
            options.objective(),
            options.run().memoryBudgetBytes(),
            options.counts(),
            options.seed(),
            options.schedule());
    if (compilations.size() >= MOST_COMPILED) {
      compilations.clear();
    }
    Compilation.Entry known = compilations.get(key);
    if (known == null || !isCurrent(known)) {
      known =
          compilations.compute(
              key,
              (same, other) ->
                  other != null && isCurrent(other)
                      ? other
                      : make(inputs, views, kept, options, timings));
    }
    return new Compilation(known, bound);
  }

  /// Whether the files are still what the code was made for.
  private boolean isCurrent(Compilation.Entry entry) {
    return entry.headers().isEmpty()
        || entry.headers().equals(sources.probeAll(entry.headers().keySet()));
  }

  private Compilation.Entry make(
      Map<String, Known> inputs,
      Views views,
      Set<String> kept,
      Options options,
      List<Pipeline.Timing> timings) {
    if (form instanceof Form.Source(var file)) {
      return entry(file, inputs, views, kept, options, timings);
    }
    if (form instanceof Form.Equations(var program)) {
      return entry(new Equations(program, Map.of(), List.of()), inputs, views, options);
    }
    CompiledCode code = generate(options, timings);
    return new Compilation.Entry(
        Map.of(), Views.NONE, code.runner().manifest(), (shapes, none) -> code, List.of());
  }

  private Compilation.Entry entry(
      SourceFile file,
      Map<String, Known> inputs,
      Views views,
      Set<String> kept,
      Options options,
      List<Pipeline.Timing> timings) {
    SourceCompiler.Sizes sizes = views.fixSizes() ? Sizes.KNOWN : openSizes();
    long start = System.nanoTime();
    Optional<SourceFacts> facts =
        cache.isEmpty() ? Optional.empty() : sources.facts(file, inputs, kept, sizes);
    if (facts.isEmpty()) {
      return entry(compile(file, inputs, kept, views.fixSizes(), timings), inputs, views, options);
    }
    timings.add(new Pipeline.Timing("frontend", (System.nanoTime() - start) / 1e6));
    SourceFacts.Kept known = facts.get().kept();
    Views inPlace = views.within(known.signature(), inputs);
    if (!inPlace.storages().isEmpty()) {
      // The signature of the code is another one then, which only the equations show.
      return entry(compile(file, inputs, kept, views.fixSizes(), timings), inputs, views, options);
    }
    SizedCode code =
        new SizedCode(
            facts.get().program(inPlace),
            known.signature(),
            () -> compile(file, inputs, kept, views.fixSizes(), new ArrayList<>()).program(),
            options);
    return new Compilation.Entry(
        known.headers(),
        inPlace,
        ModuleFacts.inputsOf(known.signature()),
        code::of,
        known.requirements());
  }

  private static Compilation.Entry entry(
      Equations equations, Map<String, Known> inputs, Views views, Options options) {
    Views inPlace = views.within(equations.program().signature(), inputs);
    org.einkorn.ir.tensor.Program program = inPlace.rewrite(equations.program());
    return new Compilation.Entry(
        equations.headers(),
        inPlace,
        ModuleFacts.inputsOf(program.signature()),
        new SizedCode(program, options)::of,
        equations.requirements());
  }

  private CompiledCode generate(Options options, List<Pipeline.Timing> timings) {
    return switch (form) {
      case Form.Source _, Form.Equations _ ->
          throw new IllegalStateException("equations are compiled for their sizes");
      case Form.Loops loops ->
          options.target() instanceof Target.Interpreter && options.schedule().isEmpty()
              ? Pipelines.compile(loops.module(), options, timings)
              : Pipelines.compile(Pipelines.schedule(loops, options, timings), options, timings);
      case Form.Code code -> {
        if (options.schedule().isPresent()) {
          throw Schedules.isCode(form.stage());
        }
        if (options.counts()) {
          throw new IllegalArgumentException(
              "a program given as text of the stage "
                  + form.stage().text()
                  + " has no loops to count");
        }
        yield CompiledCode.plain(
            Backends.of(StageText.backendOf(code.stage()))
                .load(code.module(), code.stage().text(), code.text()));
      }
    };
  }

  /// Whether the program may be one that learns; where it is not, this is cheap to say. Its lessons
  /// are for known sizes, so that all else that is asked of it is asked for them too, at once.
  boolean mayLearn() {
    return form instanceof Form.Source(var file) && file.text().contains("learn");
  }

  private static Sizes sizes(boolean areKnown) {
    return areKnown ? Sizes.KNOWN : Sizes.OPEN;
  }

  private Sizes openSizes() {
    return mayLearn() ? Sizes.OPEN_WITHOUT_LESSONS : Sizes.OPEN;
  }

  /// What the program learns before it runs, for inputs of these types and shapes.
  ///
  /// @throws CompileException with all errors of the program
  List<Lesson> lessons(Map<String, Known> inputs) {
    return learning(inputs).map(Compiled::lessons).orElse(List.of());
  }

  private Optional<Compiled> learning(Map<String, Known> inputs) {
    if (!mayLearn() || !(form instanceof Form.Source(var file))) {
      return Optional.empty();
    }
    Compiled compiled = sources.compile(file, inputs, Set.of(), Sizes.KNOWN);
    if (compiled.program().isEmpty()) {
      throw new CompileException(compiled.refusals());
    }
    return Optional.of(compiled);
  }

  /// The files that the program names for inputs.
  Map<String, String> filesOfInputs(Map<String, Known> inputs) {
    Map<String, String> files = new TreeMap<>();
    learning(inputs)
        .flatMap(Compiled::program)
        .ifPresent(
            program ->
                program
                    .signature()
                    .inputs()
                    .forEach(
                        input -> input.file().ifPresent(file -> files.put(input.name(), file))));
    return files;
  }

  /// A program of equations that is a part of this one.
  Program part(org.einkorn.ir.tensor.Program program, Options options) {
    return Program.of(new Form.Equations(program), files, options);
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
      case Form.Source(var file) -> compile(file, inputs, kept, specialize, timings).program();
      case Form.Loops _, Form.Code _ ->
          throw new IllegalArgumentException(
              "a program given as text of the stage "
                  + form.stage().text()
                  + " has no equations to count or compile again");
    };
  }

  private Equations compile(
      SourceFile file,
      Map<String, Known> inputs,
      Set<String> kept,
      boolean specialize,
      List<Pipeline.Timing> timings) {
    long start = System.nanoTime();
    SourceCompiler.Answer answer =
        sources.answer(file, inputs, kept, specialize ? Sizes.KNOWN : openSizes());
    timings.add(new Pipeline.Timing("frontend", (System.nanoTime() - start) / 1e6));
    Compiled compiled = answer.compiled();
    return new Equations(
        compiled.program().orElseThrow(() -> new CompileException(compiled.refusals())),
        answer.probed(),
        compiled.requirements());
  }

  /// Fails where a shape is given for something that is no input.
  ///
  /// @param known what is known of all inputs, those with a given shape among them
  /// @throws DataException E0553
  void requireInputs(Set<String> given, Map<String, Known> known, Set<String> kept) {
    Optional<List<String>> names = inputNames(known, kept);
    if (names.isEmpty() || names.get().containsAll(given)) {
      return; // a wrong program says so itself
    }
    // What the kept tensors do not need is an input all the same.
    List<String> all = inputNames(known, Set.of()).orElse(List.of());
    for (String name : given) {
      if (!all.contains(name)) {
        throw DataException.of(DataFault.INPUT_UNKNOWN)
            .expected(all.isEmpty() ? "no shape: there are no inputs" : "one of the inputs " + all)
            .found("`" + name + "`");
      }
    }
  }

  private Optional<List<String>> inputNames(Map<String, Known> known, Set<String> kept) {
    Optional<Signature> signature =
        switch (form) {
          case Form.Source(var file) ->
              sources
                  .compile(file, known, kept, Sizes.KNOWN)
                  .program()
                  .map(org.einkorn.ir.tensor.Program::signature);
          case Form.Equations(var program) -> Optional.of(program.signature());
          case Form.Loops loops -> Optional.of(loops.module().signature());
          case Form.Code code -> Optional.of(code.module().signature());
        };
    return signature.map(found -> found.inputs().stream().map(Signature.Input::name).toList());
  }

  /// The names of the relations that come from files or from who runs the program.
  Set<String> relations() {
    Signature signature =
        switch (form) {
          case Form.Source _ -> new Signature(List.of(), List.of(), List.of(), List.of());
          case Form.Equations(var program) -> program.signature();
          case Form.Loops loops -> loops.module().signature();
          case Form.Code code -> code.module().signature();
        };
    return form instanceof Form.Source(var file)
        ? sources.relations(file)
        : signature.inputs().stream()
            .filter(input -> input.content() instanceof Signature.Content.Tuples)
            .map(Signature.Input::name)
            .flatMap(name -> Stream.of(name, RelationData.relationOf(name)))
            .collect(Collectors.toUnmodifiableSet());
  }

  /// Errors and warnings of the source; none for later stages.
  List<Diagnostic> diagnostics(Map<String, Known> inputs, Set<String> kept, boolean specialize) {
    return form instanceof Form.Source(var file)
        ? sources.compile(file, inputs, kept, sizes(specialize || mayLearn())).diagnostics()
        : List.of();
  }

  /// The warnings of the source, if it is a program.
  List<Diagnostic> warnings(Map<String, Known> inputs, Set<String> kept) {
    if (!(form instanceof Form.Source(var file))) {
      return List.of();
    }
    if (!mayLearn() && cache.isPresent()) {
      return sources
          .facts(file, inputs, kept, Sizes.OPEN)
          .map(facts -> facts.kept().diagnostics())
          .orElse(List.of());
    }
    Compiled compiled = sources.compile(file, inputs, kept, sizes(mayLearn()));
    return compiled.program().isPresent() ? compiled.diagnostics() : List.of();
  }

  /// A failure of a run, with the place of its equation in the source.
  DataException explain(DataException failure, Map<String, Known> inputs, Set<String> kept) {
    if (failure.equation().isEmpty()) {
      return failure;
    }
    return switch (form) {
      case Form.Source(var file) ->
          sources
              .compile(file, inputs, kept, openSizes())
              .program()
              .map(program -> RunFaults.explain(failure, program))
              .orElse(failure);
      case Form.Equations(var program) -> RunFaults.explain(failure, program);
      case Form.Loops _, Form.Code _ -> failure;
    };
  }

  /// The element type that the program gives an input; `f32` where it says nothing.
  DType declaredType(String name, Set<String> kept) {
    return switch (form) {
      case Form.Source(var file) ->
          sources
              .facts(file, Map.of(), kept, openSizes())
              .map(facts -> facts.kept().signature())
              .or(
                  () ->
                      sources
                          .compile(file, Map.of(), kept, openSizes())
                          .program()
                          .map(org.einkorn.ir.tensor.Program::signature))
              .flatMap(signature -> inputType(signature, name))
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
