package org.einkorn;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.einkorn.frontend.lower.Frontend;
import org.einkorn.ir.tensor.Signature;
import org.einkorn.passes.pipeline.Pipeline;
import org.einkorn.runtime.Tensor;
import org.einkorn.runtime.cache.CacheKey;

/// Which build of the compiler this is, by its content: another one may make other code of the same
/// program.
final class BuildId {
  private BuildId() {}

  private static final class Holder {
    static final Optional<CacheKey> FACADE =
        of(List.of(BuildId.class, Frontend.class, Pipeline.class, Signature.class, Tensor.class));
  }

  /// The content of the compiler and of a backend, with the libraries that lie beside them; nothing
  /// where it can't be told.
  static Optional<CacheKey> of(Class<?> backend) {
    return Holder.FACADE.flatMap(facade -> of(List.of(backend)).map(own -> join(facade, own)));
  }

  private static CacheKey join(CacheKey one, CacheKey other) {
    return one.with(other.hex()).with(libraries());
  }

  /// The names of other jars say their versions.
  private static String libraries() {
    TreeSet<String> names = new TreeSet<>();
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
      names.add(entry.substring(entry.lastIndexOf(File.separatorChar) + 1));
    }
    return String.join("\n", names);
  }

  private static Optional<CacheKey> of(List<Class<?>> classes) {
    TreeSet<Path> places = new TreeSet<>();
    for (Class<?> each : classes) {
      CodeSource source = each.getProtectionDomain().getCodeSource();
      if (source == null || source.getLocation() == null) {
        return Optional.empty();
      }
      try {
        places.add(Path.of(source.getLocation().toURI()));
      } catch (URISyntaxException | IllegalArgumentException nowhere) {
        return Optional.empty();
      }
    }
    try {
      List<byte[]> parts = new ArrayList<>();
      for (Path place : places) {
        if (Files.isDirectory(place)) {
          addFolder(place, parts);
        } else {
          addJar(place, parts);
        }
      }
      return Optional.of(CacheKey.of(parts.toArray(byte[][]::new)));
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  /// A jar has checksums of all its files, which are read in far less time than the files.
  private static void addJar(Path jar, List<byte[]> parts) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        parts.add(entry.getName().getBytes(StandardCharsets.UTF_8));
        parts.add(
            ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(entry.getSize())
                .putLong(entry.getCrc())
                .array());
      }
    }
  }

  private static void addFolder(Path folder, List<byte[]> parts) throws IOException {
    List<Path> files;
    try (var all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      parts.add(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
      parts.add(Files.readAllBytes(file));
    }
  }
}
