package org.einkorn.passes.order;

/// What a tree is worth: less is better, the first number first.
record Score(double first, double second) implements Comparable<Score> {
  @Override
  public int compareTo(Score other) {
    int order = Double.compare(first, other.first);
    return order != 0 ? order : Double.compare(second, other.second);
  }

  boolean isBetterThan(Score other) {
    return compareTo(other) < 0;
  }
}
