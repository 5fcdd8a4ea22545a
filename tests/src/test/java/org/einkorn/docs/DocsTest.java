package org.einkorn.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every page says what is so.
///
/// `-Dgolden=update` writes what the blocks really print into the pages.
@Isolated
final class DocsTest {
  /// How many blocks may be left alone.
  private static final int NOT_RUN_LIMIT = 18;

  @TempDir Path temporary;

  static List<Page> pages() throws IOException {
    return Page.all();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void isTrue(Page page) throws IOException, InterruptedException {
    Path folder = temporary.toRealPath();
    copy(Page.ROOT.resolve("examples"), folder.resolve("examples"));
    new PageRun(page, folder, "update".equals(System.getProperty("golden"))).run();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(f -> !f.startsWith(from.resolve("embedded"))).toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @Test
  void fewBlocksAreLeftAlone() throws IOException {
    List<Block> left =
        pages().stream()
            .flatMap(page -> page.blocks().stream())
            .filter(block -> block.reason().isPresent())
            .toList();
    assertTrue(left.size() <= NOT_RUN_LIMIT, left.size() + " blocks are not run");
  }

  @Test
  void theReadmeBeginsWithARunAndTheTests() throws IOException {
    List<String> commands =
        Page.read(Page.ROOT.resolve("README.md")).blocks().stream()
            .filter(block -> block.info().equals("sh"))
            .flatMap(block -> block.lines().stream())
            .toList();
    assertEquals(List.of("./ein run examples/digits.ein", "mvn verify"), commands);
  }
}
