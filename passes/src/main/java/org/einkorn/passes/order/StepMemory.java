package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.TensorReads;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;

/// What the steps of a term take of memory, in bytes as a double: counts may be beyond 2^63.
final class StepMemory {
  private StepMemory() {}

  /// Temporaries and the result at the worst moment. A temporary lives from the step that makes it
  /// to the one that reads it; of one in slices there is one slice. The result lives throughout,
  /// and where slices add up in another type, so does what they add up in: unless each element is
  /// made in one slice.
  static double peakBytes(
      Definition target,
      Projection projection,
      TermOrder.Ordered ordered,
      ToLongFunction<String> sizes) {
    List<Contraction> terms = new ArrayList<>();
    Map<String, Double> temporaries = new HashMap<>();
    for (Definition step : ordered.before()) {
      if (step.body() instanceof Body.Accumulate made) {
        terms.add(made.terms().getFirst());
        temporaries.put(step.name(), alignedBytes(slice(step, ordered.slices()), sizes));
      }
    }
    terms.add(ordered.last());
    double live = 0;
    double peak = 0;
    for (int number = 0; number < terms.size(); number++) {
      if (number < ordered.before().size()) {
        live += temporaries.getOrDefault(ordered.before().get(number).name(), 0.0);
      }
      peak = Math.max(peak, live);
      Body reading = new Body.Accumulate(projection, List.of(terms.get(number)));
      for (String read : TensorReads.of(reading)) {
        live -= temporaries.getOrDefault(read, 0.0);
      }
    }
    return peak + resultBytes(target, projection, ordered, sizes);
  }

  private static double resultBytes(
      Definition target,
      Projection projection,
      TermOrder.Ordered ordered,
      ToLongFunction<String> sizes) {
    TensorType type = target.type();
    double bytes = elements(type, sizes) * type.dtype().byteSize();
    DType accumulator = projection.accumulator(ordered.last().valueType());
    boolean addsUp =
        !ordered.slices().isEmpty()
            && accumulator != type.dtype()
            && !isMadeInOneSlice(target, ordered);
    return addsUp
        ? bytes + alignedBytes(new TensorType(accumulator, type.extents()), sizes)
        : bytes;
  }

  private static boolean isMadeInOneSlice(Definition target, TermOrder.Ordered ordered) {
    Contraction last = ordered.last();
    boolean spans = last.writesPlainAxes();
    for (int place = 0; place < last.write().size(); place++) {
      IndexExpr extent = target.type().extents().get(place);
      IndexExpr index = last.write().get(place);
      spans &=
          last.axes().stream()
              .anyMatch(axis -> axis.variable().equals(index) && axis.extent().equals(extent));
    }
    return spans && last.reducedAxes().stream().noneMatch(ordered.slices()::contains);
  }

  private static TensorType slice(Definition step, List<String> slices) {
    List<IndexExpr> extents = step.type().extents();
    return new TensorType(step.type().dtype(), extents.subList(slices.size(), extents.size()));
  }

  /// What a tensor takes at an aligned address, up to the next.
  static double alignedBytes(TensorType type, ToLongFunction<String> sizes) {
    double bytes = elements(type, sizes) * type.dtype().byteSize();
    return Math.ceil(bytes / Tensor.ALIGNMENT_BYTES) * Tensor.ALIGNMENT_BYTES;
  }

  private static double elements(TensorType type, ToLongFunction<String> sizes) {
    double elements = 1;
    for (IndexExpr extent : type.extents()) {
      elements *= Math.max(0, IndexEvaluator.extent(extent, sizes));
    }
    return elements;
  }
}
