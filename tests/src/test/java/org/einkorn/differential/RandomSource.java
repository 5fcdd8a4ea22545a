package org.einkorn.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.einkorn.runtime.DType;

/// Random programs in the Einkorn language, nearly all of them right; one seed gives one text and
/// the data for its inputs.
///
/// Every axis is of a class, which stands for its extent: `N`, `M`, `3`, `4`, or `?` for one that
/// only the compiler knows. An index name belongs to a class, so that extents agree.
final class RandomSource {
  private static final Map<String, List<String>> INDICES =
      Map.of(
          "N", List.of("i", "j", "l"),
          "M", List.of("k", "m"),
          "3", List.of("p", "q"),
          "4", List.of("r", "s"));
  private static final List<DType> TYPES =
      List.of(
          DType.F32, DType.F32, DType.F64, DType.I32, DType.I64, DType.I8, DType.F16, DType.BOOL);

  private final Dice dice;
  private final Map<String, Long> sizes = new LinkedHashMap<>();
  private final SequencedMap<String, Known> tensors = new LinkedHashMap<>();
  private final SequencedMap<String, Data> data = new LinkedHashMap<>();
  private final List<String> lines = new ArrayList<>();
  private Set<String> used = new LinkedHashSet<>();
  private int fresh;

  /// @param axes the classes of its axes
  /// @param isCurved whether a function that is rounded otherwise elsewhere takes part
  private record Known(List<String> axes, boolean isCurved, boolean isPosition) {}

  /// @param text a whole program
  record Made(String text, SequencedMap<String, Data> inputs) {
    Made {
      inputs = new LinkedHashMap<>(inputs);
    }

    Made with(String other) {
      return new Made(other, inputs);
    }
  }

  private RandomSource(long seed) {
    this.dice = new Dice(seed);
  }

  static Made of(long seed) {
    return new RandomSource(seed).make();
  }

  private Made make() {
    sizes.put("N", (long) dice.pick(List.of(0, 1, 2, 3, 3, 4, 5)));
    sizes.put("M", (long) dice.pick(List.of(1, 2, 2, 4)));
    sizes.put("3", 3L);
    sizes.put("4", 4L);
    for (int number = 0; number < 3; number++) {
      input("X" + number, dice.pick(TYPES), classes(dice.between(number == 0 ? 1 : 0, 3)), false);
    }
    input("J", DType.I32, List.of("M"), true);
    int count = dice.between(1, 4);
    for (int number = 0; number < count; number++) {
      equation("T" + number);
    }
    return new Made(String.join("\n", lines) + "\n", data);
  }

  private List<String> classes(int rank) {
    List<String> classes = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      classes.add(dice.pick(List.of("N", "N", "M", "3", "4")));
    }
    return classes;
  }

  private void input(String name, DType type, List<String> classes, boolean isPosition) {
    String axes =
        classes.stream()
            .map(some -> dice.pick(indices(some)) + ": " + some)
            .collect(Collectors.joining(", "));
    lines.add("input " + name + "[" + axes + "]: " + type);
    tensors.put(name, new Known(List.copyOf(classes), false, isPosition));
    long[] extents =
        classes.stream().mapToLong(some -> Objects.requireNonNull(sizes.get(some))).toArray();
    long[] elements = new long[Data.count(extents)];
    for (int number = 0; number < elements.length; number++) {
      elements[number] =
          type.isFloat()
              ? Double.doubleToLongBits(dice.between(-8, 8) * 0.25)
              : dice.between(type == DType.BOOL || isPosition ? 0 : -3, type == DType.BOOL ? 1 : 2);
    }
    data.put(name, new Data(type, extents, elements).stored());
  }

  private static List<String> indices(String some) {
    return Objects.requireNonNull(INDICES.get(some), some);
  }

  private String classOf(String index) {
    return INDICES.entrySet().stream()
        .filter(entry -> entry.getValue().contains(index))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("?");
  }

  // ---- equations

  private void equation(String name) {
    used = new LinkedHashSet<>();
    switch (dice.below(12)) {
      case 0 -> normalized(name);
      case 1 -> convolution(name);
      case 2 -> scattered(name);
      case 3 -> sliced(name);
      case 4 -> ellipsis(name);
      case 5 -> gathered(name);
      case 6 -> twice(name);
      default -> plain(name);
    }
  }

  private void define(String name, List<String> axes, boolean isCurved, String line) {
    lines.add(line);
    tensors.put(name, new Known(List.copyOf(axes), isCurved, false));
  }

  private void plain(String name) {
    boolean isCurved = dice.chance(0.4);
    String value = expression(3, isCurved);
    List<String> head = head();
    String operator =
        dice.chance(0.75)
            ? dice.pick(List.of("=", "+="))
            : dice.pick(
                isCurved ? List.of("max=", "min=", "avg=") : List.of("max=", "min=", "avg=", "*="));
    List<String> axes = head.stream().map(this::classOf).toList();
    define(name, axes, isCurved, name + list(head) + " " + operator + " " + value);
  }

  /// Some of the indices that the right side uses, in any order.
  private List<String> head() {
    List<String> head = new ArrayList<>();
    for (String index : used) {
      if (dice.chance(0.6)) {
        head.add(dice.below(head.size() + 1), index);
      }
    }
    return head;
  }

  private static String list(List<String> indices) {
    return "[" + String.join(", ", indices) + "]";
  }

  /// A tensor of at least one axis, not curved unless that is fine.
  private String tensor(boolean mayCurve) {
    List<String> fitting =
        tensors.entrySet().stream()
            .filter(entry -> mayCurve || !entry.getValue().isCurved())
            .filter(entry -> !entry.getValue().axes().isEmpty())
            .map(Map.Entry::getKey)
            .toList();
    return dice.pick(fitting);
  }

  private Known known(String tensor) {
    return Objects.requireNonNull(tensors.get(tensor));
  }

  /// Different index names for the axes of a tensor.
  private List<String> distinct(String tensor) {
    List<String> names = new ArrayList<>();
    for (String some : known(tensor).axes()) {
      List<String> free =
          some.equals("?")
              ? List.of()
              : indices(some).stream().filter(name -> !names.contains(name)).toList();
      names.add(free.isEmpty() ? "z" + fresh++ : dice.pick(free));
    }
    return names;
  }

  private void normalized(String name) {
    String function =
        dice.pick(List.of("softmax", "logsoftmax", "lnorm", "l2norm", "rmsnorm", "cumsum", "sort"));
    String tensor = tensor(!function.equals("sort"));
    List<String> indices = distinct(tensor);
    List<String> dotted = new ArrayList<>(indices);
    int axis = dice.below(indices.size());
    dotted.set(axis, indices.get(axis) + ".");
    boolean isCurved = !List.of("cumsum", "sort").contains(function) || known(tensor).isCurved();
    define(
        name,
        known(tensor).axes(),
        isCurved,
        name + list(dotted) + " = " + function + "(" + tensor + list(indices) + ")");
  }

  private void convolution(String name) {
    String tensor = tensor(true);
    List<String> indices = distinct(tensor);
    int axis = dice.below(indices.size());
    String at = indices.get(axis);
    List<String> read = new ArrayList<>(indices);
    List<String> axes = new ArrayList<>(known(tensor).axes());
    String line;
    if (dice.chance(0.4)) {
      read.set(axis, at + dice.pick(List.of("-1", "+1")));
      line = tensor + list(read) + " - " + tensor + list(indices);
      if (dice.chance(0.5)) {
        line = tensor + list(read) + " pad";
      }
    } else {
      read.set(axis, dice.pick(List.of("", "2*")) + at + "+w");
      line = dice.pick(List.of("w", "(w + 1)", "(w - 1)")) + " " + tensor + list(read);
      lines.add("let W" + name + " = " + dice.between(1, 3));
      lines.add("V" + name + "[w: W" + name + "] = 0.5 * w + 1");
      line = "V" + name + "[w] " + tensor + list(read) + (dice.chance(0.3) ? " * w" : "");
    }
    axes.set(axis, "?");
    define(name, axes, known(tensor).isCurved(), name + list(indices) + " = " + line);
  }

  private void scattered(String name) {
    String tensor = tensor(true);
    List<String> indices = distinct(tensor);
    List<String> head = new ArrayList<>(indices);
    List<String> axes = new ArrayList<>(known(tensor).axes());
    int axis = dice.below(indices.size());
    String at = indices.get(axis);
    if (indices.size() > 1 && dice.chance(0.4)) {
      int other = axis == 0 ? 1 : 0;
      head.set(axis, "(" + at + " " + indices.get(other) + ")");
      head.remove(other);
      axes.set(axis, "?");
      axes.remove(other);
    } else {
      head.set(axis, at + dice.pick(List.of("/2", "%2", "+1", "/3")));
      axes.set(axis, "?");
    }
    String operator = dice.pick(List.of("=", "+=", "max=", "min="));
    boolean isCurved = known(tensor).isCurved();
    define(name, axes, isCurved, name + list(head) + " " + operator + " " + tensor + list(indices));
  }

  private void sliced(String name) {
    String tensor = tensor(true);
    List<String> indices = distinct(tensor);
    List<String> head = new ArrayList<>(indices);
    List<String> read = new ArrayList<>(indices);
    List<String> axes = new ArrayList<>(known(tensor).axes());
    int axis = dice.below(indices.size());
    head.set(axis, ":");
    read.set(axis, dice.pick(List.of(":", "1:", ":2", "::2", "1:3", "::-1", "-2:", ":-1")));
    axes.set(axis, "?");
    String value = tensor + list(read) + dice.pick(List.of("", " * 2", " + 0.5"));
    define(name, axes, known(tensor).isCurved(), name + list(head) + " = " + value);
  }

  private void ellipsis(String name) {
    String tensor = tensor(true);
    List<String> indices = distinct(tensor);
    String last = indices.getLast();
    Known known = known(tensor);
    if (dice.chance(0.5)) {
      String value = "relu(" + tensor + "[..., " + last + "]) * 2";
      define(name, known.axes(), known.isCurved(), name + "[..., " + last + "] = " + value);
    } else {
      List<String> axes = known.axes().subList(0, known.axes().size() - 1);
      String value = tensor + "[..., " + last + "] " + tensor + "[..., " + last + "]";
      define(name, axes, known.isCurved(), name + "[...] = " + value);
    }
  }

  private void gathered(String name) {
    List<String> fitting =
        tensors.keySet().stream().filter(some -> known(some).axes().contains("3")).toList();
    if (fitting.isEmpty()) {
      plain(name);
      return;
    }
    String tensor = dice.pick(fitting);
    List<String> indices = distinct(tensor);
    List<String> axes = new ArrayList<>(known(tensor).axes());
    int axis = axes.indexOf("3");
    List<String> read = new ArrayList<>(indices);
    read.set(axis, "J[g]");
    indices.set(axis, "g");
    axes.set(axis, "M");
    define(
        name, axes, known(tensor).isCurved(), name + list(indices) + " = " + tensor + list(read));
  }

  /// Two equations with one left side.
  private void twice(String name) {
    String tensor = tensor(true);
    List<String> indices = distinct(tensor);
    String operator = dice.pick(List.of("=", "+=", "max="));
    Known known = known(tensor);
    define(
        name,
        known.axes(),
        known.isCurved(),
        name + list(indices) + " " + operator + " " + tensor + list(indices));
    lines.add(name + list(indices) + " " + operator + " 2 " + tensor + list(indices) + " - 0.25");
  }

  // ---- expressions

  private String expression(int depth, boolean mayCurve) {
    if (depth == 0) {
      return atom(mayCurve);
    }
    return switch (dice.below(13)) {
      case 0, 1, 2 -> factor(depth - 1, mayCurve) + " " + atom(mayCurve);
      case 3 -> factor(depth - 1, mayCurve) + " * " + factor(depth - 1, mayCurve);
      case 4, 5 -> expression(depth - 1, mayCurve) + " + " + factor(depth - 1, mayCurve);
      case 6 -> expression(depth - 1, mayCurve) + " - " + factor(depth - 1, mayCurve);
      case 7 -> {
        String function =
            dice.pick(
                mayCurve
                    ? List.of("sin", "tanh", "sig", "erf", "cos", "gelu", "silu")
                    : List.of("relu", "abs", "sign", "floor", "round", "step"));
        yield function + "(" + expression(depth - 1, mayCurve) + ")";
      }
      case 8 ->
          dice.pick(List.of("max", "min"))
              + "("
              + expression(depth - 1, mayCurve)
              + ", "
              + expression(depth - 1, false)
              + ")";
      case 9 ->
          "where(%s < %s, %s, %s)"
              .formatted(
                  expression(depth - 1, false),
                  factor(depth - 1, false),
                  expression(depth - 1, mayCurve),
                  expression(depth - 1, mayCurve));
      case 10 -> explicit(depth - 1, mayCurve);
      case 11 -> "(" + expression(depth - 1, mayCurve) + ")^2";
      default -> atom(mayCurve);
    };
  }

  private String factor(int depth, boolean mayCurve) {
    return depth == 0 ? atom(mayCurve) : "(" + expression(depth, mayCurve) + ")";
  }

  /// A reduction that the text names.
  private String explicit(int depth, boolean mayCurve) {
    String tensor = tensor(mayCurve);
    List<String> indices = new ArrayList<>(distinct(tensor));
    int axis = dice.below(indices.size());
    String local = "u" + fresh++;
    indices.set(axis, local);
    use(indices, local);
    String read = tensor + list(indices);
    String value = dice.chance(0.5) ? read : read + " * " + factor(Math.min(depth, 1), mayCurve);
    String projection =
        dice.pick(
            mayCurve
                ? List.of("sum", "max", "min", "avg", "lse")
                : List.of("sum", "max", "min", "avg", "prod", "argmax", "argmin"));
    return projection + "[" + local + "](" + value + ")";
  }

  private void use(List<String> indices, String except) {
    indices.stream().filter(index -> !index.equals(except)).forEach(used::add);
  }

  private String atom(boolean mayCurve) {
    if (dice.chance(0.2)) {
      return dice.pick(List.of("2", "0.5", "3", "1.5", "0.25"));
    }
    String tensor = tensor(mayCurve);
    List<String> indices = new ArrayList<>();
    for (String some : known(tensor).axes()) {
      indices.add(some.equals("?") ? "z" + fresh++ : dice.pick(indices(some)));
    }
    for (int axis = 0; axis < indices.size(); axis++) {
      String some = known(tensor).axes().get(axis);
      if (dice.chance(0.08) && (some.equals("3") || some.equals("4"))) {
        indices.set(axis, dice.pick(List.of("0", "1", "-1", "2")));
      }
    }
    indices.stream().filter(index -> Character.isLetter(index.charAt(0))).forEach(used::add);
    return tensor + list(indices);
  }
}
