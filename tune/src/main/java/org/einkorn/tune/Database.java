package org.einkorn.tune;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.einkorn.Einkorn;
import org.einkorn.ir.target.Machine;
import org.einkorn.passes.tune.Space;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.io.OutputFile;
import org.jspecify.annotations.Nullable;

/// What was measured, to be committed beside a program: the next search learns from it, for this
/// program or for another one.
///
/// Its text is JSON, one measurement a line, in the order in which they were made. Of two
/// measurements of one schedule the later one counts.
public final class Database {
  private static final int SCHEMA = 1;
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

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

  /// What this has and another one has not, which this began with.
  private List<Entry> since(Database begin) {
    Set<Entry> known = Collections.newSetFromMap(new IdentityHashMap<>());
    known.addAll(begin.entries);
    return entries.stream().filter(entry -> !known.contains(entry)).toList();
  }

  /// What a model learns from: machines with other vectors have other tiles, and tell nothing.
  List<CostModel.Sample> samples(Machine machine) {
    return entries.stream()
        .filter(entry -> entry.machine().vectorBytes() == machine.vectorBytes())
        .map(
            entry -> new CostModel.Sample(entry.features(), entry.seconds() / entry.modelSeconds()))
        .toList();
  }

  // ---- files

  /// The measurements of a file; none where there is no file or nothing in it.
  ///
  /// @throws DataException where it is no database, or can't be read
  public static Database read(Path path) {
    return Files.exists(path) ? parse(path.toString(), Einkorn.readText(path)) : empty();
  }

  /// Adds what was measured since `begin` was read to what the file holds by now. Another search
  /// may have written to it meanwhile, and waits while this one does.
  ///
  /// @throws DataException where the file can't be written, or is no database any more
  public void addTo(Path path, Database begin) {
    OutputFile.requireWritable(path);
    synchronized (Database.class) { // a lock on a file is that of the whole process
      try {
        while (!isAddedTo(path, begin)) {}
      } catch (IOException failure) {
        throw DataException.of(DataFault.UNWRITABLE).at(path).because(failure);
      }
    }
  }

  /// False where the file that was locked is not that of the path any more: the one who held the
  /// lock before has put a new one in its place.
  private boolean isAddedTo(Path path, Database begin) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      write(path, begin); // a device
      return true;
    }
    if (!Files.exists(path)) {
      try {
        Files.createFile(path);
      } catch (FileAlreadyExistsException another) {
        return false;
      }
    }
    Object before = key(path);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      boolean isLocked = lock.isValid() && Objects.equals(before, key(path));
      if (isLocked) {
        write(path, begin);
      }
      return isLocked;
    }
  }

  private void write(Path path, Database begin) {
    String text = read(path).with(since(begin)).text();
    OutputFile.write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  /// What tells a file from another one, where the system says it.
  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
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
    machine.put("has_vectors", entry.machine().hasVectors());
    node.put("seconds", entry.seconds());
    node.put("model_seconds", entry.modelSeconds());
    ArrayNode features = node.putArray("features");
    for (double feature : entry.features()) {
      features.add(feature);
    }
    node.put("script", entry.script());
    return node.toString();
  }

  /// Reads the text of a file; an empty one has no measurements.
  ///
  /// @param name of the file, for messages
  /// @throws DataException where it is no such text
  public static Database parse(String name, String text) {
    if (text.isBlank()) {
      return empty();
    }
    JsonNode root;
    try {
      root = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw malformed(name, "no JSON" + (at == null ? "" : " from line " + at.getLineNr() + " on"));
    }
    if (!root.path("schema").isIntegralNumber() || root.path("schema").asLong() != SCHEMA) {
      throw malformed(name, "no `\"schema\": " + SCHEMA + "`");
    }
    if (!root.path("measurements").isArray()) {
      throw malformed(name, "no list `measurements`");
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
            && isTime(node.path("seconds"))
            && isTime(node.path("model_seconds"))
            && machine.path("vector_bytes").asInt() > 0
            && machine.path("vector_registers").asInt() > 0
            && machine.path("l1_bytes").asLong() > 0
            && machine.path("l2_bytes").asLong() > 0
            && list.size() == features.length;
    if (!isWhole) {
      throw malformed(name, "measurement " + number + " has a member too few, or a wrong one");
    }
    for (int place = 0; place < features.length; place++) {
      features[place] = list.get(place).asDouble(Double.NaN);
      if (!Double.isFinite(features[place])) {
        throw malformed(name, "measurement " + number + " has a feature that is no number");
      }
    }
    return new Entry(
        node.path("function").asText(),
        node.path("backend").asText(),
        node.path("threads").asInt(),
        new Machine(
            machine.path("vector_bytes").asInt(),
            machine.path("vector_registers").asInt(),
            machine.path("l1_bytes").asLong(),
            machine.path("l2_bytes").asLong(),
            machine.path("has_vectors").asBoolean(true)),
        node.path("seconds").asDouble(),
        node.path("model_seconds").asDouble(),
        features,
        node.path("script").asText());
  }

  private static boolean isTime(JsonNode seconds) {
    return seconds.asDouble() > 0 && Double.isFinite(seconds.asDouble());
  }

  private static DataException malformed(String name, String found) {
    return DataException.of(DataFault.WRONG_MAGIC)
        .at(name)
        .expected("a database of measurements, as `ein tune` writes it")
        .found(found);
  }
}
