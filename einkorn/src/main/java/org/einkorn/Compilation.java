package org.einkorn;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Known;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.exec.Manifest;

/// A program for the types of its inputs.
final class Compilation {
  /// Code, and what it depends on of the files that the program reads.
  ///
  /// @param inputs what the program takes
  /// @param requirements what must hold of the sizes
  record Entry(
      Map<String, Optional<Known>> headers,
      Views views,
      Manifest inputs,
      Code code,
      List<Compiled.Requirement> requirements) {}

  /// Code for the shapes of a run.
  interface Code {
    CompiledCode of(SizedCode.Shapes shapes, List<Pipeline.Timing> timings);
  }

  private final Entry entry;
  private final Map<String, Known> known;

  Compilation(Entry entry, Map<String, Tensor> bound) {
    this.entry = entry;
    this.known = entry.views().known(bound);
  }

  Views views() {
    return entry.views();
  }

  /// What the program takes; nothing else of it matters.
  Manifest inputs() {
    return entry.inputs();
  }

  /// The code for these data, made now if it is not there yet.
  ///
  /// @param read what was read for [#inputs]
  /// @param timings receives what each step took; nothing where the code was there
  CompiledCode code(Map<String, Tensor> read, List<Pipeline.Timing> timings) {
    return entry.code().of(input -> shape(input, read), timings);
  }

  /// What is bound to an input, what the header of its file says, or what the data show of it.
  private Optional<Known> shape(Signature.Input input, Map<String, Tensor> read) {
    Known bound = known.get(input.name());
    if (bound != null) {
      return Optional.of(bound);
    }
    Optional<Known> header =
        input.file().flatMap(file -> entry.headers().getOrDefault(file, Optional.empty()));
    Tensor tensor = read.get(input.name());
    return header.isEmpty() && tensor != null
        ? Optional.of(Known.of(tensor.dtype(), tensor.shape()))
        : header;
  }

  /// What is wrong with the sizes of a run.
  List<Diagnostic> unmet(Map<String, Long> sizes) {
    return requirements(
        required ->
            required instanceof Compiled.Requirement.NotEmpty(IndexExpr extent, _)
                && IndexEvaluator.extent(extent, name -> Objects.requireNonNull(sizes.get(name)))
                    <= 0);
  }

  /// What the labels of a run show to be doubtful.
  ///
  /// @param labels by the symbol of the extent of the axes that have them
  List<Diagnostic> doubts(Map<String, List<String>> labels) {
    return requirements(
        required ->
            required instanceof Compiled.Requirement.NoLabel(IndexExpr extent, String label, _)
                && extent instanceof IndexExpr.Symbol(String name)
                && labels.getOrDefault(name, List.of()).contains(label));
  }

  private List<Diagnostic> requirements(Predicate<Compiled.Requirement> isBroken) {
    return entry.requirements().stream()
        .filter(isBroken)
        .map(Compiled.Requirement::otherwise)
        .toList();
  }
}
