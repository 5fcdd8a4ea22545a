package org.einkorn.runtime.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// The lines of a UTF-8 text file, unpacked if its name ends in `.gz`. Lines end in `\n` or `\r\n`;
/// a byte order mark at the start is passed over.
final class LineReader implements AutoCloseable {
  /// Where a line without an end is given up, before it fills the memory.
  private static final int MOST_LINE_CHARACTERS = 1 << 26;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path path;
  private final Reader reader;
  private final char[] buffer = new char[1 << 16];
  private int next;
  private int end;
  private long lineNumber;

  private LineReader(Path path, Reader reader) {
    this.path = path;
    this.reader = reader;
  }

  static LineReader open(Path path) throws IOException {
    InputStream in = bytes(path);
    // A decoder that reports what it cannot decode instead of replacing it.
    return new LineReader(path, new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
  }

  /// The bytes of a file, unpacked if its name ends in `.gz`.
  static InputStream bytes(Path path) throws IOException {
    InputStream in = Files.newInputStream(path);
    return path.toString().toLowerCase(Locale.ROOT).endsWith(".gz") ? unpacked(path, in) : in;
  }

  private static InputStream unpacked(Path path, InputStream packed) throws IOException {
    try {
      return new GZIPInputStream(packed, 1 << 16);
    } catch (ZipException noGzip) {
      packed.close();
      throw DataException.of(DataFault.WRONG_MAGIC)
          .at(path)
          .expected("a gzip file, as the name says")
          .found("other bytes");
    } catch (IOException failure) {
      packed.close();
      throw failure;
    }
  }

  /// The next line without its end, or nothing after the last.
  Optional<String> next() throws IOException {
    StringBuilder line = new StringBuilder();
    lineNumber++;
    try {
      if (!hasMore()) {
        return Optional.empty();
      }
      if (lineNumber == 1 && buffer[next] == BYTE_ORDER_MARK) {
        next++;
        if (!hasMore()) {
          return Optional.empty();
        }
      }
      for (boolean isWhole = false; !isWhole && hasMore(); ) {
        int stop = next;
        while (stop < end && buffer[stop] != '\n') {
          stop++;
        }
        if (line.length() + (stop - next) > MOST_LINE_CHARACTERS) {
          throw DataException.of(DataFault.IMPOSSIBLE_SIZE)
              .at(path + ":" + lineNumber)
              .expected("lines of at most " + MOST_LINE_CHARACTERS + " characters")
              .found("a longer one");
        }
        line.append(buffer, next, stop - next);
        isWhole = stop < end;
        next = isWhole ? stop + 1 : stop;
      }
    } catch (CharacterCodingException invalid) {
      throw DataException.of(DataFault.BAD_TEXT)
          .at(path)
          .expected("UTF-8")
          .found("other bytes after line " + (lineNumber - 1))
          .withHelp("convert it with `iconv -t UTF-8`");
    }
    int length = line.length();
    if (length > 0 && line.charAt(length - 1) == '\r') {
      line.setLength(length - 1);
    }
    return Optional.of(line.toString());
  }

  /// Whether there are characters left; reads on where none are at hand.
  private boolean hasMore() throws IOException {
    while (next == end) {
      int count = reader.read(buffer);
      if (count < 0) {
        return false;
      }
      next = 0;
      end = count;
    }
    return true;
  }

  /// The number of the line that [#next] gave last, counted from 1.
  long lineNumber() {
    return lineNumber;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
