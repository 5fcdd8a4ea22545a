package org.einkorn.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.target.Emission;
import org.einkorn.ir.text.LoopParser;
import org.junit.jupiter.api.Test;

/// Loops that ask for memory ahead of time: which requests there are, and that nothing is promised
/// of their addresses. That answers stay the same, the goldens of schedules and random schedules
/// try.
class PrefetchTest {
  private static final Pattern REQUEST =
      Pattern.compile("call void @llvm\\.prefetch[^(]*\\(ptr (%\\S+),");

  private static List<String> lines(String nest) {
    String text =
        """
        module m
        symbols n
        input A: f32[n, 64]
        input P: i32[n]
        output Y: f32[n, 64]
        buffer Y: f32[n, 64] global

        function Y {
          %s
        }
        """
            .formatted(nest);
    Module module = LoopParser.parse(new SourceFile("m.ir", text)).require();
    byte[] written =
        new LlvmBackend().emit(module, new Emission("llvm", "rows", "x86-64-v4")).main();
    return new String(written, StandardCharsets.UTF_8).lines().map(String::strip).toList();
  }

  /// The addresses that a nest asks for, as their lines say.
  private static List<String> requests(String nest) {
    List<String> lines = lines(nest);
    List<String> found = new ArrayList<>();
    for (String line : lines) {
      Matcher request = REQUEST.matcher(line);
      if (request.find()) {
        found.add(defined(request.group(1), lines));
      }
    }
    return found;
  }

  private static String defined(String name, List<String> lines) {
    return lines.stream().filter(line -> line.startsWith(name + " = ")).findFirst().orElseThrow();
  }

  /// No flag on the way from the round to the address.
  private static void requirePlain(String address, List<String> lines) {
    assertTrue(address.contains("getelementptr float, ptr %A"), address);
    assertFalse(address.contains("inbounds"), address);
    Matcher index = Pattern.compile("i64 (%\\S+)$").matcher(address);
    assertTrue(index.find(), address);
    String name = index.group(1);
    while (true) {
      String line = defined(name, lines);
      if (!line.contains(" add ") && !line.contains(" mul ")) {
        return;
      }
      assertFalse(line.contains("nsw") || line.contains("nuw"), line);
      Matcher first = Pattern.compile("i64 (%[\\w.\"]+),").matcher(line);
      if (!first.find()) {
        return;
      }
      name = first.group(1);
    }
  }

  @Test
  void aRequestForEachLineOfVectors() {
    String nest =
        "for i < n prefetch A by 8 { for vectorized j < 64 { Y[i, j] = A[i, j] * 2.0:f32 } }";
    List<String> requests = requests(nest);
    assertEquals(4, requests.size(), requests.toString());
    List<String> lines = lines(nest);
    requests.forEach(each -> requirePlain(each, lines));
    assertEquals(List.of(), requests(nest.replace("prefetch A by 8 ", "")));
  }

  @Test
  void aRequestForEachRowOfAColumn() {
    assertEquals(
        8, requests("for i < n prefetch A by 8 { for j < 8 { Y[i, j] = A[j, i mod 64] } }").size());
  }

  @Test
  void aLoopOfRequestsWhereTheyAreMany() {
    List<String> lines = lines("for i < 64 prefetch A by 8 { for j < n { Y[j, i] = A[j, i] } }");
    assertEquals(
        1, lines.stream().filter(line -> line.contains("call void @llvm.prefetch")).count());
    assertEquals(2, lines.stream().filter(line -> line.startsWith("j.loop")).count());
  }

  @Test
  void oneRequestForWhatInnerLoopsDoNotChange() {
    assertEquals(
        1, requests("for i < n prefetch A by 8 { for j < 64 { Y[i, j] = A[i, 3] } }").size());
  }

  /// A block binds what its positions are made of.
  @Test
  void positionsInBlocks() {
    assertEquals(
        4,
        requests(
                """
                for i < n prefetch A by 8 {
                  for jo < 4 {
                    for vectorized ji < 16 {
                      block Y(spatial a < n = i, spatial b < 64 = 16 * jo + ji) {
                        Y[a, b] = A[a, b]
                      }
                    }
                  }
                }
                """)
            .size());
  }

  /// Lanes around the loop: a row is a line for each vector, a column one for each lane.
  @Test
  void lanesAroundTheLoop() {
    assertEquals(
        4,
        requests("for vectorized j < 64 { for i < n prefetch A by 2 { Y[i, j] = A[i, j] } }")
            .size());
    assertEquals(
        64,
        requests("for vectorized j < 64 { for i < 4 prefetch A by 2 { Y[i, j] = A[j, i] } }")
            .size());
  }

  /// A position that comes from data is not worked out ahead; where it comes from is.
  @Test
  void whereDataSayThePositions() {
    List<String> requests =
        requests(
            "for i < n prefetch P by 4 { for j < 64 { Y[i, j] = A[fetch<A, 0, n>(P[i]), j] } }");
    assertEquals(1, requests.size());
    assertTrue(requests.getFirst().contains("ptr %P"), requests.toString());
  }
}
