package org.einkorn.ir.text;

import java.util.List;
import java.util.function.Consumer;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.Heights;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;

/// Writes expressions as IR text, with as few parentheses as [Precedence] allows.
///
/// `i + -1` is written `i - 1`, and `i + -1 * j` is written `i - j`; both read back as they were.
/// Expressions that nest deeper than text may ([#MAX_HEIGHT]) are refused by an
/// [IllegalArgumentException].
public final class ExprPrinter {
  /// How many nodes an expression may nest, counted along its deepest path.
  public static final int MAX_HEIGHT = Heights.MAX;

  private final StringBuilder out = new StringBuilder();
  private int height = 0;

  private ExprPrinter() {}

  /// `2 * i + k - 1`
  public static String print(IndexExpr expr) {
    return written(printer -> printer.index(expr, Precedence.NONE));
  }

  /// A list of index expressions in brackets: `[i, j + 1]`.
  public static String printIndices(List<IndexExpr> indices) {
    return written(printer -> printer.indices(indices));
  }

  /// `f32[P, 64]`
  public static String print(TensorType type) {
    return type.dtype() + printIndices(type.extents());
  }

  /// `0 <= x + dx < W`
  public static String print(Guard guard) {
    return "0 <= " + print(guard.index()) + " < " + print(guard.extent());
  }

  /// `exp(X[i] - M[])`
  public static String print(Scalar scalar) {
    return written(printer -> printer.scalar(scalar, Precedence.NONE));
  }

  /// A scalar that stands between join signs: every infix operation in parentheses.
  static String printOperand(Scalar scalar) {
    return written(printer -> printer.scalar(scalar, Precedence.ATOM));
  }

  private static String written(Consumer<ExprPrinter> write) {
    ExprPrinter printer = new ExprPrinter();
    write.accept(printer);
    return printer.out.toString();
  }

  private void deepen() {
    if (++height > MAX_HEIGHT) {
      throw new IllegalArgumentException(
          "an expression nests deeper than " + MAX_HEIGHT + " nodes");
    }
  }

  private void index(IndexExpr expr, int surrounding) {
    deepen();
    switch (expr) {
      case IndexExpr.Constant(long value) -> out.append(value);
      case IndexExpr.Variable(String name) -> out.append(Words.name(name));
      case IndexExpr.Symbol(String name) -> out.append(Words.name(name));
      case IndexExpr.Sum sum -> sum(sum, surrounding);
      case IndexExpr.Product(var left, var right) -> product(left, " * ", right, surrounding);
      case IndexExpr.FloorDiv(var left, var right) ->
          product(left, " floordiv ", right, surrounding);
      case IndexExpr.FloorMod(var left, var right) -> product(left, " mod ", right, surrounding);
      case IndexExpr.Minimum(var left, var right) -> call("min", left, right);
      case IndexExpr.Maximum(var left, var right) -> call("max", left, right);
      case IndexExpr.Fetch fetch -> fetch(fetch);
    }
    height--;
  }

  private void sum(IndexExpr.Sum sum, int surrounding) {
    boolean inParentheses = surrounding > Precedence.INDEX_SUM;
    out.append(inParentheses ? "(" : "");
    index(sum.left(), Precedence.INDEX_SUM);
    switch (sum.right()) {
      case IndexExpr.Constant(long value) when value < 0 && value != Long.MIN_VALUE ->
          out.append(" - ").append(-value);
      case IndexExpr.Product(IndexExpr.Constant(long factor), IndexExpr right)
          when factor == -1 && !leadsWithConstant(right) -> {
        // The constant that is left out still counts as a node.
        deepen();
        out.append(" - ");
        index(right, Precedence.INDEX_PRODUCT);
        height--;
      }
      case IndexExpr.Product(IndexExpr.Constant(long factor), IndexExpr right)
          when factor < -1 && factor != Long.MIN_VALUE -> {
        out.append(" - ");
        index(new IndexExpr.Product(IndexExpr.of(-factor), right), Precedence.INDEX_PRODUCT);
      }
      default -> {
        out.append(" + ");
        index(sum.right(), Precedence.INDEX_PRODUCT);
      }
    }
    out.append(inParentheses ? ")" : "");
  }

  /// Whether `- expr` would be read as a negative number or a product with one.
  private static boolean leadsWithConstant(IndexExpr expr) {
    return expr instanceof IndexExpr.Constant
        || expr instanceof IndexExpr.Product(IndexExpr.Constant _, IndexExpr _);
  }

  private void product(IndexExpr left, String sign, IndexExpr right, int surrounding) {
    boolean inParentheses = surrounding > Precedence.INDEX_PRODUCT;
    out.append(inParentheses ? "(" : "");
    index(left, Precedence.INDEX_PRODUCT);
    out.append(sign);
    index(right, Precedence.ATOM);
    out.append(inParentheses ? ")" : "");
  }

  private void call(String name, IndexExpr left, IndexExpr right) {
    out.append(name).append('(');
    index(left, Precedence.NONE);
    out.append(", ");
    index(right, Precedence.NONE);
    out.append(')');
  }

  private void fetch(IndexExpr.Fetch fetch) {
    out.append("fetch<").append(Words.name(fetch.tensor())).append(", ");
    out.append(fetch.axis()).append(", ");
    index(fetch.extent(), Precedence.NONE);
    out.append(">(");
    scalar(fetch.source(), Precedence.NONE);
    out.append(')');
  }

  private void indices(List<IndexExpr> indices) {
    out.append('[');
    for (int axis = 0; axis < indices.size(); axis++) {
      out.append(axis == 0 ? "" : ", ");
      index(indices.get(axis), Precedence.NONE);
    }
    out.append(']');
  }

  private void scalar(Scalar scalar, int surrounding) {
    deepen();
    switch (scalar) {
      case Scalar.Literal literal -> out.append(literal(literal));
      case Scalar.Read(String tensor, DType type, List<IndexExpr> indices) -> {
        out.append(Words.name(tensor));
        indices(indices);
      }
      case Scalar.Position(IndexExpr index) -> {
        out.append("pos(");
        index(index, Precedence.NONE);
        out.append(')');
      }
      case Scalar.Unary(var op, Scalar operand) -> call(op.text(), operand);
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) when !op.isInfix() ->
          call(op.text(), left, right);
      case Scalar.Binary binary -> infix(binary, surrounding);
      case Scalar.MultiplyAdd(Scalar left, Scalar right, Scalar addend) ->
          call("fma", left, right, addend);
      case Scalar.Dot(List<Scalar> lefts, List<Scalar> rights, Scalar addend) -> {
        out.append("dot(");
        commas(lefts);
        out.append("; ");
        commas(rights);
        out.append("; ");
        scalar(addend, Precedence.NONE);
        out.append(')');
      }
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
          call("select", condition, then, otherwise);
      case Scalar.Cast(DType type, Scalar operand) -> call(type.text(), operand);
    }
    height--;
  }

  private void infix(Scalar.Binary binary, int surrounding) {
    int precedence = Precedence.of(binary.op());
    boolean inParentheses = surrounding > precedence;
    out.append(inParentheses ? "(" : "");
    scalar(binary.left(), Precedence.chains(binary.op()) ? precedence : precedence + 1);
    out.append(' ').append(binary.op().text()).append(' ');
    scalar(binary.right(), precedence + 1);
    out.append(inParentheses ? ")" : "");
  }

  private void call(String name, Scalar... operands) {
    out.append(name).append('(');
    commas(List.of(operands));
    out.append(')');
  }

  private void commas(List<Scalar> operands) {
    for (int operand = 0; operand < operands.size(); operand++) {
      out.append(operand == 0 ? "" : ", ");
      scalar(operands.get(operand), Precedence.NONE);
    }
  }

  private static String literal(Scalar.Literal literal) {
    if (literal.type() == DType.BOOL) {
      return literal.longValue() == 0 ? "false" : "true";
    }
    return number(literal) + ":" + literal.type();
  }

  private static String number(Scalar.Literal literal) {
    if (!literal.type().isFloat()) {
      return Long.toString(literal.longValue());
    }
    double value = literal.doubleValue();
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (literal.type() == DType.F64) {
      return Double.toString(value);
    }
    // An `f32` literal may hold bits that no `f32` has; only hexadecimal digits keep those.
    return (float) value == value ? Float.toString((float) value) : Double.toHexString(value);
  }
}
