package org.einkorn;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.einkorn.frontend.Known;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.TupleCount;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Span;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.passes.trace.Trace;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// What the compiler decided for a program, with the cost before and after.
///
/// @param equations one entry for each tensor that the user defined
/// @param kernels what runs, in order
/// @param schedules how the loops of functions are scheduled, as scripts; those of others are as
///   they were lowered
/// @param warnings what the plan warns of
/// @param derived the relations that fixpoints derive tuple by tuple; how many tuples the data show
/// @param learning what runs before it, where the program learns: the parts of each `learn`
public record Explanation(
    List<Equation> equations,
    Totals totals,
    List<KernelCost> kernels,
    List<Pipeline.Timing> passes,
    List<String> schedules,
    List<Diagnostic> warnings,
    List<String> derived,
    List<Part> learning) {
  public Explanation {
    derived = List.copyOf(derived);
    schedules = List.copyOf(schedules);
    learning = List.copyOf(learning);
    warnings = List.copyOf(warnings);
    equations = List.copyOf(equations);
    kernels = List.copyOf(kernels);
    passes = List.copyOf(passes);
  }

  /// A part of a program that learns.
  ///
  /// @param heading which one
  public record Part(String heading, Explanation explanation) {}

  /// This, after parts that learn.
  Explanation after(List<Part> parts) {
    return new Explanation(equations, totals, kernels, passes, schedules, warnings, derived, parts);
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
  /// @param stored how the tensor is stored, where that is not only in full
  public record Equation(
      String target,
      int line,
      String text,
      OperationCount naive,
      OperationCount planned,
      List<String> order,
      List<Trace.Applied> rewrites,
      List<Trace.Refused> refused,
      List<String> stored) {
    public Equation {
      stored = List.copyOf(stored);
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
  /// @param multiplies how many multiplications it executes; at most, where the data decide
  /// @param bytes what it reads and writes at least: each tensor it touches, once
  public record KernelCost(String name, List<String> fused, BigInteger multiplies, long bytes) {
    public KernelCost {
      fused = List.copyOf(fused);
    }
  }

  static Explanation of(
      Compiler compiler, Map<String, Known> inputs, Set<String> kept, Options options) {
    List<Pipeline.Timing> timings = new ArrayList<>();
    return of(compiler.equations(inputs, kept, true, timings), options, timings);
  }

  /// The explanation of a program at level 1 without open sizes.
  static Explanation of(Program program, Options options, List<Pipeline.Timing> timings) {
    requireSizes(program.signature());
    Pipelines.Lowered lowered = Pipelines.lower(program, options, Pipeline.Observer.none());
    timings.addAll(lowered.timings());
    return of(program, lowered, Map.of(), options, timings);
  }

  /// The explanation of a program and what became of it.
  ///
  /// @param sizes the value of each symbol
  static Explanation of(
      Program program,
      Pipelines.Lowered lowered,
      Map<String, Long> sizes,
      Options options,
      List<Pipeline.Timing> timings) {
    Map<String, Long> all = new HashMap<>(sizes);
    // What grows has one place at least.
    lowered.scheduled().growths().forEach(growth -> all.put(growth.symbol(), 1L));
    ToLongFunction<String> symbols = name -> size(name, all);
    try {
      PlannedCounts planned = PlannedCounts.of(lowered, symbols);
      PlannedMemory memory = PlannedMemory.of(program, lowered, sizes, options);
      List<Equation> equations = equations(program, lowered, planned, symbols);
      return new Explanation(
          equations,
          totals(equations, planned, memory),
          kernels(lowered, planned, symbols),
          timings,
          lowered.schedules().stream().map(TracePrinter::print).toList(),
          warnings(program, lowered, options),
          lowered.scheduled().tupleCounts().stream().map(TupleCount::relation).toList(),
          List.of());
    } catch (ArithmeticException e) {
      throw DataException.of(DataFault.SHAPE_OVERFLOW)
          .at("the program `" + program.name() + "`")
          .expected("fewer than 2^63 bytes")
          .found("more")
          .because(e);
    }
  }

  private static List<Diagnostic> warnings(
      Program program, Pipelines.Lowered lowered, Options options) {
    List<Diagnostic> warnings = new ArrayList<>(PlanWarnings.of(program, lowered.trace()));
    warnings.addAll(Pipelines.leftUndone(lowered.scheduled(), options));
    return warnings;
  }

  private static long size(String name, Map<String, Long> sizes) {
    Long size = sizes.get(name);
    if (size == null) {
      throw new IllegalStateException("the size `" + name + "` is open");
    }
    return size;
  }

  /// @throws DataException E0552 for a program whose inputs have open sizes
  static void requireSizes(Signature signature) {
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

  /// `Y.1` is a temporary of `Y`.
  private static String userName(String name) {
    int dot = name.indexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private static List<Equation> equations(
      Program before,
      Pipelines.Lowered lowered,
      PlannedCounts counts,
      ToLongFunction<String> symbols) {
    Map<String, List<Definition>> written = new LinkedHashMap<>();
    for (Definition definition : before.definitions()) {
      written
          .computeIfAbsent(userName(definition.name()), name -> new ArrayList<>())
          .add(definition);
    }
    List<Equation> equations = new ArrayList<>();
    written.forEach(
        (target, definitions) -> {
          OperationCount naive = total(definitions, symbols);
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
                  planned.stream()
                      .map(definition -> counts.of(definition.name()))
                      .reduce(OperationCount.ZERO, OperationCount::plus),
                  planned.stream().map(TensorPrinter::print).map(String::strip).toList(),
                  lowered.trace().applied().stream()
                      .filter(rewrite -> userName(rewrite.definition()).equals(target))
                      .toList(),
                  lowered.trace().refused().stream()
                      .filter(refused -> userName(refused.definition()).equals(target))
                      .toList(),
                  StoredForm.of(target, lowered.loops())));
        });
    return equations;
  }

  private static OperationCount total(
      List<Definition> definitions, ToLongFunction<String> symbols) {
    return definitions.stream()
        .map(definition -> OperationCount.of(definition.body(), symbols))
        .reduce(OperationCount.ZERO, OperationCount::plus);
  }

  private static Totals totals(
      List<Equation> equations, PlannedCounts planned, PlannedMemory memory) {
    return new Totals(
        equations.stream().map(Equation::naive).reduce(OperationCount.ZERO, OperationCount::plus),
        planned.total(),
        memory.peakBytes(),
        memory.largestTemporaryBytes());
  }

  private static List<KernelCost> kernels(
      Pipelines.Lowered lowered, PlannedCounts planned, ToLongFunction<String> symbols) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    Module module = lowered.scheduled();
    module.allBuffers().forEach(buffer -> types.put(buffer.name(), buffer.type()));
    List<KernelCost> kernels = new ArrayList<>();
    for (Definition definition : lowered.equations().definitions()) {
      long bytes = bytes(definition.type(), symbols);
      for (String read : TensorReads.of(definition.body())) {
        TensorType type = types.get(read);
        bytes = Math.addExact(bytes, type == null ? 0 : bytes(type, symbols));
      }
      kernels.add(
          new KernelCost(
              definition.name(),
              List.of(definition.name()),
              planned.of(definition.name()).multiplies(),
              bytes));
    }
    return kernels;
  }

  private static long bytes(TensorType type, ToLongFunction<String> symbols) {
    long bytes = type.dtype().byteSize();
    for (IndexExpr extent : type.extents()) {
      bytes = Math.multiplyExact(bytes, IndexEvaluator.extent(extent, symbols));
    }
    return bytes;
  }
}
