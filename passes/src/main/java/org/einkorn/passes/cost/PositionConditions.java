package org.einkorn.passes.cost;

import java.util.Set;
import java.util.function.ToLongFunction;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Elementary;

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
      case Scalar.Read _ -> false;
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
      case Scalar.Read read -> throw undecidable(read.tensor());
      case Scalar.Position(IndexExpr index) -> IndexEvaluator.extent(index, names);
      case Scalar.Cast cast -> {
        long value = evaluate(cast.operand(), names);
        yield cast.type() == DType.BOOL ? Math.min(1, Math.abs(value)) : value;
      }
      case Scalar.Select select ->
          evaluate(select.condition(), names) != 0
              ? evaluate(select.then(), names)
              : evaluate(select.otherwise(), names);
      case Scalar.Unary unary -> apply(unary.op(), evaluate(unary.operand(), names));
      case Scalar.Binary binary ->
          apply(binary.op(), evaluate(binary.left(), names), evaluate(binary.right(), names));
    };
  }

  private static long apply(UnaryOp op, long value) {
    return switch (op) {
      case NEGATE -> Math.negateExact(value);
      case ABS -> Math.absExact(value);
      case NOT -> 1 - value;
      case STOP -> value;
      case MIX -> Elementary.mix(value);
      case SIGN, FLOOR, CEIL, ROUND, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF, RE, IM, CONJ ->
          throw undecidable(op.text());
    };
  }

  private static long apply(BinaryOp op, long left, long right) {
    return switch (op) {
      case ADD -> Math.addExact(left, right);
      case SUBTRACT -> Math.subtractExact(left, right);
      case MULTIPLY -> Math.multiplyExact(left, right);
      case MINIMUM -> Math.min(left, right);
      case MAXIMUM -> Math.max(left, right);
      case AND -> left & right;
      case OR -> left | right;
      case XOR -> left ^ right;
      case EQUAL -> left == right ? 1 : 0;
      case NOT_EQUAL -> left != right ? 1 : 0;
      case LESS -> left < right ? 1 : 0;
      case LESS_EQUAL -> left <= right ? 1 : 0;
      case DIVIDE, MODULO, POWER, LOG_ADD_EXP, COMPLEX, FOLLOW, SLOPE ->
          throw undecidable(op.text());
    };
  }

  private static IllegalArgumentException undecidable(String op) {
    return new IllegalArgumentException("`" + op + "` is not decided by positions");
  }
}
