package org.einkorn.passes.rewrite;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.passes.PassContext;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;

/// Signs of values, and of the elements of definitions that they read.
class SignsTest {
  private static final List<IndexExpr> HERE = List.of(IndexExpr.variable("i"));

  private static Signs signs(String definitions) {
    String head = "program test\nsymbols N\ninput X: f64[N]\ninput B: u8[N]\noutput Y: f64[N]\n\n";
    Program program = TensorParser.parse(new SourceFile("test", head + definitions)).require();
    return new Signs(Site.of(program, PassContext.defaults()));
  }

  private static String define(String name, Projection projection, String value) {
    return "%s: f64[N] = %s\n  for i < N\n    [i] <- %s\n\n"
        .formatted(name, projection.text(), value);
  }

  private static Scalar read(String tensor, DType type) {
    return new Scalar.Read(tensor, type, HERE);
  }

  @Test
  void lookThroughDefinitions() {
    Signs signs =
        signs(
            define("S", Projection.SUM, "abs(X[i])")
                + define("M", Projection.MAX, "abs(X[i])")
                + define("Y", Projection.SUM, "S[i]"));
    assertTrue(signs.isNonNegative(read("Y", DType.F64)));
    assertFalse(signs.isNonNegative(read("M", DType.F64)), "max starts at −∞");
    assertFalse(signs.isNonNegative(read("X", DType.F64)));
    assertTrue(signs.isNonNegative(Scalar.cast(DType.F64, read("B", DType.U8))));
  }

  @Test
  void takeMinusZeroForNegative() {
    Signs signs = signs(define("Y", Projection.SUM, "X[i]"));
    Scalar minusZero = Scalar.Literal.of(DType.F64, -0.0);
    assertFalse(signs.isNonNegative(minusZero));
    assertFalse(signs.isNonNegative(new Scalar.Unary(UnaryOp.SQRT, minusZero)));
    assertTrue(signs.isNonNegative(new Scalar.Binary(BinaryOp.MULTIPLY, minusZero, minusZero)));
    assertTrue(signs.isNonNegative(Scalar.Literal.of(DType.F64, 0.0)));
    assertTrue(signs.isNonNegative(Scalar.Literal.of(DType.F64, Double.NaN)));
  }

  /// Each definition reads the one before twice: looked at anew each time, they would be 2^20000
  /// questions; and one inside the other, a deep recursion.
  @Test
  void decideOnceForEachDefinitionOfALongChain() {
    int length = 20_000;
    StringBuilder chain = new StringBuilder(define("T0", Projection.SUM, "abs(X[i])"));
    for (int number = 1; number <= length; number++) {
      String before = "T" + (number - 1) + "[i]";
      chain.append(define("T" + number, Projection.SUM, before + " + " + before));
    }
    chain.append(define("Y", Projection.SUM, "T" + length + "[i]"));
    assertTrue(signs(chain.toString()).isNonNegative(read("Y", DType.F64)));
  }
}
