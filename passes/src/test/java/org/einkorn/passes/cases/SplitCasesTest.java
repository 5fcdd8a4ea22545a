package org.einkorn.passes.cases;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
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

/// Operands that depend on where in an axis they are make two contractions.
class SplitCasesTest {
  private static final String HEAD =
      """
      program test
      symbols P, T, D
      input a: f32[P, D]
      input b: f32[T, D]
      input x: f32[D]
      input w: f32[P + T]
      input h: f16[P + T]
      output Y: f32[%s]

      """;

  private static Program parsed(String text) {
    return TensorParser.parse(new SourceFile("test", text)).require();
  }

  private static Program split(Program program, PassContext context) {
    Program after = SplitCases.PASS.apply(program, context);
    assertEquals(List.of(), TensorVerifier.verify(after), () -> TensorPrinter.print(after));
    return after;
  }

  private static void assertBecomes(String shape, String expected, String definitions) {
    String head = HEAD.formatted(shape);
    assertEquals(
        TensorPrinter.print(parsed(head + expected)),
        TensorPrinter.print(split(parsed(head + definitions), PassContext.defaults())));
  }

  private static void assertStays(String shape, String definitions) {
    Program program = parsed(HEAD.formatted(shape) + definitions);
    assertSame(program, split(program, PassContext.defaults()));
  }

  private static final String PARTS_OF_A_RESULT =
      """
      Y.below: f32[P] = sum
        for k < P, d < D
          [k] <- x[d] * a[k, d]

      Y.from: f32[T] = sum
        for k < T, d < D
          [k] <- x[d] * b[k, d]

      Y: f32[P + T] = sum
        for k < P + T
          [k] <- select(pos(k) < pos(P), Y.below[k], Y.from[k - P])
      """;

  @Test
  void aResultIsPutTogetherOfItsParts() {
    assertBecomes(
        "P + T",
        PARTS_OF_A_RESULT,
        """
        Y: f32[P + T] = sum
          for k < P + T, d < D
            [k] <- x[d] * select(pos(k) < pos(P), a[k, d], b[k - P, d])
        """);
  }

  @Test
  void aTensorThatIsOnlyChosenFromIsNotStored() {
    assertBecomes(
        "P + T",
        PARTS_OF_A_RESULT,
        """
        Key: f32[P + T, D] = sum
          for i < P + T, j < D
            [i, j] <- select(pos(i) < pos(P), a[i, j], b[i - P, j])

        Y: f32[P + T] = sum
          for k < P + T, d < D
            [k] <- x[d] * Key[k, d]
        """);
  }

  private static final String PARTS_OF_A_SUM =
      """
      Y.below: f32[D] = sum
        for d < D, k < P
          [d] <- w[k] * a[k, d]

      Y.from: f32[D] = sum
        for d < D, k < T
          [d] <- w[k + P] * b[k, d]

      Y: f32[D] = sum
        for d < D
          [d] <- (Y.below[d] + Y.from[d])
      """;

  /// Whichever way the comparison is written.
  @Test
  void aSumIsOneOfTwo() {
    for (String choice :
        List.of(
            "select(pos(k) < pos(P), a[k, d], b[k - P, d])",
            "select(pos(k) <= pos(P - 1), a[k, d], b[k - P, d])",
            "select(pos(P) <= pos(k), b[k - P, d], a[k, d])",
            "select(pos(P) < pos(k + 1), b[k - P, d], a[k, d])",
            "select(pos(k - P) < 0:i64, a[k, d], b[k - P, d])")) {
      assertBecomes(
          "D",
          PARTS_OF_A_SUM,
          """
          Y: f32[D] = sum
            for d < D, k < P + T
              [d] <- w[k] * %s
          """
              .formatted(choice));
    }
  }

  /// A sum of floats is rounded elsewhere; the parts of a result are what they were.
  @Test
  void anExactProgramKeepsItsSums() {
    String sum =
        """
        Y: f32[D] = sum
          for d < D, k < P + T
            [d] <- w[k] * select(pos(k) < pos(P), a[k, d], b[k - P, d])
        """;
    Program program = parsed(HEAD.formatted("D") + sum);
    assertSame(program, split(program, PassContext.defaults().withReassociation(false)));
  }

  @Test
  void aPlaceThatMayLieOutsideOfTheAxisStays() {
    assertStays(
        "D",
        """
        Y: f32[D] = sum
          for d < D, k < P
            [d] <- w[k] * select(pos(k) < pos(D), a[k, d], 2.0:f32)
        """);
  }

  @Test
  void aPlaceThatDependsOnAnotherAxisStays() {
    assertStays(
        "D",
        """
        Y: f32[D] = sum
          for d < D, k < P
            [d] <- w[k] * select(pos(k) < pos(d), a[k, d], 2.0:f32)
        """);
  }

  @Test
  void aTensorThatIsReadTwiceStays() {
    assertStays(
        "D",
        """
        Key: f32[P + T, D] = sum
          for i < P + T, j < D
            [i, j] <- select(pos(i) < pos(P), a[i, j], b[i - P, j])

        Y: f32[D] = sum
          for d < D, k < P + T
            [d] <- w[k] * Key[k, d] * Key[k, d]
        """);
  }

  @Test
  void whatIsNotSummedStays() {
    assertStays(
        "P + T",
        """
        Y: f32[P + T] = sum
          for k < P + T
            [k] <- w[k] * select(pos(k) < pos(P), a[k, 0], b[k - P, 0])
        """);
  }

  // ---- random programs

  private record Semiring(String type, String projection, String join) {}

  private static final List<Semiring> SEMIRINGS =
      List.of(
          new Semiring("f64", "sum", "*"),
          new Semiring("f32", "sum", "*"),
          new Semiring("f16", "sum", "*"),
          new Semiring("i64", "sum", "*"),
          new Semiring("f64", "min", "+"),
          new Semiring("i64", "max", "min"),
          new Semiring("bool", "any", "and"),
          new Semiring("bool", "xor", "and"));

  /// A product of matrices, one of them put together of two or three along some axis, perhaps
  /// shifted, perhaps a band of it.
  private static String product(Random random) {
    Semiring semiring = SEMIRINGS.get(random.nextInt(SEMIRINGS.size()));
    int rows = random.nextInt(6);
    int columns = random.nextInt(6);
    int inner = random.nextInt(6);
    boolean cutsResult = random.nextBoolean();
    String axis = cutsResult ? "j" : "k";
    int extent = cutsResult ? columns : inner;
    int first = random.nextInt(extent + 1);
    int second = random.nextInt(extent + 1);
    String open = semiring.type.equals("f16") ? "f32(%s)" : "%s";
    String left = open.formatted("A[i, k]");
    String[] parts = new String[3];
    for (int part = 0; part < 3; part++) {
      parts[part] = open.formatted("B%d[k, j]".formatted(part));
    }
    String choice =
        "select(pos(%s) < %d:i64, %s, select(pos(%s + 1) <= %d:i64, %s, %s))"
            .formatted(axis, first, parts[0], axis, second, parts[1], parts[2]);
    String guard =
        random.nextInt(3) == 0
            ? "where 0 <= k + j - %d < %d%n        "
                .formatted(random.nextInt(3), 1 + random.nextInt(6))
            : "";
    String joined =
        semiring.join.equals("min")
            ? "min(" + left + ", " + choice + ")"
            : left + " " + semiring.join + " " + choice;
    String inputs =
        "input A: %s[%d, %d]%n".formatted(semiring.type, rows, inner)
            + "input B0: %1$s[%2$d, %3$d]%ninput B1: %1$s[%2$d, %3$d]%ninput B2: %1$s[%2$d, %3$d]%n"
                .formatted(semiring.type, inner, columns);
    return """
    program test
    %soutput Y: %s[%d, %d]

    Y: %s[%d, %d] = %s
      for i < %d, j < %d, k < %d
        %s[i, j] <- %s
    """
        .formatted(
            inputs,
            semiring.type,
            rows,
            columns,
            semiring.type,
            rows,
            columns,
            semiring.projection,
            rows,
            columns,
            inner,
            guard,
            joined);
  }

  private static String cases(String... axes) {
    List<String> loops = List.of(axes).stream().map(axis -> axis + " < P + T").toList();
    List<String> choices =
        List.of(axes).stream()
            .map(axis -> "select(pos(%1$s) < pos(P), w[%1$s], w[%1$s] + w[%1$s])".formatted(axis))
            .toList();
    return """
    Y: f32[P + T] = sum
      for %s
        [i] <- %s
    """
        .formatted(String.join(", ", loops), String.join(" * ", choices));
  }

  /// Each axis doubles their number.
  @Test
  void aTermOfManyCombinationsStaysOne() {
    Program few = parsed(HEAD.formatted("P + T") + cases("i", "k", "l"));
    assertEquals(15, split(few, PassContext.defaults()).definitions().size());
    assertStays("P + T", cases("i", "k", "l", "m"));
    assertStays("P + T", cases("i", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u"));
  }

  @Test
  void randomProductsAreTheSame() {
    long seed = Long.getLong("einkorn.seed", 20261130L);
    int fired = 0;
    for (int number = 0; number < Integer.getInteger("einkorn.programs", 400); number++) {
      Random random = new Random(seed + number);
      String text = product(random);
      Program before = parsed(text);
      Program after = split(before, PassContext.defaults());
      fired += before.equals(after) ? 0 : 1;
      String where =
          "-Deinkorn.seed=%d%n%s%n%s".formatted(seed + number, text, TensorPrinter.print(after));
      boolean isHalf = text.contains("f16");
      double bound = text.contains("= sum") && text.contains(": f") ? isHalf ? 1e-2 : 1e-5 : 0;
      try (Arena arena = Arena.ofConfined()) {
        Map<String, Tensor> inputs = Interpreted.inputs(before, arena, random);
        assertArrayEquals(
            Interpreted.run(before, inputs, arena),
            Interpreted.run(after, inputs, arena),
            bound,
            where);
      }
    }
    System.out.printf(Locale.ROOT, "split-cases: %d programs were rewritten%n", fired);
    assertTrue(fired > 0);
  }
}
