package org.einkorn;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.Known;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Artifact;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.Manifest;
import org.einkorn.runtime.exec.ProgramFiles;
import org.einkorn.runtime.exec.RelationData;
import org.einkorn.runtime.io.Relation;

/// A program of tensor equations, with some of its inputs bound.
///
/// Immutable: `with` makes a new program that shares the compiled code of this one. Sizes that the
/// program leaves open are fixed when data arrive, without compiling again.
public final class Program {
  private final Compiler compiler;
  private final Map<String, Tensor> bound;
  private final Map<String, Relation> relations;
  private final Set<String> kept;
  private final Options options;

  private Program(
      Compiler compiler,
      Map<String, Tensor> bound,
      Map<String, Relation> relations,
      Set<String> kept,
      Options options) {
    this.compiler = compiler;
    this.relations = Map.copyOf(relations);
    this.bound = Collections.unmodifiableMap(new LinkedHashMap<>(bound));
    this.kept = Collections.unmodifiableSet(new LinkedHashSet<>(kept));
    this.options = options;
  }

  /// A program from text of any stage.
  ///
  /// @param folder what the paths in the program are relative to
  static Program of(Stage stage, SourceFile file, Path folder, Options options) {
    Form form =
        switch (stage) {
          case EQUATIONS -> new Form.Source(file);
          case AST -> new Form.Source(AstText.toSource(file));
          case TENSOR, LOOPS, SCHEDULED, BYTECODE, LLVM, ASM -> StageText.parse(stage, file);
        };
    ProgramFiles files = ProgramFiles.of(folder, options.readable());
    return new Program(new Compiler(form, files, options), Map.of(), Map.of(), Set.of(), options);
  }

  /// A part of a program.
  static Program of(Form form, ProgramFiles files, Options options) {
    return new Program(new Compiler(form, files, options), Map.of(), Map.of(), Set.of(), options);
  }

  /// This program with a tensor bound to one of its inputs, in place of any file it names for it.
  /// For a relation it is one of truth values, or of integers that are the tuples, one a row.
  public Program with(String name, Tensor tensor) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(tensor, "tensor");
    if (compiler.relations().contains(name)) {
      return withRelation(name, Relation.of(tensor));
    }
    Map<String, Tensor> more = new LinkedHashMap<>(bound);
    more.put(name, tensor);
    return new Program(compiler, more, relations, kept, options);
  }

  /// This program with the tuples of one of its relations, in place of any file it names for it.
  public Program withRelation(String name, Relation relation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(relation, "relation");
    Map<String, Relation> more = new LinkedHashMap<>(relations);
    more.put(name, relation);
    return new Program(compiler, bound, more, kept, options);
  }

  /// The names of the relations that the program takes from files or from who runs it.
  public Set<String> relations() {
    return compiler.relations();
  }

  /// This program with other options.
  public Program with(Options newOptions) {
    Objects.requireNonNull(newOptions, "newOptions");
    Compiler other =
        newOptions.readable().equals(options.readable())
                && newOptions.cache().equals(options.cache())
                && (newOptions.cache().isEmpty() || newOptions.target().equals(options.target()))
            ? compiler
            : compiler.with(newOptions);
    return new Program(other, bound, relations, kept, newOptions);
  }

  /// This program keeping just these tensors as its outputs; queries are answered all the same.
  public Program keeping(String... names) {
    Objects.requireNonNull(names, "names");
    for (String name : names) {
      Objects.requireNonNull(name, "an element of names");
    }
    return new Program(compiler, bound, relations, new LinkedHashSet<>(List.of(names)), options);
  }

  /// The errors and warnings of the program, with what is known of its data.
  public List<Diagnostic> diagnostics() {
    return compiler.diagnostics(knownInputs(), kept, !bound.isEmpty());
  }

  /// The warnings of the program; none where it is wrong, as the run says so.
  public List<Diagnostic> warnings() {
    return compiler.warnings(knownInputs(), kept);
  }

  /// Whether the program has a `learn`.
  ///
  /// @throws CompileException when the program is wrong
  public boolean learns() {
    return !compiler.lessons(knownInputs()).isEmpty();
  }

  /// The element type that the program gives an input; `f32` where it says nothing.
  public DType inputType(String name) {
    Objects.requireNonNull(name, "name");
    return compiler.declaredType(name, kept);
  }

  /// The names of the passes that can be chosen and watched, in order.
  public static List<String> passNames() {
    return StagePrinter.passNames();
  }

  /// Runs the program; its outputs live as long as they are reachable.
  ///
  /// The JVM counts such memory against `-XX:MaxDirectMemorySize`, which is the size of the heap
  /// unless it is set; memory of [Arena#ofConfined] and [Arena#ofShared] it does not count.
  ///
  /// @throws CompileException when the program is wrong
  /// @throws DataException when the data are
  public Results run() {
    return run(Arena.ofAuto());
  }

  /// Runs the program; its outputs live in `arena`.
  ///
  /// @throws CompileException when the program is wrong
  /// @throws DataException when the data are
  public Results run(Arena arena) {
    Objects.requireNonNull(arena, "arena");
    refuseScheduleOfLearning();
    List<Pipeline.Timing> timings = new ArrayList<>();
    try (Arena reading = Arena.ofShared()) {
      Map<String, Tensor> learned = Training.run(compiler, bound, options, arena, timings);
      Map<String, Tensor> given = new LinkedHashMap<>(bound);
      given.putAll(learned);
      Set<String> wanted = new LinkedHashSet<>(kept);
      wanted.removeAll(learned.keySet());
      Compilation compilation = compiler.compile(given, wanted, options, timings);
      RelationData.Read data =
          RelationData.read(
              reading,
              compilation.inputs(),
              compiler.files(),
              relations,
              compilation.views().memory(given));
      CompiledCode code = compilation.code(data.inputs(), timings);
      code.warnings().forEach(options.onWarning());
      compilation.doubts(data.labels()).forEach(options.onWarning());
      Results results =
          code.run(arena, data.inputs(), options.run(), timings)
              .learned(learned)
              .labelled(code.runner().manifest().labelled(data.labels()));
      List<Diagnostic> unmet = compilation.unmet(results.sizes());
      if (!unmet.isEmpty()) {
        throw new CompileException(unmet);
      }
      return results;
    } catch (DataException e) {
      throw explain(e);
    }
  }

  /// Runs the program and writes the files that it says are outputs.
  public Results runAndWrite(Arena arena) {
    Results results = run(arena);
    compiler.files().writeOutputs(results.manifest(), results.outputs());
    return results;
  }

  /// A shape that disagrees is better shown in the source, where both sides are.
  private RuntimeException explain(DataException failure) {
    // A constant position can lie outside an axis whose extent only the data show.
    boolean isShape =
        failure.fault() == DataFault.SHAPE_MISMATCH
            || failure.fault() == DataFault.WRONG_RANK
            || failure.fault() == DataFault.POSITION_OUTSIDE_AXIS;
    if (isShape) {
      List<Diagnostic> diagnostics = compiler.diagnostics(knownInputs(), kept, true);
      if (diagnostics.stream().anyMatch(Diagnostic::isError)) {
        return new CompileException(diagnostics);
      }
    }
    return compiler.explain(failure, knownInputs(), kept);
  }

  private Map<String, Known> knownInputs() {
    Map<String, Known> known = new LinkedHashMap<>();
    bound.forEach((name, tensor) -> known.put(name, Known.of(tensor.dtype(), tensor.shape())));
    return known;
  }

  /// The program as text at a stage. One that learns is printed in parts, each with a heading that
  /// no stage reads: for each `learn` what it begins with, its step, and last what runs after it.
  ///
  /// @throws IllegalArgumentException for a stage before the one the program was given at
  public String ir(Stage stage) {
    return ir(stage, Set.of());
  }

  /// The text after each pass that is asked for, then at a stage.
  ///
  /// @param after the names of passes; `all` for each
  public String ir(Stage stage, Set<String> after) {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(after, "after");
    if (stage.compareTo(Stage.SCHEDULED) >= 0) {
      refuseScheduleOfLearning();
    }
    if (stage == Stage.AST || !learns()) {
      return new StagePrinter(compiler, knownInputs(), kept, options).print(stage, after);
    }
    return LearningText.of(compiler, knownInputs(), kept, options).ir(stage, after);
  }

  /// What the compiler decided and what the program costs, for inputs of these shapes.
  ///
  /// @param shapes for inputs that are not bound
  /// @throws DataException E0553 for a shape of something that is no input
  /// @throws IllegalArgumentException for a program given at a stage after `tensor`
  public Explanation explain(Map<String, Shape> shapes) {
    Objects.requireNonNull(shapes, "shapes");
    refuseScheduleOfLearning();
    Map<String, Known> known = withSizes(shapes);
    Explanation program = Explanation.of(compiler, known, kept, options);
    return compiler.lessons(known).isEmpty()
        ? program
        : program.after(LearningText.of(compiler, known, kept, options).explained());
  }

  /// The program compiled for inputs of fixed shapes.
  ///
  /// @param shapes for each input that is not bound and has no file
  /// @throws CompileException when the shapes do not agree with the program
  /// @throws DataException E0553 for a shape of something that is no input
  /// @throws IllegalArgumentException for a program given at a stage after `tensor`
  public Kernel kernel(Target target, Map<String, Shape> shapes) {
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(shapes, "shapes");
    refuseLearning("a kernel is one program of equations");
    return Kernel.of(compiler, withSizes(shapes), kept, options.withTarget(target));
  }

  /// The names of the backends that make a kind of artifact.
  public static List<String> emittersOf(String kind) {
    return Backends.all().stream()
        .filter(backend -> backend.emits().contains(kind))
        .map(backend -> backend.name())
        .toList();
  }

  /// Compiles the program ahead of time.
  ///
  /// @param kind `class`, `jar`, `obj`, `so`, `llvm`, `asm` or `bytecode`
  /// @param name the name of the entry point
  /// @param target `native`, `jvm`, or a processor; nothing for what the kind is usually for
  /// @param shapes inputs whose shape is fixed; other sizes become parameters
  /// @throws RefusedException when no backend makes that kind, or not for that target
  /// @throws IllegalArgumentException for a program given at a stage after `tensor`
  public Artifact emit(
      String kind, String name, Optional<String> target, Map<String, Shape> shapes) {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(shapes, "shapes");
    refuseLearning("learning is not compiled ahead of time");
    return Emitter.emit(compiler, withShapes(shapes), kept, options, kind, name, target);
  }

  /// The parts of a program that learns have functions of their own.
  private void refuseScheduleOfLearning() {
    if (options.schedule().isPresent()) {
      refuseLearning("a schedule is for one program of equations");
    }
  }

  private void refuseLearning(String why) {
    if (learns()) {
      throw new RefusedException(
          "E0904",
          why + " in this version, and the program has a `learn`",
          "write what is learned to a file, `\"w.npy\" = W`, and compile a program that reads it:"
              + " `param W = \"w.npy\"`");
    }
  }

  private Map<String, Known> withShapes(Map<String, Shape> shapes) {
    Map<String, Known> known = new LinkedHashMap<>(knownInputs());
    shapes.forEach(
        (name, shape) -> {
          Tensor tensor = bound.get(name);
          if (tensor == null) {
            known.put(name, Known.of(compiler.declaredType(name, kept), shape));
          } else if (!tensor.shape().equals(shape)) {
            throw DataException.of(DataFault.SHAPE_MISMATCH)
                .at("`" + name + "`")
                .expected("the shape of the tensor that is bound to it, " + tensor.shape())
                .found(shape);
          }
        });
    compiler.requireInputs(shapes.keySet(), known, kept);
    return known;
  }

  /// With the sizes of relations, which only their tuples show.
  private Map<String, Known> withSizes(Map<String, Shape> shapes) {
    Map<String, Known> known = withShapes(shapes);
    if (!compiler.relations().isEmpty()) {
      addRelations(known);
    }
    return known;
  }

  private void addRelations(Map<String, Known> known) {
    Manifest manifest =
        ModuleFacts.inputsOf(compiler.equations(known, kept, true, new ArrayList<>()).signature());
    boolean isOpen =
        manifest.buffers().stream()
            .anyMatch(
                spec ->
                    spec.content().kind() == Manifest.Content.Kind.TUPLES
                        && spec.file().isEmpty()
                        && !relations.containsKey(spec.name())
                        && !relations.containsKey(RelationData.relationOf(spec.name())));
    if (isOpen) {
      return; // who needs the sizes asks for them
    }
    try (Arena reading = Arena.ofShared()) {
      RelationData.read(reading, manifest, compiler.files(), relations, bound)
          .inputs()
          .forEach(
              (name, tensor) -> {
                boolean isRelation =
                    manifest.contentOf(name).kind() != Manifest.Content.Kind.ELEMENTS;
                if (isRelation) {
                  known.putIfAbsent(name, Known.of(tensor.dtype(), tensor.shape()));
                }
              });
    }
  }

  /// The options this program is compiled and run with.
  public Options options() {
    return options;
  }

  Compiler compiler() {
    return compiler;
  }
}
