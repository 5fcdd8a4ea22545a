package org.einkorn.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.einkorn.runtime.DType;

/// Random fixpoints: Datalog rules over random relations, with negation of what is complete, and
/// paths over (min, +), (max, +), (max, min) and (min, max); one seed gives one text and the data
/// for its inputs.
final class RandomFixpoint {
  private static final List<String> INDICES = List.of("x", "y", "z");

  private final Dice dice;
  private final long nodes;
  private final List<String> lines = new ArrayList<>();
  private final SequencedMap<String, Data> data = new LinkedHashMap<>();

  private RandomFixpoint(long seed) {
    this.dice = new Dice(seed);
    this.nodes = dice.pick(List.of(0, 1, 2, 3, 4, 5));
  }

  static RandomSource.Made of(long seed) {
    RandomFixpoint made = new RandomFixpoint(seed);
    return made.dice.chance(0.6) ? made.rules() : made.paths();
  }

  private RandomSource.Made made() {
    String text = String.join("\n", lines) + "\n";
    // Of known sizes more is known.
    return new RandomSource.Made(
        nodes > 0 && dice.chance(0.5) ? text.replace("N", Long.toString(nodes)) : text, data);
  }

  // ---- rules

  private void relation(String name, int axes) {
    List<String> written = new ArrayList<>();
    long[] extents = new long[axes];
    for (int axis = 0; axis < axes; axis++) {
      written.add(INDICES.get(axis) + ": N");
      extents[axis] = nodes;
    }
    lines.add("input " + name + "[" + String.join(", ", written) + "]: bool");
    double density = dice.pick(List.of(0.1, 0.3, 0.5));
    long[] elements = new long[Data.count(extents)];
    for (int number = 0; number < elements.length; number++) {
      elements[number] = dice.chance(density) ? 1 : 0;
    }
    data.put(name, new Data(DType.BOOL, extents, elements));
  }

  /// A relation as a list of its tuples, some of them twice.
  private void tuples(String name) {
    String list = name + "t";
    lines.add("input " + list + "[t: T" + name + ", c: 2]: i64");
    lines.add("tensor " + name + "[N, N]: bool");
    lines.add(name + "[" + list + "[t, 0], " + list + "[t, 1]] or= true");
    long count = nodes == 0 ? 0 : dice.between(0, 12);
    long[] extents = {count, 2};
    long[] elements = new long[Data.count(extents)];
    for (int number = 0; number < elements.length; number++) {
      elements[number] = dice.between(0, (int) nodes - 1);
    }
    data.put(list, new Data(DType.I64, extents, elements));
  }

  private String atom(String name, int axes) {
    List<String> at = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      at.add(dice.pick(INDICES));
    }
    return name + "(" + String.join(", ", at) + ")";
  }

  private RandomSource.Made rules() {
    relation("P", 1);
    for (String name : List.of("E", "F")) {
      if (dice.chance(0.4)) {
        tuples(name);
      } else {
        relation(name, 2);
      }
    }
    if (dice.chance(0.3)) {
      relation("G", 3);
    }
    List<String> derived = new ArrayList<>(List.of("R"));
    if (dice.chance(0.6)) {
      derived.add("S");
    }
    for (String name : derived) {
      int axes = name.equals("R") ? 2 : dice.between(1, 2);
      arity.put(name, axes);
    }
    for (String name : derived) {
      for (int rules = dice.between(2, 4); rules > 0; rules--) {
        rule(name, rules > 1 ? derived : List.of());
      }
    }
    if (dice.chance(0.4)) {
      lines.add("T(x, y) <- E(x, y), not R(x, y)");
      lines.add("T(x, z) <- T(x, y), T(y, z)");
      lines.add("output T");
    }
    if (dice.chance(0.4)) {
      lines.add("U(x) <- E(x, y), F(y, z), P(z)");
      lines.add("U(x) <- " + dice.pick(List.of("E(x, x)", "E(y, x)", "E(x, y), F(x, y)")));
      lines.add("output U");
    }
    boolean isAsked = nodes > 0 && dice.chance(0.5);
    for (String name : derived) {
      int axes = arity.getOrDefault(name, 1);
      if (isAsked && axes == 2) {
        String at = dice.pick(List.of("0, x", "x, 0"));
        lines.add(name + "q(x) <- " + name + "(" + at + ")");
        lines.add("output " + name + "q");
      } else if (dice.chance(0.6)) {
        // What is not given out itself may be kept in another form.
        String at = axes == 2 ? "(x, y)" : "(x)";
        lines.add(name + "k" + at + " <- " + name + at);
        lines.add("output " + name + "k");
      } else {
        lines.add("output " + name);
      }
    }
    return made();
  }

  private final SequencedMap<String, Integer> arity = new LinkedHashMap<>();

  /// A rule whose indices all occur in atoms that are not negated.
  private void rule(String name, List<String> recursive) {
    List<String> body = new ArrayList<>(List.of("E(x, y)", "F(y, z)"));
    if (dice.chance(0.5)) {
      body = new ArrayList<>(List.of("E(" + dice.pick(INDICES) + ", z)", "F(y, x)"));
    }
    if (!recursive.isEmpty() && dice.chance(0.3)) {
      // The position is passed on.
      String passed = arity.getOrDefault(name, 1) == 1 ? "(y)" : "(x, y)";
      String left = arity.getOrDefault(name, 1) == 1 ? "(z)" : "(x, z)";
      lines.add(name + left + " <- " + name + passed + ", F(y, z)");
      return;
    }
    if (!recursive.isEmpty()) {
      String read = dice.pick(recursive);
      body.add(dice.between(0, body.size()), atom(read, arity.getOrDefault(read, 1)));
      if (dice.chance(0.4)) {
        body.add(atom("R", 2));
      }
    }
    if (dice.chance(0.2) && data.containsKey("G")) {
      body.add(atom("G", 3));
    }
    if (dice.chance(0.3)) {
      body.add(dice.pick(List.of("not P(x)", "P(y)", "x != z", "x < y", "not F(z, z)")));
    }
    lines.add(atom(name, arity.getOrDefault(name, 1)) + " <- " + String.join(", ", body));
  }

  // ---- paths

  private RandomSource.Made paths() {
    boolean isLeast = dice.chance(0.5);
    String sign = isLeast ? "min=" : "max=";
    long[] extents = {nodes, nodes};
    long[] elements = new long[Data.count(extents)];
    for (int number = 0; number < elements.length; number++) {
      double value = dice.between(0, 6) * (isLeast ? 0.5 : -0.5);
      if (dice.chance(0.4)) {
        value = isLeast ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
      } else if (dice.chance(0.02)) {
        value = Double.NaN;
      } else if (dice.chance(0.02)) {
        value = -value;
      }
      elements[number] = Double.doubleToLongBits(value);
    }
    data.put("W", new Data(DType.F64, extents, elements));
    lines.add("input W[i: N, j: N]: f64");
    boolean isSum = dice.chance(0.6);
    if (dice.chance(0.3)) {
      lines.add("D[j] " + sign + " where(j == 0, 0.0, W[j, j])");
      lines.add("D[j] " + sign + " " + join(isSum, isLeast, "D[i]", "W[i, j]"));
      if (dice.chance(0.3)) {
        lines.add("D[j] " + sign + " " + join(isSum, isLeast, "D[j-1]", "W[j, j]"));
        lines.addFirst("output D[N]: f64");
      }
    } else {
      lines.add("D[i, k] " + sign + " W[i, k]");
      lines.add(
          "D[i, k] "
              + sign
              + " "
              + dice.pick(
                  List.of(
                      join(isSum, isLeast, "D[i, j]", "W[j, k]"),
                      join(isSum, isLeast, "W[i, j]", "D[j, k]"),
                      join(isSum, isLeast, "D[i, j]", "D[j, k]"))));
      if (dice.chance(0.2)) {
        lines.add("D[i, k] " + sign + " D[k, i]");
      }
      if (dice.chance(0.2)) {
        lines.add("D[i, k] " + sign + " D[i, i] + D[k, k]");
      }
    }
    boolean isWhole = lines.stream().noneMatch(line -> line.startsWith("D[i, k]"));
    if (!isWhole && nodes > 0 && dice.chance(0.5)) {
      lines.add("Q[k] = D[0, k]");
      lines.add("output Q");
    } else if (!lines.getFirst().startsWith("output")) {
      lines.add("output D");
    }
    return made();
  }

  private static String join(boolean isSum, boolean isLeast, String left, String right) {
    if (isSum) {
      return left + " + " + right;
    }
    return (isLeast ? "max" : "min") + "(" + left + ", " + right + ")";
  }
}
