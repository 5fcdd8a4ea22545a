package org.einkorn.frontend.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.frontend.Compiled;
import org.einkorn.frontend.Request;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.junit.jupiter.api.Test;

/// Whatever can be read is compiled, or refused with diagnostics; never is there an exception.
class AnyProgramTest {
  @Test
  void everyProgramIsCompiledOrRefused() {
    int compiled = 0;
    for (long seed = 1; seed <= 800; seed++) {
      Tree.Program program = new RandomTrees(seed).program();
      List<String> texts = new ArrayList<>();
      texts.add(TreePrinter.print(program));
      program.statements().forEach(statement -> texts.add(TreePrinter.print(statement)));
      for (String text : texts) {
        compiled += isCompiled(text, seed) ? 1 : 0;
      }
    }
    assertTrue(compiled > 100, "some random programs are right: " + compiled);
  }

  private static boolean isCompiled(String text, long seed) {
    try {
      Compiled result = Frontend.compile(new SourceFile("random.ein", text), Request.plain());
      boolean isRefused = result.diagnostics().stream().anyMatch(Diagnostic::isError);
      assertEquals(isRefused || !result.open().isEmpty(), result.program().isEmpty(), text);
      return result.program().isPresent();
    } catch (RuntimeException fault) {
      throw new AssertionError("seed " + seed + ":\n" + text, fault);
    }
  }
}
