package org.einkorn.runtime.cache;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// A folder with one file for each key. Safe for many threads and processes at once: a file appears
/// whole, by a move, and whoever finds it gone or other than it was compiles for himself.
///
/// @param folder made with the first file, for its owner alone
/// @param mostBytes where the files take more, those go that were not used for longest
public record KernelCache(Path folder, long mostBytes) {
  /// What a cache may take unless something else is said: 256 MiB.
  public static final long DEFAULT_BYTES = 256L << 20;

  private static final byte[] MAGIC = "EINKORN\u001a".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int HASH_BYTES = 32;
  private static final int HEADER_BYTES =
      MAGIC.length + Integer.BYTES + HASH_BYTES + Long.BYTES + HASH_BYTES;
  private static final String ENDING = ".kernel";
  private static final String PART_ENDING = ".part";

  /// A part file is written in far less time; one that is older was left by a process that died.
  private static final Duration PART_LIFE = Duration.ofHours(1);

  /// So much younger a file must become before its time is written anew.
  private static final Duration TOUCH_AFTER = Duration.ofMinutes(10);

  /// A cache of the usual size.
  public static KernelCache in(Path folder) {
    return new KernelCache(folder, DEFAULT_BYTES);
  }

  /// What speaks against the folder, if it is there; then nothing of it is used.
  public Optional<String> fault() {
    try {
      return Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
          ? Ownership.faultOfFolder(folder)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.of(told(e));
    }
  }

  /// What was stored for a key. The folder must have no [#fault()].
  public Lookup find(CacheKey key) {
    Path file = file(key);
    try {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return new Lookup.Miss();
      }
      Optional<String> fault = Ownership.faultOfFile(file);
      if (fault.isPresent()) {
        return new Lookup.Ignored(file, fault.get());
      }
      if (Files.size(file) > mostBytes) {
        return new Lookup.Ignored(file, "is larger than the cache may be");
      }
      Lookup found = read(file, key, Files.readAllBytes(file));
      if (found instanceof Lookup.Hit) {
        touch(file);
      }
      return found;
    } catch (NoSuchFileException gone) {
      return new Lookup.Miss();
    } catch (IOException e) {
      return new Lookup.Ignored(file, told(e));
    }
  }

  private static Lookup read(Path file, CacheKey key, byte[] content) {
    if (content.length < HEADER_BYTES) {
      return new Lookup.Ignored(file, "is cut off");
    }
    ByteBuffer header = ByteBuffer.wrap(content);
    byte[] magic = new byte[MAGIC.length];
    header.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      return new Lookup.Ignored(file, "is no file of a kernel cache");
    }
    int version = header.getInt();
    if (version != VERSION) {
      return new Lookup.Ignored(file, "has the format " + version + ", not " + VERSION);
    }
    byte[] hash = new byte[HASH_BYTES];
    header.get(hash);
    if (!Arrays.equals(hash, key.bytes())) {
      return new Lookup.Ignored(file, "holds what belongs to another key");
    }
    long length = header.getLong();
    header.get(hash);
    if (length != header.remaining()) {
      return new Lookup.Ignored(
          file, "has " + header.remaining() + " bytes of code, not " + length);
    }
    byte[] payload = new byte[header.remaining()];
    header.get(payload);
    return Arrays.equals(hash, CacheKey.sha256().digest(payload))
        ? new Lookup.Hit(payload)
        : new Lookup.Ignored(file, "is damaged: its hash is another");
  }

  /// Stores something under a key, in place of what was there.
  public Storing store(CacheKey key, byte[] payload) {
    if (payload.length > mostBytes - HEADER_BYTES) {
      return new Storing.TooLarge();
    }
    try {
      Optional<String> fault = prepared();
      if (fault.isPresent()) {
        return new Storing.Refused(folder, fault.get());
      }
      write(file(key), key, payload);
      shrink();
      return new Storing.Kept();
    } catch (IOException e) {
      return new Storing.Refused(folder, told(e));
    } catch (UncheckedIOException e) {
      return new Storing.Refused(folder, told(new IOException(e)));
    }
  }

  /// Makes the folder if it is not there, and says what speaks against it.
  private Optional<String> prepared() throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Path parent = folder.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      try {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } catch (FileAlreadyExistsException other) {
        // Another process was faster.
      } catch (UnsupportedOperationException e) {
        return Optional.of("lies on a file system that does not say who may write it");
      }
    }
    return Ownership.faultOfFolder(folder);
  }

  private void write(Path file, CacheKey key, byte[] payload) throws IOException {
    byte[] header =
        ByteBuffer.allocate(HEADER_BYTES)
            .put(MAGIC)
            .putInt(VERSION)
            .put(key.bytes())
            .putLong(payload.length)
            .put(CacheKey.sha256().digest(payload))
            .array();
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path part = folder.resolve("." + ProcessHandle.current().pid() + "-" + random + PART_ENDING);
    try {
      Files.createFile(
          part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.WRITE)) {
        out.write(header);
        out.write(payload);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /// A file, when it was last used, and what it takes.
  private record Used(Path file, FileTime time, long bytes) {}

  /// Deletes what was not used for longest until the rest takes no more than it may.
  private void shrink() throws IOException {
    List<Used> files = new ArrayList<>();
    long bytes = 0;
    for (Path file : content()) {
      try {
        Used used = new Used(file, Files.getLastModifiedTime(file), Files.size(file));
        if (file.toString().endsWith(PART_ENDING)) {
          if (used.time.toInstant().isBefore(Instant.now().minus(PART_LIFE))) {
            Files.deleteIfExists(file);
          }
        } else {
          files.add(used);
          bytes += used.bytes;
        }
      } catch (NoSuchFileException gone) {
        // Another process has deleted it, or has moved a part into its place.
      }
    }
    files.sort(Comparator.comparing(Used::time));
    for (Used oldest : files) {
      if (bytes <= mostBytes) {
        return;
      }
      Files.deleteIfExists(oldest.file);
      bytes -= oldest.bytes;
    }
  }

  /// The files of the cache; others are left alone.
  private List<Path> content() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(
              file ->
                  file.toString().endsWith(ENDING)
                      || file.toString().endsWith(PART_ENDING)
                          && file.getFileName().toString().startsWith("."))
          .toList();
    }
  }

  /// Notes that a file is in use. Where that fails it is deleted sooner than others, no more.
  private static void touch(Path file) throws IOException {
    Instant now = Instant.now();
    if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(TOUCH_AFTER))
        && Files.isWritable(file)) {
      Files.setLastModifiedTime(file, FileTime.from(now));
    }
  }

  /// The file of a key.
  public Path file(CacheKey key) {
    return folder.resolve(key.hex() + ENDING);
  }

  private static String told(IOException failure) {
    return "fails: " + failure.getClass().getSimpleName() + ": " + failure.getMessage();
  }
}
