package org.einkorn.differential;

/// Makes a failing case small.
final class Shrinker {
  private Shrinker() {}

  static String report(Case failing, Disagreement found) {
    return found + "\n" + failing;
  }
}
