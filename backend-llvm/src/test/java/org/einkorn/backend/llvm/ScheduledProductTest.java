package org.einkorn.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.text.LoopParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A product in tiles of registers, with a function for the rows that are left over.
final class ScheduledProductTest {
  private static final Module PRODUCT =
      LoopParser.parse(
              new SourceFile(
                  "test",
                  """
                  module product
                  symbols I, K, J
                  input A: f32[I, K]
                  input B: f32[K, J]
                  output Y: f32[I, J]
                  buffer Y: f32[I, J] global

                  function Y.1 {
                    for parallel io < I floordiv 4 {
                      for jo < J floordiv 16 {
                        alloc Y.acc: f32[4, 16] local {
                          for vectorized ji < 16 {
                            for unrolled ii < 4 {
                              Y.acc[ii, ji] = 0.0:f32
                            }
                          }
                          for k < K {
                            for vectorized ji < 16 {
                              for unrolled ii < 4 {
                                Y.acc[ii, ji] = fma(A[ii + 4 * io, k], B[k, ji + 16 * jo], Y.acc[ii, ji])
                              }
                            }
                          }
                          for vectorized ji < 16 {
                            for unrolled ii < 4 {
                              Y[ii + 4 * io, ji + 16 * jo] = Y.acc[ii, ji]
                            }
                          }
                        }
                      }
                      for jo < (J + 15) floordiv 16 - J floordiv 16 {
                        alloc Y.acc: f32[4, 16] local {
                          for vectorized ji < 16 {
                            for unrolled ii < 4 {
                              if 0 <= ji + 16 * (J floordiv 16 + jo) < J {
                                Y.acc[ii, ji] = 0.0:f32
                              }
                            }
                          }
                          for k < K {
                            for vectorized ji < 16 {
                              for unrolled ii < 4 {
                                if 0 <= ji + 16 * (J floordiv 16 + jo) < J {
                                  Y.acc[ii, ji] = fma(A[ii + 4 * io, k], B[k, ji + 16 * (J floordiv 16 + jo)], Y.acc[ii, ji])
                                }
                              }
                            }
                          }
                          for vectorized ji < 16 {
                            for unrolled ii < 4 {
                              if 0 <= ji + 16 * (J floordiv 16 + jo) < J {
                                Y[ii + 4 * io, ji + 16 * (J floordiv 16 + jo)] = Y.acc[ii, ji]
                              }
                            }
                          }
                        }
                      }
                    }
                  }

                  function Y {
                    for parallel io < (I + 3) floordiv 4 - I floordiv 4 {
                      for jo < (J + 15) floordiv 16 {
                        alloc Y.acc: f32[4, 16] local {
                          for vectorized ji < 16 {
                            for unrolled ii < 4 {
                              if 0 <= ii + 4 * (I floordiv 4 + io) < I, 0 <= ji + 16 * jo < J {
                                Y.acc[ii, ji] = 0.0:f32
                              }
                            }
                          }
                          for k < K {
                            for vectorized ji < 16 {
                              for unrolled ii < 4 {
                                if 0 <= ii + 4 * (I floordiv 4 + io) < I, 0 <= ji + 16 * jo < J {
                                  Y.acc[ii, ji] = fma(A[ii + 4 * (I floordiv 4 + io), k], B[k, ji + 16 * jo], Y.acc[ii, ji])
                                }
                              }
                            }
                          }
                          for vectorized ji < 16 {
                            for unrolled ii < 4 {
                              if 0 <= ii + 4 * (I floordiv 4 + io) < I, 0 <= ji + 16 * jo < J {
                                Y[ii + 4 * (I floordiv 4 + io), ji + 16 * jo] = Y.acc[ii, ji]
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                  """))
          .require();

  @Test
  void makesCodeOfRemaindersLater() {
    assertArrayEquals(new boolean[] {false, true}, Remainders.of(PRODUCT));
  }

  @ParameterizedTest
  @CsvSource({"8, 3, 32", "4, 5, 17", "9, 4, 40", "3, 2, 16", "1, 1, 1", "7, 6, 31", "4, 0, 16"})
  void givesWhatTheInterpreterGives(long rows, long inner, long columns) {
    SplittableRandom random = new SplittableRandom(1);
    long[] symbols = {rows, inner, columns};
    assertTrue(
        Trial.compare(
            PRODUCT, symbols, (input, trial) -> RandomModuleTest.fill(trial, input, random), 0));
  }

  /// Each vector of `B` is loaded once in a round, for all rows of a tile.
  @Test
  void loadsOnceWhatAllRowsNeed() {
    String text =
        new String(
            new LlvmBackend().emit(PRODUCT, new Emission("llvm", "product", "x86-64-v4")).main(),
            StandardCharsets.UTF_8);
    int start = text.indexOf("k.loop:");
    String round = text.substring(start, text.indexOf("k.end:", start));
    assertEquals(4, count(round, "call <16 x float> @llvm.fma"), round);
    assertEquals(1 + 4, count(round, "load <16 x float>"), "of B, and of the sums: " + round);
    assertTrue(text.contains("\"einkorn-passes\"=\"few\""), text);
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }
}
