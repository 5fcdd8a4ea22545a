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
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `ein bench`: what it prints, and that it prints no figure of a wrong result.
final class BenchCommandTest {
  private static final List<String> KEYS =
      List.of(
          "name",
          "backend",
          "threads",
          "median_ms",
          "min_ms",
          "runs",
          "gflops",
          "gbps",
          "share_of_fma_limit",
          "share_of_bandwidth",
          "peer",
          "peer_median_ms",
          "ratio");

  @TempDir Path folder;
  private Path program = Path.of("");

  @BeforeEach
  void writeProgram() {
    program =
        write(
            "product.ein",
            """
            input A[i: N, k: K]
            input B[k: K, j: M]
            C[i, j] = A[i, k] B[k, j]
            output C
            """);
  }

  private Path write(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Ein quick(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("bench"));
    arguments.addAll(Arrays.asList(more));
    arguments.addAll(List.of("--runs", 2, "--seconds", 0));
    return Ein.run(arguments.toArray());
  }

  private Ein product(Object... more) {
    List<Object> arguments =
        new ArrayList<>(List.of(program, "--shape", "A=33x35", "--shape", "B=35x31"));
    arguments.addAll(Arrays.asList(more));
    return quick(arguments.toArray());
  }

  private static JsonNode json(Ein ein) throws IOException {
    return new ObjectMapper().readTree(ein.require().out());
  }

  @Test
  void jsonHasTheseKeysAndNoOthers() throws IOException {
    Ein ein = product("--backend", "jvm,llvm", "--json", "-v");
    JsonNode rows = json(ein);
    assertTrue(ein.err().matches("\\s*[\\d.]+ ms  product\n"), ein.err());
    assertEquals(2, rows.size());
    assertEquals("jvm", rows.get(0).path("backend").asText());
    assertEquals("llvm", rows.get(1).path("backend").asText());
    for (JsonNode row : rows) {
      List<String> keys = new ArrayList<>();
      row.fieldNames().forEachRemaining(keys::add);
      assertEquals(KEYS, keys);
      assertEquals("product", row.path("name").asText());
      assertEquals(1, row.path("threads").asInt());
      assertEquals(2, row.path("runs").asInt());
      double seconds = row.path("median_ms").asDouble() / 1e3;
      assertTrue(seconds > 0 && row.path("min_ms").asDouble() / 1e3 <= seconds);
      // 33 x 31 x 35 multiplications and as many additions.
      assertEquals(71.61e3, row.path("gflops").asDouble() * 1e9 * seconds, 1);
      assertEquals(
          4 * (33 * 35 + 35 * 31 + 33 * 31), row.path("gbps").asDouble() * 1e9 * seconds, 1);
      assertTrue(row.path("share_of_fma_limit").asDouble() > 0);
      assertTrue(row.path("share_of_bandwidth").asDouble() > 0);
      assertTrue(row.path("peer").isNull() && row.path("ratio").isNull());
    }
  }

  @Test
  void comparesWithAPeer() throws IOException {
    Path peer = FakePeer.write(folder, FakePeer.Kind.RIGHT);
    JsonNode row = json(product("--backend", "llvm", "--against", peer, "--json")).get(0);
    // The setting that would slow a peer down is not passed on.
    assertEquals("fake 1.0 (core type null, 1 thread): by hand", row.path("peer").asText());
    assertEquals(1.0, row.path("peer_median_ms").asDouble());
    assertEquals(1 / row.path("median_ms").asDouble(), row.path("ratio").asDouble(), 1e-9);
  }

  @Test
  void aWrongResultHasNoFigure() {
    Path peer = FakePeer.write(folder, FakePeer.Kind.WRONG);
    Ein wrong = product("--against", peer);
    assertRefused("E0562", wrong);
    assertTrue(wrong.err().contains("`C` of `product` is not what the interpreter makes"));
    assertTrue(wrong.err().contains("element [1, 2] is "), wrong.err());
  }

  @Test
  void peersThatFailAreSaidToFail() {
    Ein babbler = product("--against", FakePeer.write(folder, FakePeer.Kind.BABBLER));
    assertRefused("E0732", babbler);
    assertTrue(babbler.err().contains("as fast as can be"), babbler.err());
    Ein quitter = product("--against", FakePeer.write(folder, FakePeer.Kind.QUITTER));
    assertRefused("E0732", quitter);
    assertTrue(quitter.err().contains("no memory for work"), quitter.err());
    Path noProgram = write("no-program", "#!/no/such/interpreter\n");
    assertTrue(noProgram.toFile().setExecutable(true));
    assertRefused("E0732", product("--against", noProgram));
    assertRefused("E0731", product("--against", FakePeer.write(folder, FakePeer.Kind.STRANGER)));
  }

  @Test
  void peersThatAreNotThereAreRefused() {
    assertRefused("E0730", product("--against", "no-such-peer"));
    Path other = write("softmax.ein", "input X[i: N]\nY[i.] = softmax(X[i])\noutput Y\n");
    Path peer = FakePeer.write(folder, FakePeer.Kind.RIGHT);
    assertRefused("E0731", quick(other, "--shape", "X=9", "--against", peer));
  }

  private static void assertRefused(String code, Ein refused) {
    assertEquals(1, refused.code(), refused.err());
    assertTrue(refused.err().startsWith("error[" + code + "]"), refused.err());
    assertEquals("", refused.out());
  }

  @Test
  void whatIsMissingIsSaid() {
    Ein open = quick(program, "--shape", "A=3x4");
    assertRefused("E0552", open);
    assertTrue(open.err().contains("--shape B="), open.err());
    assertRefused("E0102", quick(program, "--shape", "A=3x4", "--shape", "B=5x4"));
    assertRefused("E0553", product("--shape", "D=3"));
    assertRefused("E0501", quick(folder.resolve("none.ein")));
    Path rules = write("rules.ein", "input Edge(x, y)\nWay(x, y) <- Edge(x, y)\nWay(x, y)?\n");
    assertRefused("E0563", quick(rules));
  }

  @Test
  void wrongUsageIsSaid() {
    assertUsage("name a program", quick());
    assertUsage("name a program", quick(program, "--suite", "workloads"));
    assertUsage("shapes and data of its own", quick("--suite", "workloads", "--shape", "A=2x2"));
    assertUsage("for a --suite", product("--only", "sgemm64"));
    assertUsage("for a --suite", product("--small"));
    assertUsage("at least 1", product("--threads", "1,0"));
    assertUsage("interpreter's time", product("--backend", "interp"));
    assertUsage("a shape is written", product("--shape", "C=two"));
    assertUsage("the suite has no `sgem`", quick("--suite", "workloads", "--only", "sgem"));
    assertUsage("no backend is called `fast`", product("--backend", "jvm,fast"));
    assertUsage("Unknown option", product("--fast"));
  }

  private static void assertUsage(String message, Ein wrong) {
    assertEquals(2, wrong.code(), wrong.err());
    assertTrue(wrong.err().contains(message), wrong.err());
    assertEquals("", wrong.out());
  }

  /// Positions are positions, and given data are taken.
  @Test
  void dataAreGivenOrMade() {
    Path gather =
        write(
            "gather.ein",
            """
            input I[t: T]: i64
            input X[n: N, d: 4]
            Y[t, d] = X[I[t], d]
            output Y
            """);
    quick(gather, "--shape", "I=50", "--shape", "X=3x4", "--backend", "llvm", "--json").require();
    quick(gather, "I=[0, 2]", "--shape", "X=3x4", "--backend", "llvm", "--json").require();
    assertRefused("E0550", quick(gather, "I=[0, 3]", "--shape", "X=3x4", "--backend", "llvm"));
  }

  @Test
  void aSuiteIsMeasuredOneByOne() throws IOException {
    Path broken = write("broken.ein", "C[i] = \n");
    Path suite =
        write(
            "suite.json",
            """
            {"schema": 1, "workloads": [
              {"id": "broken", "program": "broken.ein", "shapes": {}},
              {"id": "first", "program": "product.ein",
               "shapes": {"A": "999999x999999", "B": "999999x999999"},
               "small": {"A": "33x35", "B": "35x31"}}]}
            """);
    Path table = write("RESULTS.md", "# Results\n\nBefore.\n");
    Ein ein = quick("--suite", suite, "--small", "--backend", "llvm", "--markdown", table);
    assertEquals(1, ein.code(), ein.err());
    assertTrue(ein.err().startsWith("broken is not measured:\nerror[E0"), ein.err());
    assertTrue(ein.err().contains(broken.toString()), ein.err());
    assertTrue(ein.out().contains("\nfirst  llvm "), ein.out());
    assertTrue(ein.out().contains("\nlimits, 1 thread: "), ein.out());
    String written = Files.readString(table);
    assertTrue(
        written.startsWith(
            "# Results\n\nBefore.\n\n## ein bench: suite.json\n\n`./ein bench --suite "),
        written);
    assertTrue(written.contains("| first | llvm | 1 | "), written);
  }

  @Test
  void whatIsNoSuiteIsRefused() {
    String one = "{\"id\": \"a\", \"program\": \"product.ein\", \"shapes\": {\"A\": \"2x2\"}}";
    for (String text :
        List.of(
            "",
            "[]",
            "{\"schema\": 2, \"workloads\": [" + one + "]}",
            "{\"schema\": 1, \"workloads\": []}",
            "{\"schema\": 1, \"workloads\": [" + one + ", " + one + "]}",
            "{\"schema\": 1, \"workloads\": [" + one + "], \"more\": 1}",
            "{\"schema\": 1, \"workloads\": [{\"id\": \"a\"}]}",
            "{\"schema\": 1, \"workloads\": [{\"id\": \"a\", \"program\": \"b\", \"shapes\": 3}]}",
            "{\"schema\": 1, \"workloads\": ["
                + one.replace("}}", "}, \"density\": {\"A\": 2}}]}"))) {
      Ein refused = quick("--suite", write("suite.json", text));
      assertRefused("E0564", refused);
      assertFalse(refused.err().contains("Source:"), refused.err());
    }
    assertRefused("E0501", quick("--suite", "no-such-suite"));
  }
}
