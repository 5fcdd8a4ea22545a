package org.einkorn.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/// Einsum by its definition: for all values of all indices, the product of the elements that they
/// pick goes to the element of the result that they pick.
///
/// @param <T> what an element is
final class Definition<T> {
  private final List<List<String>> terms = new ArrayList<>();
  private final List<String> output;
  private final Map<String, Long> extents = new LinkedHashMap<>();
  private final List<long[]> shapes;

  /// What came together in one element.
  record Element<T>(T value, int count) {}

  Definition(String spec, List<long[]> shapes) {
    this.shapes = shapes;
    String text = spec.replaceAll("(?<=\\d)\\s+(?=[\\d…])", ",").replaceAll("\\s", "");
    String[] sides = (text + " ").split("->", -1);
    List<List<String>> written = new ArrayList<>();
    for (String term : sides[0].strip().split(",(?![^\\[]*\\])", -1)) {
      written.add(labels(term));
    }
    int width = 0;
    for (int number = 0; number < written.size(); number++) {
      List<String> labels = written.get(number);
      int further = shapes.get(number).length - (labels.size() - 1);
      width = labels.contains("...") ? Math.max(width, further) : width;
    }
    for (int number = 0; number < written.size(); number++) {
      List<String> labels = written.get(number);
      List<String> axes = expand(labels, shapes.get(number).length - (labels.size() - 1));
      terms.add(axes);
      for (int axis = 0; axis < axes.size(); axis++) {
        extents.merge(axes.get(axis), shapes.get(number)[axis], (a, b) -> a == 1 ? b : a);
      }
    }
    output = expand(sides.length > 1 ? labels(sides[1].strip()) : implicit(written), width);
  }

  private static List<String> labels(String term) {
    List<String> labels = new ArrayList<>();
    int at = 0;
    boolean isList = false;
    while (at < term.length()) {
      char sign = term.charAt(at);
      int next = at + Character.charCount(term.codePointAt(at));
      if (sign == '[' || sign == ']' || sign == ',') {
        isList = sign == '[' || (isList && sign == ',');
      } else if (sign == '…' || term.startsWith("...", at)) {
        labels.add("...");
        next = sign == '…' ? next : at + 3;
      } else if (isList) {
        while (next < term.length() && Character.isDigit(term.charAt(next))) {
          next++;
        }
        labels.add("#" + Long.parseLong(term.substring(at, next)));
      } else {
        labels.add(term.substring(at, next));
      }
      at = next;
    }
    return labels;
  }

  /// The axes of an ellipsis are counted from the last.
  private static List<String> expand(List<String> labels, int width) {
    List<String> axes = new ArrayList<>();
    for (String label : labels) {
      if (label.equals("...")) {
        for (int place = width; place > 0; place--) {
          axes.add("..." + place);
        }
      } else {
        axes.add(label);
      }
    }
    return axes;
  }

  /// The ellipsis, then what occurs once: numbers in their order, then letters in theirs.
  private static List<String> implicit(List<List<String>> written) {
    Map<Long, String> once = new TreeMap<>();
    Set<Long> again = new LinkedHashSet<>();
    List<String> result = new ArrayList<>();
    for (List<String> labels : written) {
      for (String label : labels) {
        if (label.equals("...")) {
          if (!result.contains(label)) {
            result.add(label);
          }
          continue;
        }
        long order =
            label.startsWith("#")
                ? Long.parseLong(label.substring(1))
                : (1L << 40) + label.codePointAt(0);
        if (once.put(order, label) != null) {
          again.add(order);
        }
      }
    }
    once.keySet().removeAll(again);
    result.addAll(once.values());
    return result;
  }

  /// The extents of the result.
  long[] shape() {
    return output.stream().mapToLong(axis -> Objects.requireNonNull(extents.get(axis))).toArray();
  }

  /// The elements of the result in row-major order.
  ///
  /// @param operands the elements of each operand, row-major
  /// @param empty what stands where nothing came together
  List<Element<T>> compute(
      List<List<T>> operands, BinaryOperator<T> plus, BinaryOperator<T> times, T empty) {
    long size = 1;
    for (long extent : shape()) {
      size *= extent;
    }
    List<Element<T>> result = new ArrayList<>();
    for (long place = 0; place < size; place++) {
      result.add(new Element<>(empty, 0));
    }
    List<String> axes = List.copyOf(extents.keySet());
    Map<String, Long> point = new LinkedHashMap<>();
    visit(
        axes,
        point,
        () -> {
          T product = pick(operands, 0, point);
          for (int number = 1; number < operands.size(); number++) {
            product = times.apply(product, pick(operands, number, point));
          }
          int place = place(output, shape(), point);
          Element<T> before = result.get(place);
          T value = before.count == 0 ? product : plus.apply(before.value, product);
          result.set(place, new Element<>(value, before.count + 1));
        });
    return result;
  }

  private T pick(List<List<T>> operands, int number, Map<String, Long> point) {
    return operands.get(number).get(place(terms.get(number), shapes.get(number), point));
  }

  private static int place(List<String> axes, long[] shape, Map<String, Long> point) {
    long place = 0;
    for (int axis = 0; axis < axes.size(); axis++) {
      long position = Objects.requireNonNull(point.get(axes.get(axis)));
      place = place * shape[axis] + (shape[axis] == 1 ? 0 : position);
    }
    return (int) place;
  }

  private void visit(List<String> axes, Map<String, Long> point, Runnable at) {
    if (axes.isEmpty()) {
      at.run();
      return;
    }
    String first = axes.getFirst();
    for (long value = 0; value < Objects.requireNonNull(extents.get(first)); value++) {
      point.put(first, value);
      visit(axes.subList(1, axes.size()), point, at);
    }
  }
}
