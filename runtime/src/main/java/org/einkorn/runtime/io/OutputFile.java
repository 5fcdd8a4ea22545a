package org.einkorn.runtime.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// Writing files whole or not at all.
final class OutputFile {
  private static final SecureRandom NAMES = new SecureRandom();

  private OutputFile() {}

  /// Work that writes the content of a file.
  @FunctionalInterface
  interface Writing {
    void run(OutputStream out) throws IOException;
  }

  /// Writes a file under a passing name beside it and moves it into place. If anything fails, what
  /// was at the path before is still there and nothing else is.
  static void write(Path path, Writing content) {
    if (Files.isDirectory(path)) {
      throw DataException.of(DataFault.IS_A_DIRECTORY).at(path);
    }
    try {
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        // Moving a file over a device such as /dev/null would replace the device.
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
          content.run(out);
        }
        return;
      }
      // A link stays a link: the file that it names is replaced.
      replace(Files.exists(path) ? path.toRealPath() : path.toAbsolutePath(), content);
    } catch (IOException failure) {
      throw unwritable(path, failure);
    }
  }

  private static void replace(Path path, Writing content) throws IOException {
    byte[] random = new byte[8];
    NAMES.nextBytes(random);
    String name = "." + HexFormat.of().formatHex(random) + ".einkorn-part";
    Path part = path.resolveSibling(name);
    try {
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(part, StandardOpenOption.CREATE_NEW), 1 << 16)) {
        content.run(out);
      }
      Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static DataException unwritable(Path path, IOException failure) {
    Path folder = path.toAbsolutePath().getParent();
    DataException result = DataException.of(DataFault.UNWRITABLE).at(path).because(failure);
    if (folder != null && !Files.isDirectory(folder)) {
      return result.expected("a folder " + folder).found("none").withHelp("make the folder first");
    }
    return result.found(failure.getClass().getSimpleName() + ": " + failure.getMessage());
  }
}
