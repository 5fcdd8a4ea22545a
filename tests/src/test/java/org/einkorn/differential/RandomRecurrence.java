package org.einkorn.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.einkorn.runtime.DType;

/// Random programs of tensors that need themselves and each other at earlier or later positions,
/// all of them right; one seed gives one text and the data for its inputs.
///
/// Time has an axis anywhere among the axes of a tensor and runs up or down. In one round a tensor
/// may need those that are written before it in the text of the generator, which shuffles the
/// lines.
final class RandomRecurrence {
  private final Dice dice;
  private final long steps;
  private final long width;
  private final boolean isDescending;
  private final boolean isWhole;
  private final boolean isVirtual;
  private final List<Member> members = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final SequencedMap<String, Data> data = new LinkedHashMap<>();

  /// @param time the place of the axis of time
  /// @param isMatrix whether there is an axis beside it
  /// @param operator the sign of its equations
  private record Member(String name, int time, boolean isMatrix, String operator) {}

  private RandomRecurrence(long seed) {
    this.dice = new Dice(seed);
    this.steps = dice.pick(List.of(0, 1, 2, 3, 4, 5, 6));
    this.width = dice.pick(List.of(0, 1, 2, 3, 3));
    this.isDescending = dice.chance(0.3);
    this.isWhole = dice.chance(0.5);
    this.isVirtual = !isDescending && dice.chance(0.2);
  }

  static RandomSource.Made of(long seed) {
    RandomRecurrence made = new RandomRecurrence(seed);
    return made.dice.chance(0.15) ? made.table() : made.sequence();
  }

  private String type() {
    return isWhole ? "i64" : "f64";
  }

  private void input(String name, String axes, long... extents) {
    lines.add("input " + name + "[" + axes + "]: " + type());
    long[] elements = new long[Data.count(extents)];
    for (int number = 0; number < elements.length; number++) {
      elements[number] =
          isWhole ? dice.between(-3, 3) : Double.doubleToLongBits(dice.between(-8, 8) * 0.25);
    }
    data.put(name, new Data(isWhole ? DType.I64 : DType.F64, extents, elements));
  }

  // ---- several tensors along time

  private RandomSource.Made sequence() {
    input("X", "t: T, i: N", steps, width);
    input("W", "i: N, j: N", width, width);
    input("B", "i: N", width);
    int count = dice.between(1, 3);
    for (int number = 0; number < count; number++) {
      boolean isMatrix = dice.chance(0.7);
      members.add(
          new Member(
              "A" + number,
              isMatrix && dice.chance(0.5) ? 1 : 0,
              isMatrix,
              dice.pick(List.of("=", "=", "max=", "min="))));
    }
    List<String> equations = new ArrayList<>();
    for (int number = 0; number < members.size(); number++) {
      equations(number, equations);
    }
    consumers(equations);
    // An equation may stand anywhere.
    while (!equations.isEmpty()) {
      lines.add(equations.remove(dice.below(equations.size())));
    }
    return new RandomSource.Made(String.join("\n", lines) + "\n", data);
  }

  private void equations(int number, List<String> equations) {
    Member member = members.get(number);
    lines.add("tensor " + at(member, "T+4", "N") + ": " + type());
    int ahead = dice.between(1, 3);
    if (dice.chance(0.8)) {
      String from = isDescending ? "T+" + dice.between(0, 3) : "" + dice.between(0, 2);
      equations.add(
          at(member, from, "i")
              + " "
              + member.operator
              + " "
              + (member.isMatrix ? "B[i]" : "" + dice.between(-2, 2)));
    }
    int terms = dice.between(1, 2);
    for (int term = 0; term < terms; term++) {
      equations.add(
          at(member, position(ahead), "i")
              + " "
              + member.operator
              + " "
              + value(number, ahead)
              + " with t: T");
    }
  }

  /// Where a term writes: `t+1`, or on the way down `t`.
  private String position(int ahead) {
    return index(isDescending ? 0 : ahead);
  }

  private String index(int offset) {
    String star = isVirtual ? "*" : "";
    return star + (offset == 0 ? "t" : offset > 0 ? "t+" + offset : "t" + offset);
  }

  /// An element of a tensor, at a time that comes before what is written.
  private String read(int reader, int ahead, String index) {
    int source = dice.below(members.size());
    int least = source < reader ? 0 : 1;
    int back = dice.between(least, 3);
    int offset = isDescending ? back : ahead - back;
    String read = at(members.get(source), index(offset), index);
    boolean isSummed = members.get(source).isMatrix && dice.chance(0.4);
    return isSummed
        ? "sum[j](W[" + index + ", j] * " + at(members.get(source), index(offset), "j") + ")"
        : read;
  }

  private String value(int number, int ahead) {
    Member member = members.get(number);
    String first = member.isMatrix ? read(number, ahead, "i") : scalar(number, ahead);
    String second = member.isMatrix ? dice.pick(List.of("X[t, i]", "B[i]")) : "1";
    return switch (dice.below(5)) {
      case 0 -> first + " + " + second;
      case 1 -> "max(" + first + ", " + second + ")";
      case 2 -> first + " - min(" + second + ", 2)";
      case 3 -> "where(" + second + " > 0, " + first + ", " + second + ")";
      default -> isWhole ? "abs(" + first + ")" : "sqrt(abs(" + first + "))";
    };
  }

  private String scalar(int number, int ahead) {
    int source = dice.below(members.size());
    Member member = members.get(source);
    int back = dice.between(source < number ? 0 : 1, 3);
    int offset = isDescending ? back : ahead - back;
    String read = at(member, index(offset), "i");
    return member.isMatrix ? "max[i](" + read + ")" : read;
  }

  private static String at(Member member, String time, String other) {
    if (!member.isMatrix) {
      return member.name + "[" + time + "]";
    }
    return member.name
        + (member.time == 0 ? "[" + time + ", " + other + "]" : "[" + other + ", " + time + "]");
  }

  /// What is kept: all of a tensor, its last values, or something made of it.
  private void consumers(List<String> equations) {
    for (Member member : members) {
      int kind = dice.below(3);
      String name = "Y" + member.name;
      String last = isDescending ? "0" : "T+3";
      if (isVirtual) {
        equations.add("output " + name + ": " + type());
        equations.add(
            name + " = " + (member.isMatrix ? "sum[i](" + member.name + "[i])" : member.name));
      } else if (kind == 0) {
        equations.add("output " + name + (member.isMatrix ? "[i: N]" : "") + ": " + type());
        equations.add(name + (member.isMatrix ? "[i] = " : " = ") + at(member, last, "i"));
      } else if (kind == 1) {
        equations.add(
            "output " + name + (member.isMatrix ? "[t: T+4, i: N]" : "[t: T+4]") + ": " + type());
        equations.add(
            name + (member.isMatrix ? "[t, i] = " : "[t] = ") + at(member, "t", "i") + " + 1");
      } else {
        equations.add(at(member, "t", "i") + "?");
      }
    }
  }

  // ---- a table in two directions

  private RandomSource.Made table() {
    input("X", "i: T, j: N", steps, width);
    String operator = dice.pick(List.of("=", "max=", "min="));
    lines.add("tensor D[T+1, N+1]: " + type());
    lines.add("D[0, j+1] " + operator + " X[0, j]");
    lines.add("D[i+1, 0] " + operator + " 1 with i: T");
    List<String> reads =
        new ArrayList<>(
            List.of(
                "D[i, j]",
                "D[i, j+1]",
                "D[i+1, j]",
                "D[i, j] * X[i, j]",
                "max(D[i, j+1], X[i, j])"));
    int terms = dice.between(1, 3);
    for (int term = 0; term < terms; term++) {
      String read = reads.remove(dice.below(reads.size()));
      lines.add("D[i+1, j+1] " + operator + " " + read + " with i: T, j: N");
    }
    lines.add(dice.chance(0.5) ? "D?" : "D[T, j]?");
    return new RandomSource.Made(String.join("\n", lines) + "\n", data);
  }
}
