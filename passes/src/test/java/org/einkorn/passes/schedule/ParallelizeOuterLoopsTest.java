package org.einkorn.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.passes.PassContext;
import org.junit.jupiter.api.Test;

/// The pass makes a loop parallel where its rounds are independent, and leaves all others alone.
class ParallelizeOuterLoopsTest {
  private static final String HEAD =
      """
      module test
      symbols n
      input X: f32[n]
      output Y: f32[n, n]
      buffer T: f32[n, n] global
      buffer Z: i32[n] global
      buffer Y: f32[n, n] global

      """;

  private static Module parsed(String body) {
    return LoopParser.parse(new SourceFile("test.ir", HEAD + "function f {\n" + body + "\n}\n"))
        .require();
  }

  private static void assertFires(String body) {
    Module module = parsed(body);
    String expected = LoopPrinter.print(module).replaceFirst("for i", "for parallel i");
    assertEquals(
        expected,
        LoopPrinter.print(ParallelizeOuterLoops.PASS.apply(module, PassContext.defaults())));
  }

  private static void assertDoesNotFire(String body) {
    Module module = parsed(body);
    assertSame(module, ParallelizeOuterLoops.PASS.apply(module, PassContext.defaults()));
  }

  private static String block(String name, String writes, String reads, String body) {
    return "block %s(spatial v < n = i) { %s writes %s %s }".formatted(name, reads, writes, body);
  }

  @Test
  void firesWhereRoundsStoreTheirOwnElements() {
    assertFires(
        "for i < n { "
            + block("a", "T[v : 1, 0 : 1]", "reads X[v : 1]", "T[v, 0] = X[v]")
            + block("b", "Y[v : 1, 0 : 1]", "reads T[v : 1, 0 : 1]", "Y[v, 0] = T[v, 0]")
            + " }");
  }

  @Test
  void doesNotFireWhereARoundReadsWhatAnotherStores() {
    assertDoesNotFire(
        "for i < n { "
            + block("a", "T[v : 1, 0 : 1]", "reads X[v : 1]", "T[v, 0] = X[v]")
            + block("b", "Y[v : 1, 0 : 1]", "reads T[0 : 1, 0 : 1]", "Y[v, 0] = T[0, 0]")
            + " }");
  }

  @Test
  void doesNotFireWhereTheLimitOfAConditionIsWhatAnotherStores() {
    assertDoesNotFire(
        "for i < n { "
            + block("a", "Z[v : 1]", "", "Z[v] = 1:i32")
            + "if 0 <= 0 < fetch<X, 0, n>(Z[0]) { "
            + block("b", "Y[v : 1, 0 : 1]", "reads X[v : 1]", "Y[v, 0] = X[v]")
            + " } }");
  }

  @Test
  void doesNotFireWhereRoundsStoreRowsAndColumns() {
    assertDoesNotFire(
        "for i < n { "
            + block("a", "T[v : 1, 0 : 1]", "", "T[v, 0] = 1.0:f32")
            + block("b", "T[0 : 1, v : 1]", "", "T[0, v] = 2.0:f32")
            + " }");
  }

  @Test
  void doesNotFireWhereRoundsStoreOneElement() {
    assertDoesNotFire(
        "for i < n { " + block("a", "T[0 : 1, 0 : 1]", "", "T[0, 0] = 1.0:f32") + " }");
    assertDoesNotFire("for i < n { T[i, 0] = 1.0:f32 }");
  }
}
