package org.einkorn.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.passes.PassContext;
import org.junit.jupiter.api.Test;

/// Blocks of scheduled functions are taken apart, where that stores the same.
class ResolveBlocksTest {
  private static final String HEAD =
      """
      module test
      output Y: i64[8]
      buffer P: i64[2] global
      buffer Y: i64[8] global

      function f {
      """;

  private static Module parsed(String body) {
    return LoopParser.parse(new SourceFile("test.ir", HEAD + body + "\n}\n")).require();
  }

  private static void assertResolves(String body, String expected) {
    PassContext context = PassContext.defaults().withSchedules(List.of(new Trace("f", List.of())));
    assertEquals(
        LoopPrinter.print(parsed(expected)),
        LoopPrinter.print(ResolveBlocks.PASS.apply(parsed(body), context)));
  }

  @Test
  void putsLoopsInThePlacesOfIterators() {
    assertResolves(
        "for i < 8 { block b(spatial v < 8 = i) { writes Y[v : 1] Y[v] = 1:i64 } }",
        "for i < 8 { Y[i] = 1:i64 }");
  }

  /// Not `P[0] = 5:i64 Y[fetch<Y, 0, 8>(P[0])] = 1:i64`, which stores another element.
  @Test
  void leavesIteratorsThatComeFromData() {
    String body =
        """
        block b(opaque v < 8 = fetch<Y, 0, 8>(P[0])) {
          reads P[0 : 1]
          writes P[0 : 1], Y[0 : 8]
          P[0] = 5:i64
          Y[v] = 1:i64
        }
        """;
    assertResolves(body, body);
  }
}
