package org.einkorn.ir.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.junit.jupiter.api.Test;

final class StraightPositionsTest {
  private static Module module(String body) {
    String text =
        """
        module m
        input A: f32[16, 24, 24]
        output Y: f32[24, 24]
        buffer Y: f32[24, 24] global

        function Y {
        %s}
        """
            .formatted(body.indent(2));
    return LoopParser.parse(new SourceFile("loops", text)).require();
  }

  private static String straight(String body) {
    Module module = module(body);
    Function function = StraightPositions.of(module.functions().getFirst(), module);
    String text = LoopPrinter.print(module.withFunctions(List.of(function)));
    return text.lines().filter(line -> line.contains(" = ")).findFirst().orElseThrow().strip();
  }

  private static void stays(String body) {
    Module module = module(body);
    Function function = module.functions().getFirst();
    assertSame(function, StraightPositions.of(function, module));
  }

  @Test
  void quotientsAndRemaindersOfOneLoopCancelEachOther() {
    assertEquals(
        "Y[0, f] = A[0, 0, f + 576 * k]",
        straight(
            """
            for f < 576 {
              for k < 16 {
                Y[f floordiv 24, f mod 24] = A[k, f floordiv 24, f mod 24]
              }
            }
            """));
  }

  @Test
  void whatCancelsNothingStays() {
    stays(
        """
        for f < 64 {
          Y[f floordiv 16, f mod 16] = 0.0:f32
        }
        """);
    stays(
        """
        for f < 24 {
          Y[f, f] = 0.0:f32
        }
        """);
  }

  @Test
  void allAccessesOfABufferAreNamedInOneWay() {
    assertEquals(
        "Y[0, f] = A[0, 0, f] + A[0, 0, f + 579]",
        straight(
            """
            for f < 48 {
              Y[f floordiv 24, f mod 24] = A[0, f floordiv 24, f mod 24] + A[1, f floordiv 24, f mod 24 + 3]
            }
            """));
    stays(
        """
        for f < 48 {
          Y[f mod 24, f floordiv 24] = A[0, f floordiv 24, f mod 24] + A[f mod 12, f floordiv 24, f mod 24]
        }
        """);
  }
}
