package org.einkorn.passes.factor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.TensorParser;
import org.einkorn.ir.text.TensorPrinter;
import org.einkorn.ir.verify.TensorVerifier;
import org.einkorn.passes.Interpreted;
import org.einkorn.passes.PassContext;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.Test;

/// Digits of an axis that factors read apart become axes.
class FactorKroneckerTest {
  private static final String HEAD =
      """
      program test
      symbols A0, A1, B0, B1
      input A: f32[A0, A1]
      input B: f32[B0, B1]
      input x: f32[A1 * B1]
      output Y: f32[A0 * B0]

      """;

  private static final String PRODUCT =
      """
      Y: f32[A0 * B0] = sum
        for i < A0 * B0, j < A1 * B1
          [i] <- A[i floordiv B0, j floordiv B1] * B[i mod B0, j mod B1] * x[j]
      """;

  private static Program parsed(String text) {
    return TensorParser.parse(new SourceFile("test", text)).require();
  }

  private static Program factored(Program program) {
    Program after = FactorKronecker.PASS.apply(program, PassContext.defaults());
    assertEquals(List.of(), TensorVerifier.verify(after), () -> TensorPrinter.print(after));
    return after;
  }

  private static void assertBecomes(String expected, String definitions) {
    assertEquals(
        TensorPrinter.print(parsed(HEAD + expected)),
        TensorPrinter.print(factored(parsed(HEAD + definitions))));
  }

  private static void assertStays(String definitions) {
    Program program = parsed(HEAD + definitions);
    assertSame(program, factored(program));
  }

  @Test
  void eachDigitIsAnAxis() {
    assertBecomes(
        """
        Y.digits: f32[A0, B0] = sum
          for i.h < A0, i.l < B0, j.h < A1, j.l < B1
            [i.h, i.l] <- A[i.h, j.h] * B[i.l, j.l] * x[j.h * B1 + j.l]

        Y: f32[A0 * B0] = sum
          for axis0 < A0 * B0
            [axis0] <- Y.digits[axis0 floordiv B0, axis0 mod B0]
        """,
        PRODUCT);
  }

  @Test
  void aReducedAxisAloneNeedsNoOtherTensor() {
    assertBecomes(
        """
        Y: f32[A0 * B0] = sum
          for i < A0 * B0, j.h < A1, j.l < B1
            [i] <- A[0, j.h] * B[0, j.l] * x[j.h * B1 + j.l]
        """,
        """
        Y: f32[A0 * B0] = sum
          for i < A0 * B0, j < A1 * B1
            [i] <- A[0, j floordiv B1] * B[0, j mod B1] * x[j]
        """);
  }

  @Test
  void digitsThatOneFactorReadsTogetherStay() {
    assertStays(
        """
        Y: f32[A0 * B0] = sum
          for i < A0 * B0, j < A1 * B1
            [i] <- A[0, j floordiv B1] * B[0, min(j mod B1, j)] * x[j]
        """);
  }

  @Test
  void aDivisorThatLeavesARestStays() {
    assertStays(
        """
        Y: f32[A0 * B0] = sum
          for i < A0 * B0, j < 7
            [i] <- A[0, j floordiv 2] * B[0, j mod 2] * x[j]
        """);
  }

  /// Where `B1` is 0 the program divides by it, at `A1` points; no sum over nothing may hide that.
  @Test
  void aDivisorThatMayBeZeroWhereTheAxisIsNotEmptyStays() {
    assertStays(
        """
        Y: f32[A0 * B0] = sum
          for i < A0 * B0, j < A1 * max(B1, 1)
            [i] <- A[0, j floordiv B1] * B[0, j mod B1] * x[0]
        """);
  }

  @Test
  void digitsHaveNamesOfTheirOwn() {
    assertBecomes(
        """
        Y: f32[A0 * B0] = sum
          for j.h < A0 * B0, j.h.1 < A1, j.l < B1
            [j.h] <- A[0, j.h.1] * B[0, j.l] * x[j.h.1 * B1 + j.l]
        """,
        """
        Y: f32[A0 * B0] = sum
          for j.h < A0 * B0, j < A1 * B1
            [j.h] <- A[0, j floordiv B1] * B[0, j mod B1] * x[j]
        """);
  }

  private static final String LISTED =
      """
      program test
      input A: f64[8, 8]
      input B: f64[8, 8]
      input I: i64[%d]
      input V: f64[%d]
      output Y: f64[8]

      x: f64[64] = sum
        for t < %d
          [fetch<x, 0, 64>(I[t])] <- V[t]

      Y: f64[8] = sum
        for i < 8, j < 64
          [i] <- A[i, j floordiv 8] * B[i, j mod 8] * x[j]
      """;

  /// The entries of `x` are gone through, and `x` is not stored.
  @Test
  void anAxisAlongEntriesStays() {
    Program few = parsed(LISTED.replace("%d", "16"));
    assertSame(few, factored(few));
    Program many = parsed(LISTED.replace("%d", "17"));
    assertNotEquals(many, factored(many));
  }

  @Test
  void aProductThatHasOneOrderOnlyStays() {
    assertStays(
        """
        Y: f32[A0 * B0] = sum
          for i < A0 * B0, k < min(A1, B1)
            [i] <- A[i floordiv B0, k] * B[i mod B0, k]
        """);
  }

  @Test
  void aProductThatIsStoredStays() {
    assertStays(
        """
        Y: f32[A0 * B0] = sum
          for i < A0 * B0
            [i] <- A[i floordiv B0, 0] * B[i mod B0, 0]
        """);
  }

  // ---- random products

  private record Semiring(String type, String projection, String join) {}

  private static final List<Semiring> SEMIRINGS =
      List.of(
          new Semiring("f64", "sum", "*"),
          new Semiring("f32", "sum", "*"),
          new Semiring("i64", "sum", "*"),
          new Semiring("f64", "min", "+"),
          new Semiring("i64", "max", "min"));

  /// Factors of random extents, some transposed, applied to a matrix whose other axis stays; a band
  /// of it, at times.
  private static String product(Random random) {
    Semiring semiring = SEMIRINGS.get(random.nextInt(SEMIRINGS.size()));
    int factors = 2 + random.nextInt(3);
    List<long[]> extents = new ArrayList<>();
    for (int factor = 0; factor < factors; factor++) {
      extents.add(new long[] {1 + random.nextInt(4), 1 + random.nextInt(4)});
    }
    StringBuilder inputs = new StringBuilder();
    List<String> operands = new ArrayList<>();
    long rows = 1;
    long columns = 1;
    for (int factor = factors - 1; factor >= 0; factor--) {
      long row = extents.get(factor)[0];
      long column = extents.get(factor)[1];
      String at = digit("i", rows, row, factor == 0);
      String from = digit("j", columns, column, factor == 0);
      boolean isTransposed = random.nextBoolean();
      inputs.append(
          "input F%d: %s[%d, %d]%n"
              .formatted(
                  factor, semiring.type, isTransposed ? column : row, isTransposed ? row : column));
      operands.add(
          isTransposed
              ? "F%d[%s, %s]".formatted(factor, from, at)
              : "F%d[%s, %s]".formatted(factor, at, from));
      rows *= row;
      columns *= column;
    }
    operands.add("x[j, k]");
    String guard =
        random.nextInt(3) == 0
            ? "where 0 <= i + j - %d < %d%n        "
                .formatted(random.nextInt(3), 1 + random.nextLong(rows + columns))
            : "";
    String joined =
        semiring.join.equals("min")
            ? operands.stream()
                .reduce((left, right) -> "min(" + left + ", " + right + ")")
                .orElseThrow()
            : String.join(" " + semiring.join + " ", operands);
    return """
    program test
    %sinput x: %s[%d, 2]
    output Y: %s[%d, 2]

    Y: %s[%d, 2] = %s
      for i < %d, k < 2, j < %d
        %s[i, k] <- %s
    """
        .formatted(
            inputs,
            semiring.type,
            columns,
            semiring.type,
            rows,
            semiring.type,
            rows,
            semiring.projection,
            rows,
            columns,
            guard,
            joined);
  }

  private static String digit(String index, long below, long base, boolean isFirst) {
    String shifted = below == 1 ? index : "%s floordiv %d".formatted(index, below);
    return isFirst ? shifted : "(%s) mod %d".formatted(shifted, base);
  }

  @Test
  void randomProductsAreTheSameBitForBit() {
    long seed = Long.getLong("einkorn.seed", 20261130L);
    int fired = 0;
    for (int number = 0; number < Integer.getInteger("einkorn.programs", 300); number++) {
      Random random = new Random(seed + number);
      String text = product(random);
      Program before = parsed(text);
      Program after = factored(before);
      fired += before.equals(after) ? 0 : 1;
      String where =
          "-Deinkorn.seed=%d%n%s%n%s".formatted(seed + number, text, TensorPrinter.print(after));
      try (Arena arena = Arena.ofConfined()) {
        Map<String, Tensor> inputs = Interpreted.inputs(before, arena, random);
        assertArrayEquals(
            Interpreted.run(before, inputs, arena), Interpreted.run(after, inputs, arena), where);
      }
    }
    System.out.printf(Locale.ROOT, "kronecker-factor: %d programs were rewritten%n", fired);
    assertTrue(fired > 0);
  }
}
