package org.einkorn.schedules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.schedule.Trace;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.text.LoopParser;
import org.einkorn.ir.text.TraceParser;

/// A schedule of a module and what it gives.
///
/// ```text
/// --- matmul: tiles that need a guard
/// schedule C {
///   (io, ii) = split i by 8
/// }
/// >>>
/// function C { … }
/// ```
///
/// @param module the name of a file of `modules/`
public record ScheduleCase(String module, String title, String script, String expected) {
  static final Path FOLDER = Path.of("src/test/resources/schedules");

  /// The modules that are scheduled.
  public static List<String> modules() {
    try (Stream<Path> files = Files.list(FOLDER.resolve("modules"))) {
      return files.map(file -> file.getFileName().toString().replace(".ir", "")).sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public static Module module(String name) {
    return LoopParser.parse(new SourceFile(name + ".ir", text(name))).require();
  }

  static String text(String module) {
    return read(FOLDER.resolve("modules").resolve(module + ".ir"));
  }

  /// The cases of all files.
  public static List<ScheduleCase> all() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".txt"))
          .sorted()
          .flatMap(file -> of(file).stream())
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static List<ScheduleCase> of(Path file) {
    List<ScheduleCase> cases = new ArrayList<>();
    for (String part : read(file).split("(?m)^--- ")) {
      if (!part.isBlank()) {
        String head = part.lines().findFirst().orElseThrow();
        String[] halves = part.substring(head.length() + 1).split("(?m)^>>>\n", 2);
        int colon = head.indexOf(": ");
        cases.add(
            new ScheduleCase(
                head.substring(0, colon),
                head.substring(colon + 2),
                halves[0],
                halves.length == 1 ? "" : halves[1]));
      }
    }
    return cases;
  }

  /// Whether a step of the schedule is refused.
  public boolean isRefused() {
    return expected.startsWith("refused");
  }

  public Trace trace() {
    return TraceParser.parse(new SourceFile("script", script), module(module).symbols()).require();
  }

  /// This as it stands in its file, with another result.
  String with(String result) {
    return "--- " + module + ": " + title + "\n" + script + ">>>\n" + result;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
