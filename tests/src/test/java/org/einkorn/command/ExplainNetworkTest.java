package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `ein explain --network`: what it prints, and what it refuses.
final class ExplainNetworkTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("network.json"), text);
  }

  private JsonNode explain(String text, Object... options) throws IOException {
    List<Object> words = new ArrayList<>(List.of("explain", "--network", file(text), "--json"));
    words.addAll(List.of(options));
    return JSON.readTree(Ein.run(words.toArray()).require().out());
  }

  @Test
  void aChainIsContractedFromItsVector() throws IOException {
    JsonNode plan =
        explain(
            """
            {"size_dict": {"i": 1000, "j": 1000, "long name": 1000}, "output": ["i"],
             "inputs": [["i", "j"], ["j", "long name"], ["long name"]]}
            """,
            "--objective",
            "flops");
    List<String> keys = new ArrayList<>();
    plan.fieldNames().forEachRemaining(keys::add);
    assertEquals(
        List.of("log10_flops", "log2_size", "log2_peak", "path", "slices", "seconds"), keys);
    assertEquals("[[1,2],[0,1]]", plan.get("path").toString());
    assertEquals(Math.log10(2e6), plan.get("log10_flops").doubleValue(), 1e-12);
    assertEquals(Math.log(1000) / Math.log(2), plan.get("log2_size").doubleValue(), 1e-12);
    assertEquals(Math.log(2000) / Math.log(2), plan.get("log2_peak").doubleValue(), 1e-12);
    assertEquals("[]", plan.get("slices").toString());
    assertTrue(plan.get("seconds").doubleValue() > 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"inputs\": [], \"output\": [], \"size_dict\": {}} | []",
        "{\"inputs\": [[\"a\"]], \"output\": [], \"size_dict\": {\"a\": 3}} | [[0]]",
        "{\"inputs\": [[1], [1, 1]], \"output\": [1], \"size_dict\": {\"1\": 3}} | [[0,1]]",
        "{\"inputs\": [[], []], \"output\": [], \"size_dict\": {\"unused\": 0}} | [[0,1]]"
      })
  void smallNetworksHaveAPath(String text, String path) throws IOException {
    assertEquals(path, explain(text).get("path").toString());
  }

  @Test
  void slicesAreNamed() throws IOException {
    String text =
        """
        {"inputs": [["a", "b"], ["b", "c"], ["c", "d"]], "output": ["a", "d"],
         "size_dict": {"a": 10, "b": 20, "c": 30, "d": 40}}
        """;
    JsonNode plan = explain(text, "--memory-limit", 450);
    assertTrue(plan.get("log2_peak").doubleValue() <= Math.log(450) / Math.log(2) + 1e-12);
    assertTrue(Stream.of("a", "b", "c", "d").anyMatch(plan.get("slices").get(0).asText()::equals));
    Ein refused = Ein.run("explain", "--network", file(text), "--memory-limit", 400);
    assertEquals(3, refused.code());
    assertTrue(refused.err().contains("the smallest memory limit that works is 401"));
    assertTrue(explain(text, "--memory-limit", 401).get("log2_peak").doubleValue() < 8.6475);
  }

  @Test
  void theTableSaysHowGoodTheOrderIs() throws IOException {
    String out =
        Ein.run(
                "explain",
                "--network",
                file(
                    """
                    {"inputs": [["a", "b"], ["b"]], "output": ["a"], "size_dict": {"a": 4, "b": 5}}
                    """))
            .require()
            .out();
    assertTrue(out.contains("the best of all"), out);
    assertTrue(out.lines().anyMatch(line -> line.matches("operations +20")), out);
  }

  @ParameterizedTest
  @CsvSource({
    "--budget,5",
    "--budget,-1s",
    "--objective,speed",
    "--memory-limit,2^63",
    "--memory-limit,1e9",
    "--memory-limit,-1",
    "--threads,0",
    "--shape,A=3x3"
  })
  void anOptionMustBeOne(String option, String value) throws IOException {
    Path network = file("{\"inputs\": [], \"output\": [], \"size_dict\": {}}");
    assertEquals(2, Ein.run("explain", "--network", network, option, value).code());
  }

  @Test
  void aNetworkHasNoLoopsToSchedule() throws IOException {
    Path network = file("{\"inputs\": [], \"output\": [], \"size_dict\": {}}");
    Path script = Files.writeString(folder.resolve("s.schedule"), "schedule Y {\n}\n");
    Ein result = Ein.run("explain", "--network", network, "--schedule", script);
    assertEquals(2, result.code());
    assertTrue(result.err().contains("--schedule,"), result.err());
  }

  @Test
  void optionsOfNetworksNeedOne() {
    assertEquals(2, Ein.run("explain", "ij,jk", "--budget", "1s").code());
    assertEquals(2, Ein.run("explain").code());
  }

  @Test
  void filesThatCannotBeReadAreSaid() throws IOException {
    assertTrue(Ein.run("explain", "--network", folder).err().contains("E0502"));
    assertTrue(Ein.run("explain", "--network", folder.resolve("no")).err().contains("E0501"));
    Path latin =
        Files.write(folder.resolve("l.json"), "{\"ä\": 1}".getBytes(StandardCharsets.ISO_8859_1));
    assertTrue(Ein.run("explain", "--network", latin).err().contains("E0521"));
  }
}
