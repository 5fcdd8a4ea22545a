package org.einkorn.runtime.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.einkorn.runtime.io.FileReference;
import org.einkorn.runtime.io.Header;
import org.einkorn.runtime.io.TensorFiles;
import org.jspecify.annotations.Nullable;

/// The headers of files, read again where a file has changed.
///
/// To say the shape of a table is to go through it, and each run of a program asks. A header is
/// kept for as long as the file has the same size, the same time of its last change, and is the
/// same file. A change right after another may leave the time as it was: what was read within
/// [#SETTLED] of a change is not kept. Safe to use from many threads at once.
final class Headers {
  /// Coarser than the clock of any file system in use but FAT, which counts two seconds.
  private static final Duration SETTLED = Duration.ofSeconds(3);

  /// Beyond this many files all are forgotten.
  private static final int MOST = 1024;

  private final Map<FileReference, Seen> headers = new ConcurrentHashMap<>();

  /// What tells a file from what it was.
  private record Stamp(long bytes, Instant changed, @Nullable Object file) {
    static Stamp of(Path path) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(
          attributes.size(), attributes.lastModifiedTime().toInstant(), attributes.fileKey());
    }

    boolean isSettled(Instant now) {
      return changed.plus(SETTLED).isBefore(now);
    }
  }

  private record Seen(Stamp stamp, Header header) {}

  /// @throws org.einkorn.runtime.DataException if the file can't be read
  Header of(FileReference file) {
    try {
      Stamp stamp = Stamp.of(file.path());
      Seen seen = headers.get(file);
      if (seen != null && seen.stamp.equals(stamp)) {
        return seen.header;
      }
      Instant now = Instant.now();
      Header header = TensorFiles.probe(file);
      if (stamp.isSettled(now) && Objects.equals(stamp, Stamp.of(file.path()))) {
        if (headers.size() >= MOST) {
          headers.clear();
        }
        headers.put(file, new Seen(stamp, header));
      }
      return header;
    } catch (IOException _) {
      return TensorFiles.probe(file); // says what is wrong with the path
    }
  }
}
