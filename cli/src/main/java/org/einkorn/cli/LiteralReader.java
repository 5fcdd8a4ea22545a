package org.einkorn.cli;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.einkorn.runtime.DType;
import org.einkorn.runtime.Tensor;

/// Reads a number or nested lists of numbers: `0.5`, `[1, 2]`, `[[1, 2], [3, -inf]]`, `[1+2j, -j]`.
/// Numbers are the literals of the language, with a sign before them; where complex ones are
/// wanted, they may have an imaginary part before a `j`.
final class LiteralReader {
  private static final int DEEPEST = 64;
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

  private static final String UNSIGNED =
      "(?:(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf|nan)";
  private static final Pattern COMPLEX =
      Pattern.compile("(?<re>[+-]?" + UNSIGNED + "(?=[+-]))?(?<im>[+-]?" + UNSIGNED + "?)j");

  private final String text;
  private int at;
  private final List<String> numbers = new ArrayList<>();
  private final List<Long> extents = new ArrayList<>();

  LiteralReader(String text) {
    this.text = text;
  }

  /// The tensor in the type that is wanted.
  Tensor read(Arena arena, DType type) {
    element(0);
    skipBlanks();
    if (at < text.length()) {
      throw wrong("the end");
    }
    long[] shape = extents.stream().mapToLong(Long::longValue).toArray();
    Tensor tensor = Tensor.allocate(arena, type, shape);
    Tensor flat = tensor.reshape(numbers.size());
    for (int number = 0; number < numbers.size(); number++) {
      store(flat, numbers.get(number), number);
    }
    return tensor;
  }

  private void store(Tensor flat, String number, int index) {
    Matcher complex = COMPLEX.matcher(number);
    if (complex.matches()) {
      storeComplex(flat, complex, index);
      return;
    }
    switch (number) {
      case "true" -> flat.setLong(1, index);
      case "false" -> flat.setLong(0, index);
      default -> {
        try {
          if (number.matches("[+-]?[0-9]+")) {
            flat.setLong(Long.parseLong(number), index);
          } else {
            flat.set(decimal(number), index);
          }
        } catch (NumberFormatException e) {
          throw new UsageException("`" + number + "` is no number, in `" + text + "`");
        }
      }
    }
  }

  /// `1+2j`, `-0.5j`, `1e-3-j`
  private static void storeComplex(Tensor flat, Matcher number, int index) {
    if (!flat.dtype().isComplex()) {
      throw new UsageException(
          "`%s` is complex, and %s is wanted; declare it `: c64`"
              .formatted(number.group(), flat.dtype()));
    }
    String re = number.group("re");
    String im = number.group("im");
    boolean isUnit = im.isEmpty() || im.equals("+") || im.equals("-");
    flat.setComplex(re == null ? 0 : decimal(re), decimal(isUnit ? im + "1" : im), index);
  }

  private static double decimal(String number) {
    if (DECIMAL.matcher(number).matches()) {
      return Double.parseDouble(number);
    }
    boolean isNegative = number.startsWith("-");
    String digits = isNegative || number.startsWith("+") ? number.substring(1) : number;
    return switch (digits) {
      case "inf" -> isNegative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> throw new NumberFormatException(number);
    };
  }

  private void element(int depth) {
    skipBlanks();
    if (at < text.length() && text.charAt(at) == '[') {
      list(depth);
      return;
    }
    if (depth != extents.size()) {
      throw wrong("a list, as its neighbours are");
    }
    int start = at;
    while (at < text.length() && ",] ".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    if (start == at) {
      throw wrong("a number");
    }
    numbers.add(text.substring(start, at));
  }

  private void list(int depth) {
    if (depth >= DEEPEST) {
      throw new UsageException("a list can be nested " + DEEPEST + " times at most");
    }
    boolean isFirst = extents.size() == depth;
    if (isFirst && !numbers.isEmpty()) {
      throw wrong("a number, as its neighbours are");
    }
    if (isFirst) {
      extents.add(0L);
    }
    at++;
    long count = 0;
    skipBlanks();
    while (at < text.length() && text.charAt(at) != ']') {
      element(depth + 1);
      count++;
      skipBlanks();
      if (at < text.length() && text.charAt(at) == ',') {
        at++;
        skipBlanks();
      }
    }
    if (at == text.length()) {
      throw wrong("`]`");
    }
    at++;
    if (isFirst) {
      extents.set(depth, count);
    } else if (extents.get(depth) != count) {
      throw wrong("a list of " + extents.get(depth) + " elements, as its neighbours are,");
    }
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private UsageException wrong(String expected) {
    return new UsageException(
        "expected " + expected + " at position " + (at + 1) + " of `" + text + "`");
  }
}
