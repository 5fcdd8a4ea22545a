package org.einkorn.runtime.io;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// Opening files: what can go wrong with a path, said once.
final class InputFile {
  private static final int LARGEST_BUFFER_BYTES = 1 << 30;
  private static final int EXCERPT_CHARACTERS = 60;

  private InputFile() {}

  /// Work that may fail to read.
  @FunctionalInterface
  interface Reading<T> {
    T run() throws IOException;
  }

  /// Runs a piece of work on a file that must exist and be a regular file, and turns its failures
  /// into coded ones.
  static <T> T reading(Path path, Reading<T> work) {
    if (Files.isDirectory(path)) {
      throw DataException.of(DataFault.IS_A_DIRECTORY).at(path);
    }
    if (Files.notExists(path)) {
      throw missing(path);
    }
    try {
      if (!Files.isRegularFile(path)) {
        // A pipe or a device has no size to check a header against.
        throw DataException.of(DataFault.UNREADABLE)
            .at(path)
            .expected("a regular file")
            .found("a pipe, a device or a file in a folder that is closed to you");
      }
      return work.run();
    } catch (NoSuchFileException gone) {
      throw missing(path);
    } catch (AccessDeniedException denied) {
      throw DataException.of(DataFault.UNREADABLE)
          .at(path)
          .expected("permission to read it")
          .found("none");
    } catch (ZipException broken) {
      throw DataException.of(DataFault.CORRUPT_COMPRESSION)
          .at(path)
          .found(String.valueOf(broken.getMessage()));
    } catch (IOException failure) {
      throw DataException.of(DataFault.UNREADABLE)
          .at(path)
          .found(String.valueOf(failure.getMessage()))
          .because(failure);
    }
  }

  private static DataException missing(Path path) {
    DataException failure = DataException.of(DataFault.FILE_NOT_FOUND).at(path);
    return path.isAbsolute()
        ? failure
        : failure.withHelp("the path is relative to " + Path.of("").toAbsolutePath());
  }

  /// Fills the memory from the channel.
  ///
  /// @throws EOFException if the channel ends before the memory is full
  static void readFully(ReadableByteChannel channel, MemorySegment memory) throws IOException {
    long done = 0;
    while (done < memory.byteSize()) {
      long part = Math.min(LARGEST_BUFFER_BYTES, memory.byteSize() - done);
      ByteBuffer buffer = memory.asSlice(done, part).asByteBuffer();
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          throw new EOFException();
        }
      }
      done += part;
    }
  }

  /// The next bytes of the channel, fewer if it ends.
  static byte[] readUpTo(ReadableByteChannel channel, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // read until full or ended
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /// The failure of data that end too early.
  static DataException truncated(Object place, long expectedBytes, long foundBytes) {
    return DataException.of(DataFault.TRUNCATED)
        .at(place)
        .expected(expectedBytes + " bytes")
        .found(foundBytes + " bytes");
  }

  /// The failure of data that ended while they were read, although their size had promised more.
  static DataException endedEarly(Object place, long expectedBytes) {
    return DataException.of(DataFault.TRUNCATED)
        .at(place)
        .expected(expectedBytes + " bytes")
        .found("an early end of the data");
  }

  /// The beginning of a text from a file, fit to print: in quotes, what is not plain ASCII escaped.
  static String excerpt(String text) {
    StringBuilder shown = new StringBuilder("`");
    for (int n = 0; n < Math.min(text.length(), EXCERPT_CHARACTERS); n++) {
      char c = text.charAt(n);
      if (c >= ' ' && c < 0x7F) {
        shown.append(c);
      } else {
        shown.append(String.format("\\u%04x", (int) c));
      }
    }
    return shown.append(text.length() > EXCERPT_CHARACTERS ? "…`" : "`").toString();
  }
}
