package org.einkorn.runtime.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Labels and their positions, in order of first appearance. Grows while data are read.
public final class Vocabulary {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> labels = new ArrayList<>();

  /// @param first the labels that come before all others
  public Vocabulary(List<String> first) {
    first.forEach(this::number);
  }

  /// The position of a label; the next one for a label that is new.
  int number(String label) {
    Integer known = numbers.putIfAbsent(label, labels.size());
    if (known == null) {
      labels.add(label);
      return labels.size() - 1;
    }
    return known;
  }

  /// All labels, each at its position.
  public List<String> labels() {
    return List.copyOf(labels);
  }

  public int size() {
    return labels.size();
  }
}
