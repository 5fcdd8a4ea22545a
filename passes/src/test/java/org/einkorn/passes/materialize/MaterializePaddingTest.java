package org.einkorn.passes.materialize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.PassContext;
import org.junit.jupiter.api.Test;

/// Padded operands are stored where their elements are read many times.
class MaterializePaddingTest {
  private static final String HEAD =
      """
      program test
      symbols N, K, M
      input X: f32[N]
      input W: f32[M, K]
      output Y: f32[M, N]

      """;

  private static final String CORRELATION =
      """
      Y: f32[M, N] = sum
        for m < M, i < N, j < K
          [m, i] <- select(0:i64 <= pos(i + j - 1) and pos(i + j - 1) < pos(N), X[i + j - 1], 0.0:f32)
                  * W[m, j]
      """;

  private static Program parsed(String definitions) {
    return TensorParser.parse(new SourceFile("test", HEAD + definitions)).require();
  }

  private static PassContext sizes(long n, long k, long m) {
    return PassContext.defaults().withSizes(Map.of("N", n, "K", k, "M", m));
  }

  private static void assertBecomes(String expected, String definitions, PassContext context) {
    Program after = MaterializePadding.PASS.apply(parsed(definitions), context);
    assertEquals(List.of(), TensorVerifier.verify(after), () -> TensorPrinter.print(after));
    assertEquals(TensorPrinter.print(parsed(expected)), TensorPrinter.print(after));
  }

  private static void assertStays(String definitions, PassContext context) {
    Program program = parsed(definitions);
    assertSame(program, MaterializePadding.PASS.apply(program, context));
  }

  @Test
  void theSumAsksNothing() {
    assertBecomes(
        """
        Y.padded: f32[max(K + N, 1) - 1] = sum
          for at0 < max(K + N, 1) - 1
            [at0] <- select(0:i64 <= pos(at0 - 1) and pos(at0 - 1) < pos(N), X[at0 - 1], 0.0:f32)

        Y: f32[M, N] = sum
          for m < M, i < N, j < K
            [m, i] <- Y.padded[i + j] * W[m, j]
        """,
        CORRELATION,
        sizes(1000, 3, 64));
  }

  @Test
  void positionsMayRunBackwardsAndInSteps() {
    assertBecomes(
        """
        Y.padded: f32[max(K + 2 * N, 2) - 2] = sum
          for at0 < max(K + 2 * N, 2) - 2
            [at0] <- select(0:i64 <= pos(at0 - K + 1) and pos(at0 - K + 1) < pos(N), X[at0 - K + 1], 0.0:f32)

        Y: f32[M, N] = sum
          for m < M, i < N, j < K
            [m, i] <- Y.padded[2 * i + K - j - 1] * W[m, j]
        """,
        CORRELATION.replace("i + j - 1", "2 * i - j"),
        sizes(1000, 3, 64));
  }

  @Test
  void whatIsReadFewTimesIsNotStored() {
    assertStays(CORRELATION, sizes(1000, 3, 4));
  }

  @Test
  void sizesThatNobodyKnowsDecideNothing() {
    assertStays(CORRELATION, PassContext.defaults());
  }

  @Test
  void limitedMemoryIsNotSpent() {
    assertStays(CORRELATION, sizes(1000, 3, 64).withMemoryLimitBytes(1 << 30));
  }

  @Test
  void aConditionOnMoreThanThePositionsStays() {
    assertStays(CORRELATION.replace("pos(N)", "pos(m)"), sizes(1000, 3, 64));
  }

  @Test
  void aConditionOnDataStays() {
    assertStays(CORRELATION.replace("pos(N)", "i64(X[i])"), sizes(1000, 3, 64));
  }

  @Test
  void positionsThatDoNotMoveTogetherHaveNothingToStore() {
    assertStays(CORRELATION.replace("i + j - 1", "i - 1"), sizes(1000, 3, 64));
  }
}
