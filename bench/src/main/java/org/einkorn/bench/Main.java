package org.einkorn.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.einkorn.runtime.Tensor;

/// A peer of `ein bench`: answers lines of JSON about one library.
public final class Main {
  private final ObjectMapper mapper = new ObjectMapper();
  private final PrintStream answers;
  private final Library library;
  private Arena arena = Arena.ofShared();
  private List<Way> ways = List.of();

  private Main(PrintStream answers, Library library) {
    this.answers = answers;
    this.library = library;
  }

  /// @param arguments the name of the library
  public static void main(String[] arguments) throws IOException {
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    Library library =
        switch (arguments[0]) {
          case "openblas" -> new OpenBlas();
          case "onednn" -> new OneDnn();
          default -> throw new IllegalArgumentException("no library " + arguments[0]);
        };
    new Main(answers, library).serve();
  }

  private void serve() throws IOException {
    String threads = System.getenv().getOrDefault("EIN_THREADS", "1");
    answer(
        Map.of(
            "peer", library.name(),
            "version", library.version(),
            "isa", library.instructions(),
            "threads", Integer.valueOf(threads)));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode request = mapper.readTree(line);
        if (request.path("do").asText().equals("end")) {
          return;
        }
        try {
          answer(handle(request));
        } catch (RuntimeException e) {
          answer(Map.of("ok", false, "error", e.toString()));
        }
      }
    }
  }

  private void answer(Map<String, Object> value) throws IOException {
    answers.println(mapper.writeValueAsString(value));
    answers.flush();
  }

  private Map<String, Object> handle(JsonNode request) {
    return switch (request.path("do").asText()) {
      case "load" -> load(request);
      case "run" -> {
        Runnable run = way(request).run();
        int times = request.path("times").asInt();
        long start = System.nanoTime();
        for (int number = 0; number < times; number++) {
          run.run();
        }
        yield Map.of("ok", true, "ns", System.nanoTime() - start);
      }
      case "result" -> {
        way(request).result().write(Path.of(request.path("path").asText()));
        yield Map.of("ok", true);
      }
      default -> throw new IllegalArgumentException("no request is called so: " + request);
    };
  }

  private Way way(JsonNode request) {
    return ways.get(request.path("variant").asInt());
  }

  private Map<String, Object> load(JsonNode request) {
    ways = List.of();
    arena.close();
    arena = Arena.ofShared();
    List<Tensor> inputs = new ArrayList<>();
    for (JsonNode input : request.path("inputs")) {
      inputs.add(Tensor.read(arena, Path.of(input.asText())).copy(arena));
    }
    String form = request.path("form").asText();
    Map<String, Way> found = library.ways(form, request.path("spec").asText(), inputs, arena);
    if (found.isEmpty()) {
      return Map.of("ok", false, "refused", "no way to compute " + form);
    }
    ways = List.copyOf(found.values());
    return Map.of("ok", true, "variants", List.copyOf(found.keySet()));
  }
}
