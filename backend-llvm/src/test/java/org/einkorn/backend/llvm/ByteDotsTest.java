package org.einkorn.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.text.LoopParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where `dot` is the instruction: on CPUs that have it, and where no sum can leave `i32`.
final class ByteDotsTest {
  private static final String INSTRUCTION = "call <16 x i32> @llvm.x86.avx512.vpdpbusd.512";
  private static final boolean HAS_INSTRUCTION = Targets.traits(Targets.host()).hasByteDots();

  @ParameterizedTest
  @ValueSource(strings = {"u8, i8", "i8, u8", "i8, i8", "u8, u8"})
  void provedSumsAreTheInstruction(String types) {
    String[] both = types.split(", ");
    String text = llvm(both[0], both[1], "native", "1000");
    assertEquals(HAS_INSTRUCTION, text.contains(INSTRUCTION), text);
    assertFalse(text.contains("sadd.with.overflow"), text);
  }

  @Test
  void sidesOfOneSignShareWhatIsTakenOff() {
    String text = llvm("i8", "i8", "native", "1000");
    // Two rows, and the sum of the packed side once for both.
    assertEquals(HAS_INSTRUCTION ? 3 : 0, text.split(INSTRUCTION, -1).length - 1, text);
  }

  @Test
  void sumsThatMayLeaveTheirTypeAreChecked() {
    String text = llvm("u8", "i8", "native", "100000");
    assertFalse(text.contains(INSTRUCTION), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86-64-v3", "x86-64-v4", "aarch64"})
  void otherProcessorsHavePlainSums(String target) {
    assertFalse(llvm("u8", "i8", target, "1000").contains("vpdpbusd"));
  }

  private static String llvm(String left, String right, String target, String rounds) {
    String text =
        """
        module dots
        input A: LEFT[2, ROUNDS, 4]
        input B: RIGHT[ROUNDS, 16, 4]
        output C: i32[2, 16]
        buffer C: i32[2, 16] global

        function C {
          alloc acc: i32[2, 16] local {
            for vectorized j < 16 {
              for unrolled i < 2 {
                acc[i, j] = 0:i32
              }
            }
            for k < ROUNDS {
              for vectorized j < 16 {
                for unrolled i < 2 {
                  acc[i, j] = dot(A[i, k, 0], A[i, k, 1], A[i, k, 2], A[i, k, 3]; B[k, j, 0], B[k, j, 1], B[k, j, 2], B[k, j, 3]; acc[i, j])
                }
              }
            }
            for vectorized j < 16 {
              for unrolled i < 2 {
                C[i, j] = acc[i, j]
              }
            }
          }
        }
        """
            .replace("LEFT", left)
            .replace("RIGHT", right)
            .replace("ROUNDS", rounds);
    return new String(
        new LlvmBackend()
            .emit(
                LoopParser.parse(new SourceFile("dots.ir", text)).require(),
                new Emission("llvm", "dots", target))
            .main(),
        StandardCharsets.UTF_8);
  }
}
