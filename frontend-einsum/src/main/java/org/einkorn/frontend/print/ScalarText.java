package org.einkorn.frontend.print;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// Prints values so that each part has, when read again, the type that it has here.
final class ScalarText {
  private final Renaming tensors;
  private final Renaming sizes;
  private final Renaming indices;

  ScalarText(Renaming tensors, Renaming sizes, Renaming indices) {
    this.tensors = tensors;
    this.sizes = sizes;
    this.indices = indices;
  }

  // ------------------------------------------------------------------------ values

  /// A value of exactly its type.
  String strong(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal ->
          literal.type() == DType.BOOL ? weak(literal) : literal.type() + "(" + weak(literal) + ")";
      case Scalar.Position(IndexExpr index) -> "i64(" + position(index) + ")";
      case Scalar.Read(String tensor, DType _, List<IndexExpr> at) ->
          tensors.of(tensor) + "[" + positions(at) + "]";
      case Scalar.Unary unary -> unary(unary);
      case Scalar.Binary binary -> binary(binary);
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          "where("
              + bare(strong(condition))
              + ", "
              + bare(strong(then))
              + ", "
              + bare(strong(otherwise))
              + ")";
      case Scalar.Cast(DType type, Scalar operand) ->
          type
              + "("
              + (operand instanceof Scalar.Position(IndexExpr index) && type.isFloat()
                  ? position(index)
                  : bare(strong(operand)))
              + ")";
    };
  }

  private String unary(Scalar.Unary unary) {
    UnaryOp op = unary.op();
    String operand = strong(unary.operand());
    return switch (op) {
      case NEGATE -> "(-" + operand + ")";
      case NOT -> "(not " + operand + ")";
      case ABS, SIGN, FLOOR, CEIL, ROUND, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ERF ->
          op.text() + "(" + bare(operand) + ")";
    };
  }

  private String binary(Scalar.Binary binary) {
    Scalar left = binary.left();
    Scalar right = binary.right();
    String first = isWeak(left) && !isWeak(right) ? weak(left) : strong(left);
    String second = isWeak(right) && !isWeak(left) ? weak(right) : strong(right);
    if (isWeak(left) && isWeak(right) && binary.op().isComparison() && left.type() == DType.I64) {
      first = weak(left);
      second = weak(right);
    }
    if (mayFlatten(binary.op(), right)) {
      // Through a conversion that changes nothing, so that the order of operations stays.
      second = right.type() + second;
    }
    return switch (binary.op()) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL ->
          "(" + first + " " + binary.op().text() + " " + second + ")";
      case POWER -> "(" + first + "^" + strong(right) + ")";
      case AND, OR -> "(" + first + " " + binary.op().text() + " " + second + ")";
      case MINIMUM, MAXIMUM, LOG_ADD_EXP, XOR ->
          binary.op().text() + "(" + bare(first) + ", " + bare(second) + ")";
    };
  }

  /// Whether the language, which takes products and sums as associative, may regroup `right`.
  private static boolean mayFlatten(BinaryOp op, Scalar right) {
    if (!(right instanceof Scalar.Binary inner) || right.type() == DType.BOOL) {
      return false;
    }
    boolean isProduct = op == BinaryOp.MULTIPLY || op == BinaryOp.DIVIDE;
    boolean isInnerProduct = inner.op() == BinaryOp.MULTIPLY || inner.op() == BinaryOp.DIVIDE;
    return isProduct ? isInnerProduct : op == BinaryOp.ADD && inner.op() == op;
  }

  /// Whether a value may stand bare beside one of its type.
  private static boolean isWeak(Scalar scalar) {
    return scalar instanceof Scalar.Literal literal && literal.type() != DType.BOOL
        || scalar instanceof Scalar.Position;
  }

  private String weak(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal literal -> number(literal);
      case Scalar.Position(IndexExpr index) -> tight(index);
      case Scalar.Read _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _, Scalar.Cast _ ->
          throw new IllegalArgumentException("has a type of its own");
    };
  }

  private static String number(Scalar.Literal literal) {
    if (literal.type() == DType.BOOL) {
      return literal.longValue() == 0 ? "false" : "true";
    }
    if (literal.type().isInteger()) {
      long value = literal.longValue();
      if (value == Long.MIN_VALUE) {
        return "(-9223372036854775807 - 1)";
      }
      return value < 0 ? "(" + value + ")" : Long.toString(value);
    }
    double value = literal.doubleValue();
    if (Double.isNaN(value)) {
      return "nan";
    }
    double magnitude = Math.abs(value);
    String digits =
        Double.isInfinite(value)
            ? "inf"
            : literal.type() == DType.F32
                ? Float.toString((float) magnitude)
                : Double.toString(magnitude);
    boolean isNegative = Double.doubleToRawLongBits(value) < 0;
    return isNegative ? "(-" + digits + ")" : digits;
  }

  /// Without the parentheses around all of it.
  static String bare(String text) {
    if (!text.startsWith("(") || !text.endsWith(")")) {
      return text;
    }
    int depth = 0;
    for (int place = 0; place < text.length() - 1; place++) {
      char sign = text.charAt(place);
      depth += sign == '(' ? 1 : sign == ')' ? -1 : 0;
      if (depth == 0) {
        return text;
      }
    }
    return text.substring(1, text.length() - 1);
  }

  /// The operands of a join, as one product, sum, … .
  String joined(BinaryOp join, List<Scalar> operands) {
    if (operands.size() == 1) {
      return bare(strong(operands.getFirst()));
    }
    StringBuilder text = new StringBuilder(strong(operands.getFirst()));
    for (Scalar operand : operands.subList(1, operands.size())) {
      String next = strong(operand);
      boolean isNested = operand instanceof Scalar.Binary inner && inner.op() == join;
      // Through a conversion that changes nothing, so that the order of operations stays.
      next = isNested && !operand.type().equals(DType.BOOL) ? operand.type() + next : next;
      switch (join) {
        case MULTIPLY, ADD, AND -> text.append(" ").append(join.text()).append(" ").append(next);
        case MINIMUM,
            MAXIMUM,
            XOR,
            OR,
            SUBTRACT,
            DIVIDE,
            MODULO,
            POWER,
            LOG_ADD_EXP,
            EQUAL,
            NOT_EQUAL,
            LESS,
            LESS_EQUAL -> {
          String before = text.toString();
          text.setLength(0);
          text.append(
              join.isInfix()
                  ? "(" + before + " " + join.text() + " " + next + ")"
                  : join.text() + "(" + before + ", " + next + ")");
        }
      }
    }
    return text.toString();
  }

  // --------------------------------------------------------------------- positions

  String positions(List<IndexExpr> at) {
    return String.join(", ", at.stream().map(this::position).toList());
  }

  /// A position or an extent.
  String position(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Constant(long value) -> Long.toString(value);
      case IndexExpr.Variable(String name) -> indices.of(name);
      case IndexExpr.Symbol(String name) -> sizes.of(name);
      case IndexExpr.Sum(IndexExpr left, IndexExpr.Constant(long value)) when value < 0 ->
          position(left) + " - " + -value;
      case IndexExpr.Sum(
              IndexExpr left,
              IndexExpr.Product(IndexExpr.Constant(long factor), IndexExpr right))
          when factor < 0 ->
          position(left) + " - " + (factor == -1 ? tight(right) : position(right.times(-factor)));
      case IndexExpr.Sum(IndexExpr left, IndexExpr right) ->
          position(left) + " + " + position(right);
      case IndexExpr.Product(IndexExpr left, IndexExpr right) -> tight(left) + " * " + tight(right);
      case IndexExpr.FloorDiv(IndexExpr left, IndexExpr right) ->
          tight(left) + " / " + tight(right);
      case IndexExpr.FloorMod(IndexExpr left, IndexExpr right) ->
          tight(left) + " % " + tight(right);
      case IndexExpr.Minimum(IndexExpr left, IndexExpr right) ->
          "min(" + position(left) + ", " + position(right) + ")";
      case IndexExpr.Maximum(IndexExpr left, IndexExpr right) ->
          "max(" + position(left) + ", " + position(right) + ")";
      case IndexExpr.Fetch(String _, int _, IndexExpr _, Scalar source) ->
          source instanceof Scalar.Position(IndexExpr inner)
              ? position(inner)
              : bare(strong(source));
    };
  }

  private String tight(IndexExpr expr) {
    return switch (expr) {
      case IndexExpr.Sum _, IndexExpr.Product _, IndexExpr.FloorDiv _, IndexExpr.FloorMod _ ->
          "(" + position(expr) + ")";
      case IndexExpr.Constant(long value) when value < 0 -> "(" + value + ")";
      case IndexExpr.Constant _,
          IndexExpr.Variable _,
          IndexExpr.Symbol _,
          IndexExpr.Minimum _,
          IndexExpr.Maximum _,
          IndexExpr.Fetch _ ->
          position(expr);
    };
  }
}
