package org.einkorn.ir.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Turns diagnostics into text for people: a title, the place, the lines with their labels, notes
/// and help. Nothing else in the compiler lays out an error.
///
/// ```text
/// error[E0102]: axis `k` has two extents
///  --> matmul.ein:3:14
///   |
/// 3 | C[i,j] = A[i,k] B[k,j]
///   |              ^    - `k` is 4 here, from `B: f32[4, 5]`
///   |              |
///   |              `k` is 3 here, from `A: f32[2, 3]`
///   = help: write `B[j,k]` if B is stored transposed
/// ```
public final class DiagnosticRenderer {
  private final boolean color;

  private DiagnosticRenderer(boolean color) {
    this.color = color;
  }

  public static DiagnosticRenderer plain() {
    return new DiagnosticRenderer(false);
  }

  /// With ANSI escape sequences around titles and marks.
  public static DiagnosticRenderer colored() {
    return new DiagnosticRenderer(true);
  }

  /// All of them by position, a blank line between two, ending in a line end unless there are none.
  public String renderAll(List<Diagnostic> diagnostics) {
    StringBuilder text = new StringBuilder();
    for (Diagnostic diagnostic : Diagnostic.sorted(diagnostics)) {
      text.append(text.isEmpty() ? "" : "\n").append(render(diagnostic));
    }
    return text.toString();
  }

  /// One diagnostic, ending in a line end.
  public String render(Diagnostic diagnostic) {
    Style severity = diagnostic.isError() ? Style.ERROR : Style.WARNING;
    String head = diagnostic.severity().word() + "[" + diagnostic.code() + "]";
    StringBuilder text = new StringBuilder();
    text.append(paint(severity, head)).append(paint(Style.TITLE, ": " + diagnostic.title()));
    text.append('\n');
    Map<SourceFile, List<Mark>> files = marksByFile(diagnostic, severity);
    int gutter = gutterWidth(files);
    boolean first = true;
    for (var entry : files.entrySet()) {
      renderFile(text, entry.getKey(), entry.getValue(), gutter, first);
      first = false;
    }
    for (String note : diagnostic.notes()) {
      remark(text, gutter, "note", note);
    }
    diagnostic.help().ifPresent(help -> remark(text, gutter, "help", help));
    return text.toString();
  }

  private void remark(StringBuilder text, int gutter, String kind, String words) {
    String indent = " ".repeat(gutter + 1);
    String[] lines = words.split("\n", -1);
    text.append(indent).append(paint(Style.GUTTER, "=")).append(' ');
    text.append(paint(Style.TITLE, kind + ":")).append(' ').append(lines[0]).append('\n');
    for (int line = 1; line < lines.length; line++) {
      String padded = indent + " ".repeat(kind.length() + 4) + lines[line];
      text.append(padded.stripTrailing()).append('\n');
    }
  }

  private void renderFile(
      StringBuilder text, SourceFile file, List<Mark> marks, int gutter, boolean first) {
    Span place = marks.getFirst().span();
    String arrow = " ".repeat(gutter) + (first ? "--> " : "::: ");
    text.append(paint(Style.GUTTER, arrow)).append(place).append('\n');
    text.append(bar(gutter, "")).append('\n');
    TreeMap<Integer, List<Mark>> lines = new TreeMap<>();
    for (Mark mark : marks) {
      lines.computeIfAbsent(mark.span().line(), _ -> new ArrayList<>()).add(mark);
    }
    int previous = -1;
    for (var entry : lines.entrySet()) {
      int line = entry.getKey();
      if (previous >= 0 && line == previous + 2) {
        String between = ShownLine.of(file.lineText(line - 1), 0).text();
        text.append(bar(gutter, String.valueOf(line - 1), between)).append('\n');
      } else if (previous >= 0 && line > previous + 1) {
        text.append(paint(Style.GUTTER, "...")).append('\n');
      }
      renderLine(text, file, line, entry.getValue(), gutter);
      previous = line;
    }
  }

  private void renderLine(
      StringBuilder text, SourceFile file, int line, List<Mark> marks, int gutter) {
    int start = file.lineStart(line);
    int end = file.lineEnd(line);
    int leftmost = marks.stream().mapToInt(mark -> mark.span().start()).min().orElse(start);
    ShownLine shown = ShownLine.of(file.lineText(line), leftmost - start);
    text.append(bar(gutter, String.valueOf(line), shown.text())).append('\n');
    List<Placed> placed = new ArrayList<>();
    for (Mark mark : marks) {
      int from = shown.column(mark.span().start() - start);
      int to = shown.column(Math.min(mark.span().end(), end) - start);
      placed.add(new Placed(mark, from, Math.max(to, from + 1)));
    }
    for (Canvas row : MarkLayout.rows(placed)) {
      text.append(bar(gutter, row.render(this))).append('\n');
    }
  }

  private String bar(int gutter, String rest) {
    return bar(gutter, "", rest);
  }

  private String bar(int gutter, String number, String rest) {
    String left = number + " ".repeat(gutter - number.length()) + " |";
    return paint(Style.GUTTER, left) + (rest.isEmpty() ? "" : " " + rest);
  }

  String paint(Style style, String words) {
    return color && !style.escape.isEmpty() ? style.escape + words + "\u001b[0m" : words;
  }

  private static Map<SourceFile, List<Mark>> marksByFile(Diagnostic diagnostic, Style severity) {
    Map<SourceFile, List<Mark>> files = new LinkedHashMap<>();
    diagnostic
        .primary()
        .ifPresent(
            label ->
                files
                    .computeIfAbsent(label.span().file(), _ -> new ArrayList<>())
                    .add(new Mark(label.span(), label.text(), '^', severity)));
    diagnostic.secondary().stream()
        .sorted(Comparator.comparing(Diagnostic.Label::span))
        .forEach(
            label ->
                files
                    .computeIfAbsent(label.span().file(), _ -> new ArrayList<>())
                    .add(new Mark(label.span(), label.text(), '-', Style.SECONDARY)));
    return files;
  }

  /// The width of the largest line number that will be shown.
  private static int gutterWidth(Map<SourceFile, List<Mark>> files) {
    int largest = 1;
    for (List<Mark> marks : files.values()) {
      for (Mark mark : marks) {
        largest = Math.max(largest, mark.span().line());
      }
    }
    return String.valueOf(largest).length();
  }

  /// What the colors mean.
  enum Style {
    NONE(""),
    TITLE("\u001b[1m"),
    ERROR("\u001b[1;31m"),
    WARNING("\u001b[1;33m"),
    SECONDARY("\u001b[1;34m"),
    GUTTER("\u001b[1;34m");

    private final String escape;

    Style(String escape) {
      this.escape = escape;
    }
  }

  /// A span to underline with `sign`, and its words.
  record Mark(Span span, String text, char sign, Style style) {}

  /// A mark at its columns, from 0, `to` exclusive.
  record Placed(Mark mark, int from, int to) {}
}
