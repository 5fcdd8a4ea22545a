package org.einkorn.schedules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.LoopPrinter;
import org.einkorn.ir.text.TraceParser;
import org.einkorn.ir.text.TracePrinter;
import org.einkorn.ir.verify.LoopVerifier;
import org.einkorn.passes.schedule.RefusedStepException;
import org.einkorn.passes.schedule.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each primitive on at least six programs that it changes, and on six that it refuses with a text.
///
/// `-Dgolden=update` writes the results anew.
final class ScheduleGoldenTest {
  @Test
  void modulesAreAsTheyPrint() {
    for (String name : ScheduleCase.modules()) {
      Module module = ScheduleCase.module(name);
      assertEquals(ScheduleCase.text(name), LoopPrinter.print(module));
      assertEquals(List.of(), LoopVerifier.verify(module), name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "split",
        "fuse",
        "reorder",
        "partition",
        "add-unit-loop",
        "parallel",
        "vectorize",
        "bind",
        "unroll",
        "fission",
        "lift",
        "set-dtype",
        "tensorize",
        "mma",
        "cache-read",
        "cache-write",
        "cache-inplace",
        "reindex",
        "storage-align",
        "rolling-buffer",
        "double-buffer",
        "annotate",
        "transform-block-layout",
        "blockize",
        "pad-einsum",
        "transform-layout",
        "decompose-reduction",
        "decompose-padding",
        "rfactor",
        "join",
        "compute-at",
        "reverse-compute-at",
        "compute-inline",
        "reverse-compute-inline",
        "set-scope",
        "fuse-reduction-epilogue",
        "sample-tile",
        "sample-choice",
        "sample-location"
      })
  void primitive(String primitive) throws IOException {
    Path file = ScheduleCase.FOLDER.resolve(primitive + ".txt");
    List<String> written = new ArrayList<>();
    int refused = 0;
    List<ScheduleCase> cases = ScheduleCase.of(file);
    for (ScheduleCase each : cases) {
      String result = result(each);
      refused += result.startsWith("refused") ? 1 : 0;
      written.add(each.with(result));
      if (!"update".equals(System.getProperty("golden"))) {
        assertEquals(each.expected(), result, each.title());
      }
    }
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(file, String.join("", written));
    }
    assertTrue(refused >= 6, refused + " are refused");
    assertTrue(cases.size() - refused >= 6, cases.size() - refused + " are accepted");
  }

  /// The function after the schedule, or the text of the refusal.
  private static String result(ScheduleCase tested) {
    Module module = ScheduleCase.module(tested.module());
    Trace trace = tested.trace();
    assertEquals(tested.script(), TracePrinter.print(trace));
    try {
      Schedule schedule = Schedule.replay(module, trace);
      requireText(module, schedule);
      return decisions(trace, schedule.trace())
          + buffers(module, schedule.module())
          + LoopPrinter.print(schedule.function());
    } catch (RefusedStepException refused) {
      return refused.refusal().text();
    }
  }

  /// The trace, where it has decisions that the script does not have.
  private static String decisions(Trace script, Trace trace) {
    return trace.equals(script) ? "" : TracePrinter.print(trace);
  }

  /// The lines of memory that a schedule made or changed.
  private static String buffers(Module before, Module after) {
    List<String> lines = LoopPrinter.print(before).lines().toList();
    return LoopPrinter.print(after)
        .lines()
        .filter(line -> line.startsWith("buffer ") && !lines.contains(line))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  /// The function and the trace are text that reads the same, and the trace makes the function.
  private static void requireText(Module module, Schedule schedule) {
    Module after = schedule.module();
    String text = LoopPrinter.print(after);
    assertEquals(after, LoopParser.parse(new SourceFile("after.ir", text)).require());
    assertEquals(List.of(), LoopVerifier.verify(after));
    String script = TracePrinter.print(schedule.trace());
    Trace again = TraceParser.parse(new SourceFile("again", script), module.symbols()).require();
    assertEquals(schedule.trace(), again);
    assertEquals(schedule.function(), Schedule.replay(module, again).function());
  }

  @Test
  void refusedStepIsCounted() {
    Module module = ScheduleCase.module("matmul");
    Schedule schedule = Schedule.of(module, "C").reorder("k", "i", "j");
    try {
      schedule.parallel("k");
    } catch (RefusedStepException refused) {
      assertTrue(refused.getMessage().contains("step 2 of the schedule of `C`"));
      return;
    }
    throw new AssertionError("a reduction is parallel");
  }

  @Test
  void wordsOfTheGrammarAreNames() {
    String script =
        """
        schedule `of` {
          (`split`, `by`, a) = split `reorder` of `fuse` by 4, _, 2 * n
          `at` = fuse `split` `by` of b
          // what follows is one step
          unroll `function`
        }
        """;
    Trace trace = TraceParser.parse(new SourceFile("words", script), List.of("n")).require();
    String printed = TracePrinter.print(trace);
    assertEquals(script.replaceAll("(?m)^ *//.*\n", ""), printed);
  }

  @Test
  void severalLoopsAreAStepEach() {
    String script = "schedule C {\n  parallel i j of C\n  unroll k\n}\n";
    Trace trace = TraceParser.parse(new SourceFile("several", script), List.of()).require();
    assertEquals(
        "schedule C {\n  parallel i\n  parallel j of C\n  unroll k\n}\n",
        TracePrinter.print(trace));
  }

  @Test
  void wrongScriptsAreShown() {
    assertEquals(
        List.of("expected the name of a loop, found `unroll`"), errors("parallel i unroll j"));
    assertEquals(
        List.of("expected `split`, `partition` or `sample-tile`, found `fuse`"),
        errors("(a, b) = fuse i"));
    assertEquals(
        List.of(
            "expected `fuse`, `rfactor`, `cache-read`, `reindex`, `add-unit-loop`, `sample-choice`"
                + " or `sample-location`, found `split`"),
        errors("a = split i"));
    assertEquals(
        List.of("a node that can't be: as many factors as loops"),
        errors("(a, b) = split i by 1, 2, 3"));
    assertEquals(
        List.of("a node that can't be: two inferred factors"), errors("(a, b) = split i by _, _"));
    assertEquals(
        List.of("a node that can't be: an order of fewer than two loops"), errors("reorder i"));
    assertEquals(List.of("expected the name of a loop, found `of`"), errors("parallel of"));
  }

  @Test
  void wrongSamplesAreShown() {
    assertEquals(
        List.of("expected `choice` or `location`, found `tile`"),
        errors("a = sample-tile i innermost 8"));
    assertEquals(
        List.of("a node that can't be: as many factors as names"),
        errors("(a, b) = sample-tile i innermost 8 is 3"));
    assertEquals(
        List.of("a node that can't be: no factor but the first one is inferred"),
        errors("(a, b) = sample-tile i innermost 8 is 3, _"));
    assertEquals(
        List.of("a node that can't be: a limit below 1, or of ten digits"),
        errors("(a, b) = sample-tile i innermost 0"));
    assertEquals(
        List.of("a node that can't be: a number is there twice"), errors("v = sample-choice 1, 1"));
    assertEquals(
        List.of("a node that can't be: a weight below 1, or of ten digits"),
        errors("v = sample-choice 1, 2 weights 1, 0"));
    assertEquals(
        List.of("expected as many weights as numbers before it, found `}`"),
        errors("v = sample-choice 1, 2 weights 1"));
    assertEquals(
        List.of("expected a number of at most nine digits, found `1234567890`"),
        errors("v = sample-choice 1234567890"));
    assertEquals(List.of("expected the name of a block, found `}`"), errors("l = sample-location"));
  }

  @Test
  void wordsOfSamplesAreNames() {
    String script =
        """
        schedule C {
          (is, weights) = sample-tile innermost innermost 4 is _, 2
          `sample` = sample-choice -1, 2 weights 1, 3 is -1
          tile = sample-location is is is of is
          pad-einsum is by (weights weights)
          storage-align is axis 0 factor weights offset `sample`
        }
        """;
    Trace trace = TraceParser.parse(new SourceFile("words", script), List.of()).require();
    assertEquals(script, TracePrinter.print(trace));
  }

  private static List<String> errors(String step) {
    String script = "schedule C {\n  " + step + "\n}\n";
    return Stream.of(TraceParser.parse(new SourceFile("wrong", script), List.of()))
        .flatMap(result -> result.errors().stream())
        .map(error -> error.title())
        .toList();
  }
}
