package org.einkorn.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.einkorn.ir.RandomIr;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.DiagnosticRenderer;
import org.einkorn.ir.source.SourceFile;
import org.junit.jupiter.api.Test;

/// Wrong IR text: each code, the place it shows, and that nothing but a diagnostic comes out.
class ErrorsTest {
  private static final String HEAD =
      """
      program test
      symbols n
      input X: f32[n, 4]
      input B: bool[n]
      output Y: f32[n]

      """;

  private static List<Diagnostic> errors(String text) {
    SourceFile file = new SourceFile("test.ir", text);
    return text.startsWith("module")
        ? LoopParser.parse(file).errors()
        : TensorParser.parse(file).errors();
  }

  /// Asserts that `text` has one error, at the first `marked`, with this title.
  private static void assertError(String code, String title, String marked, String text) {
    List<Diagnostic> errors = errors(text);
    String shown = DiagnosticRenderer.plain().renderAll(errors);
    assertEquals(1, errors.size(), shown);
    Diagnostic error = errors.getFirst();
    assertEquals(code + ": " + title, error.code() + ": " + error.title(), shown);
    assertEquals(marked, error.span().orElseThrow().text(), shown);
  }

  private static void assertTermError(String code, String title, String marked, String term) {
    assertError(code, title, marked, HEAD + "Y: f32[n] = sum\n" + term);
  }

  @Test
  void wordsThatAreNone() {
    assertError("E0800", "a character that means nothing in IR text", "$", HEAD + "$");
    assertError("E0800", "`1.5x` is no number", "1.5x", HEAD + "1.5x");
    assertError("E0800", "a string has no end", "\"abc", "program x\nquery \"abc\n");
    assertError("E0800", "a name has no end", "`abc", "program `abc");
    assertError("E0800", "a backslash escapes nothing here", "\\q", "program `a\\q`");
    assertError("E0800", "a backslash escapes nothing here", "\\u", "program `\\u{110000}`");
  }

  @Test
  void somethingElseWasExpected() {
    assertError("E0801", "expected `program`, found `module`", "module", " module x");
    assertError(
        "E0801", "expected the name of a program, found the end of the text", "", "program");
    assertError(
        "E0801",
        "expected a shape of matrices, `m8n8k4`, `m16n8k16`, `m16n8k32`, found `m16n16k16`",
        "m16n16k16",
        "module x\nfunction f { for k < 16 mma m16n16k16 { } }");
    assertTermError("E0801", "expected `<-`, found `=`", "=", "  for i < n\n [i] = X[i, 0]");
    assertTermError(
        "E0801", "expected an index expression, found `1.5`", "1.5", "  [1.5] <- 1.0:f32");
    assertTermError(
        "E0801",
        "expected `*` or the end of the term, found `+`",
        "+",
        "  for i < n\n [i] <- X[i, 0] * X[i, 1] + X[i, 2]");
    assertError(
        "E0801", "expected an axis, found `for`", "for", HEAD + "Y: f32[n] = sum for for < n");
  }

  @Test
  void unknownNames() {
    assertTermError("E0802", "unknown index `k`", "k", "  for i < n [i] <- X[i, k]");
    assertTermError("E0802", "unknown tensor `Z`", "Z", "  for i < n [i] <- Z[i]");
    assertTermError("E0802", "unknown tensor `Y`", "Y", "  for i < n [i] <- Y[i]");
    assertTermError("E0802", "unknown index `i`", "i", "  for i < n, j < i [i] <- X[i, 0]");
    assertError(
        "E0802",
        "unknown axis `k`",
        "k",
        HEAD + "Y: f32[n] = scan sum along k for i < n <- 1.0:f32");
    assertEquals(
        "`X` is declared",
        errors(HEAD + "Y: f32[n] = sum for i < n [i] <- x[i]").getFirst().help().orElseThrow());
  }

  @Test
  void wrongRanks() {
    assertTermError("E0803", "1 index for 2 axes", "X[i]", "  for i < n [i] <- X[i]");
    assertError(
        "E0803",
        "2 indices for 1 axis",
        "Y: f32[n] = sum for i < n [i, i]",
        HEAD + "Y: f32[n] = sum for i < n [i, i] <- X[i, 0]");
    assertError(
        "E0803",
        "0 indices for 2 axes",
        "S[]",
        "module m\nbuffer S: f32[1, 2] global\nfunction f { S[] = 1.0:f32 }");
  }

  @Test
  void nodesThatCantBe() {
    assertTermError(
        "E0804",
        "a node that can't be: + of f32 and bool",
        "X[i, 0] + B[i]",
        "  for i < n [i] <- (X[i, 0] + B[i])");
    assertTermError(
        "E0804",
        "a node that can't be: not is not defined on f32",
        "not(1.0:f32)",
        "  [0] <- not(1.0:f32)");
    assertTermError("E0804", "`1.5` is no i32", "1.5:i32", "  [0] <- 1.5:i32");
    assertError(
        "E0804",
        "a value of f64 in a buffer of f32",
        "1.0:f64",
        "module m\nbuffer S: f32[] global\nfunction f { S[] = 1.0:f64 }");
    assertError(
        "E0804",
        "a node that can't be: a register holds one element",
        "r: f32[2] register",
        "module m\nfunction f { alloc r: f32[2] register { } }");
    assertError(
        "E0804",
        "a node that can't be: a name with other characters than names may have",
        "`a b`",
        "program x\nsymbols `a b`\ninput X: f32[`a b`]");
  }

  @Test
  void namesDeclaredTwice() {
    assertError("E0805", "symbol `n` is declared twice", "n", "program x\nsymbols n, m, n");
    assertError(
        "E0805", "tensor `X` is declared twice", "X", HEAD + "X: f32[] = sum\n  [] <- 1.0:f32");
    assertTermError(
        "E0805", "axis `i` is declared twice", "i", "  for i < n, i < 4 [i] <- X[i, 0]");
    assertTermError("E0805", "`n` is a variable and a symbol", "n", "  for n < n [n] <- X[n, 0]");
    assertError(
        "E0805", "function `f` is declared twice", "f", "module m\nfunction f { }\nfunction f { }");
    assertError(
        "E0805",
        "iterator `v` is declared twice",
        "v",
        "module m\nfunction f { block b(spatial v < 1 = 0, spatial v < 1 = 0) { } }");
  }

  @Test
  void textAfterTheEnd() {
    assertError(
        "E0806", "expected a definition or the end of the text, found `)`", ")", HEAD + ")");
    assertError(
        "E0806",
        "expected a function or the end of the text, found `}`",
        "}",
        "module m\nfunction f { } }");
  }

  @Test
  void nestingThatIsTooDeep() {
    String deep = "  [0] <- " + "(".repeat(10_000) + "1.0:f32" + ")".repeat(10_000);
    assertTermError("E0807", "an expression nests too deep", "(", deep);
    String calls = "  [0] <- " + "exp(".repeat(10_000) + "1.0:f32" + ")".repeat(10_000);
    assertTermError("E0807", "an expression nests too deep", "exp", calls);
    String sum = "  [0] <- (1.0:f32" + " + 1.0:f32".repeat(10_000) + ")";
    assertTermError("E0807", "an expression nests too deep", "1.0", sum);
    String indices = "  [" + "min(".repeat(10_000) + "0" + ", 0)".repeat(10_000) + "] <- 1.0:f32";
    assertTermError("E0807", "an expression nests too deep", "min", indices);
    String statements = "seq { ".repeat(10_000) + "} ".repeat(10_000);
    assertError(
        "E0807", "statements nest too deep", "seq", "module m\nfunction f { " + statements + " }");
  }

  @Test
  void numbersOutOfRange() {
    assertTermError(
        "E0808", "`2147483648` is out of range", "2147483648:i32", "  [0] <- 2147483648:i32");
    assertTermError("E0808", "`1e39` lies outside f32", "1e39:f32", "  [0] <- 1e39:f32");
    assertTermError("E0808", "`1e-99` lies outside f32", "1e-99:f32", "  [0] <- 1e-99:f32");
    assertTermError(
        "E0808",
        "`9223372036854775808` is out of range",
        "9223372036854775808",
        "  [9223372036854775808] <- 1.0:f32");
  }

  @Test
  void everyItemIsReadAndBrokenOnesCauseNoFurtherErrors() {
    List<Diagnostic> errors =
        errors(
            """
            program many
            symbols n
            input X: f33[n]
            input Z: f32[n]
            output Y: f32[n]

            A: f32[n] = sum
              for i < n
                [i] <- X[i] * Z[i]

            B: f32[n] = sum
              for i < n
                [i] <- Q[i]

            C: f32[n] = sum
              for i < n
                [i] <- B[i] * A[i] * Z[j]
            """);
    assertEquals(
        List.of("expected an element type, found `f33`", "unknown tensor `Q`", "unknown index `j`"),
        errors.stream().map(Diagnostic::title).toList());
  }

  @Test
  void errorsShowTheirPlace() {
    assertEquals(
        """
        error[E0803]: 1 index for 2 axes
         --> test.ir:9:12
          |
        9 |     [i] <- X[i] * 2.0:f32
          |            ^^^^ `X: f32[n, 4]` has 2 axes
        """,
        DiagnosticRenderer.plain()
            .renderAll(errors(HEAD + "Y: f32[n] = sum\n  for i < n\n    [i] <- X[i] * 2.0:f32\n")));
  }

  /// Text with a few characters changed is read or refused; nothing is ever thrown.
  @Test
  void damagedTextIsRefusedInAnOrderlyWay() {
    long first = Long.getLong("einkorn.seed", 4711);
    int refused = 0;
    for (long seed = first; seed < first + 600; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RandomIr ir = new RandomIr(seed);
      String text =
          seed % 2 == 0 ? TensorPrinter.print(ir.program()) : LoopPrinter.print(ir.module());
      String damaged = damage(text, random);
      try {
        refused += errors(damaged).isEmpty() ? 0 : 1;
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + "\n" + damaged, e);
      }
    }
    assertTrue(refused > 300, "only " + refused + " refused");
  }

  private static String damage(String text, SplittableRandom random) {
    StringBuilder damaged = new StringBuilder(text);
    List<String> pieces =
        Stream.of(
                "(", ")", "[", "]", "{", "}", ",", ":", "-", "<", "X", "for", "1", "\"", "`", "\\")
            .toList();
    for (int change = 1 + random.nextInt(3); change > 0; change--) {
      int at = random.nextInt(damaged.length());
      if (random.nextBoolean()) {
        damaged.deleteCharAt(at);
      } else {
        damaged.insert(at, pieces.get(random.nextInt(pieces.size())));
      }
    }
    return damaged.toString();
  }
}
