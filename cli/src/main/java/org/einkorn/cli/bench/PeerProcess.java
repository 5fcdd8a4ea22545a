package org.einkorn.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.einkorn.ir.target.RefusedException;
import org.jspecify.annotations.Nullable;

/// Another program that computes what ours does, in a process of its own. It reads requests from
/// its standard input and answers each by one line, all of them JSON:
///
/// ```text
/// at its start                                  {"peer": NAME, "version": TEXT, "isa": TEXT, "threads": N}
/// {"do": "load", "form": F, "spec": S,
///  "inputs": [PATH.npy, …]}                     {"ok": true, "variants": [NAME, …]}
///                                               {"ok": false, "refused": WHY}   it does not know the form
/// {"do": "run", "variant": K, "times": N}       {"ok": true, "ns": NANOSECONDS}
/// {"do": "result", "variant": K, "path": PATH}  {"ok": true}                    PATH is a .npy file now
/// {"do": "end"}                                 and it ends
/// any of these, if it goes wrong                {"ok": false, "error": WHY}
/// ```
///
/// A variant is a way to compute the form; `ns` is what all runs took together, the writing of
/// results apart. `OPENBLAS_…` settings of this machine, which would slow a peer down, are not
/// passed on.
final class PeerProcess implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long ANSWER_MINUTES = 10;
  private static final int LAST_LINES = 3;

  private final String name;
  private final Process process;
  private final BufferedWriter requests;
  private final LinkedBlockingQueue<Line> answers = new LinkedBlockingQueue<>();
  private final Path errors;
  private final JsonNode hello;

  /// A line that it printed, or the end of all.
  private record Line(String text, boolean isEnd) {}

  private PeerProcess(String name, Process process, Path errors) {
    this.name = name;
    this.process = process;
    this.errors = errors;
    requests =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    Thread.ofVirtual().start(this::listen);
    hello = answer("start");
  }

  /// Starts a peer.
  ///
  /// @param folder takes what it says on standard error
  /// @throws RefusedException E0732 if it does not start
  static PeerProcess start(String name, List<String> command, int threads, Path folder) {
    Path errors = folder.resolve(name + "-" + threads + ".err");
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(key -> key.startsWith("OPENBLAS_"));
    for (String variable :
        List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "EIN_THREADS")) {
      environment.put(variable, Integer.toString(threads));
    }
    builder.redirectError(errors.toFile());
    try {
      return new PeerProcess(name, builder.start(), errors);
    } catch (IOException e) {
      throw new RefusedException(
          "E0732",
          "the peer " + name + " does not start: " + e.getMessage(),
          "a peer is a program that answers lines of JSON, as docs/bench.md says");
    }
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.add(new Line(line, false));
      }
    } catch (IOException e) {
      // The process is gone, as the last line says.
    }
    answers.add(new Line("", true));
  }

  /// Its name, version, instruction set and number of threads, for a report.
  String describe() {
    int threads = hello.path("threads").asInt();
    String isa = hello.path("isa").asText();
    return "%s %s (%s%d %s)"
        .formatted(
            hello.path("peer").asText(name),
            hello.path("version").asText("?"),
            isa.isEmpty() ? "" : isa + ", ",
            threads,
            threads == 1 ? "thread" : "threads");
  }

  /// Gives it work.
  ///
  /// @return the ways in which it computes that; none if it does not know how
  List<String> load(PeerTask task, List<Path> inputs) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("do", "load");
    request.put("form", task.form());
    request.put("spec", task.spec());
    request.put("inputs", inputs.stream().map(path -> path.toAbsolutePath().toString()).toList());
    JsonNode answer = ask(request);
    List<String> variants = new ArrayList<>();
    answer.path("variants").forEach(variant -> variants.add(variant.asText()));
    if (variants.isEmpty() && !answer.has("refused")) {
      throw failure("its answer to load has no variants: " + answer);
    }
    return List.copyOf(variants);
  }

  /// Runs a variant so many times.
  ///
  /// @return nanoseconds that took
  long run(int variant, int times) {
    JsonNode answer = ask(Map.of("do", "run", "variant", variant, "times", times));
    if (!answer.path("ns").canConvertToLong() || answer.path("ns").asLong() < 0) {
      throw failure("its answer to run has no time: " + answer);
    }
    return answer.path("ns").asLong();
  }

  /// Writes what the last run of a variant made.
  void result(int variant, Path path) {
    ask(Map.of("do", "result", "variant", variant, "path", path.toAbsolutePath().toString()));
    if (!Files.exists(path)) {
      throw failure("it has written no result");
    }
  }

  private JsonNode ask(Map<String, Object> request) {
    try {
      requests.write(MAPPER.writeValueAsString(request));
      requests.newLine();
      requests.flush();
    } catch (IOException e) {
      throw failure("it has ended");
    }
    JsonNode answer = answer(String.valueOf(request.get("do")));
    if (!answer.path("ok").asBoolean(false) && !answer.has("refused")) {
      throw failure(answer.path("error").asText("its answer is no answer: " + answer));
    }
    return answer;
  }

  private JsonNode answer(String request) {
    @Nullable Line line;
    try {
      line = answers.poll(ANSWER_MINUTES, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted");
    }
    if (line == null) {
      throw failure("it has not answered to " + request + " for " + ANSWER_MINUTES + " minutes");
    }
    if (line.isEnd) {
      throw failure("it has ended");
    }
    try {
      return MAPPER.readTree(line.text);
    } catch (JsonProcessingException e) {
      throw failure("its answer to " + request + " is no JSON: " + line.text);
    }
  }

  private RefusedException failure(String why) {
    process.destroy();
    return new RefusedException("E0732", "the peer " + name + " failed: " + why, lastErrors());
  }

  private String lastErrors() {
    try {
      List<String> lines = Files.readAllLines(errors);
      List<String> last = lines.subList(Math.max(lines.size() - LAST_LINES, 0), lines.size());
      return last.isEmpty()
          ? "it said nothing on standard error"
          : "it said: " + String.join("; ", last);
    } catch (IOException e) {
      return "what it said on standard error can't be read";
    }
  }

  @Override
  public void close() {
    try {
      requests.write("{\"do\":\"end\"}\n");
      requests.flush();
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroy();
      }
    } catch (IOException e) {
      process.destroy(); // it has gone before
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroy();
    }
  }
}
