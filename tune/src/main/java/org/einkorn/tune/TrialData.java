package org.einkorn.tune;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Fetches;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;

/// Inputs that a [Task] is measured on: small whole numbers, and positions where numbers are read
/// as such.
///
/// Positions are often computed from what is read, as in `X[I[t] + 1]`. Which numbers of `I` are
/// right can't be said in general, so there are several kinds of data to try.
final class TrialData {
  /// Numbers that lead to positions.
  enum Positions {
    /// Any on the axis.
    ANY,
    /// Those in the middle half of it.
    MIDDLE,
    /// The one in the middle, always.
    CENTER,
    /// The first, always.
    FIRST
  }

  private final Signature signature;
  private final Map<String, Long> limits;
  private final Arena arena;
  private final long seed;

  TrialData(Module module, Arena arena, long seed) {
    signature = module.signature();
    limits = limits(module);
    this.arena = arena;
    this.seed = seed;
  }

  /// The inputs in the order of the signature.
  List<Tensor> inputs(Positions positions) {
    Random random = new Random(seed);
    List<Tensor> inputs = new ArrayList<>();
    for (Signature.Input input : signature.inputs()) {
      inputs.add(
          data(input.type(), Optional.ofNullable(limits.get(input.name())), positions, random));
    }
    return inputs;
  }

  /// How many positions there are on the axes that numbers of tensors lead to.
  private static Map<String, Long> limits(Module module) {
    Map<String, Long> limits = new HashMap<>();
    for (Function function : module.functions()) {
      for (IndexExpr.Fetch fetch : Fetches.of(function.body())) {
        if (fetch.extent() instanceof IndexExpr.Constant(long extent)) {
          Walk.ofScalars(
                  part -> {
                    if (part instanceof Scalar.Read(String tensor, DType type, var _)
                        && type.isInteger()) {
                      limits.merge(tensor, Math.min(extent, numbers(type)), Math::min);
                    }
                  })
              .visit(fetch.source());
        }
      }
    }
    return limits;
  }

  /// How many numbers from 0 on an integer type has: `u8` holds no position from 256 on.
  private static long numbers(DType type) {
    int bits = type == DType.I4 ? 3 : 8 * type.byteSize() - (type == DType.U8 ? 0 : 1);
    return bits == Long.SIZE - 1 ? Long.MAX_VALUE : 1L << bits;
  }

  /// @param limit numbers are positions below it, where it is there
  private Tensor data(TensorType type, Optional<Long> limit, Positions positions, Random random) {
    Tensor tensor = Tensor.allocate(arena, type.dtype(), extents(type));
    Tensor all = tensor.reshape(tensor.elementCount());
    for (long number = 0; number < all.elementCount(); number++) {
      long value =
          limit.isPresent()
              ? position(Math.max(limit.get(), 1), positions, random)
              : type.dtype() == DType.BOOL ? random.nextInt(2) : random.nextInt(7) - 3;
      all.set((double) value, number);
    }
    return tensor;
  }

  private static long position(long limit, Positions positions, Random random) {
    return switch (positions) {
      case ANY -> random.nextLong(limit);
      case MIDDLE -> limit / 4 + random.nextLong(limit / 2 + 1);
      case CENTER -> limit / 2;
      case FIRST -> 0;
    };
  }

  static long[] extents(TensorType type) {
    return type.extents().stream()
        .mapToLong(
            extent ->
                extent instanceof IndexExpr.Constant(long value) ? value : notConstant(extent))
        .toArray();
  }

  private static long notConstant(IndexExpr extent) {
    throw new IllegalArgumentException("an extent that is no number: " + extent);
  }
}
