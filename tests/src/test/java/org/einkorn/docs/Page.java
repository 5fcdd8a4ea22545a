package org.einkorn.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A page of the documentation.
///
/// @param file where it is
/// @param lines all its lines
/// @param blocks its fenced blocks, in order
record Page(Path file, List<String> lines, List<Block> blocks) {
  /// The root of the checkout.
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final String FENCE = "```";
  private static final Pattern NAMED_FILE = Pattern.compile("`([\\w-]+\\.[a-z]+)`:$");
  private static final Pattern REASON = Pattern.compile("<!-- not run: (.+) -->");

  Page {
    lines = List.copyOf(lines);
    blocks = List.copyOf(blocks);
  }

  /// All pages that are run.
  static List<Page> all() throws IOException {
    List<Page> pages = new ArrayList<>();
    pages.add(read(ROOT.resolve("README.md")));
    for (String folder : List.of("docs", "docs/errors")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".md")).sorted().toList()) {
          pages.add(read(file));
        }
      }
    }
    return pages;
  }

  static Page read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<Block> blocks = new ArrayList<>();
    List<String> paragraph = new ArrayList<>();
    boolean isParagraphOver = false;
    for (int number = 0; number < lines.size(); number++) {
      String line = lines.get(number);
      if (line.startsWith(FENCE)) {
        int end = number + 1;
        while (end < lines.size() && !lines.get(end).equals(FENCE)) {
          end++;
        }
        if (end == lines.size()) {
          throw new AssertionError(file + ":" + (number + 1) + ": the block is never closed");
        }
        String before = String.join(" ", paragraph);
        blocks.add(
            new Block(
                line.substring(FENCE.length()).strip(),
                lines.subList(number + 1, end),
                number + 1,
                first(NAMED_FILE, before),
                first(REASON, before),
                paragraph.isEmpty() && !blocks.isEmpty()));
        number = end;
        paragraph.clear();
      } else if (line.isBlank()) {
        isParagraphOver = true;
      } else {
        if (isParagraphOver) {
          paragraph.clear();
          isParagraphOver = false;
        }
        paragraph.add(line);
      }
    }
    return new Page(file, lines, blocks);
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  @Override
  public String toString() {
    return ROOT.relativize(file).toString();
  }
}
