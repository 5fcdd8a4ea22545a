package org.einkorn;

import java.util.Collections;
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
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.Answers;
import org.einkorn.runtime.exec.Manifest;
import org.einkorn.runtime.exec.ModuleRunner;
import org.einkorn.runtime.exec.ProgramFiles;
import org.einkorn.runtime.io.FileReference;

/// What a run of a program made.
public final class Results {
  private final CompiledCode code;
  private final Map<String, Long> sizes;
  private final Map<String, Tensor> outputs;
  private final long measuredPeakBytes;
  private final Set<String> counters;
  private final Optional<OperationCount> executed;
  private final List<Pipeline.Timing> compilation;
  private final double runMilliseconds;
  private final Map<String, Tensor> learned = new LinkedHashMap<>();
  private final SequencedMap<String, Long> tuples = new LinkedHashMap<>();
  private Manifest manifest;

  /// @param counters the outputs that counted multiplications and additions, if anything did
  Results(
      CompiledCode code,
      ModuleRunner.Result run,
      Map<String, Tensor> counters,
      List<Pipeline.Timing> compilation,
      double runMilliseconds) {
    this.code = code;
    this.manifest = code.runner().manifest();
    this.sizes = run.sizes();
    this.outputs = new LinkedHashMap<>(run.outputs());
    this.outputs.keySet().removeAll(counters.keySet());
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
                    .forEach((relation, name) -> tuples.put(relation, count(counters, name))));
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
    ProgramFiles.write(get(name), manifest.contentOf(name), file);
  }

  /// What the program learned, by name; nothing if it has no `learn`.
  public Map<String, Tensor> learned() {
    return Collections.unmodifiableMap(learned);
  }

  /// The output, or the learned parameter, with this name.
  ///
  /// @throws IllegalArgumentException if the run kept no such tensor
  public Tensor get(String name) {
    Tensor tensor = outputs.containsKey(name) ? outputs.get(name) : learned.get(name);
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

  /// The names of all outputs, in the program's order.
  public Set<String> names() {
    return Collections.unmodifiableSet(outputs.keySet());
  }

  /// All outputs by name.
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(outputs);
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
        .explain(sizes, compilation);
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
}
