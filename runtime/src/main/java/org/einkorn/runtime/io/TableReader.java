package org.einkorn.runtime.io;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.DataException;
import org.einkorn.runtime.DataFault;
import org.einkorn.runtime.Shape;
import org.einkorn.runtime.Tensor;

/// Tables of numbers in text: one row a line, cells divided by commas or tabs.
///
/// ```text
/// table = [header] row+
/// cell  = blanks (number | '"' number '"') blanks
/// number = [sign] (digits ['.' [digits]] | '.' digits) [('e' | 'E') [sign] digits]
///        | [sign] ('nan' | 'inf' | 'infinity')          in upper or lower case
/// ```
///
/// The first line is a header, and skipped, if it has a cell that is neither a number nor empty;
/// its number of cells does not matter. Every row has as many cells as the first. Empty lines are
/// allowed only at the end. The tensor has rank 2: `[rows, columns]`, also for one column.
final class TableReader {
  private final Path path;
  private final char separator;
  private final DType dtype;
  private final boolean keep;
  private final CellBuffer cells;
  private long columns = -1;
  private long rows;
  private long firstRowLine;

  private TableReader(Path path, char separator, DType dtype, boolean keep) {
    this.path = path;
    this.separator = separator;
    this.dtype = dtype;
    this.keep = keep;
    this.cells = new CellBuffer(dtype, keep);
  }

  static Header probe(Path path, char separator, DType dtype) {
    TableReader reader = new TableReader(path, separator, dtype, false);
    return new Header(dtype, reader.scan());
  }

  static Tensor read(Arena arena, Path path, char separator, DType dtype) {
    TableReader reader = new TableReader(path, separator, dtype, true);
    Shape shape = reader.scan();
    return reader.cells.toTensor(arena, shape);
  }

  private Shape scan() {
    return InputFile.reading(
        path,
        () -> {
          try (LineReader lines = LineReader.open(path)) {
            scan(lines);
          } catch (EOFException ended) {
            throw DataException.of(DataFault.TRUNCATED)
                .at(path)
                .expected("the end of the gzip data")
                .found("the end of the file");
          }
          if (rows == 0) {
            throw DataException.of(DataFault.EMPTY_TABLE)
                .at(path)
                .expected("at least one row of numbers")
                .found("none");
          }
          return Shape.of(rows, columns);
        });
  }

  private void scan(LineReader lines) throws IOException {
    long emptyLine = 0;
    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
      if (line.get().isBlank()) {
        emptyLine = emptyLine == 0 ? lines.lineNumber() : emptyLine;
        continue;
      }
      if (emptyLine > 0) {
        throw DataException.of(rows == 0 ? DataFault.BAD_CELL : DataFault.RAGGED_ROW)
            .at(path + ":" + emptyLine)
            .expected(rows == 0 ? "a row" : count(columns))
            .found("an empty line");
      }
      if (!keep && dtype.isFloat() && columns >= 0 && plainNumbers(line.get()) == columns) {
        rows++;
        continue;
      }
      List<Cell> row = split(line.get(), lines.lineNumber());
      boolean header =
          lines.lineNumber() == 1
              && row.stream().anyMatch(cell -> !cell.text.isEmpty() && !isNumber(cell.text));
      if (!header) {
        addRow(row, lines.lineNumber());
      }
    }
  }

  private void addRow(List<Cell> row, long lineNumber) {
    if (columns < 0) {
      columns = row.size();
      firstRowLine = lineNumber;
    }
    if (row.size() != columns) {
      Cell place = row.get((int) Math.min(columns, row.size() - 1));
      throw DataException.of(DataFault.RAGGED_ROW)
          .at(path + ":" + lineNumber + ":" + place.column)
          .expected(count(columns) + ", as in line " + firstRowLine)
          .found(count(row.size()));
    }
    for (Cell cell : row) {
      if (!isNumber(cell.text)) {
        throw badCell(cell, lineNumber, "a number");
      }
      if (!cells.add(cell.text)) {
        throw badCell(cell, lineNumber, "a number of type " + dtype);
      }
    }
    rows++;
  }

  /// How many numbers like `-12` and `3.5` a line is, with nothing but separators between them; −1
  /// for any other line.
  private int plainNumbers(String line) {
    int count = 0;
    int at = 0;
    while (true) {
      at += at < line.length() && line.charAt(at) == '-' ? 1 : 0;
      int whole = digits(line, at);
      at += whole;
      if (whole > 0 && at < line.length() && line.charAt(at) == '.') {
        at += 1 + digits(line, at + 1);
      }
      if (whole == 0 || (at < line.length() && line.charAt(at) != separator)) {
        return -1;
      }
      count++;
      if (at == line.length()) {
        return count;
      }
      at++;
    }
  }

  private static String count(long cells) {
    return cells == 1 ? "1 cell" : cells + " cells";
  }

  private DataException badCell(Cell cell, long lineNumber, String expected) {
    return DataException.of(DataFault.BAD_CELL)
        .at(path + ":" + lineNumber + ":" + cell.column)
        .expected(expected)
        .found(cell.text.isEmpty() ? "an empty cell" : InputFile.excerpt(cell.text));
  }

  /// One cell without blanks and quotes, and the column of the line where it begins, from 1.
  private record Cell(String text, int column) {}

  private List<Cell> split(String line, long lineNumber) {
    List<Cell> row = new ArrayList<>();
    int at = 0;
    while (true) {
      int start = at;
      while (start < line.length() && line.charAt(start) == ' ') {
        start++;
      }
      boolean quoted = start < line.length() && line.charAt(start) == '"';
      int close = quoted ? closingQuote(line, start) : start;
      if (close < 0) {
        throw badCell(new Cell(line.substring(start), start + 1), lineNumber, "a closing quote");
      }
      int end = line.indexOf(separator, close);
      end = end < 0 ? line.length() : end;
      String text =
          quoted && line.substring(close + 1, end).isBlank()
              ? line.substring(start + 1, close)
              : line.substring(start, Math.max(start, end));
      row.add(new Cell(text.strip(), start + 1));
      if (end == line.length()) {
        return row;
      }
      at = end + 1;
    }
  }

  /// The quote that ends the one at `open`; two in a row stand for one within. −1 if there is none.
  private static int closingQuote(String line, int open) {
    for (int at = line.indexOf('"', open + 1); at >= 0; at = line.indexOf('"', at + 2)) {
      if (at + 1 == line.length() || line.charAt(at + 1) != '"') {
        return at;
      }
    }
    return -1;
  }

  /// Whether a text is a number as the grammar above has it. Java itself would also take `1f`,
  /// `0x1p3` and others that no table means.
  static boolean isNumber(String text) {
    int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    String word = text.substring(at);
    if (isSpecial(word)) {
      return true;
    }
    int whole = digits(text, at);
    at += whole;
    int fraction = 0;
    if (at < text.length() && text.charAt(at) == '.') {
      fraction = digits(text, at + 1);
      at += 1 + fraction;
    }
    if (whole + fraction == 0) {
      return false;
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
        at++;
      }
      int exponent = digits(text, at);
      at += exponent;
      if (exponent == 0) {
        return false;
      }
    }
    return at == text.length();
  }

  static boolean isSpecial(String word) {
    return word.equalsIgnoreCase("nan")
        || word.equalsIgnoreCase("inf")
        || word.equalsIgnoreCase("infinity");
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - from;
  }
}
