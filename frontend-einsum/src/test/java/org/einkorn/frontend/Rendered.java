package org.einkorn.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.DiagnosticRenderer;

/// Holds what is printed for wrong programs to a file that people read: code, title, place, every
/// label, notes and help.
///
/// `-Dgolden=update` writes the file anew.
public final class Rendered {
  private Rendered() {}

  /// A wrong program and what was found in it.
  public record Case(String text, List<Diagnostic> diagnostics) {}

  /// Compares all cases with the file at once, so that a difference is seen in its surroundings.
  public static void check(Path golden, List<Case> cases) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Case example : cases) {
      all.append(all.isEmpty() ? "" : "\n").append("==== ").append(heading(example.text));
      all.append("\n\n").append(DiagnosticRenderer.plain().renderAll(example.diagnostics));
    }
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(golden, all.toString());
    }
    assertEquals(Files.readString(golden), all.toString(), golden.toString());
  }

  /// The first line of the program that is no comment.
  private static String heading(String text) {
    return text.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("//"))
        .findFirst()
        .orElse("(nothing but comments)");
  }
}
