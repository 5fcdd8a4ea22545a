package org.einkorn;

import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.TupleSet;
import org.einkorn.runtime.exec.Answers;
import org.einkorn.runtime.exec.Manifest;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.Outputs;
import org.einkorn.runtime.exec.ProgramFiles;
import org.einkorn.runtime.io.FileReference;

/// What a run of a program made.
public final class Results {
  private final CompiledCode code;
  private final Map<String, Long> sizes;
  private final Arena arena;
  private final Outputs outputs;
  private final Map<String, Tensor> unfolded = new HashMap<>();
  private final long measuredPeakBytes;
  private final Set<String> counters;
  private final Optional<OperationCount> executed;
  private final List<Pipeline.Timing> compilation;
  private final double runMilliseconds;
  private final Map<String, Tensor> learned = new LinkedHashMap<>();
  private final SequencedMap<String, Long> tuples = new LinkedHashMap<>();
  private Manifest manifest;

  /// @param arena owns the outputs
  /// @param counters the outputs that counted multiplications and additions, if anything did
  Results(
      CompiledCode code,
      Arena arena,
      ModuleRunner.Result run,
      Map<String, Tensor> counters,
      List<Pipeline.Timing> compilation,
      double runMilliseconds) {
    this.code = code;
    this.manifest = code.runner().manifest();
    this.sizes = run.sizes();
    this.arena = arena;
    Map<String, Tensor> tensors = new LinkedHashMap<>(run.outputs());
    tensors.keySet().removeAll(counters.keySet());
    this.outputs = new Outputs(tensors, run.made().relations());
    this.measuredPeakBytes = run.measuredPeakBytes();
    this.counters = Set.copyOf(counters.keySet());
    this.executed =
        code.counting()
            .map(
                names ->
                    OperationCount.of(
                        count(counters, names.multiplies()), count(counters, names.adds())));
    code.counting()
        .ifPresent(
            names ->
                names
                    .tuples()
                    .forEach(each -> tuples.put(each.relation(), count(counters, each.name()))));
    this.compilation = List.copyOf(compilation);
    this.runMilliseconds = runMilliseconds;
  }

  private static long count(Map<String, Tensor> counters, String name) {
    return Objects.requireNonNull(counters.get(name)).getLong();
  }

  /// Adds what was learned before the run.
  Results learned(Map<String, Tensor> parameters) {
    learned.putAll(parameters);
    return this;
  }

  /// Adds the labels that data give.
  Results labelled(Manifest labelled) {
    manifest = labelled;
    return this;
  }

  /// Writes an output, or a learned parameter, to a file: a relation as its tuples where the file
  /// is a `.csv` or a `.tsv`, anything else as [Tensor#write].
  ///
  /// @throws IllegalArgumentException if the run kept no such tensor
  public void write(String name, FileReference file) {
    Tensor parameter = outputs.names().contains(name) ? null : get(name);
    if (parameter == null) {
      ProgramFiles.write(outputs, manifest, name, file);
    } else {
      ProgramFiles.write(parameter, manifest.contentOf(name), file);
    }
  }

  /// What the program learned, by name; nothing if it has no `learn`.
  public Map<String, Tensor> learned() {
    return Collections.unmodifiableMap(learned);
  }

  /// The output, or the learned parameter, with this name.
  ///
  /// A relation of very many positions is kept as its tuples; asked for here, it is made a tensor
  /// of truth values, if it has not too many for that.
  ///
  /// @throws IllegalArgumentException if the run kept no such tensor
  /// @throws DataException E0530 or E0541 if a relation has too many positions for a tensor
  public Tensor get(String name) {
    TupleSet relation = outputs.relations().get(name);
    if (relation != null) {
      synchronized (unfolded) {
        return unfolded.computeIfAbsent(name, _ -> relation.toTensor(arena));
      }
    }
    Tensor tensor = outputs.tensors().getOrDefault(name, learned.get(name));
    if (tensor == null) {
      throw new IllegalArgumentException(
          "this run kept "
              + names()
              + ", not `"
              + name
              + "`; ask for it with `keeping(\""
              + name
              + "\")`");
    }
    return tensor;
  }

  /// The positions at which an output of truth values holds, whether it is kept as a tensor or as
  /// these.
  ///
  /// @throws IllegalArgumentException if the run kept no such output, or it has no truth values
  public TupleSet relation(String name) {
    TupleSet relation = outputs.relations().get(name);
    if (relation != null) {
      return relation;
    }
    Tensor tensor = get(name);
    if (tensor.dtype() != DType.BOOL) {
      throw new IllegalArgumentException(
          "`" + name + "` is " + tensor.dtype() + tensor.shape() + ", no relation");
    }
    return TupleSet.of(arena, tensor);
  }

  /// The names of all outputs, in the program's order, those that are kept as tuples last.
  public Set<String> names() {
    return outputs.names();
  }

  /// All outputs by name, each as [#get].
  ///
  /// @throws DataException E0530 or E0541 if a relation has too many positions for a tensor; `get`
  ///   and `relation` give the others
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    outputs.names().forEach(name -> all.put(name, get(name)));
    return Collections.unmodifiableMap(all);
  }

  /// The queries and their answers, or the outputs if there are none, as text.
  ///
  /// @param bare leaves out the lines that name the results
  /// @param written outputs that are not printed
  public String print(boolean bare, Set<String> written) {
    Set<String> silent = new HashSet<>(written);
    silent.addAll(counters);
    return Answers.print(manifest(), outputs, bare, silent);
  }

  /// What compiling took, pass by pass; empty where the code was there already.
  public List<Pipeline.Timing> compilation() {
    return compilation;
  }

  /// What running took.
  public double runMilliseconds() {
    return runMilliseconds;
  }

  /// The most memory that the run held at once: outputs, temporaries and copies, counted where they
  /// were allocated.
  public long measuredPeakBytes() {
    return measuredPeakBytes;
  }

  /// What the run executed; nothing unless its options said that it counts.
  public Optional<OperationCount> executed() {
    return executed;
  }

  /// How many tuples of each relation the rounds of fixpoints derived, by the name of the relation;
  /// those of magic sets are called `Ancestor.asked`. Nothing unless the options said that the run
  /// counts.
  public SequencedMap<String, Long> tuples() {
    return Collections.unmodifiableSequencedMap(tuples);
  }

  /// What the compiler decided for this run, with the cost at its sizes.
  ///
  /// @throws IllegalStateException if the program was given as loops or as code
  public Explanation explanation() {
    return code.plan()
        .orElseThrow(() -> new IllegalStateException("the program was not made from equations"))
        .get()
        .explain(sizes, compilation);
  }

  /// Whether the code comes from the [cache][Options#withCache], and was not compiled by this
  /// process.
  public boolean isFromCache() {
    return code.isKept();
  }

  /// What the plan of this run warns of, as [Options#onWarning()] was told before it.
  public List<Diagnostic> warnings() {
    return code.warnings();
  }

  /// The value of each symbol.
  Map<String, Long> sizes() {
    return sizes;
  }

  Manifest manifest() {
    return manifest;
  }

  Outputs outputs() {
    return outputs;
  }
}
