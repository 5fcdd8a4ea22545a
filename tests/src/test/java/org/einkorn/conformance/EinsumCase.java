package org.einkorn.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Shape;

/// One line of the table.
///
/// @param line its number in the file
/// @param operations `plus-times` where the line names none
/// @param errors what is wrong, in order of place; empty if nothing is
record EinsumCase(
    int line,
    String spec,
    List<Operand> operands,
    List<Operand> results,
    List<Fault> errors,
    String operations) {
  private static final Path FILE = Path.of("src/test/resources/conformance/einsum.txt");
  private static final Pattern OPERAND = Pattern.compile("(\\w+)\\[([\\d,]*)\\](?:\\{([^}]*)\\})?");
  private static final Pattern FAULT = Pattern.compile("(E\\d{4})(?: at (\\d+) `([^`]*)`)?");

  /// A tensor.
  ///
  /// @param values its elements; empty where the test makes them up
  record Operand(DType dtype, Shape shape, List<String> values) {
    @Override
    public String toString() {
      return dtype.toString() + shape;
    }
  }

  /// A complaint.
  ///
  /// @param column where it points, from 1; 0 for one that has no place
  record Fault(String code, int column, String marked) {}

  /// The whole table.
  static List<EinsumCase> all() {
    try {
      List<EinsumCase> cases = new ArrayList<>();
      List<String> lines = Files.readAllLines(FILE);
      for (int number = 1; number <= lines.size(); number++) {
        String line = lines.get(number - 1);
        if (line.startsWith("`")) {
          cases.add(of(number, line));
        }
      }
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EinsumCase of(int number, String line) {
    int end = line.indexOf('`', 1);
    String spec = line.substring(1, end).replace("\\t", "\t").replace("\\n", "\n");
    String[] columns = line.substring(end + 1).split(" \\| ", -1);
    List<Fault> faults = new ArrayList<>();
    Matcher fault = FAULT.matcher(columns[2]);
    while (fault.find()) {
      boolean hasPlace = fault.group(2) != null;
      faults.add(
          new Fault(
              fault.group(1),
              hasPlace ? Integer.parseInt(fault.group(2)) : 0,
              hasPlace ? fault.group(3) : ""));
    }
    return new EinsumCase(
        number,
        spec,
        operands(columns[1]),
        faults.isEmpty() ? operands(columns[2]) : List.of(),
        faults,
        columns.length > 3 ? columns[3] : "plus-times");
  }

  private static List<Operand> operands(String text) {
    List<Operand> operands = new ArrayList<>();
    Matcher operand = OPERAND.matcher(text);
    while (operand.find()) {
      long[] extents =
          Arrays.stream(operand.group(2).split(","))
              .filter(extent -> !extent.isEmpty())
              .mapToLong(Long::parseLong)
              .toArray();
      String values = operand.group(3);
      operands.add(
          new Operand(
              DType.valueOf(operand.group(1).toUpperCase(Locale.ROOT)),
              Shape.of(extents),
              values == null ? List.of() : List.of(values.split(","))));
    }
    return operands;
  }

  @Override
  public String toString() {
    return "line " + line + ": `" + spec + "` of " + operands + " over " + operations;
  }
}
