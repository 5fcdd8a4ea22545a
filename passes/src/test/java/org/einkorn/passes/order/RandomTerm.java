package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.einkorn.ir.source.SourceFile;
import org.einkorn.ir.tensor.Program;
import org.einkorn.ir.text.TensorParser;

/// A random program of one contraction, as text: operands of any axes, some mentioned twice in one
/// operand, some nowhere, guards, positions that are sums of axes, more than one term.
final class RandomTerm {
  /// A pair (⊕, ⊗) on a type, and values on which its laws hold bit for bit.
  enum Algebra {
    SUM_TIMES("sum", "*", "i64"),
    MIN_PLUS("min", "+", "i64"),
    MAX_MIN("max", "min", "i32"),
    OR_AND("any", "and", "bool"),
    XOR_AND("xor", "and", "bool"),
    MAX_TIMES("max", "*", "i64");

    final String plus;
    final String times;
    final String type;

    Algebra(String plus, String times, String type) {
      this.plus = plus;
      this.times = times;
      this.type = type;
    }
  }

  private static final String NAMES = "abcdefgh";

  private final Random random;
  private final Algebra algebra;
  private final boolean mayBeEmpty;
  private final int[] extents = new int[NAMES.length()];
  private final List<String> inputs = new ArrayList<>();

  private RandomTerm(long seed, boolean mayBeEmpty) {
    this.random = new Random(seed);
    this.mayBeEmpty = mayBeEmpty;
    this.algebra = Algebra.values()[random.nextInt(Algebra.values().length)];
    for (int axis = 0; axis < extents.length; axis++) {
      extents[axis] = mayBeEmpty && random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(4);
    }
  }

  /// @param mayBeEmpty whether an axis may have no position
  static Program of(long seed, boolean mayBeEmpty) {
    String text = new RandomTerm(seed, mayBeEmpty).text();
    return TensorParser.parse(new SourceFile("seed " + seed, text)).require();
  }

  private String text() {
    int rank = random.nextInt(4);
    String output = pick(rank, false);
    StringBuilder terms = new StringBuilder();
    int count = random.nextInt(8) == 0 ? 2 : 1;
    for (int term = 0; term < count; term++) {
      terms.append(term(output));
    }
    String declared =
        output.chars().mapToObj(c -> "" + extent((char) c)).collect(Collectors.joining(", "));
    return "program random\n"
        + String.join("", inputs)
        + "output Y: "
        + algebra.type
        + "["
        + declared
        + "]\nY: "
        + algebra.type
        + "["
        + declared
        + "] = "
        + algebra.plus
        + "\n"
        + terms;
  }

  private String term(String output) {
    TreeSet<Character> axes = new TreeSet<>();
    output.chars().forEach(c -> axes.add((char) c));
    List<String> operands = new ArrayList<>();
    for (int count = 1 + random.nextInt(5); count > 0; count--) {
      operands.add(operand(axes));
    }
    if (random.nextInt(6) == 0) {
      axes.add(NAMES.charAt(random.nextInt(NAMES.length())));
    }
    String domain =
        axes.stream().map(axis -> axis + " < " + extent(axis)).collect(Collectors.joining(", "));
    String guard = axes.size() > 1 && random.nextInt(4) == 0 ? guard(new ArrayList<>(axes)) : "";
    return (axes.isEmpty() ? "" : "  for " + domain + "\n")
        + guard
        + "    ["
        + String.join(", ", output.split(""))
        + "] <- "
        + String.join(" " + algebra.times + " ", operands)
        + (operands.size() == 1 ? " join " + algebra.times : "")
        + "\n";
  }

  private String guard(List<Character> axes) {
    char first = axes.get(random.nextInt(axes.size()));
    char second = axes.get(random.nextInt(axes.size()));
    int bound = 1 + random.nextInt(5);
    if (random.nextInt(3) == 0) {
      char third = axes.get(random.nextInt(axes.size()));
      return "  where 0 <= %c + %c < %c + %d\n".formatted(first, second, third, bound);
    }
    return "  where 0 <= %c + %c < %d\n".formatted(first, second, bound);
  }

  private String operand(TreeSet<Character> axes) {
    String read = pick(random.nextInt(4), true);
    read.chars().forEach(c -> axes.add((char) c));
    String name = "X" + inputs.size();
    List<String> shape = new ArrayList<>();
    List<String> indices = new ArrayList<>();
    for (int at = 0; at < read.length(); at++) {
      char axis = read.charAt(at);
      boolean isShifted = random.nextInt(8) == 0;
      shape.add("" + (extent(axis) + (isShifted ? 1 : 0)));
      indices.add(axis + (isShifted ? " + 1" : ""));
    }
    inputs.add("input %s: %s[%s]\n".formatted(name, algebra.type, String.join(", ", shape)));
    String value = "%s[%s]".formatted(name, String.join(", ", indices));
    return algebra == Algebra.MAX_TIMES && random.nextInt(3) > 0 ? "abs(" + value + ")" : value;
  }

  private String pick(int count, boolean withRepetition) {
    StringBuilder picked = new StringBuilder();
    while (picked.length() < count) {
      char axis = NAMES.charAt(random.nextInt(NAMES.length()));
      if (withRepetition || picked.indexOf("" + axis) < 0) {
        picked.append(axis);
      }
    }
    return picked.toString();
  }

  private int extent(char axis) {
    int extent = extents[NAMES.indexOf(axis)];
    return mayBeEmpty ? extent : Math.max(1, extent);
  }
}
