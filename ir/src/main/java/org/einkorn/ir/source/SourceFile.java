package org.einkorn.ir.source;

import java.util.Arrays;
import java.util.Objects;

/// A text with a name. Offsets count UTF-16 units from 0, lines and columns count from 1, and a
/// column is a character as people count them: a code point.
///
/// A line ends at `\n`, `\r\n` or `\r`; the line's text leaves its end out.
public final class SourceFile {
  private final String name;
  private final String text;
  private final int[] lineStarts;

  public SourceFile(String name, String text) {
    this.name = Objects.requireNonNull(name);
    this.text = Objects.requireNonNull(text);
    this.lineStarts = findLineStarts(text);
  }

  /// What errors call this text: a path as the user gave it, or a word such as `<repl>`.
  public String name() {
    return name;
  }

  public String text() {
    return text;
  }

  public int length() {
    return text.length();
  }

  public int lineCount() {
    return lineStarts.length;
  }

  /// The line, from 1, that holds `offset`; the end of the text belongs to the last line.
  public int line(int offset) {
    Objects.checkIndex(offset, text.length() + 1);
    int found = Arrays.binarySearch(lineStarts, offset);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /// The column, from 1, of `offset` in its line, in code points.
  public int column(int offset) {
    return text.codePointCount(lineStart(line(offset)), offset) + 1;
  }

  /// The offset of the first character of `line`.
  public int lineStart(int line) {
    return lineStarts[Objects.checkIndex(line - 1, lineStarts.length)];
  }

  /// The offset just after the last character of `line`, before its line end.
  public int lineEnd(int line) {
    int end = line < lineStarts.length ? lineStarts[line] : text.length();
    int start = lineStart(line);
    if (end > start && text.charAt(end - 1) == '\n' && line < lineStarts.length) {
      end--;
    }
    if (end > start && text.charAt(end - 1) == '\r' && line < lineStarts.length) {
      end--;
    }
    return end;
  }

  public String lineText(int line) {
    return text.substring(lineStart(line), lineEnd(line));
  }

  public Span span(int start, int end) {
    return new Span(this, start, end);
  }

  private static int[] findLineStarts(String text) {
    int[] starts = new int[16];
    int count = 1;
    for (int offset = 0; offset < text.length(); offset++) {
      char unit = text.charAt(offset);
      boolean crlf = unit == '\r' && offset + 1 < text.length() && text.charAt(offset + 1) == '\n';
      if (unit == '\n' || (unit == '\r' && !crlf)) {
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count++] = offset + 1;
      }
    }
    return Arrays.copyOf(starts, count);
  }

  /// Two files are equal when both name and text are.
  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof SourceFile file && name.equals(file.name) && text.equals(file.text));
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + text.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
