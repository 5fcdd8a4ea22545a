package org.einkorn.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// How sources are laid out. Each rule lists every file that breaks it.
final class SourceLayoutTest {
  private static final int LONGEST_FILE = 500;

  private static final Path ROOT = root();
  private static final List<Path> SOURCES = sources();

  @Test
  void sourcesAreSeen() {
    assertFalse(SOURCES.isEmpty());
  }

  @Test
  void noFileIsLongerThan500Lines() {
    List<String> offenders = new ArrayList<>();
    for (Path file : SOURCES) {
      long lines = read(file).lines().count();
      if (lines > LONGEST_FILE) {
        offenders.add(ROOT.relativize(file) + ": " + lines + " lines");
      }
    }
    assertEquals(List.of(), offenders);
  }

  /// The tests of a module need no description of their own; those that cross modules do.
  @Test
  void everyPackageIsDescribedAndNullMarked() {
    TreeSet<String> described = new TreeSet<>();
    TreeSet<String> packages = new TreeSet<>();
    for (Path file : SOURCES) {
      Path source = ROOT.relativize(file);
      if (source.getName(2).toString().equals("test") && !source.startsWith("tests")) {
        continue;
      }
      String name = packageOf(source);
      packages.add(name);
      if (file.endsWith("package-info.java")) {
        String text = read(file);
        if (text.contains("///") && text.contains("@NullMarked")) {
          described.add(name);
        }
      }
    }
    packages.removeAll(described);
    assertEquals(List.of(), List.copyOf(packages));
  }

  /// The package a file is in by its folder; the compiler sees to it that the file agrees.
  private static String packageOf(Path source) {
    // MODULE/src/(main|test)/java/PACKAGE/FILE
    return source
        .subpath(4, source.getNameCount() - 1)
        .toString()
        .replace('/', '.')
        .replace('\\', '.');
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("runtime/pom.xml"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("the tests run inside a checkout of the project");
      }
    }
    return folder;
  }

  private static List<Path> sources() {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.toList()) {
        for (String kind : List.of("main", "test")) {
          Path java = module.resolve("src").resolve(kind).resolve("java");
          if (Files.isDirectory(java)) {
            try (Stream<Path> files = Files.walk(java)) {
              files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sources.sort(null);
    return sources;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
