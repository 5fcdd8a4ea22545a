package org.einkorn.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `--cache` and `--no-cache`.
final class CacheOptionsTest {
  @TempDir Path folder;
  private Path program = Path.of("");
  private Path cache = Path.of("");

  @BeforeEach
  void write() throws IOException {
    program = Files.writeString(folder.resolve("p.ein"), "Y[i: 3] = 2 i\nY?\n");
    cache = folder.resolve("cache");
  }

  private static String origin(Ein ein) {
    List<String> lines =
        ein.require().err().lines().filter(line -> line.startsWith("code ")).toList();
    assertEquals(1, lines.size(), ein.err());
    return lines.getFirst();
  }

  @Test
  void theSecondRunFindsTheCode() throws IOException {
    for (String backend : List.of("jvm", "llvm")) {
      Object[] run = {"run", program, "--cache", cache, "-v", "--backend", backend};
      Ein first = Ein.run(run);
      Ein second = Ein.run(run);
      assertEquals("code compiled by this process", origin(first));
      assertEquals("code from the cache", origin(second));
      assertEquals(first.out(), second.out());
      Path stats = folder.resolve("stats.json");
      Ein.run("run", program, "--cache", cache, "--backend", backend, "--stats", stats).require();
      assertTrue(
          new ObjectMapper().readTree(Files.readString(stats)).get("from_cache").asBoolean());
    }
    Ein without = Ein.run("run", program, "--no-cache", "-v");
    assertEquals("code compiled by this process", origin(without));
  }

  @Test
  void einsumsAreKeptToo() throws IOException {
    Path a = Files.writeString(folder.resolve("a.csv"), "1,2\n3,4\n");
    Object[] run = {"einsum", "ij,jk->ik", a, a, "--cache", cache, "-v"};
    assertEquals("code compiled by this process", origin(Ein.run(run)));
    assertEquals("code from the cache", origin(Ein.run(run)));
  }

  @Test
  void aDamagedFileIsAWarning() throws IOException {
    Ein.run("run", program, "--cache", cache).require();
    List<Path> files;
    try (Stream<Path> all = Files.list(cache)) {
      files = all.toList();
    }
    assertFalse(files.isEmpty());
    for (Path file : files) {
      Files.writeString(file, "not code");
    }
    Ein ein = Ein.run("run", program, "--cache", cache).require();
    assertTrue(ein.err().contains("warning[W0203]"), ein.err());
    assertEquals("", Ein.run("run", program, "--cache", cache).require().err());
  }

  @Test
  void aFolderAndNoneExcludeEachOther() {
    Ein ein = Ein.run("run", program, "--cache", cache, "--no-cache");
    assertEquals(2, ein.code());
    assertTrue(ein.err().contains("exclude each other"), ein.err());
  }

  @Test
  void aFolderWithoutANameIsRefused() {
    Ein ein = Ein.run("run", program, "--cache", "");
    assertEquals(2, ein.code());
    assertTrue(ein.err().contains("--cache names no folder"), ein.err());
  }
}
