package org.einkorn.passes.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.trace.Kind;
import org.junit.jupiter.api.Test;

class SkipZerosTest {
  /// A product of a list of some type and a dense matrix.
  private static Program product(String type, String sum, String join, long extent) {
    String text =
        """
        program p
        symbols T
        input I: i64[T]
        input J: i64[T]
        input V: TYPE[T]
        input X: TYPE[N, 3]
        output Y: TYPE[N, 3]

        rec A: TYPE[N, N]
        A: TYPE[N, N] = SUM
          for t < T
            [fetch<A, 0, N>(I[t]), fetch<A, 1, N>(J[t])] <- V[t]

        Y: TYPE[N, 3] = SUM
          for i < N, d < 3, j < N
            [i, d] <- A[i, j] JOIN X[j, d]
        """
            .replace("TYPE", type)
            .replace("SUM", sum)
            .replace("JOIN", join)
            .replace("N", Long.toString(extent));
    return TensorParser.parse(new SourceFile("text", text)).require();
  }

  private static String after(Program program, PassContext context) {
    return TensorPrinter.print(SkipZeros.PASS.apply(program, context));
  }

  @Test
  void productsOfFloatsReassociate() {
    PassContext context = PassContext.defaults();
    String text = after(product("f32", "sum", "*", 9), context);
    assertTrue(text.contains("select(A[i, j] != 0.0:f32, A[i, j] * X[j, d], 0.0:f32)"), text);
    assertEquals(Kind.REASSOCIATING, context.trace().trace().applied().getFirst().kind());
  }

  @Test
  void productsOfIntegersAreExact() {
    PassContext context = PassContext.defaults().withReassociation(false);
    String text = after(product("i64", "sum", "*", 9), context);
    assertTrue(text.contains("select(A[i, j] != 0:i64"), text);
  }

  @Test
  void exactFloatsStay() {
    Program program = product("f32", "sum", "*", 9);
    PassContext context = PassContext.defaults().withReassociation(false);
    assertEquals(program, SkipZeros.PASS.apply(program, context));
  }

  @Test
  void whatDoesNotAnnihilateStays() {
    Program program = product("f64", "max", "*", 9);
    PassContext context = PassContext.defaults();
    assertEquals(program, SkipZeros.PASS.apply(program, context));
    assertTrue(
        context.trace().trace().refused().toString().contains("unless"),
        context.trace().trace().toString());
  }

  @Test
  void manyEntriesStay() {
    Program program = product("f32", "sum", "*", 9);
    PassContext context = PassContext.defaults().withSizes(java.util.Map.of("T", 40L));
    assertEquals(program, SkipZeros.PASS.apply(program, context));
  }
}
