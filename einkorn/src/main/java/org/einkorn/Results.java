package org.einkorn;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.Answers;
import org.einkorn.runtime.exec.Manifest;
import org.einkorn.runtime.exec.ModuleRunner;

/// What a run of a program made.
public final class Results {
  private final Manifest manifest;
  private final ModuleRunner.Result run;
  private final List<Pipeline.Timing> compilation;
  private final double runMilliseconds;

  Results(
      Manifest manifest,
      ModuleRunner.Result run,
      List<Pipeline.Timing> compilation,
      double runMilliseconds) {
    this.manifest = manifest;
    this.run = run;
    this.compilation = List.copyOf(compilation);
    this.runMilliseconds = runMilliseconds;
  }

  /// The output with this name.
  ///
  /// @throws IllegalArgumentException if the run kept no such tensor
  public Tensor get(String name) {
    Tensor tensor = run.outputs().get(name);
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
    return run.outputs().keySet();
  }

  /// All outputs by name.
  public Map<String, Tensor> tensors() {
    return run.outputs();
  }

  /// The queries and their answers, or the outputs if there are none, as text.
  ///
  /// @param bare leaves out the lines that name the results
  /// @param written outputs that are not printed
  public String print(boolean bare, Set<String> written) {
    return Answers.print(manifest, run.outputs(), bare, written);
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
    return run.measuredPeakBytes();
  }

  Manifest manifest() {
    return manifest;
  }
}
