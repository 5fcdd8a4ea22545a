package org.einkorn.runtime.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.io.FileReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Headers of files that change while programs run.
final class HeadersTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
  private static final FileTime LATER = FileTime.from(Instant.parse("2020-01-01T00:00:01Z"));

  private final Headers headers = new Headers();
  private final Path file;
  private final FileReference reference;

  HeadersTest(@TempDir Path folder) {
    this.file = folder.resolve("table.csv");
    this.reference = FileReference.of(file);
  }

  private void write(String table, FileTime changed) throws IOException {
    Files.writeString(file, table);
    Files.setLastModifiedTime(file, changed);
  }

  @Test
  void whatHasNotChangedIsReadOnce() throws IOException {
    write("1,2\n", LONG_AGO);
    assertSame(headers.of(reference), headers.of(reference));
  }

  @Test
  void aChangedTimeIsSeen() throws IOException {
    write("1,2\n", LONG_AGO);
    assertEquals(Shape.of(1, 2), headers.of(reference).shape());
    write("1\n2\n", LATER); // of the same size
    assertEquals(Shape.of(2, 1), headers.of(reference).shape());
  }

  @Test
  void aChangedSizeIsSeen() throws IOException {
    write("1,2\n", LONG_AGO);
    assertEquals(Shape.of(1, 2), headers.of(reference).shape());
    write("1,2,3\n", LONG_AGO);
    assertEquals(Shape.of(1, 3), headers.of(reference).shape());
  }

  /// Two changes within one tick of the clock leave the time as it was.
  @Test
  void whatHasJustChangedIsReadAgain() throws IOException {
    Files.writeString(file, "1,2\n");
    assertNotSame(headers.of(reference), headers.of(reference));
  }

  @Test
  void aFileThatIsGoneIsNoFile() throws IOException {
    write("1,2\n", LONG_AGO);
    headers.of(reference);
    Files.delete(file);
    assertEquals("E0501", assertThrows(DataException.class, () -> headers.of(reference)).code());
  }
}
