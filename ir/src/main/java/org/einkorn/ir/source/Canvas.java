package org.einkorn.ir.source;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.source.DiagnosticRenderer.Style;

/// One row of characters under a source line, each with its style.
final class Canvas {
  private final List<Style> styles = new ArrayList<>();
  private final StringBuilder cells = new StringBuilder();
  private String tail = "";
  private Style tailStyle = Style.NONE;

  /// Sets one character.
  void put(int column, char sign, Style style) {
    while (cells.length() <= column) {
      cells.append(' ');
      styles.add(Style.NONE);
    }
    cells.setCharAt(column, sign);
    styles.set(column, style);
  }

  /// Ends the row with `words` from `column` on; they may be of any width, nothing follows them.
  void write(int column, String words, Style style) {
    while (cells.length() < column) {
      cells.append(' ');
      styles.add(Style.NONE);
    }
    // Threads at or right of the words would be hidden by them; rows are built so there are none.
    cells.setLength(column);
    tail = words;
    tailStyle = style;
  }

  String render(DiagnosticRenderer renderer) {
    StringBuilder text = new StringBuilder();
    int column = 0;
    while (column < cells.length()) {
      int end = column + 1;
      while (end < cells.length() && styles.get(end) == styles.get(column)) {
        end++;
      }
      text.append(renderer.paint(styles.get(column), cells.substring(column, end)));
      column = end;
    }
    if (!tail.isEmpty()) {
      text.append(renderer.paint(tailStyle, tail));
    }
    return text.toString().stripTrailing();
  }
}
