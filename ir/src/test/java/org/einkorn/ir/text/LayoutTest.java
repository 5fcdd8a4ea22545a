package org.einkorn.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.junit.jupiter.api.Test;

/// What users see: texts that print as they are written here.
class LayoutTest {
  private static Program program(String text) {
    return TensorParser.parse(new SourceFile("test.ir", text)).require();
  }

  private static Module module(String text) {
    return LoopParser.parse(new SourceFile("test.ir", text)).require();
  }

  private static void assertStable(String text) {
    String again =
        text.startsWith("program")
            ? TensorPrinter.print(program(text))
            : LoopPrinter.print(module(text));
    assertEquals(text, again);
  }

  @Test
  void equations() {
    assertStable(
        """
        program attention
        symbols n, d
        input Q: f32[n, d]
        input K: f32[n, d]
        param W: f16[10, d] = "w.npy"
        input Token: i64[n]
        output S: f32[n, n] -> "s.npy"
        output Y.q0: f32[n]
        query "Y[0, c]?" = Y.q0
          labels ["Alice", "Bob \\"the\\" builder"]
          labels []

        S: f32[n, n] = sum
          for i < n, j < n, k < d
          where 0 <= i + k < n, 0 <= 2 * j - k < 2 * n + 1
            [i, j] <- Q[i, k] * K[j, k]
          for i < n
            [i, i] <- (1.0:f32 + Q[i, 0])

        Best: bool[] = any
            [] <- true

        Running: f32[n, n] = scan sum along j
          for i < n, j < n
            <- exp(S[i, j] - 1.0:f32) / 2.0:f32

        Y.q0: f32[n] = max
          for p < n
            [p] <- f32(W[fetch<W, 0, 10>(Token[p]), 0]) join +
        """);
  }

  @Test
  void loopNests() {
    assertStable(
        """
        module attention
        symbols n, d
        input Q: f32[n, d]
        output S: f32[n, n]
        buffer S: f32[n, n] global

        function S.fill {
        }

        function S {
          for parallel i < n {
            for vectorized j < n {
              alloc acc: f32[] register {
                acc[] = 0.0:f32
                for k < d {
                  block S.update(spatial vi < n = i, spatial vj < n = j, reduce vk < d = k) {
                    where 0 <= vi + vk < n
                    reads Q[vi : 1, 0 : d]
                    writes acc[]
                    init {
                      acc[] = 0.0:f32
                    }
                    acc[] = acc[] + Q[vi, vk] * Q[vj, vk]
                  }
                }
                if 0 <= i - 1 < n {
                  S[i, j] = acc[]
                }
                seq {
                  if {
                    S[i, j] = acc[]
                  }
                }
              }
            }
          }
        }
        """);
  }

  @Test
  void longListsAreBrokenIntoLines() {
    assertStable(
        """
        program wide
        symbols a_rather_long_symbol
        input X: f32[a_rather_long_symbol]

        Y: f32[a_rather_long_symbol] = sum
          for i < a_rather_long_symbol
            [i] <- exp(X[i] + X[a_rather_long_symbol - 1 - i])
                 * tanh(X[i] + X[a_rather_long_symbol - 1 - i])
                 * erf(X[i])
        """);
  }

  @Test
  void whiteSpaceAndCommentsMeanNothing() {
    String written =
        "program//c\nx symbols n//d\r\n input X:f32[n] Y:f32[]=sum for i<n[ ]<-X[i]*X [ i ] // end";
    assertEquals(
        """
        program x
        symbols n
        input X: f32[n]

        Y: f32[] = sum
          for i < n
            [] <- X[i] * X[i]
        """,
        TensorPrinter.print(program(written)));
  }

  /// Which braces hold a sequence and which a statement.
  @Test
  void sequencesOfEveryLength() {
    String head = "module m\nbuffer S: f32[] global\nfunction f ";
    String store = "S[] = 1.0:f32 ";
    assertEquals(0, sequence(module(head + "{ }")).statements().size());
    assertEquals(2, sequence(module(head + "{" + store + store + "}")).statements().size());
    assertEquals(1, sequence(module(head + "{ seq {" + store + "} }")).statements().size());
    assertEquals(
        Stmt.Store.class,
        module(head + "{" + store + "}").functions().getFirst().body().getClass());
    for (String body : new String[] {"", store, store + store}) {
      for (String text :
          new String[] {
            "{" + body + "}", "{ seq {" + body + "} }", "{ seq { seq {" + body + "} } }"
          }) {
        Module module = module(head + text);
        assertEquals(module, module(LoopPrinter.print(module)), text);
      }
    }
  }

  private static Stmt.Sequence sequence(Module module) {
    return (Stmt.Sequence) module.functions().getFirst().body();
  }
}
