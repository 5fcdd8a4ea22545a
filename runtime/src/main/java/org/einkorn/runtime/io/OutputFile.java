package org.einkorn.runtime.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// Writing files whole or not at all.
///
/// A file is written under a passing name beside it and then takes its place, so that a reader sees
/// the old content or the new. That needs no right to write the old file, only its folder; a file
/// that is write-protected is refused all the same, and a file that is replaced keeps its
/// permissions.
public final class OutputFile {
  private static final SecureRandom NAMES = new SecureRandom();

  private OutputFile() {}

  /// Work that writes the content of a file.
  @FunctionalInterface
  interface Writing {
    void run(OutputStream out) throws IOException;
  }

  /// Writes a file of these bytes.
  ///
  /// @throws DataException E0502 or E0516; then what was at the path before is still there
  public static void write(Path path, byte[] content) {
    write(path, out -> out.write(content));
  }

  /// Fails now where writing to the path is known to fail, before work is done for it.
  ///
  /// @throws DataException E0502 for a directory, E0516 for a folder that does not exist or a file
  ///   that is write-protected
  public static void requireWritable(Path path) {
    if (Files.isDirectory(path)) {
      throw DataException.of(DataFault.IS_A_DIRECTORY).at(path);
    }
    requireFolder(path);
    try {
      if (Files.exists(path) && (!Files.isWritable(path) || isProtected(path))) {
        throw DataException.of(DataFault.UNWRITABLE)
            .at(path)
            .expected("a file that may be replaced")
            .found("a write-protected file")
            .withHelp("give it another name, or allow writing: chmod u+w");
      }
    } catch (IOException failure) {
      throw unwritable(path, failure);
    }
  }

  /// Whether nobody may write the file; to the superuser every file is writable.
  private static boolean isProtected(Path path) throws IOException {
    return permissions(path)
        .filter(
            allowed ->
                !allowed.contains(PosixFilePermission.OWNER_WRITE)
                    && !allowed.contains(PosixFilePermission.GROUP_WRITE)
                    && !allowed.contains(PosixFilePermission.OTHERS_WRITE))
        .isPresent();
  }

  /// The permissions of a file, where there is one and its file system has them.
  private static Optional<Set<PosixFilePermission>> permissions(Path path) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    return view == null || !Files.exists(path)
        ? Optional.empty()
        : Optional.of(view.readAttributes().permissions());
  }

  private static void requireFolder(Path path) {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw DataException.of(DataFault.UNWRITABLE)
          .at(path)
          .expected("a folder " + folder)
          .found("none")
          .withHelp("make the folder first");
    }
  }

  /// Writes a file under a passing name beside it and moves it into place. If anything fails, what
  /// was at the path before is still there and nothing else is.
  static void write(Path path, Writing content) {
    requireWritable(path);
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
      Optional<Set<PosixFilePermission>> known = permissions(path);
      if (known.isPresent()) {
        Files.setPosixFilePermissions(part, known.get());
      }
      Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static DataException unwritable(Path path, IOException failure) {
    return DataException.of(DataFault.UNWRITABLE)
        .at(path)
        .found(failure.getClass().getSimpleName() + ": " + failure.getMessage())
        .because(failure);
  }
}
