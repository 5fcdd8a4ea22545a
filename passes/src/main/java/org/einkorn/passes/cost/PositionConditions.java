package org.einkorn.passes.cost;

import java.util.Set;
import java.util.function.ToLongFunction;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Integers;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Conditions that positions and sizes decide, with no look at data.
final class PositionConditions {
  private static final Set<UnaryOp> UNARY = Set.of(UnaryOp.NEGATE, UnaryOp.ABS, UnaryOp.NOT);
  private static final Set<BinaryOp> UNDEFINED = Set.of(BinaryOp.DIVIDE, BinaryOp.MODULO);

  private PositionConditions() {}

  /// Whether a guard takes no position from data.
  static boolean isDecidable(Guard guard) {
    return !Walk.fetches(guard.index()) && !Walk.fetches(guard.extent());
  }

  /// Whether [#evaluate] gives a value.
  static boolean isDecidable(Scalar condition) {
    boolean[] isDecidable = {true};
    Walk.of(
            part -> isDecidable[0] &= isEvaluated(part),
            index -> isDecidable[0] &= !(index instanceof IndexExpr.Fetch))
        .visit(condition);
    return isDecidable[0];
  }

  private static boolean isEvaluated(Scalar part) {
    if (part.type().isFloat() || part.type().isComplex()) {
      return false;
    }
    return switch (part) {
      case Scalar.Literal _, Scalar.Position _, Scalar.Select _, Scalar.Cast _ -> true;
      case Scalar.Read _, Scalar.MultiplyAdd _, Scalar.Dot _ -> false;
      case Scalar.Unary unary -> UNARY.contains(unary.op());
      case Scalar.Binary binary -> !UNDEFINED.contains(binary.op());
    };
  }

  /// The value of an integer or a Boolean.
  ///
  /// @param names the value of each variable and symbol
  static long evaluate(Scalar scalar, ToLongFunction<String> names) {
    return switch (scalar) {
      case Scalar.Literal literal -> literal.longValue();
      case Scalar.Read read ->
          throw new IllegalArgumentException("`" + read.tensor() + "` is not decided by positions");
      case Scalar.Dot _ -> throw new IllegalArgumentException("a sum is no position");
      case Scalar.MultiplyAdd _ -> throw new IllegalArgumentException("a float is no position");
      case Scalar.Position(IndexExpr index) -> IndexEvaluator.extent(index, names);
      case Scalar.Cast cast -> {
        long value = evaluate(cast.operand(), names);
        yield cast.type() == DType.BOOL ? Math.min(1, Math.abs(value)) : value;
      }
      case Scalar.Select select ->
          evaluate(select.condition(), names) != 0
              ? evaluate(select.then(), names)
              : evaluate(select.otherwise(), names);
      case Scalar.Unary unary -> Integers.apply(unary.op(), evaluate(unary.operand(), names));
      case Scalar.Binary binary ->
          Integers.apply(
              binary.op(), evaluate(binary.left(), names), evaluate(binary.right(), names));
    };
  }
}
