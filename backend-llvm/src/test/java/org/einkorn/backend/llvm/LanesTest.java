package org.einkorn.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.runtime.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Local arrays, unrolled loops and lanes, as text of the IR has them.
class LanesTest {
  private static final String MATMUL =
      """
      module matmul
      input A: f32[16, 50]
      input B: f32[50, 64]
      output C: f32[16, 64]
      buffer C: f32[16, 64] global

      function C {
        for parallel jo < 2 {
          for io < 2 {
            alloc acc: f32[8, 32] local {
              for unrolled ii < 8 {
                for vectorized ji < 32 {
                  acc[ii, ji] = 0.0:f32
                }
              }
              for k < 50 {
                for vectorized ji < 32 {
                  for unrolled ii < 8 {
                    acc[ii, ji] = fma(A[io * 8 + ii, k], B[k, jo * 32 + ji], acc[ii, ji])
                  }
                }
              }
              for unrolled ii < 8 {
                for vectorized ji < 32 {
                  C[io * 8 + ii, jo * 32 + ji] = acc[ii, ji]
                }
              }
            }
          }
        }
      }
      """;

  private static Module parse(String text) {
    return LoopParser.parse(new SourceFile("test", text)).require();
  }

  private static void requireSame(Module module, long... symbols) {
    SplittableRandom random = new SplittableRandom(1);
    assertTrue(
        Trial.compare(
            module, symbols, (name, trial) -> RandomModuleTest.fill(trial, name, random), 0));
  }

  @Test
  void computesInRegisters() {
    requireSame(parse(MATMUL));
  }

  /// The array is gone, and so is every access to the stack: each of its rows is vectors.
  @ParameterizedTest
  @ValueSource(strings = {"x86-64-v3", "x86-64-v4"})
  void makesRegistersOfALocalArray(String target) {
    String text =
        MATMUL
            .replace("< 8", "< 4")
            .replace("8, 32", "4, 16")
            .replace("< 32", "< 16")
            .replace("jo * 32", "jo * 16");
    String assembly =
        new String(
            new LlvmBackend().emit(parse(text), new Emission("asm", "matmul", target)).main(),
            StandardCharsets.UTF_8);
    String register = target.equals("x86-64-v4") ? "zmm" : "ymm";
    List<String> products = assembly.lines().filter(line -> line.contains("vfmadd")).toList();
    assertFalse(products.isEmpty());
    for (String line : products) {
      assertTrue(line.contains(register), line);
      assertFalse(line.contains("sp)"), line);
    }
  }

  /// Masks, elements apart and narrow floats, where the CPU has no instructions for them too.
  @ParameterizedTest
  @ValueSource(strings = {"x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"})
  void makesLanesForEveryTarget(String target) {
    Module module =
        parse(
            STORE.replace(
                "BODY",
                """
                if 0 <= j - 3 < N {
                    Y[j] = select(X[j] < 0.0:f32, f32(bf16(X[2 * j])), fma(X[j], X[j], f32(f16(Y[j]))))
                  }
                """));
    for (String kind : List.of("llvm", "asm")) {
      assertTrue(
          new LlvmBackend().emit(module, new Emission(kind, "lanes", target)).main().length > 0);
    }
  }

  /// Up to the last element of memory, and nothing past it.
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F64", "I32", "I64"})
  void picksElementsThatLieAFewApart(DType type) {
    for (int apart = 2; apart <= 9; apart++) {
      String text =
          """
          module apart
          input X: TYPE[45, APART]
          output Y: TYPE[APART, 45]
          buffer Y: TYPE[APART, 45] global

          function Y {
            for k < APART {
              for vectorized i < 45 {
                Y[k, i] = X[i, k]
              }
            }
          }
          """
              .replace("TYPE", type.toString())
              .replace("APART", Integer.toString(apart));
      requireSame(parse(text));
      Module whole = parse(text.replace("45", "48"));
      String assembly =
          new String(
              new LlvmBackend().emit(whole, new Emission("asm", "apart", "x86-64-v4")).main(),
              StandardCharsets.UTF_8);
      assertEquals(apart > 8, assembly.contains("gather"), assembly);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"C64", "C128"},
      mode = EnumSource.Mode.EXCLUDE)
  void keepsElementsOfEveryTypeInLocalArrays(DType type) {
    requireSame(
        parse(
            """
            module arrays
            symbols N
            input X: TYPE[N, 5]
            input P: i32[N]
            output Y: TYPE[N, 5]
            buffer Y: TYPE[N, 5] global

            function Y {
              for parallel i < N {
                alloc a: TYPE[2, 5] local {
                  alloc b: TYPE[5] local {
                    for j < 5 {
                      a[0, j] = X[i, j]
                      a[1, 4 - j] = X[i, j]
                    }
                    for j < 5 {
                      b[(j * 2 + i) mod 5] = a[i mod 2, j]
                    }
                    for j < 5 {
                      Y[i, j] = b[fetch<b, 0, 5>(P[i])]
                    }
                  }
                }
              }
            }
            """
                .replace("TYPE", type.toString())),
        7);
  }

  @Test
  void computesNothingWithAnArrayWithoutElements() {
    requireSame(
        parse(
            """
            module empty
            output Y: f32[2]
            buffer Y: f32[2] global

            function Y {
              alloc a: f32[3, 0] local {
                for i < 3 {
                  for unrolled j < 0 {
                    a[i, j] = 1.0:f32
                  }
                  for vectorized j < 0 {
                    a[i, j] = a[i, j] + 1.0:f32
                  }
                }
                for vectorized i < 2 {
                  Y[i] = 2.0:f32
                }
              }
            }
            """));
  }

  private static final String STORE =
      """
      module lanes
      symbols N
      input X: f32[N + 200]
      input P: i32[4]
      output Y: f32[N + 200]
      buffer Y: f32[N + 200] global

      function Y {
        for i < N + 200 {
          Y[i] = X[i]
        }
      }
      function Z {
        for vectorized j < 40 {
          BODY
        }
      }
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Y[j] = Y[j] + X[j + 1]",
        "Y[j] = Y[j] + X[2 * j] + X[N - j + 100]",
        "Y[j] = Y[j + 40] + X[0]",
        "for k < 3 { Y[j + 40 * k] = Y[j + 40 * k] + X[k] }",
        "for k < 3 { Y[j] = fma(Y[j], X[k], X[j floordiv 2]) }",
        "if 0 <= j - 3 < N { Y[j] = sqrt(abs(X[j])) }",
        "for k < 3 { Y[(j + 40 * k) mod 40] = X[(j + 40 * k) floordiv 40] }",
        "when X[j] < 0.0:f32 { Y[j] = Y[j] + 1.0:f32 }",
        "Y[j] = select(X[j] < 0.5:f32, X[(j * 7) mod 40], 1.0:f32)",
        "Y[j] = X[fetch<X, 0, N + 200>(P[1])]",
        "alloc a: i8[3] local { for unrolled u < 3 { a[u] = i8(pos(j + u)) } Y[j] = f32(i32(a[1]) +"
            + " i32(a[2])) }",
      })
  void runsIndependentRoundsAsLanes(String body) {
    Module module = parse(STORE.replace("BODY", body));
    assertTrue(LaneCheck.of((Stmt.For) module.functions().getLast().body()).isPresent());
    requireSame(module, 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Y[j + 1] = Y[j]",
        "Y[j] = Y[0]",
        "Y[j] = Y[j + 39]",
        "Y[0] = X[j]",
        "Y[2 * j] = X[j]",
        "for k < 3 { Y[j + 39 * k] = Y[j + 39 * k] + X[k] }",
        "for k < 3 { Y[j + k] = Y[j + k] + X[k] }",
        "Y[j + N] = Y[j]",
        "Y[j] = X[fetch<X, 0, N + 200>(P[j floordiv 10])]",
        "Y[j] = select(X[j] < 0.5:f32, X[fetch<X, 0, N + 200>(P[1])], 1.0:f32)",
        "while Y[j] < 3.0:f32 { Y[j] = Y[j] + 1.0:f32 }",
      })
  void runsOtherRoundsOneAfterTheOther(String body) {
    Module module = parse(STORE.replace("BODY", body));
    assertTrue(LaneCheck.of((Stmt.For) module.functions().getLast().body()).isEmpty());
    requireSame(module, 3);
  }

  @Test
  void leavesLoopsThatAreTooLongToWriteOut() {
    Module module =
        parse(
            """
            module long
            output Y: f32[1]
            buffer Y: f32[1] global

            function Y {
              Y[0] = 0.0:f32
              for unrolled i < 1000 {
                for unrolled j < 100000 {
                  Y[0] = Y[0] + 1.0:f32
                }
              }
            }
            """);
    try (Trial trial = Trial.compiled(module)) {
      assertEquals(1 << 24, trial.run().real("Y", 0));
    }
  }

  @Test
  void refusesMoreArraysThanTheStackHolds() {
    StringBuilder text =
        new StringBuilder("module m\noutput Y: f32[1]\nbuffer Y: f32[1] global\n\nfunction Y {\n");
    for (int number = 0; number < 9; number++) {
      text.append("alloc a").append(number).append(": f32[16384] local {\n");
    }
    text.append("Y[0] = 1.0:f32\n").append("}\n".repeat(10));
    RefusedException refused =
        assertThrows(
            RefusedException.class, () -> new LlvmBackend().compile(parse(text.toString())));
    assertEquals("E0702", refused.code());
  }
}
