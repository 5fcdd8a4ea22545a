package org.einkorn.schedules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.passes.PassContext;
import org.einkorn.passes.schedule.FillTiles;
import org.einkorn.passes.schedule.HoistGuards;
import org.junit.jupiter.api.Test;

/// Tiles at an edge: where rows past it are computed, where they are not, and how far out a
/// condition goes. That results stay the same is what random schedules are run for.
final class EdgeTilesTest {
  private static final PassContext SCHEDULED =
      PassContext.defaults().withSchedules(List.of(new Trace("Y", List.of())));

  private static Module module(String body) {
    String text =
        """
        module edges
        symbols N
        input A: f32[N, 4]
        output Y: f32[N]
        buffer Y: f32[N] global

        function Y {
        %s}
        """
            .formatted(body.indent(2));
    Module module = LoopParser.parse(new SourceFile("edges.ir", text)).require();
    assertEquals(List.of(), LoopVerifier.verify(module));
    return module;
  }

  private static String text(Module module) {
    return LoopPrinter.print(module);
  }

  private static void assertFilled(String body, String expected) {
    Module filled = FillTiles.PASS.apply(module(body), SCHEDULED);
    assertEquals(List.of(), LoopVerifier.verify(filled));
    assertEquals(text(module(expected)), text(filled));
  }

  private static void assertLeft(String body) {
    assertFilled(body, body);
  }

  private static final String TILE =
      """
      for io < (N + 3) floordiv 4 {
        alloc acc: f32[4] local {
          for unrolled r < 4 {
            if 0 <= r + 4 * io < N {
              acc[r] = 0.0:f32
            }
          }
          for k < 4 {
            for unrolled r < 4 {
              if 0 <= r + 4 * io < N {
                acc[r] = acc[r] + A[r + 4 * io, k]
              }
            }
          }
          for unrolled r < 4 {
            if 0 <= r + 4 * io < N {
              Y[r + 4 * io] = acc[r]
            }
          }
        }
      }
      """;

  private static final String FILLED =
      """
      for io < (N + 3) floordiv 4 {
        alloc acc: f32[4] local {
          for unrolled r < 4 {
            acc[r] = 0.0:f32
          }
          for k < 4 {
            for unrolled r < 4 {
              acc[r] = acc[r] + A[min(r, N + -1 * (4 * io) - 1) + 4 * io, k]
            }
          }
          for unrolled r < 4 {
            if 0 <= r + 4 * io < N {
              Y[r + 4 * io] = acc[r]
            }
          }
        }
      }
      """;

  @Test
  void rowsPastTheEdgeAreComputed() {
    assertFilled(TILE, FILLED);
  }

  @Test
  void aTileWithoutRowsIsLeftOut() {
    assertFilled(
        TILE.replace("(N + 3) floordiv 4", "N"),
        FILLED.replace("for io < (N + 3) floordiv 4 {", "for io < N { if 0 <= 4 * io < N {") + "}");
  }

  @Test
  void rowsThatSomethingElseReadsAreLeft() {
    // Y[0] is made of the first row, whether that is past the edge or not.
    assertLeft(TILE.replace("for k <", "Y[0] = acc[0]\nfor k <"));
  }

  @Test
  void conditionsThatChangeInsideAreLeft() {
    assertLeft(
        """
        alloc acc: f32[4] local {
          for k < 4 {
            for unrolled r < 4 {
              if 0 <= r + k < N {
                acc[r] = A[r + k, k]
              }
            }
            for unrolled r < 4 {
              if 0 <= r + k < N {
                Y[r + k] = acc[r]
              }
            }
          }
        }
        """);
  }

  @Test
  void loopsThatAreNotWrittenOutAreLeft() {
    assertLeft(TILE.replace("unrolled ", ""));
  }

  @Test
  void rowsFromTheEndAreLeft() {
    // Those that are left out come first: the one at 0 has no other to do what it does.
    assertLeft(
        TILE.replace("0 <= r + 4 * io < N", "0 <= 3 - r + 4 * io < N")
            .replace("[r + 4 * io", "[3 - r + 4 * io"));
  }

  @Test
  void rowsOfTwoConditionsAreLeft() {
    assertLeft(TILE.replace("if 0 <= r + 4 * io < N", "if 0 <= r + 4 * io < N, 0 <= r + io < N"));
  }

  @Test
  void rowsOfAConditionAroundAreLeft() {
    // The last row may be one of those for which what stands around does not hold.
    assertLeft(
        """
        alloc acc: f32[4] local {
          for unrolled r < 4 {
            if 0 <= r - 2 < N {
              if 0 <= r < N {
                acc[r] = A[r - 2, 0]
                Y[r] = acc[r]
              }
            }
          }
          for unrolled r < 4 {
            if 0 <= r - 2 < N {
              if 0 <= r < N {
                acc[r] = A[r - 2, 0]
              }
            }
          }
        }
        """);
  }

  @Test
  void rowsThatWouldBeComputedInPartAreLeft() {
    // What they begin with is stored beside something else, and so only where the condition holds.
    assertLeft(TILE.replace("acc[r] = 0.0:f32", "acc[r] = 0.0:f32\nY[r + 4 * io] = 1.0:f32"));
  }

  @Test
  void otherAxesAreWhereTheLastRowHasThem() {
    // The position on the second axis is inside for rows before the edge only.
    assertFilled(
        """
        alloc acc: f32[4, 4] local {
          for unrolled r < 4 {
            if 0 <= r < N {
              acc[r, N - 1 - r] = A[r, 0]
            }
          }
          for unrolled r < 4 {
            if 0 <= r < N {
              Y[r] = acc[r, N - 1 - r]
            }
          }
        }
        """,
        """
        if 0 <= 0 < N {
          alloc acc: f32[4, 4] local {
            for unrolled r < 4 {
              acc[r, N - 1 - min(r, N - 1)] = A[min(r, N - 1), 0]
            }
            for unrolled r < 4 {
              if 0 <= r < N {
                Y[r] = acc[r, N - 1 - r]
              }
            }
          }
        }
        """);
  }

  @Test
  void conditionsStandAroundTheLoopsThatDoNotChangeThem() {
    Module hoisted =
        HoistGuards.PASS.apply(
            module(
                """
                for parallel io < N {
                  for k < 4 {
                    for vectorized j < 4 {
                      if 0 <= io < 5, 0 <= j + k < N, 0 <= k < 3 {
                        Y[j + k] = A[j + k, k]
                      }
                    }
                  }
                }
                """),
            SCHEDULED);
    assertEquals(
        text(
            module(
                """
                for parallel io < N {
                  if 0 <= io < 5 {
                    for k < 4 {
                      if 0 <= k < 3 {
                        for vectorized j < 4 {
                          if 0 <= j + k < N {
                            Y[j + k] = A[j + k, k]
                          }
                        }
                      }
                    }
                  }
                }
                """)),
        text(hoisted));
  }

  @Test
  void functionsWithoutScheduleAreLeft() {
    Module module = module(TILE);
    PassContext other = PassContext.defaults().withSchedules(List.of(new Trace("Z", List.of())));
    assertEquals(module, FillTiles.PASS.apply(module, other));
    assertEquals(module, HoistGuards.PASS.apply(module, other));
  }
}
