package org.einkorn.cli.bench;

import java.util.Arrays;

/// What the runs of a [Contender] took.
///
/// @param sorted milliseconds of one run, from the least: where runs are shorter than
///   [Stopwatch#SHORT_NANOSECONDS], averages of runs in a row
public record Times(double[] sorted) {
  public Times {
    sorted = sorted.clone();
    Arrays.sort(sorted);
    if (sorted.length == 0) {
      throw new IllegalArgumentException("times of no run");
    }
  }

  int runs() {
    return sorted.length;
  }

  double least() {
    return sorted[0];
  }

  double median() {
    return quantile(0.5);
  }

  /// How far apart the middle half of the runs lies: the distance of the quartiles.
  double spread() {
    return quantile(0.75) - quantile(0.25);
  }

  /// The value below which a share of the runs lies, between two of them where it falls there.
  private double quantile(double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
