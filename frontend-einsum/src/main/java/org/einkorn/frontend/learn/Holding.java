package org.einkorn.frontend.learn;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
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
                        made.name(), made.type(), holding.body(made.body()), made.origin()))
        .toList();
  }

  private Body body(Body body) {
    return switch (body) {
      case Body.Accumulate(var projection, List<Contraction> terms) ->
          new Body.Accumulate(
              projection,
              terms.stream()
                  .map(
                      term ->
                          new Contraction(
                              term.axes(),
                              term.guards(),
                              term.write(),
                              term.join(),
                              term.operands().stream().map(this::scalar).toList()))
                  .toList());
      case Body.Scan(var projection, int axis, var axes, Scalar operand) ->
          new Body.Scan(projection, axis, axes, scalar(operand));
      case Body.Derivative _, Body.Iterate _ -> body;
    };
  }

  private Scalar scalar(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Position _ -> scalar;
      case Scalar.Read read ->
          held.contains(read.tensor()) && UnaryOp.STOP.domain().contains(read.type().compute())
              ? stopped(read)
              : read;
      case Scalar.Unary(var op, Scalar operand) -> new Scalar.Unary(op, scalar(operand));
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          new Scalar.Binary(op, scalar(left), scalar(right));
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          new Scalar.Select(scalar(condition), scalar(then), scalar(otherwise));
      // A cast of a narrow type stands around its read.
      case Scalar.Cast(var type, Scalar operand) ->
          operand instanceof Scalar.Read read
                  && held.contains(read.tensor())
                  && type.isCompute()
                  && UnaryOp.STOP.domain().contains(type)
              ? new Scalar.Unary(UnaryOp.STOP, scalar)
              : new Scalar.Cast(type, scalar(operand));
    };
  }

  private static Scalar stopped(Scalar.Read read) {
    return read.type().isCompute() ? new Scalar.Unary(UnaryOp.STOP, read) : read;
  }
}
