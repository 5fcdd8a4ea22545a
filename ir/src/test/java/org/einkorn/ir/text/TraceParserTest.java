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
            + " `reorder`, `fission`, `lift`, `tensorize`, `set-dtype`, `transform-layout`,"
            + " `decompose-reduction`, `join`, `compute-at`, `compute-inline`,"
            + " `reverse-compute-at`, `reverse-compute-inline`, `set-scope`,"
            + " `fuse-reduction-epilogue`, `storage-align`, `rolling-buffer`,"
            + " `transform-block-layout`, `blockize`, `pad-einsum`, `decompose-padding`,"
            + " or with new names and `=`",
        error.help().orElseThrow());
  }
}
