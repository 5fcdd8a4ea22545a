package org.einkorn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.einkorn.frontend.Known;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Tensor;
import org.jspecify.annotations.Nullable;

/// A program compiled for inputs of fixed shapes: text, cost, then run into memory of the caller.
public final class Kernel {
  private final Compiler compiler;
  private final Map<String, Known> inputs;
  private final Set<String> kept;
  private final Options options;
  private final KernelCode code;
  private volatile @Nullable Explanation explanation;

  private Kernel(
      Compiler compiler,
      Map<String, Known> inputs,
      Set<String> kept,
      Options options,
      KernelCode code) {
    this.compiler = compiler;
    this.inputs = Map.copyOf(inputs);
    this.kept = Set.copyOf(kept);
    this.options = options;
    this.code = code;
    code.warnings().forEach(options.onWarning());
  }

  static Kernel of(
      Compiler compiler, Map<String, Known> inputs, Set<String> kept, Options options) {
    List<Pipeline.Timing> timings = new ArrayList<>();
    if (options.counts()) {
      throw new IllegalArgumentException(
          "a kernel runs into memory of the caller and does not count; run the program to count");
    }
    org.einkorn.ir.tensor.Program program = compiler.equations(inputs, kept, true, timings);
    Explanation.requireSizes(program.signature());
    KernelCode code = KernelCode.of(program, options, timings);
    return new Kernel(compiler, inputs, kept, options, code);
  }

  /// The kernel as text at a stage.
  public String ir(Stage stage) {
    Objects.requireNonNull(stage, "stage");
    return new StagePrinter(compiler, inputs, kept, options).specialized().print(stage, Set.of());
  }

  /// What was decided.
  public Explanation explanation() {
    Explanation made = explanation;
    if (made == null) {
      // Not before it is asked for: it counts all loops, which takes as long as compiling them.
      made = code.explanation();
      explanation = made;
    }
    return made;
  }

  /// What one run costs.
  public Explanation.Totals cost() {
    return explanation().totals();
  }

  /// Runs the kernel.
  ///
  /// Tensors are read and written where they lie, whatever their strides. There is code for
  /// row-major tensors from the start; for other strides it is made at the first call with them,
  /// and kept.
  ///
  /// @param tensors the inputs in the order of [#inputs()], then the outputs in the order of
  ///   [#outputs()], which are overwritten; what lies between the elements of an output stays
  /// @throws DataException for a wrong number, shape or type of tensors, for an output two of whose
  ///   indices share an element, or which lies in the memory of another tensor
  public void run(Tensor... tensors) {
    try {
      code.run(Objects.requireNonNull(tensors, "tensors"));
    } catch (DataException e) {
      throw compiler.explain(e, inputs, kept);
    }
  }

  /// The names of the inputs, in the order in which [#run] takes them.
  public List<String> inputs() {
    return code.inputs();
  }

  /// The names of the outputs, in the order in which [#run] takes them.
  public List<String> outputs() {
    return code.outputs();
  }
}
