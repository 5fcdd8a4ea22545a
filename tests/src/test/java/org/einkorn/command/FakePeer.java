package org.einkorn.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;

/// A peer of `ein bench`, in a process of its own, that does one thing wrong.
final class FakePeer {
  private FakePeer() {}

  /// What it is like.
  enum Kind {
    /// It multiplies matrices.
    RIGHT,
    /// One element of its product is another one.
    WRONG,
    /// It does not know how.
    STRANGER,
    /// It answers no JSON.
    BABBLER,
    /// It ends at its first work.
    QUITTER
  }

  /// A program that starts one.
  static Path write(Path folder, Kind kind) {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path script = folder.resolve("peer-" + kind);
    try {
      Files.writeString(
          script,
          """
          #!/bin/sh
          echo "hello from $0" >&2
          exec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' %s %s
          """
              .formatted(java, classes, FakePeer.class.getName(), kind));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!script.toFile().setExecutable(true)) {
      throw new IllegalStateException(script + " can't be started");
    }
    return script;
  }

  public static void main(String[] arguments) throws IOException {
    Kind kind = Kind.valueOf(arguments[0]);
    ObjectMapper mapper = new ObjectMapper();
    answer(
        "{\"peer\": \"fake\", \"version\": \"1.0\", \"isa\": \"core type %s\", \"threads\": %s}"
            .formatted(System.getenv("OPENBLAS_CORETYPE"), System.getenv("EIN_THREADS")));
    List<Path> inputs = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode request = mapper.readTree(line);
        switch (request.path("do").asText()) {
          case "load" -> {
            if (kind == Kind.QUITTER) {
              System.err.println("no memory for work");
              return;
            }
            request.path("inputs").forEach(input -> inputs.add(Path.of(input.asText())));
            answer(
                kind == Kind.STRANGER
                    ? "{\"ok\": false, \"refused\": \"no form\"}"
                    : "{\"ok\": true, \"variants\": [\"by hand\"]}");
          }
          case "run" ->
              answer(
                  kind == Kind.BABBLER
                      ? "as fast as can be"
                      : "{\"ok\": true, \"ns\": "
                          + 1_000_000 * request.path("times").asInt()
                          + "}");
          case "result" -> {
            writeProduct(inputs, Path.of(request.path("path").asText()), kind == Kind.WRONG);
            answer("{\"ok\": true}");
          }
          default -> {
            return;
          }
        }
      }
    }
  }

  private static void answer(String line) {
    System.out.println(line);
  }

  private static void writeProduct(List<Path> inputs, Path output, boolean isWrong) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor left = Tensor.read(arena, inputs.get(0));
      Tensor right = Tensor.read(arena, inputs.get(1));
      Tensor product = Tensor.allocate(arena, DType.F32, left.extent(0), right.extent(1));
      for (long i = 0; i < left.extent(0); i++) {
        for (long j = 0; j < right.extent(1); j++) {
          double sum = 0;
          for (long k = 0; k < left.extent(1); k++) {
            sum += left.getDouble(i, k) * right.getDouble(k, j);
          }
          product.set(sum, i, j);
        }
      }
      if (isWrong) {
        product.set(product.getDouble(1, 2) + 1, 1, 2);
      }
      product.write(output);
    }
  }
}
