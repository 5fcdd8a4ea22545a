package org.einkorn.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Each code has a page, each page a code, and the index all of them.
///
/// `-Dgolden=update` writes the index anew.
final class ErrorPagesTest {
  private static final Path FOLDER = Page.ROOT.resolve("docs/errors");
  private static final Pattern CODE = Pattern.compile("\"([EW]\\d{4})\"");
  private static final Pattern TITLE = Pattern.compile("# ([EW]\\d{4}): (.+)");

  /// The families of codes, by what they begin with.
  private enum Family {
    SYNTAX("E00", "Syntax"),
    NAMES("E01", "Names and extents"),
    TYPES("E02", "Types and projections"),
    EINSUM("E03", "Einsum strings"),
    NETWORKS("E04", "Tensor networks"),
    DATA("E05", "Files, tensors and runs"),
    BACKENDS("E07", "Backends and artifacts"),
    TEXT("E08", "Text of the IR"),
    LATER("E09", "Not in this version"),
    WARNINGS("W", "Warnings");

    private final String prefix;
    private final String title;

    Family(String prefix, String title) {
      this.prefix = prefix;
      this.title = title;
    }
  }

  @Test
  void everyCodeOfTheSourcesHasAPageAndEveryPageACode() throws IOException {
    TreeSet<String> used = new TreeSet<>();
    for (Path file : sources()) {
      Matcher matcher = CODE.matcher(Files.readString(file));
      while (matcher.find()) {
        used.add(matcher.group(1));
      }
    }
    TreeSet<String> described = new TreeSet<>();
    for (Path page : pages()) {
      described.add(String.valueOf(page.getFileName()).replace(".md", ""));
    }
    assertEquals(used, described);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Page.ROOT, 12)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> Page.ROOT.relativize(file).toString().matches("[\\w-]+/src/main/.*"))
          .toList();
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> !String.valueOf(file.getFileName()).equals("README.md"))
          .sorted()
          .toList();
    }
  }

  @Test
  void theIndexHoldsEveryPage() throws IOException {
    StringBuilder index = new StringBuilder();
    index.append(
        """
        # Errors and warnings

        Every complaint has a code, and every code a page: what it means, a program that shows it,
        what to do. A program's errors come all at once; warnings stop nothing.
        """);
    for (Family family : Family.values()) {
      index.append("\n## ").append(family.title).append("\n\n| | |\n|---|---|\n");
      for (Path page : pages()) {
        Matcher title = TITLE.matcher(Files.readAllLines(page).getFirst());
        assertTrue(title.matches(), page + " has no title");
        assertEquals(String.valueOf(page.getFileName()), title.group(1) + ".md");
        if (title.group(1).startsWith(family.prefix)) {
          index.append(
              "| [%s](%s.md) | %s |\n".formatted(title.group(1), title.group(1), title.group(2)));
        }
      }
    }
    Path file = FOLDER.resolve("README.md");
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(file, index.toString());
    }
    assertEquals(Files.readString(file), index.toString(), "-Dgolden=update writes it anew");
  }
}
