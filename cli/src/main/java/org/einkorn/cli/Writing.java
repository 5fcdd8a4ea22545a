package org.einkorn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.jspecify.annotations.Nullable;

/// Writes files so that a reader sees the old content or the new, never a part.
final class Writing {
  private Writing() {}

  static void write(Path path, byte[] content) {
    Path absolute = path.toAbsolutePath();
    Path temporary = null;
    try {
      Path folder = absolute.getParent();
      temporary = Files.createTempFile(folder == null ? Path.of("/") : folder, ".ein-", ".part");
      Files.write(temporary, content);
      keepPermissions(absolute, temporary);
      Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      discard(temporary);
      throw DataException.of(
              Files.isDirectory(absolute) ? DataFault.IS_A_DIRECTORY : DataFault.UNWRITABLE)
          .at(path)
          .found(e)
          .because(e);
    }
  }

  /// A temporary file is its owner's alone; the file it becomes is as others are.
  private static void keepPermissions(Path target, Path temporary) throws IOException {
    if (Files.getFileStore(temporary).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(
          temporary,
          Files.exists(target)
              ? Files.getPosixFilePermissions(target)
              : PosixFilePermissions.fromString("rw-r--r--"));
    }
  }

  private static void discard(@Nullable Path temporary) {
    if (temporary != null) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        temporary.toFile().deleteOnExit();
      }
    }
  }
}
