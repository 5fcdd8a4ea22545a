package org.einkorn.passes.differentiate;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;

/// `stop(x) → x`, `follow(x, s) → x` and `slope(x, g) → x`, once all derivatives are taken.
final class Stops {
  private Stops() {}

  static Program remove(Program program) {
    List<Definition> definitions =
        program.definitions().stream()
            .map(
                definition ->
                    has(definition.body())
                        ? new Definition(
                            definition.name(),
                            definition.type(),
                            definition.body().mapParts(Stops::index, Stops::scalar),
                            definition.origin())
                        : definition)
            .toList();
    return definitions.equals(program.definitions())
        ? program
        : new Program(program.name(), program.signature(), definitions, program.slicings());
  }

  private static boolean has(Body body) {
    boolean[] found = {false};
    body.walk(
        Walk.ofScalars(
            scalar ->
                found[0] |=
                    scalar instanceof Scalar.Unary unary && unary.op() == UnaryOp.STOP
                        || scalar instanceof Scalar.Binary binary
                            && isForDerivatives(binary.op())));
    return found[0];
  }

  private static boolean isForDerivatives(BinaryOp op) {
    return op == BinaryOp.FOLLOW || op == BinaryOp.SLOPE;
  }

  private static Scalar scalar(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Unary(UnaryOp op, Scalar operand) when op == UnaryOp.STOP -> scalar(operand);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar _) when isForDerivatives(op) ->
          scalar(left);
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.MultiplyAdd _,
          Scalar.Dot _,
          Scalar.Select _,
          Scalar.Cast _ ->
          scalar.mapParts(Stops::index, Stops::scalar);
    };
  }

  private static IndexExpr index(IndexExpr index) {
    return index.mapParts(Stops::index, Stops::scalar);
  }
}
