package org.einkorn.ir.source;

/// A source line as a terminal shows it: tabs become blanks up to the next multiple of 4, control
/// characters become U+FFFD (an error message must not steer the terminal), wide characters take
/// two columns, and a very long line is cut to the part the labels need.
final class ShownLine {
  /// Lines wider than this are cut.
  static final int MAX_COLUMNS = 160;

  private static final int CONTEXT_COLUMNS = 48;
  private static final int TAB_COLUMNS = 4;

  private final String shown;
  private final int[] columnOfUnit;
  private final int cutColumns;

  private ShownLine(String shown, int[] columnOfUnit, int cutColumns) {
    this.shown = shown;
    this.columnOfUnit = columnOfUnit;
    this.cutColumns = cutColumns;
  }

  /// Shows `line`, keeping the part that begins near unit `firstMarked`.
  static ShownLine of(String line, int firstMarked) {
    // One step back from the first mark is enough context; what lies further left is not laid out.
    int from = line.length() > MAX_COLUMNS ? Math.max(0, firstMarked - CONTEXT_COLUMNS) : 0;
    if (from > 0 && Character.isLowSurrogate(line.charAt(from))) {
      from--;
    }
    StringBuilder shown = new StringBuilder(from > 0 ? "…" : "");
    int limit = Math.min(line.length(), from + 4 * MAX_COLUMNS);
    int[] columns = new int[limit - from + 1];
    int column = from > 0 ? 1 : 0;
    int unit = from;
    while (unit < limit && column < MAX_COLUMNS) {
      int codePoint = line.codePointAt(unit);
      int units = Character.charCount(codePoint);
      for (int half = unit; half < Math.min(unit + units, limit); half++) {
        columns[half - from] = column;
      }
      if (codePoint == '\t') {
        int width = TAB_COLUMNS - column % TAB_COLUMNS;
        shown.repeat(' ', width);
        column += width;
      } else if (Character.isISOControl(codePoint) || isLoneSurrogate(codePoint)) {
        shown.append('\uFFFD');
        column++;
      } else {
        shown.appendCodePoint(codePoint);
        column += DisplayWidth.of(codePoint);
      }
      unit += units;
    }
    if (unit < line.length()) {
      shown.append('…');
    }
    for (int rest = unit; rest <= limit; rest++) {
      columns[rest - from] = column;
    }
    return new ShownLine(shown.toString().stripTrailing(), columns, from);
  }

  private static boolean isLoneSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  String text() {
    return shown;
  }

  /// The column, from 0, at which unit `unit` of the line is shown.
  int column(int unit) {
    return columnOfUnit[Math.clamp(unit - cutColumns, 0, columnOfUnit.length - 1)];
  }
}
