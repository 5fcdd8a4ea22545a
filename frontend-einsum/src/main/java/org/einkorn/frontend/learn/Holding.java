package org.einkorn.frontend.learn;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Definition;

/// `X` → `stop(X)` wherever another tensor reads `X`.
final class Holding {
  private final Set<String> held;

  private Holding(Set<String> held) {
    this.held = held;
  }

  /// @param isPart whether a definition makes a part of a held tensor, and reads it as it is
  static List<Definition> apply(
      List<Definition> definitions, Set<String> held, Predicate<String> isPart) {
    if (held.isEmpty()) {
      return definitions;
    }
    Holding holding = new Holding(held);
    return definitions.stream()
        .map(
            made ->
                isPart.test(made.name())
                    ? made
                    : new Definition(
                        made.name(),
                        made.type(),
                        made.body().mapParts(index -> index, holding::scalar),
                        made.origin()))
        .toList();
  }

  private Scalar scalar(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Position _ -> scalar;
      case Scalar.Read read ->
          held.contains(read.tensor()) && UnaryOp.STOP.domain().contains(read.type().compute())
              ? stopped(read)
              : read;
      // A cast of a narrow type stands around its read.
      case Scalar.Cast(var type, Scalar.Read read)
          when held.contains(read.tensor())
              && type.isCompute()
              && UnaryOp.STOP.domain().contains(type) ->
          new Scalar.Unary(UnaryOp.STOP, scalar);
      case Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          scalar.mapParts(index -> index, this::scalar);
    };
  }

  private static Scalar stopped(Scalar.Read read) {
    return read.type().isCompute() ? new Scalar.Unary(UnaryOp.STOP, read) : read;
  }
}
