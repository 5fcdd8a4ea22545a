package org.einkorn.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.einkorn.runtime.DType;

/// Random products of tensors that data list entry by entry, and dense ones; one seed gives one
/// text and the data for its inputs. Numbers are small and whole, so that no sum depends on its
/// order.
final class RandomSparse {
  private static final String WHOLE = "i64";

  private final Dice dice;
  private final int nodes;
  private final boolean isSpecial;
  private final String type;
  private final List<String> lines = new ArrayList<>();
  private final SequencedMap<String, Data> data = new LinkedHashMap<>();
  private final List<String> kept = new ArrayList<>();

  private RandomSparse(long seed, boolean isSpecial) {
    this.dice = new Dice(seed);
    this.isSpecial = isSpecial;
    this.nodes = dice.pick(List.of(0, 1, 2, 3, 4, 6));
    this.type = dice.pick(isSpecial ? List.of("f32", "f64") : List.of("f32", "f64", "i32", WHOLE));
  }

  /// A program whose results are the same for every order of its sums.
  static RandomSource.Made of(long seed) {
    return new RandomSparse(seed, false).program();
  }

  /// A program with infinities and NaN among its numbers.
  static RandomSource.Made special(long seed) {
    return new RandomSparse(seed, true).program();
  }

  private RandomSource.Made program() {
    int kind = dice.below(8);
    String background = kind < 2 ? "min=" : kind < 4 ? "max=" : "+=";
    boolean isTropical = !background.equals("+=") && !type.startsWith("i");
    String plus = isTropical ? background : "+=";
    list("A", 2, plus);
    list("B", 2, plus);
    list("C", 3, plus);
    list("v", 1, plus);
    relation("R");
    relation("P");
    dense("X", 2);
    dense("Q", 2);
    dense("K", 2);
    dense("D", 2);
    for (int count = dice.between(1, 3); count > 0; count--) {
      if (isTropical) {
        tropical(plus);
      } else {
        sum();
      }
    }
    if (dice.chance(0.4)) {
      rule();
    }
    for (String name : kept) {
      lines.add("output " + name);
    }
    String text = String.join("\n", lines) + "\n";
    return new RandomSource.Made(
        nodes > 0 && dice.chance(0.5) ? text.replace("N", Integer.toString(nodes)) : text, data);
  }

  // ---- data

  private void list(String name, int axes, String sign) {
    int count = entries(name, axes);
    lines.add("input " + name + "v[t: T" + name + "]: " + type);
    data.put(name + "v", numbers(new long[] {count}, 0.2));
    List<String> extents = new ArrayList<>();
    List<String> at = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      extents.add("N");
      at.add(name + "e[t, " + axis + "]");
    }
    lines.add("tensor " + name + "[" + String.join(", ", extents) + "]: " + type);
    lines.add(name + "[" + String.join(", ", at) + "] " + sign + " " + name + "v[t]");
  }

  private void relation(String name) {
    entries(name, 2);
    lines.add("tensor " + name + "[N, N]: bool");
    lines.add(name + "[" + name + "e[t, 0], " + name + "e[t, 1]] or= true");
  }

  private int entries(String name, int axes) {
    int count = nodes == 0 ? 0 : dice.pick(List.of(0, 1, 4, 9));
    lines.add("input " + name + "e[t: T" + name + ", c: " + axes + "]: i64");
    long[] extents = {count, axes};
    long[] elements = new long[Data.count(extents)];
    for (int number = 0; number < elements.length; number++) {
      elements[number] = dice.below(Math.max(1, nodes));
    }
    data.put(name + "e", new Data(DType.I64, extents, elements));
    return count;
  }

  private void dense(String name, int axes) {
    List<String> written = new ArrayList<>();
    long[] extents = new long[axes];
    for (int axis = 0; axis < axes; axis++) {
      written.add("a" + axis + ": N");
      extents[axis] = nodes;
    }
    lines.add("input " + name + "[" + String.join(", ", written) + "]: " + type);
    data.put(name, numbers(extents, isSpecial ? 0.3 : 0));
  }

  private Data numbers(long[] extents, double special) {
    DType dtype =
        switch (type) {
          case "f32" -> DType.F32;
          case "f64" -> DType.F64;
          case "i32" -> DType.I32;
          default -> DType.I64;
        };
    long[] elements = new long[Data.count(extents)];
    for (int number = 0; number < elements.length; number++) {
      double value = dice.between(-3, 3);
      if (isSpecial && dice.chance(special)) {
        value =
            dice.pick(
                List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0));
      }
      elements[number] = dtype.isFloat() ? Double.doubleToLongBits(value) : (long) value;
    }
    return new Data(dtype, extents, elements);
  }

  // ---- equations

  private String fresh(String letter) {
    String name = letter + kept.size();
    kept.add(name);
    return name;
  }

  private void sum() {
    String y = fresh("Y");
    switch (dice.below(17)) {
      case 0 -> lines.add(y + "[i, d] = A[i, j] X[j, d]");
      case 1 -> lines.add(y + "[j, d] = A[i, j] X[i, d]");
      case 2 -> lines.add(y + "[i] = A[i, j] v[j]");
      case 3 -> lines.add(y + " = sum[x, y, z](R(x, y) * R(y, z) * R(x, z))");
      case 4 -> lines.add(y + "[i, j] = R(i, j) (Q[i, d] K[j, d])");
      case 5 -> lines.add(y + "[i, k] = A[i, j] B[j, k]");
      case 6 -> lines.add(y + "[i, j] = A[i, j] * D[i, j]");
      case 7 -> lines.add(y + "[i] = A[i, j]");
      case 8 -> lines.add(y + "[i, j] = R(x, y) X[x, i] Q[y, j]");
      case 9 -> lines.add(y + "[i, d] = C[i, j, k] X[j, d] Q[k, d]");
      case 10 -> lines.add(y + "[k, i] = C[i, j, k] v[j]");
      case 11 -> lines.add(y + "[i, j] = A[i, j] B[i, j]");
      case 12 -> {
        lines.add(y + "s[i, j] = R(i, j) (Q[i, d] K[j, d])");
        lines.add(
            dice.chance(0.5)
                ? y + "[i, d] = " + y + "s[i, j] X[j, d]"
                : y + "[j, d] = " + y + "s[i, j] X[i, d]");
      }
      case 13 -> {
        lines.add(y + "s[i, j] = A[i, j] (Q[i, d] K[j, d])");
        lines.add(y + "[i, k] = " + y + "s[i, j] B[j, k] R(i, k)");
      }
      case 15 -> lines.add(y + "[i, l] = A[i, j] X[j, k] Q[k, l]");
      case 14 -> lines.add(y + "[i, d] = A[i, j] X[j, d] + R(i, j) Q[j, d] - D[i, d]");
      default -> lines.add(y + "[j, i] = A[i, j] B[j, i] R(i, j) where(i < j, X[i, j], 2)");
    }
  }

  private void tropical(String sign) {
    String y = fresh("Y");
    switch (dice.below(6)) {
      case 0 -> lines.add(y + "[i, d] " + sign + " A[i, j] + X[j, d]");
      case 1 -> lines.add(y + "[i, k] " + sign + " A[i, j] + B[j, k]");
      case 2 -> lines.add(y + "[i] " + sign + " A[i, j]");
      case 3 -> lines.add(y + "[i, j] " + sign + " C[i, k, j] + v[k]");
      case 4 -> {
        lines.add(y + "[i, k] " + sign + " A[i, j] + B[j, k]");
        lines.add(y + "[i, k] " + sign + " D[i, k]");
      }
      default ->
          lines.add(
              y
                  + "[i, j] "
                  + sign
                  + " where(R(i, j), X[i, j] + Q[j, i], ZERO)"
                      .replace("ZERO", sign.equals("min=") ? "inf" : "-inf"));
    }
  }

  private void rule() {
    String y = fresh("U");
    lines.add(
        y
            + dice.pick(
                List.of(
                    "(x, z) <- R(x, y), P(y, z)",
                    "(x) <- R(x, y), P(y, z), R(z, x)",
                    "(x, y) <- R(x, y), P(x, y)",
                    "(z) <- R(x, y), P(x, z), not R(z, y)",
                    "(x, y) <- R(x, y), P(y, x), x < y")));
  }
}
