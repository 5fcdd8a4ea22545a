package org.einkorn.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

class ExprTextTest {
  private static final IndexExpr I = IndexExpr.variable("i");
  private static final IndexExpr J = IndexExpr.variable("j");
  private static final IndexExpr N = IndexExpr.symbol("n");
  private static final TensorType VECTOR = new TensorType(DType.F32, List.of(N));

  /// Asserts that `expr` is printed as `text`, and read back as it was.
  private static void assertText(String text, IndexExpr expr) {
    assertEquals(text, ExprPrinter.print(expr));
    assertText(new Scalar.Position(expr));
  }

  private static void assertText(String text, Scalar scalar) {
    assertEquals(text, ExprPrinter.print(scalar));
    assertText(scalar);
  }

  private static void assertText(Scalar scalar) {
    Program program = around(scalar);
    String text = TensorPrinter.print(program);
    assertEquals(program, TensorParser.parse(new SourceFile("expr.ir", text)).require(), text);
  }

  private static Program around(Scalar scalar) {
    Contraction term =
        new Contraction(
            List.of(new Axis("i", N), new Axis("j", N)),
            List.of(),
            List.of(),
            BinaryOp.MULTIPLY,
            List.of(Scalar.cast(DType.F32, scalar)));
    Definition definition =
        new Definition(
            "Y",
            new TensorType(DType.F32, List.of()),
            new Body.Accumulate(Projection.SUM, List.of(term)));
    Signature signature =
        new Signature(
            List.of("n"),
            List.of(
                new Signature.Input(Signature.Role.INPUT, "X", VECTOR, java.util.Optional.empty())),
            List.of(),
            List.of());
    return new Program("expr", signature, List.of(definition));
  }

  private static IndexExpr sum(IndexExpr left, IndexExpr right) {
    return new IndexExpr.Sum(left, right);
  }

  private static IndexExpr product(IndexExpr left, IndexExpr right) {
    return new IndexExpr.Product(left, right);
  }

  private static IndexExpr number(long value) {
    return IndexExpr.of(value);
  }

  @Test
  void indexExpressionsHaveOnlyTheParenthesesTheyNeed() {
    assertText("2 * i + j", sum(product(number(2), I), J));
    assertText("2 * (i + j)", product(number(2), sum(I, J)));
    assertText("i + (j + n)", sum(I, sum(J, N)));
    assertText("i + j + n", sum(sum(I, J), N));
    assertText("i * j * n", product(product(I, J), N));
    assertText("i * (j * n)", product(I, product(J, N)));
    assertText(
        "(i + 3) floordiv 4 mod n",
        new IndexExpr.FloorMod(new IndexExpr.FloorDiv(sum(I, number(3)), number(4)), N));
    assertText(
        "min(i + 1, max(j, n))",
        new IndexExpr.Minimum(sum(I, number(1)), new IndexExpr.Maximum(J, N)));
  }

  @Test
  void negativeTermsAreSubtracted() {
    assertText("n - 1 - i", N.plus(-1).minus(I));
    assertText("i - 3 * j", sum(I, product(number(-3), J)));
    assertText("i - (j + n)", sum(I, product(number(-1), sum(J, N))));
    assertText(
        "i - j floordiv 2", sum(I, product(number(-1), new IndexExpr.FloorDiv(J, number(2)))));
    assertText("-1 * i + j", sum(product(number(-1), I), J));
    assertText("i * -1", product(I, number(-1)));
    assertText("i + -1 * 3", sum(I, product(number(-1), number(3))));
    assertText("i + -1 * (3 * j)", sum(I, product(number(-1), product(number(3), J))));
    assertText("i - 1 * j", sum(I, product(number(-1), J)), "i - j");
    assertText("i + -9223372036854775808", sum(I, number(Long.MIN_VALUE)));
    assertText("i + -9223372036854775808 * j", sum(I, product(number(Long.MIN_VALUE), J)));
    assertText("i - 9223372036854775807", sum(I, number(-Long.MAX_VALUE)));
    assertText("-9223372036854775808", number(Long.MIN_VALUE));
  }

  /// Text that a user may write, what it means, and how it is printed.
  private static void assertText(String written, IndexExpr expr, String printed) {
    assertEquals(printed, ExprPrinter.print(expr));
    String text = TensorPrinter.print(around(new Scalar.Position(expr)));
    String other = text.replace("pos(" + printed + ")", "pos(" + written + ")");
    assertEquals(
        text, TensorPrinter.print(TensorParser.parse(new SourceFile("t", other)).require()));
  }

  @Test
  void scalarsHaveOnlyTheParenthesesTheyNeed() {
    Scalar x = new Scalar.Read("X", DType.F32, List.of(I));
    Scalar half = Scalar.Literal.of(DType.F32, 0.5);
    Scalar sum = new Scalar.Binary(BinaryOp.ADD, x, half);
    assertText("X[i] + 0.5:f32", sum);
    assertText("(X[i] + 0.5:f32) * X[i]", new Scalar.Binary(BinaryOp.MULTIPLY, sum, x));
    assertText("X[i] - (X[i] + 0.5:f32)", new Scalar.Binary(BinaryOp.SUBTRACT, x, sum));
    assertText("X[i] + 0.5:f32 - X[i]", new Scalar.Binary(BinaryOp.SUBTRACT, sum, x));
    Scalar power = new Scalar.Binary(BinaryOp.POWER, x, half);
    assertText("(X[i] ^ 0.5:f32) ^ X[i]", new Scalar.Binary(BinaryOp.POWER, power, x));
    Scalar less = new Scalar.Binary(BinaryOp.LESS, x, sum);
    assertText("X[i] < X[i] + 0.5:f32", less);
    assertText(
        "(X[i] < X[i] + 0.5:f32) == true",
        new Scalar.Binary(BinaryOp.EQUAL, less, Scalar.Literal.of(DType.BOOL, 1)));
    assertText("not(X[i] < X[i] + 0.5:f32)", new Scalar.Unary(UnaryOp.NOT, less));
    assertText(
        "select(X[i] < X[i] + 0.5:f32, f32(pos(i)), min(X[i], 0.5:f32))",
        new Scalar.Select(
            less,
            new Scalar.Cast(DType.F32, new Scalar.Position(I)),
            new Scalar.Binary(BinaryOp.MINIMUM, x, half)));
  }

  @Test
  void fetchesNameWhatTheyReadAt() {
    Scalar row = new Scalar.Cast(DType.I64, new Scalar.Read("X", DType.F32, List.of(J)));
    assertText("fetch<X, 0, n>(i64(X[j]))", new IndexExpr.Fetch("X", 0, N, row));
    assertText("fetch<X, -1, n + 1>(i64(X[j]))", new IndexExpr.Fetch("X", -1, N.plus(1), row));
    assertText("fetch<`a b`, 0, n>(i64(X[j]))", new IndexExpr.Fetch("a b", 0, N, row));
  }

  @Test
  void numbersKeepEveryBit() {
    assertText("nan:f32", Scalar.Literal.of(DType.F32, Double.NaN));
    assertText("-inf:f64", Scalar.Literal.of(DType.F64, Double.NEGATIVE_INFINITY));
    assertText("inf:f32", Scalar.Literal.of(DType.F32, Double.POSITIVE_INFINITY));
    assertText("-0.0:f64", Scalar.Literal.of(DType.F64, -0.0));
    assertText("0.0:f32", Scalar.Literal.of(DType.F32, 0.0));
    assertText("0.1:f32", Scalar.Literal.of(DType.F32, 0.1));
    assertText("4.9E-324:f64", Scalar.Literal.of(DType.F64, Double.MIN_VALUE));
    assertText("3.4028235E38:f32", Scalar.Literal.of(DType.F32, Float.MAX_VALUE));
    assertText("-9223372036854775808:i64", Scalar.Literal.of(DType.I64, Long.MIN_VALUE));
    assertText("-2147483648:i32", Scalar.Literal.of(DType.I32, Integer.MIN_VALUE));
    assertText(
        "0x1.999999999999ap-4:f32", new Scalar.Literal(DType.F32, Double.doubleToLongBits(0.1)));
    assertText(
        "-0x0.0000000000001p-1022:f32",
        new Scalar.Literal(DType.F32, Double.doubleToLongBits(-Double.MIN_VALUE)));
  }

  @Test
  void theDeepestExpressionThatPrintsIsRead() {
    assertText(tower(ExprPrinter.MAX_HEIGHT));
    assertThrows(
        IllegalArgumentException.class, () -> ExprPrinter.print(tower(ExprPrinter.MAX_HEIGHT + 1)));
    assertThrows(IllegalArgumentException.class, () -> ExprPrinter.print(tower(1_000_000)));
  }

  /// `height` nodes one above the other.
  private static Scalar tower(int height) {
    Scalar tower = Scalar.Literal.of(DType.F32, 1);
    for (int node = 1; node < height; node++) {
      tower =
          node % 2 == 0
              ? new Scalar.Unary(UnaryOp.NEGATE, tower)
              : new Scalar.Binary(BinaryOp.SUBTRACT, Scalar.Literal.of(DType.F32, 2), tower);
    }
    return tower;
  }

  @Test
  void aLongSumIsAsDeepAsItIsLong() {
    Scalar one = Scalar.Literal.of(DType.F32, 1);
    Scalar chain = one;
    IndexExpr indexChain = I;
    for (int node = 2; node < ExprPrinter.MAX_HEIGHT; node++) {
      chain = new Scalar.Binary(BinaryOp.ADD, chain, one);
    }
    for (int node = 3; node < ExprPrinter.MAX_HEIGHT - 1; node++) {
      indexChain = new IndexExpr.Sum(indexChain, product(number(-1), J));
    }
    assertText(chain);
    assertText(new Scalar.Position(indexChain));
  }
}
