package org.einkorn.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.SourceFile;
import org.junit.jupiter.api.Test;

class TraceParserTest {
  @Test
  void aWordThatIsNoStepIsSaidToBeNone() {
    SourceFile file = new SourceFile("s", "schedule C {\n  vectorise i\n}\n");
    Diagnostic error = TraceParser.parseAll(file, List.of()).errors().getFirst();
    assertEquals("expected `=`, found `i`", error.title());
    assertEquals(
        "`vectorise` is no step: a step begins with one of `parallel`, `vectorize`, `unroll`,"
            + " `bind`, `reorder`, `fission`, `lift`, `tensorize`, `set-dtype`, `transform-layout`,"
            + " `decompose-reduction`, `join`, `compute-at`, `compute-inline`,"
            + " `reverse-compute-at`, `reverse-compute-inline`, `set-scope`,"
            + " `fuse-reduction-epilogue`, `storage-align`, `rolling-buffer`,"
            + " `transform-block-layout`, `blockize`, `pad-einsum`, `decompose-padding`,"
            + " `annotate`, `double-buffer`,"
            + " or with new names and `=`",
        error.help().orElseThrow());
  }

  @Test
  void aByteOrderMarkMeansNothing() {
    SourceFile file = new SourceFile("s", "\uFEFFschedule C {\n  parallel i\n}\n");
    assertEquals(1, TraceParser.parseAll(file, List.of()).require().size());
  }

  @Test
  void aFileThatIsNoTextHasFewErrors() {
    SourceFile zeros = new SourceFile("s", "\0".repeat(1_000_000));
    assertEquals(
        List.of("a character that means nothing in IR text"),
        TraceParser.parseAll(zeros, List.of()).errors().stream().map(Diagnostic::title).toList());
    SourceFile lines = new SourceFile("s", "\0\n".repeat(100_000));
    assertEquals(20, TraceParser.parseAll(lines, List.of()).errors().size());
  }

  @Test
  void aWordWithoutEndIsSaidInPart() {
    SourceFile file = new SourceFile("s", "a".repeat(1_000_000));
    assertEquals(
        "expected `schedule`, found `" + "a".repeat(40) + "…`",
        TraceParser.parseAll(file, List.of()).errors().getFirst().title());
  }
}
