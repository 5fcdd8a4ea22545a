package org.einkorn.cli.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.einkorn.Einkorn;
import org.einkorn.runtime.io.OutputFile;

/// The rows of a benchmark for people: as columns on a terminal, or as a table of Markdown.
///
/// @param title what was measured
/// @param command the command line, for a file that keeps it
public record Report(String title, String command, List<Limits> limits, List<Row> rows) {
  private static final List<String> HEAD =
      List.of(
          "name",
          "backend",
          "threads",
          "median ms",
          "least",
          "spread",
          "runs",
          "GFLOP/s",
          "of FMA",
          "GB/s",
          "of memory");
  private static final List<String> PEER_HEAD = List.of("peer ms", "ratio", "peer");
  private static final int TEXT_COLUMNS = 2;

  public Report {
    limits = List.copyOf(limits);
    rows = List.copyOf(rows);
  }

  private boolean hasPeer() {
    return rows.stream().anyMatch(row -> row.peer().isPresent());
  }

  private List<List<String>> cells() {
    List<List<String>> table = new ArrayList<>();
    List<String> head = new ArrayList<>(HEAD);
    if (hasPeer()) {
      head.addAll(PEER_HEAD);
    }
    table.add(head);
    rows.forEach(row -> table.add(cells(row)));
    return table;
  }

  private List<String> cells(Row row) {
    List<String> cells = new ArrayList<>();
    cells.add(row.name());
    cells.add(row.backend());
    cells.add(Integer.toString(row.threads()));
    cells.add(number(row.times().median()));
    cells.add(number(row.times().least()));
    cells.add(number(row.times().spread()));
    cells.add(Integer.toString(row.times().runs()));
    cells.add(number(row.gigaflops()));
    cells.add(percent(row.shareOfMultiplyAdds()));
    cells.add(number(row.bandwidth()));
    cells.add(percent(row.shareOfBandwidth()));
    if (hasPeer()) {
      cells.add(row.peer().map(peer -> number(peer.times().median())).orElse("-"));
      cells.add(row.ratio().map(Report::number).orElse("-"));
      cells.add(row.peer().map(Row.PeerFigure::label).orElse("-"));
    }
    return cells;
  }

  /// Three digits that say something.
  private static String number(double value) {
    if (value == 0) {
      return "0";
    }
    double size = Math.abs(value);
    int places = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 5;
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  /// What the machine can do, and what is counted.
  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (Limits limit : limits) {
      String threads = limit.threads() == 1 ? "1 thread" : limit.threads() + " threads";
      notes.add("limits, " + threads + ": " + String.join(", ", limit.describe()));
    }
    boolean hasVectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    if (!hasVectors && rows.stream().anyMatch(row -> row.backend().equals("jvm"))) {
      notes.add(
          "jvm runs without the Vector API; EIN_JAVA_OPTIONS='--add-modules jdk.incubator.vector'"
              + " adds it");
    }
    notes.add(
        "counted: the multiplications and additions that are planned; each element of an input that"
            + " is read, and each of an output, once");
    return notes;
  }

  /// The table in columns.
  public String columns() {
    List<List<String>> table = cells();
    int[] widths = new int[table.getFirst().size()];
    for (List<String> line : table) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], line.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : table) {
      StringBuilder row = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        boolean isLeft = column < TEXT_COLUMNS || column >= HEAD.size() + TEXT_COLUMNS;
        String blanks = " ".repeat(widths[column] - line.get(column).length());
        row.append(column == 0 ? "" : "  ");
        row.append(isLeft ? line.get(column) + blanks : blanks + line.get(column));
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    text.append('\n');
    notes().forEach(note -> text.append(note).append('\n'));
    return text.toString();
  }

  // ---- Markdown

  private String heading() {
    return "## ein bench: " + title;
  }

  private String section() {
    StringBuilder text = new StringBuilder();
    text.append(heading()).append("\n\n`").append(command).append("`\n\n");
    List<List<String>> table = cells();
    for (int number = 0; number < table.size(); number++) {
      text.append("| ").append(String.join(" | ", table.get(number))).append(" |\n");
      if (number == 0) {
        text.append('|');
        for (int column = 0; column < table.getFirst().size(); column++) {
          boolean isLeft = column < TEXT_COLUMNS || column >= HEAD.size() + TEXT_COLUMNS;
          text.append(isLeft ? "---|" : "---:|");
        }
        text.append('\n');
      }
    }
    notes().forEach(note -> text.append("\n- ").append(note));
    return text.append('\n').toString();
  }

  /// Writes the table as a section of a file: in place of the one that an earlier call wrote for
  /// the same work, else at the end.
  public void writeInto(Path file) {
    String before = Files.exists(file) ? Einkorn.readText(file) : "";
    OutputFile.write(file, merged(before).getBytes(StandardCharsets.UTF_8));
  }

  String merged(String before) {
    List<String> kept = new ArrayList<>();
    boolean isOld = false;
    boolean isPlaced = false;
    for (String line : before.lines().toList()) {
      if (line.startsWith("## ") || line.startsWith("# ")) {
        isOld = line.equals(heading());
        if (isOld && !isPlaced) {
          kept.addAll(section().lines().toList());
          kept.add("");
          isPlaced = true;
        }
      }
      if (!isOld) {
        kept.add(line);
      }
    }
    if (!isPlaced) {
      if (!kept.isEmpty() && !kept.getLast().isBlank()) {
        kept.add("");
      }
      kept.addAll(section().lines().toList());
    }
    while (!kept.isEmpty() && kept.getLast().isBlank()) {
      kept.removeLast();
    }
    return String.join("\n", kept) + "\n";
  }
}
