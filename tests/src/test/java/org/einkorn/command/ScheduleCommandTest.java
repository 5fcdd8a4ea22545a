package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.Stage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `--schedule` of every command that takes it: what it does, and what is refused.
final class ScheduleCommandTest {
  private static final String RESULT = "C =\n[[21.5 25.5]\n [43.  51. ]]\n";

  @TempDir Path folder;
  private Path program = Path.of("");
  private Path tiles = Path.of("");
  private Path rounding = Path.of("");
  private Path unknown = Path.of("");
  private Path refused = Path.of("");

  @BeforeEach
  void writeFiles() throws IOException {
    program =
        write(
            "product.ein",
            """
            input A[i: N, k: K]
            input B[k: K, j: M]
            C[i, j] = A[i, k] B[k, j]
            output C
            """);
    write("a.csv", "1.5,2\n3,4\n");
    write("b.csv", "5,6\n7,8.25\n");
    tiles = write("tiles.schedule", schedule("C", "(io, ii) = split i.0 by 8", "unroll ii"));
    rounding = write("rounding.schedule", schedule("C", "set-dtype C.acc f32"));
    unknown = write("unknown.schedule", schedule("D", "parallel i.0"));
    refused = write("refused.schedule", schedule("C", "reorder k.0 j.0"));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String schedule(String function, String... steps) {
    return "schedule " + function + " {\n  " + String.join("\n  ", steps) + "\n}\n";
  }

  private Ein run(Path script, Object... more) {
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of("run", program, "A=" + folder.resolve("a.csv")));
    arguments.addAll(List.of("B=" + folder.resolve("b.csv"), "--schedule", script));
    arguments.addAll(Arrays.asList(more));
    return Ein.run(arguments.toArray());
  }

  /// The commands that take the option, for a program.
  private List<Ein> everywhere(Path script, Object... more) {
    List<List<Object>> commands =
        List.of(
            List.of("ir", program, "--stage", "scheduled"),
            List.of("ir", program, "--stage", "bytecode"),
            List.of("ir", program, "--stage", "llvm"),
            List.of("compile", program, "--emit", "class", "-o", folder.resolve("Kernel.class")),
            List.of("explain", program, "--shape", "A=4x4", "--shape", "B=4x4"));
    List<Ein> calls = new ArrayList<>();
    for (List<Object> command : commands) {
      List<Object> arguments = new ArrayList<>(command);
      arguments.add("--schedule");
      arguments.add(script);
      arguments.addAll(Arrays.asList(more));
      calls.add(Ein.run(arguments.toArray()));
    }
    for (String backend : List.of("interp", "jvm", "llvm")) {
      List<Object> options = new ArrayList<>(List.of("--backend", backend));
      options.addAll(Arrays.asList(more));
      calls.add(run(script, options.toArray()));
    }
    return calls;
  }

  private static void assertRefused(String code, Ein ein) {
    assertEquals(1, ein.code(), ein.out());
    assertTrue(ein.err().startsWith("error[" + code + "]"), ein.err());
    assertEquals("", ein.out());
  }

  @Test
  void applies() {
    for (String backend : List.of("interp", "jvm", "llvm")) {
      assertEquals(RESULT, run(tiles, "--backend", backend).require().out());
    }
    everywhere(tiles).forEach(Ein::require);
    String text =
        Ein.run("ir", program, "--stage", "scheduled", "--schedule", tiles).require().out();
    assertTrue(text.contains("for unrolled ii < 8"), text);
  }

  /// What is not decided a seed decides, the same for all commands; `explain` shows it.
  @Test
  void seedsDecideSamples() throws IOException {
    Path open =
        write(
            "open.schedule",
            schedule(
                "C",
                "v = sample-choice 2, 3, 4, 5, 6, 7, 8, 9",
                "(io, ii) = split i.0 by v",
                "unroll ii"));
    Set<String> scripts = new LinkedHashSet<>();
    for (int seed = 0; seed < 12; seed++) {
      String decided = explained(open, "--seed", seed);
      scripts.add(decided);
      assertEquals(decided, explained(open, "--seed", seed));
      Path script = write("decided.schedule", decided);
      assertEquals(decided, explained(script));
      assertEquals(scheduled(script), scheduled(open, "--seed", seed));
      assertEquals(RESULT, run(open, "--seed", seed).require().out());
      assertEquals("", run(open, "--seed", seed).err());
    }
    assertTrue(scripts.size() > 3, scripts.toString());
    assertEquals(explained(open, "--seed", 0), explained(open));
    assertEquals(scheduled(open, "--seed", 0), scheduled(open));
    everywhere(open).forEach(Ein::require);
    // Nothing is random in what is decided.
    assertTrue(run(tiles, "--seed", 1).err().contains("--seed changes nothing"));
    assertEquals(
        2, Ein.run("ir", program, "--stage", "scheduled", "--schedule", tiles, "--seed", 1).code());
    Path wrong = write("wrong.schedule", schedule("C", "v = sample-choice 2, 4 is 3"));
    everywhere(wrong).forEach(each -> assertRefused("E0812", each));
    assertTrue(run(wrong).err().contains("`v = sample-choice 2, 4 is 4`"), run(wrong).err());
  }

  private String explained(Path script, Object... more) {
    Object[] command = {"explain", program, "--shape", "A=8x8", "--shape", "B=8x8", "--schedules"};
    return Ein.run(with(with(command, "--schedule", script), more)).require().out();
  }

  private String scheduled(Path script, Object... more) {
    Object[] command = {"ir", program, "--stage", "scheduled", "--schedule", script};
    return Ein.run(with(command, more)).require().out();
  }

  @Test
  void wrongScripts() throws IOException {
    everywhere(folder.resolve("none")).forEach(each -> assertRefused("E0501", each));
    Path empty = write("empty.schedule", "");
    everywhere(empty).forEach(each -> assertRefused("E0801", each));
    Path comment = write("comment.schedule", "// nothing but this\n");
    everywhere(comment).forEach(each -> assertRefused("E0801", each));
    Path typo = write("typo.schedule", schedule("C", "spilt i.0 by 8"));
    everywhere(typo).forEach(each -> assertRefused("E0801", each));
    Path half = write("half.schedule", "schedule C {\n  parallel i.0\n");
    everywhere(half).forEach(each -> assertRefused("E0801", each));
    everywhere(unknown).forEach(each -> assertRefused("E0811", each));
    Path twice = write("twice.schedule", schedule("C", "unroll k.0") + schedule("C", "unroll k.0"));
    everywhere(twice).forEach(each -> assertRefused("E0811", each));
    everywhere(refused).forEach(each -> assertRefused("E0812", each));
  }

  @Test
  void exactRefusesSteps() throws IOException {
    everywhere(rounding).forEach(Ein::require);
    everywhere(rounding, "--exact").forEach(each -> assertRefused("E0813", each));
    Path fused = write("fused.schedule", schedule("C", "tensorize C.update as fma"));
    everywhere(fused, "--exact").forEach(each -> assertRefused("E0813", each));
    everywhere(tiles, "--exact").forEach(Ein::require);
  }

  /// The schedule of a function comes before that of the one that it is joined to.
  @Test
  void joinedFunctions() throws IOException {
    program =
        write(
            "two.ein",
            """
            input A[i: N, k: K]
            input B[k: K, j: M]
            P[i, j] = A[i, k] B[k, j]
            C[i, j] = exp(P[i, j])
            output C
            """);
    String plain = run(write("plain.schedule", schedule("C", "parallel i.0"))).require().out();
    String first = schedule("P", "(io, ii) = split i.0 by 2");
    String second = schedule("C", "join P", "reverse-compute-inline C", "parallel io");
    assertEquals(plain, run(write("joined.schedule", first + second)).require().out());
    Path late = write("late.schedule", second + first);
    everywhere(late).forEach(each -> assertRefused("E0811", each));
    String message = run(late).err();
    assertTrue(message.contains("`P` is no function any more"), message);
  }

  /// Text of a stage before the schedule takes one; later text is as it is.
  @Test
  void textOfStages() throws IOException {
    for (Stage stage : Stage.values()) {
      String text = Ein.run("ir", program, "--stage", stage.text()).require().out();
      Path file = write("text." + stage.text(), text);
      Path source = program;
      program = file;
      List<Ein> calls = new ArrayList<>();
      calls.add(run(tiles, "--from", stage.text()));
      Stage printed = stage.compareTo(Stage.SCHEDULED) < 0 ? Stage.SCHEDULED : stage;
      calls.add(
          Ein.run(
              "ir", file, "--from", stage.text(), "--stage", printed.text(), "--schedule", tiles));
      program = source;
      if (stage.compareTo(Stage.SCHEDULED) < 0) {
        calls.forEach(Ein::require);
        assertEquals(RESULT, calls.getFirst().out(), stage.text());
        assertTrue(calls.getLast().out().contains("unrolled"), calls.getLast().out());
      } else {
        calls.forEach(each -> assertRefused("E0811", each));
      }
    }
  }

  /// Nothing is scheduled at an earlier stage, and commands that schedule nothing know no option.
  @Test
  void isNeverPassedOver() {
    for (String stage : List.of("ast", "equations", "tensor", "loops")) {
      Ein ein = Ein.run("ir", program, "--stage", stage, "--schedule", tiles);
      assertEquals(2, ein.code(), ein.out());
      assertTrue(ein.err().contains("nothing is scheduled at the stage " + stage), ein.err());
    }
    for (String command : List.of("check", "fmt")) {
      Ein ein = Ein.run(command, program, "--schedule", tiles);
      assertEquals(2, ein.code(), ein.out());
      assertTrue(ein.err().contains("Unknown option: '--schedule'"), ein.err());
    }
  }

  @Test
  void einsum() throws IOException {
    Path script = write("einsum.schedule", schedule("Y", "(jo, ji) = split k.0 by 2"));
    Object[] operands = {"einsum", "ij,jk->ik", folder.resolve("a.csv"), folder.resolve("b.csv")};
    Ein ein = Ein.run(with(operands, "--schedule", script)).require();
    assertEquals(Ein.run(operands).require().out(), ein.out());
    assertRefused("E0811", Ein.run(with(operands, "--schedule", unknown)));
    assertRefused("E0501", Ein.run(with(operands, "--schedule", folder.resolve("none"))));
  }

  private static Object[] with(Object[] arguments, Object... more) {
    List<Object> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(Arrays.asList(more));
    return all.toArray();
  }

  /// Its parts have functions of their own.
  @Test
  void learningIsRefused() throws IOException {
    Path learning =
        write(
            "learning.ein",
            """
            X[p: 3] = p
            param W[p: 3] = 0
            Loss = avg[p]((W[p] - X[p])^2)
            learn W minimizing Loss with sgd(rate: 0.1) for 2 steps
            Y[p] = W[p] + 1
            Y?
            """);
    Ein.run("run", learning, "-q").require();
    Path script = write("y.schedule", schedule("Y", "vectorize p.0"));
    assertRefused("E0904", Ein.run("run", learning, "-q", "--schedule", script));
    assertRefused("E0904", Ein.run("ir", learning, "--stage", "scheduled", "--schedule", script));
    assertRefused("E0904", Ein.run("explain", learning, "--schedule", script));
  }

  /// What is planned is what is run, in tiles with conditions as well.
  @Test
  void countsTheSame() {
    String count = run(tiles, "--count", "--backend", "interp").require().err();
    for (Path script : List.of(tiles, rounding)) {
      for (String backend : List.of("interp", "jvm", "llvm")) {
        assertEquals(count, run(script, "--count", "--backend", backend).require().err());
      }
    }
    assertTrue(count.contains("8 multiplications"), count);
  }

  @Test
  void verifiesEachStep() {
    for (String how : List.of("--verify-each", "--verify-each=exec")) {
      for (Path script : List.of(tiles, rounding)) {
        String text =
            Ein.run("ir", program, "--stage", "scheduled", "--schedule", script, how)
                .require()
                .out();
        assertEquals(
            Ein.run("ir", program, "--stage", "scheduled", "--schedule", script).require().out(),
            text);
      }
    }
  }

  /// A sum in another type or fused gives other bits, and no error.
  @Test
  void verifiesStepsThatRound() throws IOException {
    Path sums =
        write(
            "sums.ein",
            """
            input A[i: N, k: K]
            E[i, k] = exp(A[i, k])
            C[i] = E[i, k] A[i, k]
            output C
            """);
    for (String step : List.of("parallel i.0", "tensorize C.update as fma")) {
      Path script = write("step.schedule", schedule("C", "set-dtype C.acc f32", step));
      for (int seed = 0; seed < 10; seed++) {
        Ein ein =
            Ein.run(
                "ir",
                sums,
                "--stage",
                "scheduled",
                "--schedule",
                script,
                "--verify-each=exec",
                "--seed",
                seed);
        assertEquals(0, ein.code(), ein.err());
      }
    }
  }

  @Test
  void printsAfterTheSchedule() {
    String text =
        Ein.run(
                "ir",
                program,
                "--stage",
                "scheduled",
                "--schedule",
                tiles,
                "--print-after",
                "apply-schedules")
            .require()
            .out();
    assertTrue(text.startsWith("// after apply-schedules\nmodule"), text);
  }

  /// `--passes` chooses passes; the schedule is none, and is applied.
  @Test
  void isAppliedWhateverPassesRun() {
    for (String passes : List.of("normalize", "resolve-blocks", "parallelize-outer-loops")) {
      String text =
          Ein.run("ir", program, "--stage", "scheduled", "--schedule", tiles, "--passes", passes)
              .require()
              .out();
      assertTrue(text.contains("for unrolled ii < 8"), text);
      assertFalse(text.contains("for parallel"), text);
    }
  }

  @Test
  void explains() {
    String[] shapes = {"--shape", "A=8x8", "--shape", "B=8x8"};
    Ein plain = Ein.run(with(new Object[] {"explain", program}, (Object[]) shapes)).require();
    Object[] scheduled = {"explain", program, "--schedule", tiles};
    // Tiles compute the same operations.
    assertEquals(plain.out(), Ein.run(with(scheduled, (Object[]) shapes)).require().out());
  }
}
