package org.einkorn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.frontend.Known;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.target.ModuleFacts;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.exec.Manifest;
import org.einkorn.runtime.exec.MemoryPlan;

/// What the compiler decided for a program, with the cost before and after.
///
/// @param equations one entry for each tensor that the user defined
/// @param kernels what runs, in order
public record Explanation(
    List<Equation> equations,
    Totals totals,
    List<KernelCost> kernels,
    List<Pipeline.Timing> passes) {
  public Explanation {
    equations = List.copyOf(equations);
    kernels = List.copyOf(kernels);
    passes = List.copyOf(passes);
  }

  /// One user equation.
  ///
  /// @param line where it stands, from 1; 0 where that is not known
  /// @param text the source of its first line
  /// @param naive the count as written
  /// @param planned the count after all passes
  /// @param order the steps that compute it, as IR text
  /// @param rewrites what rules made of it, in order
  /// @param refused rewrites that a law or a condition forbids
  public record Equation(
      String target,
      int line,
      String text,
      OperationCount naive,
      OperationCount planned,
      List<String> order,
      List<Trace.Applied> rewrites,
      List<Trace.Refused> refused) {
    public Equation {
      order = List.copyOf(order);
      rewrites = List.copyOf(rewrites);
      refused = List.copyOf(refused);
    }
  }

  /// Sums over the program.
  ///
  /// @param peakBytes outputs, and the memory that temporaries share
  public record Totals(
      OperationCount naive, OperationCount planned, long peakBytes, long largestTemporaryBytes) {}

  /// One kernel.
  ///
  /// @param fused the tensors it computes
  /// @param bytes what it reads and writes at least: each tensor it touches, once
  public record KernelCost(String name, List<String> fused, long multiplies, long bytes) {
    public KernelCost {
      fused = List.copyOf(fused);
    }
  }

  static Explanation of(
      Compiler compiler, Map<String, Known> inputs, Set<String> kept, Options options) {
    List<Pipeline.Timing> timings = new ArrayList<>();
    return of(compiler.equations(inputs, kept, true, timings), options, timings);
  }

  /// The explanation of a program at level 1.
  static Explanation of(Program program, Options options, List<Pipeline.Timing> timings) {
    requireSizes(program.signature());
    Pipelines.Lowered lowered = Pipelines.lower(program, options, Pipeline.Observer.none());
    timings.addAll(lowered.timings());
    try {
      List<Equation> equations = equations(program, lowered);
      return new Explanation(equations, totals(equations, lowered), kernels(lowered), timings);
    } catch (ArithmeticException e) {
      throw DataException.of(DataFault.SHAPE_OVERFLOW)
          .at("the program `" + program.name() + "`")
          .expected("fewer than 2^63 operations and bytes")
          .found("more")
          .because(e);
    }
  }

  private static void requireSizes(Signature signature) {
    for (String symbol : signature.symbols()) {
      for (Signature.Input input : signature.inputs()) {
        if (input.type().extents().contains(new IndexExpr.Symbol(symbol))) {
          throw DataException.of(DataFault.INPUT_MISSING)
              .expected("the shape of `" + input.name() + "`, to count operations")
              .found("the size `" + symbol + "` is open")
              .withHelp("give it: --shape " + input.name() + "=" + example(input.type()));
        }
      }
    }
  }

  private static String example(TensorType type) {
    return String.join(
        "x",
        type.extents().stream()
            .map(extent -> extent instanceof IndexExpr.Constant(long n) ? Long.toString(n) : "64")
            .toList());
  }

  private static long openSize(String name) {
    throw new IllegalStateException("the size `" + name + "` is open");
  }

  private static OperationCount count(Definition definition) {
    return OperationCount.of(definition.body(), Explanation::openSize);
  }

  /// `Y.1` is a temporary of `Y`.
  private static String userName(String name) {
    int dot = name.indexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private static List<Equation> equations(Program before, Pipelines.Lowered lowered) {
    Map<String, List<Definition>> written = new LinkedHashMap<>();
    for (Definition definition : before.definitions()) {
      written
          .computeIfAbsent(userName(definition.name()), name -> new ArrayList<>())
          .add(definition);
    }
    List<Equation> equations = new ArrayList<>();
    written.forEach(
        (target, definitions) -> {
          OperationCount naive = total(definitions);
          List<Definition> planned =
              lowered.equations().definitions().stream()
                  .filter(definition -> userName(definition.name()).equals(target))
                  .toList();
          Optional<Span> span = definitions.getLast().origin().span();
          equations.add(
              new Equation(
                  target,
                  span.map(Span::line).orElse(0),
                  span.map(s -> s.file().lineText(s.line()).strip()).orElse(""),
                  naive,
                  total(planned),
                  planned.stream().map(TensorPrinter::print).map(String::strip).toList(),
                  lowered.trace().applied().stream()
                      .filter(rewrite -> userName(rewrite.definition()).equals(target))
                      .toList(),
                  lowered.trace().refused().stream()
                      .filter(refused -> userName(refused.definition()).equals(target))
                      .toList()));
        });
    return equations;
  }

  private static OperationCount total(List<Definition> definitions) {
    return definitions.stream()
        .map(Explanation::count)
        .reduce(OperationCount.ZERO, OperationCount::plus);
  }

  private static Totals totals(List<Equation> equations, Pipelines.Lowered lowered) {
    List<Manifest.BufferSpec> specs = ModuleFacts.of(lowered.scheduled()).manifest().buffers();
    List<Buffer> buffers = lowered.scheduled().allBuffers();
    List<MemoryPlan.Span> temporaries = new ArrayList<>();
    long outputBytes = 0;
    long largest = 0;
    for (int number = 0; number < specs.size(); number++) {
      Manifest.BufferSpec spec = specs.get(number);
      long bytes = bytes(buffers.get(number).type());
      if (spec.role() == Manifest.Role.OUTPUT) {
        outputBytes = Math.addExact(outputBytes, bytes);
      } else if (spec.role() == Manifest.Role.TEMPORARY) {
        temporaries.add(new MemoryPlan.Span(bytes, spec.live()));
        largest = Math.max(largest, bytes);
      }
    }
    return new Totals(
        equations.stream().map(Equation::naive).reduce(OperationCount.ZERO, OperationCount::plus),
        equations.stream().map(Equation::planned).reduce(OperationCount.ZERO, OperationCount::plus),
        Math.addExact(outputBytes, MemoryPlan.of(temporaries).totalBytes()),
        largest);
  }

  private static List<KernelCost> kernels(Pipelines.Lowered lowered) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    Module module = lowered.scheduled();
    module.allBuffers().forEach(buffer -> types.put(buffer.name(), buffer.type()));
    List<KernelCost> kernels = new ArrayList<>();
    for (Definition definition : lowered.equations().definitions()) {
      long bytes = bytes(definition.type());
      for (String read : TensorReads.of(definition.body())) {
        TensorType type = types.get(read);
        bytes = Math.addExact(bytes, type == null ? 0 : bytes(type));
      }
      kernels.add(
          new KernelCost(
              definition.name(),
              List.of(definition.name()),
              count(definition).multiplies(),
              bytes));
    }
    return kernels;
  }

  private static long bytes(TensorType type) {
    long bytes = type.dtype().byteSize();
    for (IndexExpr extent : type.extents()) {
      bytes = Math.multiplyExact(bytes, IndexEvaluator.extent(extent, Explanation::openSize));
    }
    return bytes;
  }
}
