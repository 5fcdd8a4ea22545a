package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `ein tune`: what it writes is read by `--schedule`, and what is wrong is said before anything is
/// measured.
final class TuneCommandTest {
  @TempDir Path folder;
  private Path program = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    program =
        Files.writeString(
            folder.resolve("product.ein"),
            """
            input A[i: N, k: K]
            input B[k: K, j: M]
            C[i, j] = A[i, k] B[k, j]
            R[j] max= C[i, j]
            output R
            """);
  }

  private Ein tune(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("tune", program, "--backend", "llvm"));
    arguments.addAll(List.of("--shape", "A=48x40", "--shape", "B=40x64"));
    arguments.addAll(Arrays.asList(more));
    return Ein.run(arguments.toArray());
  }

  @Test
  void writesAScriptAndADatabase() throws IOException {
    Path script = folder.resolve("tuned.schedule");
    Path database = folder.resolve("tuned.json");
    Ein tuned = tune("--measurements", 6, "-o", script, "--database", database).require();
    assertTrue(tuned.out().contains("C: "), tuned.out());
    assertTrue(tuned.out().contains(" measurements, "), tuned.out());
    assertEquals("", tuned.err());
    Ein.run("ir", program, "--stage", "scheduled", "--schedule", script).require();
    long before = Files.readString(database).lines().count();
    tune("--measurements", 3, "--random", "--database", database).require();
    assertTrue(Files.readString(database).lines().count() >= before);
  }

  @Test
  void theModelsScheduleIsAScriptToo() throws IOException {
    Ein explained =
        Ein.run("explain", program, "--shape", "A=48x40", "--shape", "B=40x64", "--schedules")
            .require();
    assertTrue(explained.out().startsWith("schedule C {\n  "), explained.out());
    Path script = Files.writeString(folder.resolve("model.schedule"), explained.out());
    String byHand =
        Ein.run("ir", program, "--stage", "scheduled", "--schedule", script).require().out();
    assertTrue(byHand.contains("vectorized"), byHand);
  }

  private Path script(String... lines) {
    return write(folder.resolve("given.schedule"), String.join("\n", lines) + "\n");
  }

  /// The samples of a script are what is searched; the others of its schedules stay.
  @Test
  void tunesTheSamplesOfAScript() throws IOException {
    Path given =
        script(
            "schedule C {",
            "  (i0, i1) = sample-tile i.0 innermost 8 is _, 4",
            "  v = sample-choice 8, 16, 32",
            "  (io, ii) = split i.0 by i0, i1",
            "  (jo, ji) = split j.0 by v",
            "}",
            "schedule R {",
            "  parallel j.0",
            "}");
    Path tuned = folder.resolve("tuned.schedule");
    Path database = folder.resolve("tuned.json");
    Ein ein =
        tune("--measurements", 6, "--schedule", given, "-o", tuned, "--database", database)
            .require();
    assertTrue(ein.out().contains("the script's "), ein.out());
    assertTrue(ein.out().contains("which has no samples for them: R\n"), ein.out());
    String found = Files.readString(tuned);
    assertTrue(found.contains("innermost 8 is _, "), found);
    assertTrue(found.contains("v = sample-choice 8, 16, 32 is "), found);
    assertTrue(found.contains("schedule R {\n  parallel j.0\n}\n"), found);
    String measured = Files.readString(database);
    assertTrue(measured.contains("sample-tile i.0 innermost 8 is _, 4"), measured);
    Ein.run("ir", program, "--stage", "scheduled", "--schedule", tuned).require();
    // What was tuned is a script that can be tuned.
    tune("--measurements", 2, "--schedule", tuned).require();
  }

  @Test
  void refusesScriptsThatDoNotApply() {
    assertRefused("E0801", script("schedule C {", "  v = sample-choice", "}"));
    assertRefused("E0811", script("schedule D {", "  v = sample-choice 1, 2", "}"));
    assertRefused("E0812", script("schedule C {", "  v = sample-choice 1, 2 is 3", "}"));
    assertRefused(
        "E0812", script("schedule C {", "  v = sample-choice 1, 2", "  parallel k.0", "}"));
    assertRefused("E0812", script("schedule C {", "  parallel k.0", "}"));
    assertRefused(
        "E0813",
        script("schedule C {", "  v = sample-choice 1, 2", "  set-dtype C.acc f32", "}"),
        "--exact");
  }

  private void assertRefused(String code, Path given, Object... more) {
    List<Object> options = new ArrayList<>(List.of("--schedule", given));
    options.addAll(Arrays.asList(more));
    Ein refused = tune(options.toArray());
    assertEquals(1, refused.code(), refused.out());
    assertTrue(refused.err().startsWith("error[" + code + "]"), refused.err());
    assertFalse(refused.out().contains("measurements"), refused.out());
  }

  @Test
  void saysWhatIsWrong() {
    assertWrong("a time is a number", "--budget", "soon");
    assertWrong("at least 1", "--measurements", 0);
    Ein interpreted =
        Ein.run("tune", program, "--backend", "interp", "--shape", "A=2x2", "--shape", "B=2x2");
    assertEquals(2, interpreted.code());
    assertTrue(interpreted.err().contains("tune for jvm or llvm"), interpreted.err());
    Path broken = folder.resolve("broken.json");
    Ein refused = tune("--database", write(broken, "{}"));
    assertEquals(1, refused.code());
    assertTrue(refused.err().contains("E0504"), refused.err());
    assertFalse(refused.out().contains("measurements"), refused.out());
  }

  @Test
  void whatIsNoDatabaseIsLeftAsItIs() throws IOException {
    for (String text :
        List.of(
            "{\"schema\": 1, \"total\": 3}",
            "{\"schema\": 1, \"measurements\": []}\n{\"schema\": 1, \"measurements\": []}",
            "{\"schema\": 1, \"measurements\": [{}]}",
            "{\"schema\": 1, \"measurements\": [\n")) {
      Path other = write(folder.resolve("other.json"), text);
      Ein refused = tune("--database", other);
      assertTrue(refused.err().startsWith("error[E0504]"), refused.err());
      assertFalse(refused.err().contains("Source"), refused.err());
      assertEquals(text, Files.readString(other));
    }
  }

  @Test
  void searchesAtOnceAddToOneDatabase() throws Exception {
    Path database = write(folder.resolve("both.json"), "");
    Thread another =
        Thread.ofPlatform()
            .start(() -> tune("--measurements", 1, "--database", database).require());
    Ein.run(
            "tune",
            program,
            "--backend",
            "jvm",
            "--shape",
            "A=48x40",
            "--shape",
            "B=40x64",
            "--measurements",
            1,
            "--database",
            database)
        .require();
    another.join();
    String measured = Files.readString(database);
    assertTrue(measured.contains("\"backend\":\"jvm\""), measured);
    assertTrue(measured.contains("\"backend\":\"llvm\""), measured);
  }

  private static Path write(Path path, String text) {
    try {
      return Files.writeString(path, text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertWrong(String message, Object... arguments) {
    Ein wrong = tune(arguments);
    assertEquals(2, wrong.code(), wrong.err());
    assertTrue(wrong.err().contains(message), wrong.err());
  }
}
