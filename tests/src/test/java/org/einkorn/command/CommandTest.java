package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.einkorn.runtime.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every command, its exit codes and its JSON.
final class CommandTest {
  @TempDir Path folder;

  private Path program;

  @BeforeEach
  void writeFiles() throws IOException {
    program = write("matmul.ein", "C[i, k] = A[i, j] B[j, k]\n");
    write("a.csv", "1,2\n3,4\n");
    write("b.csv", "5,6\n7,8\n");
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private String bind(String name, String file) {
    return name + "=" + folder.resolve(file);
  }

  private void requireUsage(Ein ein, String message) {
    assertEquals(2, ein.code(), ein.err());
    assertTrue(ein.err().contains(message), ein.err());
    assertEquals("", ein.out());
  }

  @Test
  void runPrintsOutputsAndWritesThem() throws IOException {
    Ein ein = Ein.run("run", program, bind("A", "a.csv"), bind("B", "b.csv")).require();
    assertEquals("C =\n[[19. 22.]\n [43. 50.]]\n", ein.out());
    Path output = folder.resolve("c.npy");
    ein =
        Ein.run("run", program, bind("A", "a.csv"), "B=[[1,0],[0,1]]", "-o", "C=" + output)
            .require();
    assertEquals("", ein.out());
    assertEquals("[[1. 2.]\n [3. 4.]]\n", Ein.run("einsum", "ij->ij", output).require().out());
  }

  @Test
  void runAnswersAddedQueries() {
    Ein ein =
        Ein.run("run", program, bind("A", "a.csv"), bind("B", "b.csv"), "-q", "--query", "C[0, k]?")
            .require();
    assertEquals("[19. 22.]\n", ein.out());
  }

  @Test
  void everyBackendGivesTheSame() {
    for (String backend : new String[] {"jvm", "llvm", "interp"}) {
      Ein ein =
          Ein.run(
              "run", program, bind("A", "a.csv"), bind("B", "b.csv"), "-q", "--backend", backend);
      assertEquals("[[19. 22.]\n [43. 50.]]\n", ein.require().out(), backend);
    }
    Ein cuda = Ein.run("run", program, bind("A", "a.csv"), bind("B", "b.csv"), "--backend", "cuda");
    assertEquals(1, cuda.code());
    assertTrue(cuda.err().startsWith("error[E0720]"), cuda.err());
  }

  @Test
  void disagreeingShapesAreShownInTheSource() {
    Ein ein = Ein.run("run", program, bind("A", "a.csv"), "B=[[1,2,3]]");
    assertEquals(1, ein.code());
    assertTrue(ein.err().startsWith("error[E0102]"), ein.err());
    assertTrue(ein.err().contains("from `A: f32[2, 2]`"), ein.err());
    assertTrue(ein.err().contains("from `B: f32[1, 3]`"), ein.err());
  }

  @Test
  void aMemoryBudgetThatDoesNotSufficeIsExitCode3() {
    Ein ein =
        Ein.run("run", program, bind("A", "a.csv"), bind("B", "b.csv"), "--memory-budget", "15B");
    assertEquals(3, ein.code());
    assertTrue(ein.err().startsWith("error[E0554]"), ein.err());
    Ein.run("run", program, bind("A", "a.csv"), bind("B", "b.csv"), "--memory-budget", "16B")
        .require();
  }

  @Test
  void countsPast63BitsAreExact() {
    Ein ein =
        Ein.run(
            "explain", "ij,jk->ik", "--shape", "A=3000000x3000000", "--shape", "B=3000000x3000000");
    assertTrue(ein.require().out().contains("27,000,000,000,000,000,000 mul"), ein.out());
  }

  @Test
  void bytesPast63BitsAreRefused() {
    Ein ein = Ein.run("explain", "i,j->ij", "--shape", "A=4000000000", "--shape", "B=4000000000");
    assertEquals(1, ein.code());
    assertTrue(ein.err().startsWith("error[E0530]"), ein.err());
  }

  @Test
  void countsSayWhatWasExecuted() throws IOException {
    for (String backend : List.of("jvm", "llvm", "interp")) {
      Path stats = folder.resolve("counts.json");
      Ein run =
          Ein.run(
                  "run",
                  program,
                  bind("A", "a.csv"),
                  bind("B", "b.csv"),
                  "--count",
                  "--stats",
                  stats,
                  "--backend",
                  backend)
              .require();
      assertEquals("", run.err());
      JsonNode json = new ObjectMapper().readTree(Files.readString(stats));
      assertEquals(8, json.get("executed_mul").asInt(), backend);
      assertEquals(8, json.get("executed_add").asInt(), backend);
      assertEquals(8, json.at("/totals/planned_add").asInt(), backend);
      assertEquals(false, json.at("/totals/data_dependent").asBoolean(), backend);
      assertEquals(
          json.at("/totals/peak_bytes").asLong(),
          json.get("measured_peak_bytes").asLong(),
          backend);
    }
  }

  @Test
  void einsumsCountToo() throws IOException {
    Path stats = folder.resolve("einsum.json");
    Path a = folder.resolve("a.csv");
    Path b = folder.resolve("b.csv");
    Ein.run("einsum", "ij,jk", a, b, "--count", "--stats", stats).require();
    JsonNode json = new ObjectMapper().readTree(Files.readString(stats));
    assertEquals(8, json.get("executed_mul").asInt());
    assertEquals(16, json.get("measured_peak_bytes").asInt());
    Ein said = Ein.run("einsum", "ij,jk", a, b, "--count").require();
    assertEquals("executed 8 multiplications and 8 additions\n", said.err());
    assertEquals("", Ein.run("einsum", "ij,jk", a, b, "--count", "-q").require().err());
  }

  @Test
  void codeHasNoLoopsToCount() throws IOException {
    Path code = folder.resolve("code.txt");
    Files.writeString(code, Ein.run("ir", program, "--stage", "bytecode").require().out());
    requireUsage(Ein.run("run", code, "--from", "bytecode", "--count"), "--count");
  }

  @Test
  void warningsOfAWrongProgramComeOnce() throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong.ein"), "input Unused[i: 2]\nY = (\n");
    String errors = Ein.run("run", wrong).err();
    assertEquals(errors.indexOf("W0102"), errors.lastIndexOf("W0102"), errors);
  }

  /// A run that memory makes dear says so before it begins.
  @Test
  void aDearPlanIsWarnedOf() throws IOException {
    Path chain =
        Files.writeString(
            folder.resolve("chain.ein"), "Y[i, m] = A[i, j] B[j, k] C[k, l] D[l, m]\n");
    Path matrix = folder.resolve("m.npy");
    Tensor.wrap(new float[24 * 24], 24, 24).write(matrix);
    List<Object> arguments = new ArrayList<>(List.of("run", chain, "--memory-budget", "2368B"));
    for (String name : List.of("A", "B", "C", "D")) {
      arguments.add(name + "=" + matrix);
    }
    String warned = Ein.run(arguments.toArray()).require().err();
    assertTrue(
        warned.startsWith("warning[W0201]: `Y` runs as it is written for want of memory"), warned);
    assertTrue(warned.contains("chain.ein:1:1"), warned);
    String needed = warned.replaceAll("(?s).*a memory budget of (\\d+) bytes.*", "$1");
    arguments.add("-q");
    assertEquals("", Ein.run(arguments.toArray()).require().err());
    arguments.removeLast();
    arguments.set(3, needed + "B");
    assertEquals("", Ein.run(arguments.toArray()).require().err());
  }

  /// Bytecode can't ask for memory: said once wherever such code is made, and not by a backend that
  /// can.
  @Test
  void whatIsNotPrefetchedIsWarnedOf() throws IOException {
    Path sums =
        Files.writeString(folder.resolve("sums.ein"), "input A[i: N, k: K]\nS[k] = A[i, k]\n");
    Path script =
        Files.writeString(
            folder.resolve("s.schedule"), "schedule S {\n  annotate i.0 prefetch A by 8\n}\n");
    String data = "A=[[1, 2], [3, 4]]";
    String warned =
        Ein.run("run", sums, data, "--schedule", script, "--backend", "jvm").require().err();
    assertTrue(warned.startsWith("warning[W0202]: the backend `jvm` does not prefetch"), warned);
    assertTrue(warned.contains("loop `i.0` of `S` asks for `A`"), warned);
    assertEquals(warned.indexOf("W0202"), warned.lastIndexOf("W0202"), warned);
    for (String backend : List.of("llvm", "interp")) {
      assertEquals(
          "",
          Ein.run("run", sums, data, "--schedule", script, "--backend", backend).require().err());
    }
    Path loops = folder.resolve("loops.txt");
    Files.writeString(
        loops, Ein.run("ir", sums, "--stage", "scheduled", "--schedule", script).require().out());
    String again = Ein.run("run", loops, "--from", "scheduled", data).require().err();
    assertTrue(again.startsWith("warning[W0202]"), again);
    Path made = folder.resolve("Sums.class");
    String emitted =
        Ein.run("compile", sums, "--schedule", script, "--emit", "class", "-o", made)
            .require()
            .err();
    assertTrue(emitted.startsWith("warning[W0202]"), emitted);
    assertEquals(emitted.indexOf("W0202"), emitted.lastIndexOf("W0202"), emitted);
  }

  @Test
  void loopsHaveNoEquationsToCount() throws IOException {
    Path loops = folder.resolve("loops.txt");
    Files.writeString(loops, Ein.run("ir", program, "--stage", "loops").require().out());
    Path stats = folder.resolve("stats.json");
    requireUsage(Ein.run("run", loops, "--from", "loops", "--stats", stats), "--stats");
  }

  @Test
  void wrongUsageIsExitCode2() {
    requireUsage(Ein.run("run", program, "--backend", "gpu"), "no backend is called `gpu`");
    requireUsage(Ein.run("run", program, "--threads", "0"), "--threads");
    requireUsage(Ein.run("run", program, "--memory-budget", "much"), "a size is");
    requireUsage(Ein.run("run", program, "A"), "expected NAME=");
    requireUsage(Ein.run("run", program, "--allow", "everything"), "approximate");
    requireUsage(Ein.run("run", program, "--frobnicate"), "--frobnicate");
    requireUsage(Ein.run("ir", program, "--stage", "soup"), "no stage is called `soup`");
    requireUsage(
        Ein.run("ir", program, "--stage", "loops", "--passes", "soup"), "no pass is called");
    requireUsage(Ein.run("compile", program, "--emit", "jar"), "-o");
    requireUsage(Ein.run("explain", program, "--shape", "A=2y3"), "a shape is written 2x3");
  }

  @Test
  void explainCounts() throws IOException {
    Ein ein =
        Ein.run("explain", program, "--shape", "A=5x7", "--shape", "B=7x3", "--json").require();
    JsonNode json = new ObjectMapper().readTree(ein.out());
    assertEquals(1, json.get("schema").asInt());
    assertEquals(5 * 7 * 3, json.at("/totals/naive_mul").asInt());
    assertEquals(5 * 7 * 3, json.at("/totals/planned_mul").asInt());
    assertEquals(4 * 5 * 3, json.at("/totals/peak_bytes").asInt());
    assertEquals("C", json.at("/equations/0/target").asText());
    assertEquals(1, json.at("/equations/0/source/line").asInt());
    assertEquals("C", json.at("/kernels/0/name").asText());
    Ein open = Ein.run("explain", program);
    assertEquals(1, open.code());
    assertTrue(open.err().contains("--shape A="), open.err());
  }

  @Test
  void statsHoldTheRun() throws IOException {
    Path stats = folder.resolve("stats.json");
    Ein.run("run", program, bind("A", "a.csv"), bind("B", "b.csv"), "--stats", stats).require();
    JsonNode json = new ObjectMapper().readTree(Files.readString(stats));
    assertEquals(8, json.at("/totals/planned_mul").asInt());
    assertEquals(16, json.get("measured_peak_bytes").asInt());
    assertTrue(json.get("compile_ms").asDouble() > 0);
    assertTrue(json.get("run_ms").asDouble() > 0);
  }

  @Test
  void checkReportsAllErrorsAndRunsNothing() throws IOException {
    Path wrong = write("wrong.ein", "Y[i] = X[i] + foo(X[i])\nZ[i] = X[i\n\"z.npy\" = X\n");
    Ein ein = Ein.run("check", wrong);
    assertEquals(1, ein.code());
    assertTrue(ein.err().contains("wrong.ein:1:"), ein.err());
    assertTrue(ein.err().contains("wrong.ein:2:"), ein.err());
    assertFalse(Files.exists(folder.resolve("z.npy")));
    Ein json = Ein.run("check", "--json", wrong);
    assertEquals(1, json.code());
    assertTrue(new ObjectMapper().readTree(json.out()).get("diagnostics").size() >= 2);
    assertEquals("", Ein.run("check", program).require().err());
  }

  @Test
  void fmtRewritesAndChecks() throws IOException {
    Path loose = write("loose.ein", "C[i,k]=A[i,j]B[j,k]");
    assertEquals(1, Ein.run("fmt", "--check", loose).code());
    assertEquals("C[i,k]=A[i,j]B[j,k]", Files.readString(loose));
    Ein.run("fmt", loose).require();
    assertEquals("C[i, k] = A[i, j] B[j, k]\n", Files.readString(loose));
    Ein.run("fmt", "--check", loose).require();
    Path wrong = write("wrong.ein", "C[i,k]=A[i,j");
    assertEquals(1, Ein.run("fmt", loose, wrong).code());
    assertEquals("C[i,k]=A[i,j", Files.readString(wrong));
  }

  @Test
  void filesOfAProgramStayInItsFolder() throws IOException {
    Path outside = Files.createTempDirectory("ein-outside");
    Files.writeString(outside.resolve("x.csv"), "1,2\n");
    Path reads = write("reads.ein", "X = \"" + outside.resolve("x.csv") + "\"\nX?\n");
    Ein ein = Ein.run("run", reads);
    assertEquals(1, ein.code());
    assertTrue(ein.err().contains("E0556"), ein.err());
    assertEquals(
        "[[1. 2.]]\n", Ein.run("run", reads, "-q", "--allow-read", outside).require().out());
    Files.delete(outside.resolve("x.csv"));
    Files.delete(outside);
  }

  @Test
  void textOfAStageThatIsWrongIsRefused() throws IOException {
    for (String stage :
        new String[] {
          "ast", "equations", "tensor", "loops", "scheduled", "bytecode", "llvm", "asm"
        }) {
      Path wrong = write("wrong.txt", "((( this is nothing of the kind\n");
      Ein ein = Ein.run("run", wrong, "--from", stage);
      assertEquals(1, ein.code(), stage + ": " + ein.err());
      assertTrue(ein.err().startsWith("error[E"), stage + ": " + ein.err());
    }
  }

  @Test
  void verifyEachRunsTheInterpreter() {
    Ein.run("ir", program, "--stage", "scheduled", "--verify-each").require();
    Ein.run("ir", program, "--stage", "scheduled", "--verify-each=exec", "--seed", "7").require();
    Ein dumped = Ein.run("ir", program, "--stage", "loops", "--print-after", "all").require();
    assertTrue(dumped.out().contains("after lower-to-loops"), dumped.out());
  }

  private static final String NESTED =
      """
      input A[i: 4, j: 4]
      T[i, k] = A[i, j] A[j, k]
      Y[i, l] = T[i, k] A[k, l]
      M[i] max= A[i, j]
      W[i] max= A[i, k] M[k]
      Y?
      W?
      """;

  @Test
  void nestedEquationsAreOneUnlessALawForbidsIt() throws IOException {
    Path nested = write("nested.ein", NESTED);
    String text =
        Ein.run("ir", nested, "--stage", "tensor", "--passes", "normalize").require().out();
    assertTrue(text.contains("A[i, j] * A[j, k] * A[k, l]"), text);
    assertTrue(text.contains("A[i, k] * M[k]"), text);
    String exact =
        Ein.run("ir", nested, "--stage", "tensor", "--passes", "normalize", "--exact")
            .require()
            .out();
    assertTrue(exact.contains("T[i, k] * A[k, l]"), exact);
    String explained = Ein.run("explain", nested, "--json").require().out();
    assertTrue(explained.contains("\"rule\" : \"denest\""), explained);
    assertTrue(explained.contains("the common factor is negative"), explained);
  }

  @Test
  void verifyEachAllowsForAnotherOrderOfFloats() throws IOException {
    Path nested = write("nested.ein", NESTED);
    Ein.run("ir", nested, "--stage", "scheduled", "--verify-each=exec").require();
    Ein.run("ir", nested, "--stage", "scheduled", "--verify-each=exec", "--exact").require();
  }

  @Test
  void doctorNamesEveryBackend() {
    String out = Ein.run("doctor").require().out();
    assertTrue(out.contains("backend jvm") && out.contains("backend llvm"), out);
  }

  @Test
  void helpAndVersion() {
    assertTrue(Ein.run("--help").require().out().contains("einsum"));
    assertTrue(Ein.run("run", "--help").require().out().contains("--query"));
    assertTrue(Ein.run("--version").require().out().startsWith("ein"));
  }
}
