package org.einkorn.tune;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.einkorn.ir.target.Machine;
import org.einkorn.passes.tune.Space;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// What was measured, to be committed beside a program: the next search learns from it, for this
/// program or for another one.
///
/// Its text is JSON, one measurement a line, in the order in which they were made. Of two
/// measurements of one schedule the later one counts.
public final class Database {
  private static final int SCHEMA = 1;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final List<Entry> entries;

  /// A measurement.
  ///
  /// @param function the loops before the schedule, as IR text; those of several functions where a
  ///   script makes one of them
  /// @param seconds the median of several runs
  /// @param modelSeconds that of the schedule by the model, measured at the same time, or of the
  ///   script that a search began with
  /// @param features what a model learns from
  /// @param script the schedule
  public record Entry(
      String function,
      String backend,
      int threads,
      Machine machine,
      double seconds,
      double modelSeconds,
      double[] features,
      String script) {
    public Entry {
      features = features.clone();
    }

    private String key() {
      return String.join("\n", function, backend, "" + threads, machine.toString(), script);
    }
  }

  private Database(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  public static Database empty() {
    return new Database(List.of());
  }

  public List<Entry> entries() {
    return entries;
  }

  /// This and more measurements.
  Database with(List<Entry> more) {
    Map<String, Entry> byKey = new LinkedHashMap<>();
    entries.forEach(entry -> byKey.put(entry.key(), entry));
    more.forEach(entry -> byKey.put(entry.key(), entry));
    return new Database(new ArrayList<>(byKey.values()));
  }

  /// What a model learns from: machines with other vectors have other tiles, and tell nothing.
  List<CostModel.Sample> samples(Machine machine) {
    return entries.stream()
        .filter(entry -> entry.machine().vectorBytes() == machine.vectorBytes())
        .map(
            entry -> new CostModel.Sample(entry.features(), entry.seconds() / entry.modelSeconds()))
        .toList();
  }

  // ---- text

  /// The text of a file.
  public String text() {
    StringBuilder text = new StringBuilder("{\"schema\": " + SCHEMA + ", \"measurements\": [");
    String separator = "\n";
    for (Entry entry : entries) {
      text.append(separator).append(json(entry));
      separator = ",\n";
    }
    return text.append("\n]}\n").toString();
  }

  private static String json(Entry entry) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("function", entry.function());
    node.put("backend", entry.backend());
    node.put("threads", entry.threads());
    ObjectNode machine = node.putObject("machine");
    machine.put("vector_bytes", entry.machine().vectorBytes());
    machine.put("vector_registers", entry.machine().vectorRegisters());
    machine.put("l1_bytes", entry.machine().l1Bytes());
    machine.put("l2_bytes", entry.machine().l2Bytes());
    node.put("seconds", entry.seconds());
    node.put("model_seconds", entry.modelSeconds());
    ArrayNode features = node.putArray("features");
    for (double feature : entry.features()) {
      features.add(feature);
    }
    node.put("script", entry.script());
    return node.toString();
  }

  /// Reads the text of a file.
  ///
  /// @param name of the file, for messages
  /// @throws DataException where it is no such text
  public static Database parse(String name, String text) {
    JsonNode root;
    try {
      root = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw malformed(name, "no JSON: " + e.getOriginalMessage());
    }
    if (root == null || root.path("schema").asInt() != SCHEMA) {
      throw malformed(name, "no `\"schema\": " + SCHEMA + "`");
    }
    List<Entry> entries = new ArrayList<>();
    for (JsonNode node : root.path("measurements")) {
      entries.add(entry(name, node, entries.size() + 1));
    }
    return new Database(entries);
  }

  private static Entry entry(String name, JsonNode node, int number) {
    JsonNode machine = node.path("machine");
    double[] features = new double[Space.FEATURES];
    JsonNode list = node.path("features");
    boolean isWhole =
        node.path("function").isTextual()
            && node.path("backend").isTextual()
            && node.path("script").isTextual()
            && node.path("threads").asInt() > 0
            && node.path("seconds").asDouble() > 0
            && node.path("model_seconds").asDouble() > 0
            && machine.path("vector_bytes").asInt() > 0
            && machine.path("vector_registers").asInt() > 0
            && machine.path("l1_bytes").asLong() > 0
            && machine.path("l2_bytes").asLong() > 0
            && list.size() == features.length;
    if (!isWhole) {
      throw malformed(name, "measurement " + number + " has a member too few, or a wrong one");
    }
    for (int place = 0; place < features.length; place++) {
      features[place] = list.get(place).asDouble();
    }
    return new Entry(
        node.path("function").asText(),
        node.path("backend").asText(),
        node.path("threads").asInt(),
        new Machine(
            machine.path("vector_bytes").asInt(),
            machine.path("vector_registers").asInt(),
            machine.path("l1_bytes").asLong(),
            machine.path("l2_bytes").asLong()),
        node.path("seconds").asDouble(),
        node.path("model_seconds").asDouble(),
        features,
        node.path("script").asText());
  }

  private static DataException malformed(String name, String found) {
    return DataException.of(DataFault.WRONG_MAGIC)
        .at(name)
        .expected("a database of measurements, as `ein tune` writes it")
        .found(found);
  }
}
