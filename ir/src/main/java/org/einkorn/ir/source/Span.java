package org.einkorn.ir.source;

import java.util.Objects;

/// The characters of `file` from `start` up to but not including `end`, in UTF-16 units. An empty
/// span (`start == end`) is the place between two characters.
public record Span(SourceFile file, int start, int end) implements Comparable<Span> {
  public Span {
    Objects.requireNonNull(file);
    if (start < 0 || end < start || end > file.length()) {
      throw new IllegalArgumentException(
          "span %d..%d does not lie in %s of length %d"
              .formatted(start, end, file.name(), file.length()));
    }
  }

  public int length() {
    return end - start;
  }

  public boolean isEmpty() {
    return start == end;
  }

  /// The line, from 1, where this begins.
  public int line() {
    return file.line(start);
  }

  /// The column, from 1, where this begins.
  public int column() {
    return file.column(start);
  }

  /// The line, from 1, that holds the last character of this.
  public int endLine() {
    return file.line(Math.max(start, end - 1));
  }

  public String text() {
    return file.text().substring(start, end);
  }

  /// The smallest span that holds both; both must lie in one file.
  public Span cover(Span other) {
    requireSameFile(other);
    return new Span(file, Math.min(start, other.start), Math.max(end, other.end));
  }

  /// The empty span just after this.
  public Span after() {
    return new Span(file, end, end);
  }

  public boolean contains(Span other) {
    return file.equals(other.file) && start <= other.start && other.end <= end;
  }

  /// By file name, then by place.
  @Override
  public int compareTo(Span other) {
    int byFile = file == other.file ? 0 : file.name().compareTo(other.file.name());
    if (byFile != 0) {
      return byFile;
    }
    return start != other.start
        ? Integer.compare(start, other.start)
        : Integer.compare(end, other.end);
  }

  private void requireSameFile(Span other) {
    if (!file.equals(other.file)) {
      throw new IllegalArgumentException(
          "spans lie in two files: " + file.name() + " and " + other.file.name());
    }
  }

  /// `matmul.ein:3:14`
  @Override
  public String toString() {
    return file.name() + ":" + line() + ":" + column();
  }
}
