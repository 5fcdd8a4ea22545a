package org.einkorn.derivatives;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

/// Random programs that have derivatives almost everywhere: chains of equations from the inputs `W`
/// and `X` to the last tensor. One seed gives one program and its data.
///
/// Axes are of a class, which stands for an extent: `N`, `M`, `3`, or `?` for one that only the
/// compiler knows.
final class RandomDifferentiable {
  private static final Map<String, List<String>> INDICES =
      Map.of("N", List.of("i", "j"), "M", List.of("k", "m"), "3", List.of("p", "q"));

  private final SplittableRandom random;
  private final Map<String, Long> sizes = new LinkedHashMap<>();
  private final Map<String, List<String>> tensors = new LinkedHashMap<>();
  private final List<String> lines = new ArrayList<>();
  private Set<String> used = new LinkedHashSet<>();
  private int fresh;

  /// @param function the last tensor
  /// @param rank the number of its axes
  record Made(String text, String function, int rank, Map<String, long[]> shapes) {}

  private RandomDifferentiable(long seed) {
    this.random = new SplittableRandom(seed);
  }

  static Made of(long seed) {
    return new RandomDifferentiable(seed).make();
  }

  private Made make() {
    sizes.put("N", (long) between(1, 4));
    sizes.put("M", (long) between(1, 3));
    sizes.put("3", 3L);
    Map<String, long[]> shapes = new LinkedHashMap<>();
    List<String> axes = axes(between(1, 2));
    declare("W", axes, shapes);
    declare("V", axes, shapes);
    declare("V2", axes, shapes);
    tensors.remove("V");
    tensors.remove("V2");
    declare("X", axes(between(1, 3)), shapes);
    lines.add("input At[g: M]: i32");
    shapes.put("At", new long[] {size("M")});
    String last = "";
    for (int number = between(2, 5); number > 0; number--) {
      last = "T" + number;
      equation(last);
    }
    return new Made(String.join("\n", lines) + "\n", last, axesOf(last).size(), Map.copyOf(shapes));
  }

  private long size(String some) {
    return Objects.requireNonNull(sizes.get(some));
  }

  private List<String> axesOf(String tensor) {
    return Objects.requireNonNull(tensors.get(tensor));
  }

  private void declare(String name, List<String> axes, Map<String, long[]> shapes) {
    List<String> written = new ArrayList<>();
    for (int axis = 0; axis < axes.size(); axis++) {
      written.add("a" + axis + ": " + axes.get(axis));
    }
    lines.add("input " + name + list(written) + ": f64");
    tensors.put(name, List.copyOf(axes));
    shapes.put(name, axes.stream().mapToLong(this::size).toArray());
  }

  private int between(int least, int greatest) {
    return random.nextInt(least, greatest + 1);
  }

  private boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private List<String> axes(int rank) {
    List<String> axes = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      axes.add(pick(List.of("N", "N", "M", "3")));
    }
    return axes;
  }

  private static String list(List<String> parts) {
    return "[" + String.join(", ", parts) + "]";
  }

  /// A tensor of at least one axis, most often a late one.
  private String tensor() {
    List<String> fitting = new ArrayList<>();
    tensors.forEach(
        (name, axes) -> {
          if (!axes.isEmpty()) {
            fitting.add(name);
          }
        });
    return chance(0.5) ? fitting.getLast() : pick(fitting);
  }

  private List<String> distinct(String tensor) {
    List<String> names = new ArrayList<>();
    for (String some : axesOf(tensor)) {
      List<String> free =
          INDICES.getOrDefault(some, List.of()).stream()
              .filter(name -> !names.contains(name))
              .toList();
      names.add(free.isEmpty() ? "z" + fresh++ : pick(free));
    }
    return names;
  }

  private void define(String name, List<String> axes, String line) {
    lines.add(line);
    tensors.put(name, List.copyOf(axes));
  }

  private void equation(String name) {
    used = new LinkedHashSet<>();
    String tensor = tensor();
    List<String> indices = distinct(tensor);
    List<String> axes = new ArrayList<>(axesOf(tensor));
    List<String> head = new ArrayList<>(indices);
    List<String> read = new ArrayList<>(indices);
    int axis = random.nextInt(indices.size());
    String at = indices.get(axis);
    switch (random.nextInt(14)) {
      case 0 -> {
        head.set(axis, at + ".");
        String function =
            pick(List.of("softmax", "logsoftmax", "lnorm", "l2norm", "rmsnorm", "cumsum", "sort"));
        define(name, axes, name + list(head) + " = " + function + "(" + tensor + list(read) + ")");
      }
      case 1 -> {
        read.set(axis, at + pick(List.of("-1", "+1")));
        axes.set(axis, "?");
        String value =
            chance(0.5)
                ? tensor + list(read) + " pad"
                : "tanh(" + tensor + list(read) + ") * " + tensor + list(indices);
        define(name, axes, name + list(head) + " = " + value);
      }
      case 2 -> {
        read.set(axis, pick(List.of("", "2*")) + at + "+w");
        axes.set(axis, "?");
        lines.add("K" + name + "[w: 2] = sin(" + scalar() + " + w)");
        define(name, axes, name + list(head) + " = K" + name + "[w] " + tensor + list(read));
      }
      case 3 -> {
        head.set(axis, at + pick(List.of("/2", "%2", "+1")));
        axes.set(axis, "?");
        String operator = pick(List.of("+=", "max=", "min=", "*=", "lse="));
        define(name, axes, name + list(head) + " " + operator + " " + curve(tensor + list(read)));
      }
      case 4 -> {
        head.set(axis, ":");
        read.set(axis, pick(List.of("1:", "::2", "::-1", ":-1")));
        axes.set(axis, "?");
        define(name, axes, name + list(head) + " = sin(" + tensor + list(read) + ")");
      }
      case 5 -> gathered(name, tensor, indices, axes);
      case 6 -> {
        String operator = pick(List.of("+=", "max=", "*=", "lse="));
        String value = name + list(head) + " " + operator + " ";
        lines.add(value + curve(tensor + list(read)));
        define(name, axes, value + "0.5 * " + tensor + list(read) + " + 0.3");
      }
      case 7 -> {
        String function = pick(List.of("cumsum", "cumprod", "cummax", "cummin"));
        String value = curve(tensor + list(read));
        define(name, axes, name + list(head) + " = " + function + "[" + at + "](" + value + ")");
      }
      case 8 -> {
        axes.remove(axis);
        head.remove(axis);
        String projection = pick(List.of("max", "min", "prod", "avg", "lse", "sum"));
        String value = curve(tensor + list(read));
        define(name, axes, name + list(head) + " = " + projection + "[" + at + "](" + value + ")");
      }
      case 9 -> {
        axes.set(0, "?");
        define(name, axes, name + " = concat(" + tensor + ", " + tensor + ") * 0.5");
      }
      default -> plain(name);
    }
  }

  private void gathered(String name, String tensor, List<String> indices, List<String> axes) {
    if (!axes.contains("3")) {
      plain(name);
      return;
    }
    int axis = axes.indexOf("3");
    List<String> read = new ArrayList<>(indices);
    read.set(axis, "At[g]");
    List<String> head = new ArrayList<>(indices);
    head.set(axis, "g");
    axes.set(axis, "M");
    define(name, axes, name + list(head) + " = " + curve(tensor + list(read)));
  }

  private void plain(String name) {
    String value = expression(3);
    List<String> head = new ArrayList<>();
    for (String index : used) {
      if (head.size() < 3 && chance(0.6)) {
        head.add(random.nextInt(head.size() + 1), index);
      }
    }
    List<String> axes = new ArrayList<>();
    for (String index : head) {
      axes.add(
          INDICES.entrySet().stream()
              .filter(entry -> entry.getValue().contains(index))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse("?"));
    }
    boolean isProjected = used.size() > head.size() && chance(0.15);
    String operator = isProjected ? pick(List.of("max=", "min=", "avg=", "lse=")) : "=";
    define(name, axes, name + list(head) + " " + operator + " " + value);
  }

  /// A number that depends on an input.
  private String scalar() {
    String tensor = pick(List.of("W", "X"));
    return tensor + list(axesOf(tensor).stream().map(some -> "0").toList());
  }

  /// A function of one value, bounded so that chains of them stay small.
  private String curve(String value) {
    return pick(List.of(
            "sin(%s)",
            "cos(%s)",
            "tanh(%s)",
            "sig(%s)",
            "erf(%s)",
            "exp(-(%s)^2)",
            "log(1 + (%s)^2)",
            "sqrt(1 + (%s)^2)",
            "rsqrt(1 + (%s)^2)",
            "1 / (2 + sin(%s))",
            "tan(tanh(%s))",
            "pow(1.5 + sin(%s), 2.5)",
            "2 ^ tanh(%s)",
            "relu(%s)",
            "gelu(tanh(%s))",
            "silu(%s)",
            "abs(%s)",
            "clamp(%s, -0.5, 0.5)",
            "(%s + floor(0))",
            "sign(%s)",
            "(sin(%s) %% 0.75)"))
        .formatted(value);
  }

  private String expression(int depth) {
    if (depth == 0) {
      return atom();
    }
    return switch (random.nextInt(11)) {
      case 0, 1 -> factor(depth - 1) + " " + atom();
      case 2 -> factor(depth - 1) + " * " + factor(depth - 1);
      case 3, 4 -> expression(depth - 1) + " + " + factor(depth - 1);
      case 5 -> expression(depth - 1) + " - " + factor(depth - 1);
      case 6 -> curve(expression(depth - 1));
      case 7 ->
          pick(List.of("max", "min", "logaddexp"))
              + "("
              + expression(depth - 1)
              + ", "
              + expression(depth - 1)
              + ")";
      case 8 ->
          "where(%s < %s, %s, %s)"
              .formatted(
                  expression(depth - 1),
                  factor(depth - 1),
                  expression(depth - 1),
                  expression(depth - 1));
      case 9 -> explicit(depth - 1);
      default -> "(" + expression(depth - 1) + ")^" + pick(List.of("2", "3"));
    };
  }

  private String factor(int depth) {
    return depth == 0 ? atom() : "(" + expression(depth) + ")";
  }

  private String explicit(int depth) {
    String tensor = tensor();
    List<String> indices = new ArrayList<>(distinct(tensor));
    String local = "u" + fresh++;
    indices.set(random.nextInt(indices.size()), local);
    indices.stream().filter(index -> !index.equals(local)).forEach(used::add);
    String read = tensor + list(indices);
    String value = chance(0.5) ? read : read + " * " + factor(Math.min(depth, 1));
    String projection = pick(List.of("sum", "max", "min", "avg", "lse", "prod"));
    return projection + "[" + local + "](" + value + ")";
  }

  private String atom() {
    if (chance(0.15)) {
      return pick(List.of("2", "0.5", "1.5", "0.25"));
    }
    String tensor = tensor();
    List<String> indices = new ArrayList<>();
    for (String some : axesOf(tensor)) {
      indices.add(
          some.equals("?")
              ? "z" + fresh++
              : some.equals("3") && chance(0.1)
                  ? "1"
                  : pick(Objects.requireNonNull(INDICES.get(some))));
    }
    indices.stream().filter(index -> Character.isLetter(index.charAt(0))).forEach(used::add);
    return tensor + list(indices);
  }
}
