package org.einkorn.schedules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.schedule.HoistGuards;
import org.einkorn.passes.schedule.PeelGuards;
import org.junit.jupiter.api.Test;

/// A condition divides by what is above 0 in the rounds of a loop, since else there are none: it
/// stays in the loop.
final class DivisorsTest {
  private static final String TEXT =
      """
      module divided
      symbols N, M
      input A: f32[N, M]
      output Y: f32[N, M]
      buffer Y: f32[N, M] global

      function Y {
        for x < (N + 7) floordiv 8 {
          for i < 8 {
            for j < M {
              if 0 <= i + 8 * x + 4 floordiv M < N {
                Y[i + 8 * x + 4 floordiv M, j] = A[i + 8 * x, j]
              }
            }
          }
        }
      }
      """;

  @Test
  void conditionsStayWhereTheyCanBeEvaluated() {
    Module module = LoopParser.parse(new SourceFile("divided", TEXT)).require();
    PassContext context = PassContext.defaults().withSchedules(List.of(new Trace("Y", List.of())));
    String before = LoopPrinter.print(module);
    assertEquals(before, LoopPrinter.print(HoistGuards.PASS.apply(module, context)));
    assertEquals(before, LoopPrinter.print(PeelGuards.PASS.apply(module, context)));
  }
}
