package org.einkorn.passes.relations;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.PassContext;

/// Says which relations may have too many positions for a tensor of all of them.
///
/// @param inputs tensors that are there in any case: one of the same extents makes a relation no
///   worse
public record Vastness(PassContext context, List<TensorType> inputs) {
  public Vastness {
    inputs = List.copyOf(inputs);
  }

  public static Vastness of(Signature signature, PassContext context) {
    return new Vastness(context, signature.inputs().stream().map(Signature.Input::type).toList());
  }

  /// Whether a relation of this type has more positions than few, or as many as nobody knows.
  boolean isVast(TensorType type) {
    return isMoreThan(context.fewPositions(), type).orElseGet(() -> isUnknownVast(type));
  }

  /// Whether an output is handed out as its tuples: all who look at them must know its extents.
  boolean isVastOutput(TensorType type) {
    boolean isSized =
        type.extents().stream()
            .allMatch(
                extent ->
                    extent instanceof IndexExpr.Constant || extent instanceof IndexExpr.Symbol);
    return isSized
        && context.outputPositions() < Long.MAX_VALUE
        && isMoreThan(context.outputPositions(), type).orElse(context.outputPositions() == 0);
  }

  /// Whether a type has more positions than this, if that is known.
  private Optional<Boolean> isMoreThan(long limit, TensorType type) {
    long positions = 1;
    for (IndexExpr extent : type.extents()) {
      OptionalLong size = size(extent);
      if (size.isEmpty()) {
        return Optional.empty();
      }
      positions = Math.multiplyExact(positions, Math.min(size.getAsLong(), Math.max(1, limit) + 1));
      if (positions > limit) {
        return Optional.of(true);
      }
    }
    return Optional.of(false);
  }

  private OptionalLong size(IndexExpr extent) {
    return switch (extent) {
      case IndexExpr.Constant(long value) -> OptionalLong.of(value);
      case IndexExpr.Symbol(String name) -> context.size(name);
      default -> OptionalLong.empty();
    };
  }

  private boolean isUnknownVast(TensorType type) {
    if (context.fewPositions() == 0) {
      return true;
    }
    return type.rank() > 1 && inputs.stream().noneMatch(input -> holds(input, type));
  }

  /// Whether a tensor has all the extents of another, in any order.
  private static boolean holds(TensorType tensor, TensorType other) {
    List<IndexExpr> left = new ArrayList<>(tensor.extents());
    return other.extents().stream().allMatch(left::remove);
  }
}
