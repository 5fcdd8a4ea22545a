package org.einkorn.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Program;
import org.einkorn.Target;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.exec.RunOptions;
import org.einkorn.tune.Database;
import org.einkorn.tune.Tuner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Tuning of programs of several kinds. Each schedule that is tried computes what the loops compute
/// as they were lowered: a search that finds another one says so.
@Isolated
final class TunerTest {
  private static final Options OPTIONS =
      Options.defaults()
          .withTarget(Target.llvm())
          .withRun(RunOptions.defaults().withThreads(1))
          .withSeed(Long.getLong("einkorn.seed", 20261129L));
  private static final Duration LONG = Duration.ofMinutes(10);

  /// A program of one equation, and the shapes of its inputs.
  record Work(String equation, String... shapes) {
    Map<String, Shape> inputs() {
      Map<String, Shape> inputs = new LinkedHashMap<>();
      for (int number = 0; number < shapes.length; number++) {
        String[] parts = shapes[number].split("x");
        long[] extents = new long[parts.length];
        for (int axis = 0; axis < parts.length; axis++) {
          extents[axis] = Long.parseLong(parts[axis]);
        }
        inputs.put("ABC".substring(number, number + 1), Shape.of(extents));
      }
      return inputs;
    }

    Program program() {
      return Einkorn.compile("work", equation + "\noutput Y\n");
    }
  }

  static List<Work> works() {
    return List.of(
        new Work("Y[i, j] = A[i, k] B[k, j]", "40x33", "33x50"),
        new Work("Y[i, j] = A[i, k] B[j, k]", "37x40", "41x40"),
        new Work("Y[b, i, j] = A[b, i, k] B[b, k, j]", "5x17x24", "5x24x32"),
        new Work("Y[k, l] = A[i, j, k] B[j, i, l]", "9x10x20", "10x9x35"),
        new Work("Y[x, o] = A[x+p, c] B[p, c, o]", "44x8", "3x8x40"),
        new Work("Y[i, j] min= A[i, k] + B[k, j]", "33x40", "40x48"),
        new Work("Y[i] = A[i, j]", "70x500"),
        new Work("Y[k, j, i] = A[i, j, k]", "33x40x37"));
  }

  @ParameterizedTest
  @MethodSource("works")
  void whateverIsTriedComputesTheSame(Work work) {
    Tuner.Report report =
        Tuner.of(OPTIONS).within(LONG).withMeasurements(24).tune(work.program(), work.inputs());
    assertEquals(1, report.functions().size(), work.equation());
    Tuner.Found found = report.functions().getFirst();
    assertEquals(List.of(), found.wrong(), work.equation());
    assertTrue(found.measurements() >= 4 && found.measurements() <= 24, "" + found.measurements());
    assertEquals(found.measurements(), found.course().size(), "a point was refused");
    assertTrue(found.seconds() > 0 && found.seconds() <= found.startSeconds());
    List<Double> falling = new ArrayList<>(found.course());
    falling.sort((one, other) -> Double.compare(other, one));
    assertEquals(falling, found.course());
  }

  @Test
  void aScriptThatWasFoundIsOneForOptions() {
    Work work = works().getFirst();
    Tuner.Report report =
        Tuner.of(OPTIONS).within(LONG).withMeasurements(12).tune(work.program(), work.inputs());
    Database.Entry any = report.database().entries().getLast();
    Options scheduled = OPTIONS.withSchedule(new SourceFile("tuned.schedule", any.script()));
    // Compiles, or says which step does not apply.
    var unused = work.program().with(scheduled).kernel(Target.llvm(), work.inputs());
  }

  /// Loops that a tile has whole do not stand around it, so where they stand is no choice.
  @Test
  void noScheduleIsMeasuredTwice() {
    Work work = new Work("Y[i, j] = A[i, k] B[k, j]", "6x40", "40x32");
    Tuner.Report report =
        Tuner.of(OPTIONS)
            .within(LONG)
            .withLearning(false)
            .withMeasurements(40)
            .tune(work.program(), work.inputs());
    List<Database.Entry> entries = report.database().entries();
    assertEquals(entries.size(), entries.stream().map(Database.Entry::script).distinct().count());
  }

  private static final String SAMPLES =
      """
      schedule Y {
        (i0, i1) = sample-tile i.0 innermost 12 is _, 4
        (j0, j1) = sample-tile j.0 innermost 64 is _, 2
        (io, ii) = split i.0 by i0, i1
        (jo, ji) = split j.0 by j0, j1
        reorder io jo ji ii
        unroll ii
        vectorize ji
        lift Y.acc above ji
        fission ji after Y.init
        fission ji of Y.update after Y.update
        reorder k.0 ji ii
        set-dtype Y.acc f32
        tensorize Y.update as fma
        parallel io
      }
      """;

  private static Tuner tuner(String script, int measurements) {
    Options options = OPTIONS.withSchedule(new SourceFile("given.schedule", script));
    return Tuner.of(options).within(LONG).withMeasurements(measurements);
  }

  /// The search begins with the decisions that are written, and finds better ones: a tile of 4 by 2
  /// is far slower than a good one.
  @Test
  void theSamplesOfAScriptAreASpace() {
    Work work = new Work("Y[i, j] = A[i, k] B[k, j]", "48x64", "64x128");
    Tuner.Report report = tuner(SAMPLES, 24).tune(work.program(), work.inputs());
    Tuner.Found found = report.functions().getFirst();
    assertTrue(found.isScript() && found.isFaster(), found.toString());
    assertEquals(List.of(), found.wrong());
    assertEquals(found.measurements(), found.course().size(), "a point was refused");
    assertTrue(report.database().entries().getFirst().script().equals(SAMPLES));
    List<String> scripts =
        report.database().entries().stream().map(Database.Entry::script).distinct().toList();
    assertEquals(found.measurements(), scripts.size(), "a schedule was measured twice");
    assertTrue(scripts.contains(found.script()), found.script());
    // Perfect tiles, up to the limits, and nothing but decisions is different.
    for (String script : scripts) {
      List<Long> factors =
          Pattern.compile("is _, (\\d+)")
              .matcher(script)
              .results()
              .map(match -> Long.parseLong(match.group(1)))
              .toList();
      assertEquals(0, 48 % factors.get(0) + 128 % factors.get(1), script);
      assertTrue(factors.get(0) <= 12 && factors.get(1) <= 64, script);
      assertEquals(SAMPLES.replaceAll("is _, \\d+", ""), script.replaceAll("is _, \\d+", ""));
    }
  }

  /// A space of few decisions is measured whole, and then the search ends.
  @Test
  void aSmallSpaceIsMeasuredWhole() {
    Work work = works().getFirst();
    String script =
        """
        schedule Y {
          v = sample-choice 4, 8, 16
          (jo, ji) = split j.0 by v
        }
        """;
    Tuner.Report report = tuner(script, 200).tune(work.program(), work.inputs());
    assertEquals(3, report.measurements());
  }

  /// Where a step applies for some decisions only, these are what is searched.
  @Test
  void decisionsThatAreRefusedAreNotMeasured() {
    Work work = works().getFirst();
    String script =
        """
        schedule Y {
          v = sample-choice 0, 4, 8
          (jo, ji) = split j.0 by v
        }
        """;
    Tuner.Report report = tuner(script, 200).tune(work.program(), work.inputs());
    assertEquals(2, report.measurements());
    assertEquals(2, report.functions().getFirst().course().size());
  }

  /// Schedules that are joined are tuned together, and what they compute is compared.
  @Test
  void joinedSchedulesAreOneTask() {
    Program program =
        Einkorn.compile(
            "two",
            """
            P[i, j] = A[i, k] B[k, j]
            Q[i, j] = exp(P[i, j])
            Y[i] = Q[i, j]
            output Y
            """);
    String script =
        """
        schedule P {
          w = sample-choice 2, 4 is 4
          (ko, ki) = split k.0 by w
        }
        schedule Q {
          join P
          l = sample-location P.update
          compute-at P.update at l
          (a, b) = sample-tile j.0 of Q innermost 8
          (jo, ji) = split j.0 of Q by a, b
        }
        """;
    Map<String, Shape> shapes = Map.of("A", Shape.of(24, 20), "B", Shape.of(20, 32));
    Tuner.Report report = tuner(script, 10).tune(program, shapes);
    Tuner.Found found = report.functions().getFirst();
    assertEquals("Q", found.function());
    assertEquals(List.of(), found.wrong());
    assertEquals(10, found.measurements());
    assertTrue(found.script().startsWith("schedule P {\n  w = sample-choice 2, 4 is "));
    assertTrue(found.script().contains("l = sample-location P.update is "), found.script());
    assertFalse(report.untouched().contains("P"), report.untouched().toString());
    Options scheduled = OPTIONS.withSchedule(new SourceFile("tuned", report.script()));
    var unused = program.with(scheduled).kernel(Target.llvm(), shapes);
  }

  @Test
  void noTimeIsOneMeasurement() {
    Work work = works().getFirst();
    Tuner.Report report =
        Tuner.of(OPTIONS).within(Duration.ZERO).tune(work.program(), work.inputs());
    assertEquals(1, report.measurements());
    assertTrue(report.script().startsWith("schedule Y {"), report.script());
    assertFalse(report.functions().getFirst().isFaster());
  }

  /// What is only read in a position that is stored is read all the same.
  @Test
  void aScriptForASumAtPositionsFromDataIsTuned() {
    Program program =
        Einkorn.compile(
            "histogram", "input I[t: 48]: i64\ninput V[t: 48]\noutput Y[v: 8]\nY[I[t]] += V[t]\n");
    String script =
        """
        schedule Y.update {
          (a, b) = sample-tile t.0 innermost 8
          (x, y) = split t.0 by a, b
        }
        """;
    Map<String, Shape> shapes = Map.of("I", Shape.of(48), "V", Shape.of(48));
    Tuner.Report report = tuner(script, 4).tune(program, shapes);
    assertEquals(1, report.functions().size());
    assertTrue(report.functions().getFirst().measurements() > 0);
  }

  private static Tuner.Report gathered(String position) {
    return gathered("i64", 40, position);
  }

  private static Tuner.Report gathered(String type, long rows, String position) {
    Program program =
        Einkorn.compile(
            "gathered",
            """
            input X[i: N, k: K]
            input I[t: T]: %s
            Y[t, k] = X[%s, k] + 1
            output Y
            """
                .formatted(type, position));
    String script =
        """
        schedule Y {
          (a, b) = sample-tile k.0 innermost 8
          (x, y) = split k.0 by a, b
        }
        """;
    Map<String, Shape> shapes = Map.of("X", Shape.of(rows, 16), "I", Shape.of(24));
    return tuner(script, 4).tune(program, shapes);
  }

  /// No number of `I` is right for all: data that lead off the axis are not what is measured.
  @Test
  void positionsThatAreComputedFromDataAreOnTheirAxes() {
    for (String position : List.of("I[t] + 1", "2 * I[t]", "39 - I[t]", "I[t] - 20")) {
      Tuner.Report report = gathered(position);
      assertEquals(List.of(), report.unmeasured(), position);
      assertTrue(report.measurements() > 1, position);
    }
  }

  /// The axis is longer than positions of a narrow type are.
  @Test
  void positionsOfNarrowTypesAreNumbersOfTheType() {
    for (String type : List.of("u8", "i8", "i4")) {
      assertEquals(List.of(), gathered(type, 600, "I[t]").unmeasured(), type);
    }
  }

  @Test
  void aFunctionThatNoDataAreFoundForIsNamed() {
    Tuner.Report report = gathered("I[t] * I[t] + 39 * I[t] + 40");
    assertEquals(List.of(), report.functions());
    assertEquals("Y", report.unmeasured().getFirst().function());
    String why = report.unmeasured().getFirst().why();
    assertTrue(why.contains("0..39 of axis 0 of `X`"), why);
  }

  @Test
  void functionsThatTheModelLeavesAloneAreNamed() {
    Program program = Einkorn.compile("small", "Y[i] = A[i] + 1\noutput Y\n");
    Tuner.Report report = Tuner.of(OPTIONS).within(LONG).tune(program, Map.of("A", Shape.of(3)));
    assertEquals(List.of("Y"), report.untouched());
    assertEquals(0, report.measurements());
  }

  /// By themselves they would walk through memory once each, which is slower than what the model
  /// makes of them together.
  @Test
  void functionsOfOneLoopOverRowsAreLeftToTheModel() {
    String text =
        """
        Top[i] max= A[i, j]
        Z[i, j] = A[i, j] - Top[i]
        Y[i, k] = Z[i, j] B[j, k]
        output Y
        """;
    Program program = Einkorn.compile("rows", text);
    Map<String, Shape> shapes = Map.of("A", Shape.of(200, 250), "B", Shape.of(250, 32));
    Tuner tuner = Tuner.of(OPTIONS).within(LONG).withMeasurements(2);
    Tuner.Report report = tuner.tune(program, shapes);
    assertEquals(List.of("Top", "Z"), report.rows().stream().sorted().toList());
    assertEquals(List.of("Y"), report.functions().stream().map(Tuner.Found::function).toList());
    assertFalse(report.script().contains("schedule Z"), report.script());
    Options scheduled = OPTIONS.withSchedule(new SourceFile("tuned", report.script()));
    assertTrue(
        String.join("", program.with(scheduled).explain(shapes).schedules()).contains("join Top"),
        "what is tuned keeps others from being joined");
  }

  /// A schedule of the script takes a function out of the rows.
  @Test
  void aScriptSaysWhatIsNoLoopOverRows() {
    Program program =
        Einkorn.compile("rows", "Top[i] max= A[i, j]\nY[i, j] = A[i, j] - Top[i]\noutput Y\n");
    Tuner.Report report =
        tuner("schedule Top {\n  v = sample-choice 2, 4\n  (a, b) = split i.0 by v\n}\n", 2)
            .tune(program, Map.of("A", Shape.of(200, 250)));
    assertEquals(List.of(), report.rows());
    assertEquals(
        List.of("Top", "Y"), report.functions().stream().map(Tuner.Found::function).toList());
  }

  @Test
  void aDatabaseIsReadAsItWasWritten() {
    Work work = works().getFirst();
    Tuner tuner = Tuner.of(OPTIONS).within(LONG).withMeasurements(10);
    Database made = tuner.tune(work.program(), work.inputs()).database();
    // Two points may be one schedule.
    assertTrue(made.entries().size() > 5, "" + made.entries().size());
    Database read = Database.parse("db.json", made.text());
    assertEquals(made.text(), read.text());
    // What is known is learned from, and measured once more it is replaced.
    Work other = works().get(1);
    Database more = tuner.withDatabase(read).tune(other.program(), other.inputs()).database();
    assertTrue(more.entries().size() > made.entries().size() + 5, "" + more.entries().size());
    Database again = tuner.withDatabase(more).tune(work.program(), work.inputs()).database();
    assertTrue(
        again.entries().size() < more.entries().size() + 10,
        "the schedule by the model is there twice");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() {
    for (String text :
        List.of(
            "[]",
            "{",
            "{\"schema\": 2, \"measurements\": []}",
            "{\"schema\": 1, \"measurements\": [{}]}",
            "{\"schema\": 1, \"measurements\": [{\"function\": \"f\", \"seconds\": -1}]}")) {
      DataException refused =
          assertThrows(DataException.class, () -> Database.parse("db.json", text), text);
      assertEquals("E0504", refused.fault().code(), text);
    }
    // A file that was made to be locked has nothing in it yet.
    for (String text : List.of("", " \n", "{\"schema\": 1, \"measurements\": []}")) {
      assertEquals(List.of(), Database.parse("db.json", text).entries(), text);
    }
  }
}
