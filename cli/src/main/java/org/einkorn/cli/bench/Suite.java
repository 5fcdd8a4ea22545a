package org.einkorn.cli.bench;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import org.einkorn.Einkorn;
import org.einkorn.Options;
import org.einkorn.Stage;
import org.einkorn.ir.target.RefusedException;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;

/// A list of programs with the sizes that they are measured at: a file of JSON, or a folder with a
/// `workloads.json`.
///
/// ```text
/// {"schema": 1,
///  "workloads": [{"id": NAME, "program": PATH,            relative to the file
///                 "shapes": {INPUT: "64x64", …},
///                 "small": {INPUT: "9x5", …},             for --small; may be left out
///                 "peer": FORM,                           where the program is no einsum
///                 "density": {INPUT: 0.01, …}}, …]}       of Boolean inputs
/// ```
public final class Suite {
  private static final String MANIFEST = "workloads.json";
  private static final Set<String> KEYS = Set.of("schema", "workloads");
  private static final Set<String> ENTRY_KEYS =
      Set.of("id", "program", "shapes", "small", "peer", "density");

  private final Path file;
  private final Function<String, Shape> shapeReader;
  private final List<Entry> entries = new ArrayList<>();

  /// One line of a suite.
  private record Entry(
      String id,
      Path program,
      SequencedMap<String, Shape> shapes,
      SequencedMap<String, Shape> small,
      Optional<PeerTask> task,
      Map<String, Double> density) {}

  private Suite(Path file, Function<String, Shape> shapeReader) {
    this.file = file;
    this.shapeReader = shapeReader;
  }

  /// Reads a suite.
  ///
  /// @param name a path; or the name of a folder of `bench` in the checkout of this command
  /// @param shapeReader what a shape such as `2x3` means
  /// @throws DataException E0501 to E0503 if the file can't be read
  /// @throws RefusedException E0564 for what is no suite
  public static Suite read(String name, Function<String, Shape> shapeReader) {
    Suite suite = new Suite(find(name), shapeReader);
    suite.readEntries();
    return suite;
  }

  private static Path find(String name) {
    Path path = Path.of(name);
    Optional<Path> own =
        name.matches("[\\w-]+")
            ? Checkout.find("bench/" + name + "/" + MANIFEST)
            : Optional.empty();
    if (Files.isDirectory(path) && Files.exists(path.resolve(MANIFEST))) {
      return path.resolve(MANIFEST);
    }
    if (Files.isRegularFile(path)) {
      return path;
    }
    return own.orElseThrow(
        () ->
            DataException.of(DataFault.FILE_NOT_FOUND)
                .at(Files.isDirectory(path) ? path.resolve(MANIFEST) : path)
                .expected("the name of a suite, such as workloads, or the path of one"));
  }

  // ---- reading

  private void readEntries() {
    JsonNode root;
    try {
      root =
          JsonMapper.builder()
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
              .build()
              .readTree(Einkorn.readText(file));
    } catch (JsonProcessingException e) {
      throw wrong("it is no JSON: " + e.getOriginalMessage());
    }
    requireKeys(root, KEYS, "the suite");
    if (root.path("schema").asInt() != 1) {
      throw wrong("its schema is " + root.path("schema") + ", and 1 is known");
    }
    if (!root.path("workloads").isArray() || root.path("workloads").isEmpty()) {
      throw wrong("it has no list of workloads");
    }
    Set<String> ids = new HashSet<>();
    for (JsonNode node : root.path("workloads")) {
      Entry entry = entry(node);
      if (!ids.add(entry.id)) {
        throw wrong("`" + entry.id + "` is there twice");
      }
      entries.add(entry);
    }
  }

  private Entry entry(JsonNode node) {
    requireKeys(node, ENTRY_KEYS, "a workload");
    String id = text(node, "id");
    SequencedMap<String, Shape> shapes = shapes(node.path("shapes"), id);
    return new Entry(
        id,
        file.resolveSibling(text(node, "program")),
        shapes,
        node.has("small") ? shapes(node.path("small"), id) : shapes,
        node.has("peer") ? Optional.of(PeerTask.of(text(node, "peer"))) : Optional.empty(),
        densities(node.path("density"), id));
  }

  private void requireKeys(JsonNode node, Set<String> known, String what) {
    if (!node.isObject()) {
      throw wrong(what + " is an object, not " + node);
    }
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                throw wrong(what + " has no `" + key + "`");
              }
            });
  }

  private String text(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isTextual() || value.asText().isEmpty()) {
      throw wrong("a workload without `" + key + "`: " + node);
    }
    return value.asText();
  }

  private SequencedMap<String, Shape> shapes(JsonNode node, String id) {
    if (!node.isObject()) {
      throw wrong("`" + id + "` has no shapes");
    }
    SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
    node.properties()
        .forEach(entry -> shapes.put(entry.getKey(), shapeReader.apply(entry.getValue().asText())));
    return shapes;
  }

  private Map<String, Double> densities(JsonNode node, String id) {
    Map<String, Double> densities = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      double density = entry.getValue().asDouble(-1);
      if (density < 0 || density > 1) {
        throw wrong("the density of `" + id + "` is no number from 0 to 1: " + entry.getValue());
      }
      densities.put(entry.getKey(), density);
    }
    return densities;
  }

  private RefusedException wrong(String why) {
    return new RefusedException(
        "E0564", file + " is no suite of benchmarks: " + why, "docs/bench.md says what a suite is");
  }

  // ---- use

  private Path folder() {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? Path.of("") : parent;
  }

  /// What a report calls the suite.
  public String title() {
    return String.valueOf(file.endsWith(MANIFEST) ? folder().getFileName() : file.getFileName());
  }

  /// The ids, in order.
  public List<String> ids() {
    return entries.stream().map(Entry::id).toList();
  }

  /// One of the workloads.
  ///
  /// @param isSmall whether it has the sizes for tests
  public Workload workload(String id, boolean isSmall, Options options) {
    for (Entry entry : entries) {
      if (entry.id.equals(id)) {
        return new Workload(
            id,
            Einkorn.open(entry.program, Stage.EQUATIONS, options),
            folder(),
            isSmall ? entry.small : entry.shapes,
            Map.of(),
            entry.density,
            entry.task);
      }
    }
    throw new IllegalArgumentException("no workload " + id);
  }
}
