package org.einkorn.runtime.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What lies in the folder is used if it is just what was stored and nobody else could have written
/// it.
final class KernelCacheTest {
  private static final CacheKey KEY = key("one");
  private static final byte[] PAYLOAD = "0123456789".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path temporary;
  private KernelCache cache = KernelCache.in(Path.of(""));

  @BeforeEach
  void open() {
    cache = KernelCache.in(temporary.resolve("made").resolve("cache"));
  }

  private static CacheKey key(String word) {
    return CacheKey.of(word.getBytes(StandardCharsets.UTF_8));
  }

  private Path stored() {
    assertInstanceOf(Storing.Kept.class, cache.store(KEY, PAYLOAD));
    return cache.file(KEY);
  }

  /// A change of the file, which must be noticed and mended by the next store.
  private void assertIgnored(String why) {
    Lookup.Ignored ignored = assertInstanceOf(Lookup.Ignored.class, cache.find(KEY));
    assertEquals(cache.file(KEY), ignored.file());
    assertTrue(ignored.why().contains(why), ignored.why());
    cache.store(KEY, PAYLOAD);
    assertHit(KEY, PAYLOAD);
  }

  private void assertHit(CacheKey key, byte[] payload) {
    assertArrayEquals(payload, assertInstanceOf(Lookup.Hit.class, cache.find(key)).payload());
  }

  @Test
  void whatWasStoredIsFound() {
    assertTrue(cache.fault().isEmpty());
    assertInstanceOf(Lookup.Miss.class, cache.find(KEY));
    stored();
    assertHit(KEY, PAYLOAD);
    assertInstanceOf(Lookup.Miss.class, cache.find(key("other")));
    cache.store(KEY, new byte[0]);
    assertHit(KEY, new byte[0]);
  }

  @Test
  void folderAndFilesAreForTheUserAlone() throws IOException {
    Path file = stored();
    assertEquals(
        PosixFilePermissions.fromString("rwx------"),
        Files.getPosixFilePermissions(cache.folder()));
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
    try (Stream<Path> files = Files.list(cache.folder())) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void aTruncatedFileIsIgnored() throws IOException {
    int length = Files.readAllBytes(stored()).length;
    for (int left = 0; left < length; left++) {
      Path file = stored();
      byte[] content = Files.readAllBytes(file);
      Files.write(file, java.util.Arrays.copyOf(content, left));
      assertIgnored(left < length - PAYLOAD.length ? "is cut off" : "bytes of code");
    }
  }

  @Test
  void aLongerFileIsIgnored() throws IOException {
    Path file = stored();
    Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 500));
    assertIgnored("bytes of code");
  }

  @Test
  void anyFlippedBitIsNoticed() throws IOException {
    int length = Files.readAllBytes(stored()).length;
    for (int place = 0; place < length; place++) {
      Path file = stored();
      byte[] content = Files.readAllBytes(file);
      content[place] ^= (byte) (1 << place % 8);
      Files.write(file, content);
      assertIgnored("");
    }
  }

  @Test
  void aForeignFileIsIgnored() throws IOException {
    Files.writeString(stored(), "#!/bin/sh\necho hello\n".repeat(20));
    assertIgnored("is no file of a kernel cache");
  }

  @Test
  void anotherVersionOfTheFormatIsIgnored() throws IOException {
    Path file = stored();
    byte[] content = Files.readAllBytes(file);
    content[11]++;
    Files.write(file, content);
    assertIgnored("has the format 2, not 1");
  }

  @Test
  void aFileOfAnotherKeyIsIgnored() throws IOException {
    cache.store(key("other"), PAYLOAD);
    Files.copy(cache.file(key("other")), cache.file(KEY), StandardCopyOption.REPLACE_EXISTING);
    assertIgnored("belongs to another key");
  }

  @Test
  void aFileThatOthersMayWriteIsIgnored() throws IOException {
    for (String others : List.of("rw--w----", "rw-----w-")) {
      Files.setPosixFilePermissions(stored(), PosixFilePermissions.fromString(others));
      assertIgnored("may be written by others");
    }
  }

  @Test
  void aLinkIsIgnored() throws IOException {
    Path file = stored();
    Path elsewhere = temporary.resolve("elsewhere");
    Files.move(file, elsewhere);
    Files.createSymbolicLink(file, elsewhere);
    assertIgnored("is no regular file");
    assertTrue(Files.exists(elsewhere));
  }

  @Test
  void aFolderThatOthersMayWriteIsRefused() throws IOException {
    stored();
    for (String others : List.of("rwxrwx---", "rwx----wx")) {
      Files.setPosixFilePermissions(cache.folder(), PosixFilePermissions.fromString(others));
      assertTrue(cache.fault().orElseThrow().contains("may be written by others"));
      Storing.Refused refused = assertInstanceOf(Storing.Refused.class, cache.store(KEY, PAYLOAD));
      assertEquals(cache.folder(), refused.folder());
    }
  }

  @Test
  void aLinkToAFolderIsRefused() throws IOException {
    stored();
    Path link = Files.createSymbolicLink(temporary.resolve("link"), cache.folder());
    assertTrue(KernelCache.in(link).fault().orElseThrow().contains("is no folder"));
  }

  @Test
  void whereThereCanBeNoFolderNothingIsStored() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "");
    KernelCache inFile = KernelCache.in(file.resolve("cache"));
    assertInstanceOf(Lookup.Miss.class, inFile.find(KEY));
    assertInstanceOf(Storing.Refused.class, inFile.store(KEY, PAYLOAD));
    assertTrue(KernelCache.in(file).fault().orElseThrow().contains("is no folder"));
  }

  @Test
  void whatWasNotUsedForLongestGoesFirst() throws IOException {
    KernelCache small = new KernelCache(cache.folder(), 3 * 1092);
    List<CacheKey> keys = List.of(key("a"), key("b"), key("c"));
    for (CacheKey key : keys) {
      assertInstanceOf(Storing.Kept.class, small.store(key, new byte[1000]));
      // Older than a use is noted at once.
      Files.setLastModifiedTime(
          small.file(key),
          FileTime.from(Instant.now().minus(Duration.ofHours(9 - keys.indexOf(key)))));
    }
    Path stranger = Files.writeString(cache.folder().resolve("notes.txt"), "mine");
    assertInstanceOf(Lookup.Hit.class, small.find(keys.getFirst())); // used now
    small.store(key("d"), new byte[1000]);
    assertInstanceOf(Lookup.Hit.class, small.find(keys.get(0)));
    assertInstanceOf(Lookup.Miss.class, small.find(keys.get(1)));
    assertInstanceOf(Lookup.Hit.class, small.find(keys.get(2)));
    assertTrue(Files.exists(stranger));
    assertInstanceOf(Storing.TooLarge.class, small.store(KEY, new byte[4000]));
  }

  @Test
  void partsThatADeadProcessLeftAreRemoved() throws IOException {
    stored();
    Path old = Files.writeString(cache.folder().resolve(".1-00.part"), "x");
    Path young = Files.writeString(cache.folder().resolve(".2-00.part"), "x");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    stored();
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(young));
  }

  @Test
  void keysTellPartsApart() {
    assertNotEquals(
        CacheKey.of("ab".getBytes(StandardCharsets.UTF_8), "c".getBytes(StandardCharsets.UTF_8)),
        CacheKey.of("a".getBytes(StandardCharsets.UTF_8), "bc".getBytes(StandardCharsets.UTF_8)));
    assertNotEquals(KEY.with("a").with("b"), KEY.with("b").with("a"));
    assertEquals(key("one"), KEY);
  }

  /// Stores and finds the same few keys, of which a small cache holds only some; ends with a
  /// failure if anything but what was stored is found.
  static final class Worker {
    private static final int ROUNDS = 300;

    private Worker() {}

    /// @param arguments the folder
    public static void main(String[] arguments) {
      KernelCache shared = new KernelCache(Path.of(arguments[0]), 4000);
      for (int round = 0; round < ROUNDS; round++) {
        int number = round % 7;
        byte[] expected = new byte[100 * number + 1];
        java.util.Arrays.fill(expected, (byte) number);
        CacheKey key = key("shared " + number);
        if (!(shared.store(key, expected) instanceof Storing.Kept)) {
          throw new IllegalStateException("not stored");
        }
        switch (shared.find(key)) {
          case Lookup.Hit(byte[] payload) -> assertArrayEquals(expected, payload);
          case Lookup.Miss _ -> {}
          case Lookup.Ignored(Path file, String why) ->
              throw new IllegalStateException(file + " " + why);
        }
      }
    }
  }

  @Test
  void manyProcessesAtOnceSeeWholeFiles() throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Worker.class.getName(),
                  cache.folder().toString())
              .inheritIO()
              .start());
    }
    Worker.main(new String[] {cache.folder().toString()});
    for (Process process : processes) {
      assertTrue(process.waitFor(2, TimeUnit.MINUTES));
      assertEquals(0, process.exitValue());
    }
  }
}
