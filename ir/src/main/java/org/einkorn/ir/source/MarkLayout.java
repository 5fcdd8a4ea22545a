package org.einkorn.ir.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.einkorn.ir.source.DiagnosticRenderer.Placed;

/// Lays out the marks of one line and their words. The rightmost mark has its words beside it; the
/// others hang theirs below, the rightmost first, on a thread of `|`, so that no two cross.
final class MarkLayout {
  private MarkLayout() {}

  static List<Canvas> rows(List<Placed> marks) {
    Canvas underline = new Canvas();
    // Secondary marks first: where two overlap, the primary one is seen.
    marks.stream()
        .sorted(Comparator.comparing((Placed placed) -> placed.mark().sign() == '^'))
        .forEach(
            placed -> {
              for (int column = placed.from(); column < placed.to(); column++) {
                underline.put(column, placed.mark().sign(), placed.mark().style());
              }
            });
    List<Canvas> rows = new ArrayList<>();
    rows.add(underline);
    List<Placed> worded =
        new ArrayList<>(
            marks.stream()
                .filter(placed -> !placed.mark().text().isEmpty())
                .sorted(Comparator.comparingInt(Placed::from))
                .toList());
    if (worded.isEmpty()) {
      return rows;
    }
    Placed last = worded.getLast();
    boolean beside = marks.stream().noneMatch(other -> other != last && other.to() > last.from());
    if (beside && !last.mark().text().contains("\n")) {
      underline.write(last.to() + 1, last.mark().text(), last.mark().style());
      worded.removeLast();
    }
    if (!worded.isEmpty()) {
      rows.add(threads(worded));
    }
    while (!worded.isEmpty()) {
      Placed placed = worded.removeLast();
      for (String line : placed.mark().text().split("\n", -1)) {
        Canvas row = threads(worded);
        row.write(placed.from(), line, placed.mark().style());
        rows.add(row);
      }
    }
    return rows;
  }

  private static Canvas threads(List<Placed> marks) {
    Canvas row = new Canvas();
    for (Placed placed : marks) {
      row.put(placed.from(), '|', placed.mark().style());
    }
    return row;
  }
}
