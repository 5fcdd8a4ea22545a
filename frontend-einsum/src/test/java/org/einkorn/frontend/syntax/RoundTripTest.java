package org.einkorn.frontend.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.einkorn.ir.source.DiagnosticRenderer;
import org.junit.jupiter.api.Test;

/// What is printed reads back as the same.
class RoundTripTest {
  private static final int TREES = 1000;
  private static final long SEED = Long.getLong("einkorn.seed", 20261120L);

  @Test
  void randomTreesSurviveTheirSourceText() {
    for (int k = 0; k < TREES; k++) {
      long seed = SEED + k;
      Tree.Program program = new RandomTrees(seed).program();
      String text = TreePrinter.print(program);
      ParseResult result = Syntax.parse("seed" + seed, text);
      String complaint = DiagnosticRenderer.plain().renderAll(result.diagnostics());
      assertEquals("", complaint, () -> "seed " + seed + "\n" + text);
      if (!program.equals(result.program())) {
        assertEquals(
            TreeText.print(program),
            TreeText.print(result.program()),
            () -> "seed " + seed + "\n" + text);
      }
      assertEquals(program, result.program(), () -> "seed " + seed + "\n" + text);
    }
  }

  @Test
  void randomTreesSurviveTheirDump() {
    for (int k = 0; k < TREES; k++) {
      long seed = SEED + k;
      Tree.Program program = new RandomTrees(seed).program();
      String dump = TreeText.print(program);
      Tree.Program read = TreeText.parse(dump);
      assertEquals(program, read, () -> "seed " + seed);
      assertEquals(dump, TreeText.print(read), () -> "seed " + seed);
    }
  }

  @Test
  void formattingChangesNoMeaningAndSettlesAtOnce() {
    for (int k = 0; k < TREES; k++) {
      long seed = SEED + k;
      Random random = new Random(seed);
      Tree.Program program = new RandomTrees(seed).program();
      StringBuilder text = new StringBuilder();
      for (String line : TreePrinter.print(program).split("\n")) {
        text.append(" ".repeat(random.nextInt(3))).append(line);
        text.append(random.nextInt(4) == 0 ? " // remark  " : "");
        text.append("\n".repeat(1 + random.nextInt(3)));
        text.append(random.nextInt(6) == 0 ? "/* a\n  block */\n" : "");
      }
      ParseResult first = Syntax.parse("seed" + seed, text.toString());
      assertFalse(first.hasErrors(), () -> "seed " + seed + "\n" + text);
      String formatted = Formatter.format(first);
      ParseResult second = Syntax.parse("formatted", formatted);
      assertEquals(program, second.program(), () -> "seed " + seed + "\n" + formatted);
      assertEquals(first.comments().size(), second.comments().size(), () -> "seed " + seed);
      assertEquals(formatted, Formatter.format(second), () -> "seed " + seed);
    }
  }

  @Test
  void arbitraryTextNeverThrows() {
    String[] scraps = {
      "X", "i", "[", "]", "(", ")", "{", "}", "=", "<-", "?", ",", ":", ".", "...", "*", "/", "-",
      "+", "max=", "and", "not", "def", "learn", "for", "steps", "3", "1e3", "\"s\"", "\"", "\n",
      " ", ";", "//c\n", "/*", "*/", "input", "let", "pad", "until", "σ", "𝛼", "@", "\u0000",
      "sum",
    };
    for (int k = 0; k < TREES; k++) {
      long seed = SEED + k;
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int scrap = random.nextInt(40); scrap > 0; scrap--) {
        text.append(scraps[random.nextInt(scraps.length)]).append(random.nextBoolean() ? " " : "");
      }
      ParseResult result = Syntax.parse("seed" + seed, text.toString());
      String rendered = DiagnosticRenderer.plain().renderAll(result.diagnostics());
      assertEquals(result.hasErrors(), !rendered.isEmpty());
      if (!result.hasErrors()) {
        String formatted = Formatter.format(result);
        ParseResult again = Syntax.parse("formatted", formatted);
        assertEquals(
            TreeText.print(result.program()),
            TreeText.print(again.program()),
            () -> "seed " + seed + "\n" + text);
        assertEquals(formatted, Formatter.format(again), () -> "seed " + seed + "\n" + text);
      }
    }
  }

  @Test
  void aDumpThatIsNoTreeIsRefused() {
    for (String text :
        new String[] {"", "(program", "(program [(nonsense)])", "(program []) x", "(name \"X\")"}) {
      assertThrows(IllegalArgumentException.class, () -> TreeText.parse(text), text);
    }
  }
}
