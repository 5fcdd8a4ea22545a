package org.einkorn.differential;

import java.util.Arrays;
import java.util.Optional;

/// Whether two tensors are equal, or as near as they must be.
final class Comparison {
  private Comparison() {}

  /// The first element that differs, in words.
  ///
  /// @param bound the allowed distance of each element; none where the tensors must be equal
  static Optional<String> difference(String name, Data right, Data found, Optional<Data> bound) {
    // Loops hold the parts of what equations hold as complex numbers.
    Data expected = found.type().isComplex() ? right : right.parts();
    if (expected.type() != found.type() || !Arrays.equals(expected.extents(), found.extents())) {
      return Optional.of("`" + name + "` is " + found + ", not " + expected);
    }
    for (int number = 0; number < expected.elements().length; number++) {
      int element = right.element(number);
      Optional<Double> distance = bound.map(data -> data.real(element));
      if (!isNear(expected, found, number, distance)) {
        return Optional.of(
            "`%s` element %d is %s, not %s; allowed distance %s%n  found    %s%n  expected %s"
                .formatted(
                    name,
                    number,
                    show(found, number),
                    show(expected, number),
                    distance.map(String::valueOf).orElse("none"),
                    found,
                    expected));
      }
    }
    return Optional.empty();
  }

  private static String show(Data data, int number) {
    return data.type().part().isFloat()
        ? Double.toString(data.real(number))
        : Long.toString(data.elements()[number]);
  }

  private static boolean isNear(Data expected, Data found, int number, Optional<Double> distance) {
    if (expected.elements()[number] == found.elements()[number]) {
      return true;
    }
    if (distance.isEmpty()) {
      return false;
    }
    double right = expected.real(number);
    double actual = found.real(number);
    return distance.get().isNaN()
        || Double.isFinite(right) && Math.abs(right - actual) <= distance.get();
  }
}
