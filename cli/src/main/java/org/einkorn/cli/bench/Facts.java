package org.einkorn.cli.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.einkorn.Kernel;
import org.einkorn.Stage;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.passes.cost.OperationCount;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;

/// What a kernel takes, makes and costs.
///
/// @param planned the multiplications and additions of one run; functions such as `exp`,
///   comparisons and conversions do not count
/// @param naive the same as the program is written
/// @param bytes each element that is read of an input, once, and each output, once
record Facts(
    List<Parameter> inputs,
    List<Parameter> outputs,
    OperationCount planned,
    OperationCount naive,
    long bytes) {
  Facts {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  static Facts of(Kernel kernel) {
    String text = kernel.ir(Stage.LOOPS);
    Module module = LoopParser.parse(new SourceFile("loops", text)).require();
    Signature signature = module.signature();
    Map<String, Long> limits = limits(module);
    Map<String, Parameter> inputs = new HashMap<>();
    for (Signature.Input input : signature.inputs()) {
      Long limit = limits.get(input.name());
      OptionalLong positions = limit == null ? OptionalLong.empty() : OptionalLong.of(limit);
      inputs.put(input.name(), parameter(input.name(), input.type(), positions, input.file()));
    }
    Map<String, Parameter> outputs = new HashMap<>();
    for (Signature.Output output : signature.outputs()) {
      outputs.put(
          output.name(),
          parameter(output.name(), output.type(), OptionalLong.empty(), Optional.empty()));
    }
    List<Parameter> taken = inOrder(kernel.inputs(), inputs);
    List<Parameter> made = inOrder(kernel.outputs(), outputs);
    Traffic traffic = Traffic.of(kernel.ir(Stage.TENSOR));
    long bytes =
        Stream.concat(taken.stream().map(traffic::bytesRead), made.stream().map(Parameter::bytes))
            .reduce(0L, Math::addExact);
    var totals = kernel.explanation().totals();
    return new Facts(taken, made, totals.planned(), totals.naive(), bytes);
  }

  private static List<Parameter> inOrder(List<String> names, Map<String, Parameter> known) {
    List<Parameter> result = new ArrayList<>();
    for (String name : names) {
      Parameter parameter = known.get(name);
      if (parameter == null) {
        throw new IllegalStateException("`" + name + "` is no tensor of the kernel");
      }
      result.add(parameter);
    }
    return result;
  }

  private static Parameter parameter(
      String name, TensorType type, OptionalLong positions, Optional<String> file) {
    return new Parameter(name, type.dtype(), shape(type), positions, file);
  }

  private static Shape shape(TensorType type) {
    return Shape.of(
        type.extents().stream()
            .mapToLong(
                extent -> extent instanceof IndexExpr.Constant(long value) ? value : open(extent))
            .toArray());
  }

  private static long open(IndexExpr extent) {
    throw new IllegalStateException("a kernel with an open extent: " + extent);
  }

  /// How many positions there are on the axes that tensors give positions on.
  private static Map<String, Long> limits(Module module) {
    Map<String, Long> limits = new HashMap<>();
    for (Function function : module.functions()) {
      for (IndexExpr.Fetch fetch : Fetches.of(function.body())) {
        if (fetch.source() instanceof Scalar.Read(String tensor, var _, var _)
            && fetch.extent() instanceof IndexExpr.Constant(long extent)) {
          limits.merge(tensor, extent, Math::min);
        }
      }
    }
    return limits;
  }

  /// Multiplications and additions.
  double operations() {
    return planned.multiplies().add(planned.adds()).doubleValue();
  }

  /// The type that the work is done in, as far as the limit of the machine goes: `f64` where a
  /// tensor is of it, else `f32`.
  DType computing() {
    boolean isDouble =
        Stream.concat(inputs.stream(), outputs.stream())
            .map(Parameter::dtype)
            .anyMatch(type -> type == DType.F64 || type == DType.C128);
    return isDouble ? DType.F64 : DType.F32;
  }

  /// The share of the bytes that is written.
  double writtenShare() {
    return outputs.stream().mapToLong(Parameter::bytes).sum() / (double) Math.max(bytes, 1);
  }
}
