package org.einkorn.runtime.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;

/// Reads relations from text: one tuple a line, cells divided by commas or tabs.
///
/// ```text
/// file = tuple* empty-line*
/// cell = blanks (text | '"' text '"') blanks            '""' within quotes is a quote
/// ```
///
/// There is no header. Every line has as many cells as the first, and no cell is empty. Lines are
/// read as bytes, since a file of a million of them is nothing unusual.
final class RelationReader {
  private static final int MOST_LINE_BYTES = 1 << 24;

  private final Path path;
  private final byte separator;
  private final TextPool texts = new TextPool();
  private int[] cells = new int[1 << 10];
  private int count;
  private int columns;
  private long lineNumber;
  private long emptyLine;

  private RelationReader(Path path, char separator) {
    this.path = path;
    this.separator = (byte) separator;
  }

  static Relation read(Path path) {
    FileFormat format = FileFormat.ofName(path.toString()).orElse(FileFormat.PNG);
    return InputFile.reading(
        path,
        () ->
            switch (format) {
              case CSV -> new RelationReader(path, ',').read();
              case TSV -> new RelationReader(path, '\t').read();
              case TEXT -> text(path);
              case NPY, NPZ, SAFETENSORS, PNG, JPEG ->
                  throw DataException.of(DataFault.UNKNOWN_EXTENSION)
                      .at(path)
                      .expected("a file of tuples: .csv .csv.gz .tsv .tsv.gz .txt")
                      .found(String.valueOf(path.getFileName()));
            });
  }

  private Relation read() throws IOException {
    try (InputStream in = LineReader.bytes(path)) {
      lines(in);
    } catch (EOFException ended) {
      throw DataException.of(DataFault.TRUNCATED)
          .at(path)
          .expected("the end of the gzip data")
          .found("the end of the file");
    }
    return new Relation(path, 1, columns, Arrays.copyOf(cells, count), texts, Optional.empty());
  }

  private void lines(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    int filled = 0;
    boolean isOver = false;
    boolean isFirst = true;
    while (!isOver) {
      if (filled == buffer.length) {
        if (filled >= MOST_LINE_BYTES) {
          throw DataException.of(DataFault.IMPOSSIBLE_SIZE)
              .at(path + ":" + (lineNumber + 1))
              .expected("lines of at most " + MOST_LINE_BYTES + " bytes")
              .found("a longer one");
        }
        buffer = Arrays.copyOf(buffer, 2 * filled);
      }
      int read = in.read(buffer, filled, buffer.length - filled);
      isOver = read < 0;
      filled += Math.max(read, 0);
      int begin = 0;
      if (isFirst && (filled >= 3 || isOver)) {
        isFirst = false;
        begin = hasMark(buffer, filled) ? 3 : 0;
      } else if (isFirst) {
        continue;
      }
      for (int end = newline(buffer, begin, filled);
          end >= 0;
          end = newline(buffer, begin, filled)) {
        line(buffer, begin, end);
        begin = end + 1;
      }
      if (isOver && begin < filled) {
        line(buffer, begin, filled);
        begin = filled;
      }
      System.arraycopy(buffer, begin, buffer, 0, filled - begin);
      filled -= begin;
    }
  }

  private static boolean hasMark(byte[] buffer, int filled) {
    return filled >= 3
        && buffer[0] == (byte) 0xEF
        && buffer[1] == (byte) 0xBB
        && buffer[2] == (byte) 0xBF;
  }

  private static int newline(byte[] buffer, int begin, int end) {
    for (int at = begin; at < end; at++) {
      if (buffer[at] == '\n') {
        return at;
      }
    }
    return -1;
  }

  private void line(byte[] buffer, int begin, int lineEnd) {
    lineNumber++;
    int end = lineEnd > begin && buffer[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
    int first = skipBlanks(buffer, begin, end);
    if (first == end) {
      emptyLine = emptyLine == 0 ? lineNumber : emptyLine;
      return;
    }
    if (emptyLine > 0) {
      throw DataException.of(DataFault.WRONG_COLUMNS)
          .at(path + ":" + emptyLine)
          .expected("a tuple; empty lines stand only at the end")
          .found("an empty line");
    }
    int found = 0;
    for (int at = begin; at <= end; found++) {
      at = cell(buffer, at, end, found) + 1;
    }
    if (lineNumber == 1) {
      columns = found;
    } else if (found != columns) {
      throw Relation.wrongColumns(path + ":" + lineNumber, columns, ", as in line 1", found);
    }
  }

  private static int skipBlanks(byte[] buffer, int begin, int end) {
    int at = begin;
    while (at < end && buffer[at] == ' ') {
      at++;
    }
    return at;
  }

  /// Adds a cell; gives the place of the separator or the end of the line behind it.
  private int cell(byte[] buffer, int begin, int end, int column) {
    int first = skipBlanks(buffer, begin, end);
    if (first < end && buffer[first] == '"') {
      return quoted(buffer, first, end, column);
    }
    int stop = first;
    while (stop < end && buffer[stop] != separator) {
      stop++;
    }
    int last = stop;
    while (last > first && buffer[last - 1] == ' ') {
      last--;
    }
    add(buffer, first, last, column);
    return stop;
  }

  private int quoted(byte[] buffer, int open, int end, int column) {
    byte[] text = new byte[end - open];
    int length = 0;
    int at = open + 1;
    while (at < end && (buffer[at] != '"' || at + 1 < end && buffer[at + 1] == '"')) {
      at += buffer[at] == '"' ? 1 : 0;
      text[length++] = buffer[at++];
    }
    int stop = at < end ? skipBlanks(buffer, at + 1, end) : end;
    boolean isClosed = at < end && (stop == end || buffer[stop] == separator);
    if (!isClosed) {
      throw DataException.of(DataFault.NOT_A_LABEL)
          .at(path + ":" + lineNumber + ", column " + (column + 1))
          .expected("a closing quote at the end of the cell")
          .found(InputFile.excerpt(new String(buffer, open, end - open, StandardCharsets.UTF_8)));
    }
    add(text, 0, length, column);
    return stop;
  }

  private void add(byte[] from, int begin, int end, int column) {
    if (begin == end) {
      throw DataException.of(DataFault.NOT_A_LABEL)
          .at(path + ":" + lineNumber + ", column " + (column + 1))
          .expected("a label or a position")
          .found("an empty cell");
    }
    int before = texts.count();
    int number = texts.add(from, begin, end);
    if (number == before && !TextPool.isValid(from, begin, end)) {
      throw DataException.of(DataFault.BAD_TEXT)
          .at(path)
          .expected("UTF-8")
          .found("other bytes in line " + lineNumber)
          .withHelp("convert it with `iconv -t UTF-8`");
    }
    if (number < 0 || count == Integer.MAX_VALUE - 16) {
      throw tooLarge();
    }
    if (count == cells.length) {
      cells = Arrays.copyOf(cells, (int) Math.min(2L * count, Integer.MAX_VALUE - 16));
    }
    cells[count++] = number;
  }

  private DataException tooLarge() {
    return DataException.of(DataFault.IMPOSSIBLE_SIZE)
        .at(path + ":" + lineNumber)
        .expected("at most 2,147,483,631 cells, and as many bytes of different labels")
        .found("more");
  }

  /// The words of a text, each with its position.
  private static Relation text(Path path) throws IOException {
    if (Files.size(path) == 0) {
      return new Relation(path, 1, 0, new int[0], new TextPool(), Optional.empty());
    }
    Text text = Text.read(path);
    TextPool texts = new TextPool();
    int[] cells = new int[Math.multiplyExact(2, text.positions())];
    int[] words = new int[text.vocabulary().size()];
    for (int word = 0; word < words.length; word++) {
      words[word] = add(texts, text.vocabulary().get(word));
    }
    for (int position = 0; position < text.positions(); position++) {
      cells[2 * position] = add(texts, Integer.toString(position));
      cells[2 * position + 1] = words[text.wordNumber(position)];
    }
    return new Relation(path, 1, text.positions() == 0 ? 0 : 2, cells, texts, Optional.empty());
  }

  private static int add(TextPool texts, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return texts.add(bytes, 0, bytes.length);
  }
}
