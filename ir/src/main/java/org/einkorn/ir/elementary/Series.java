package org.einkorn.ir.elementary;

/// Coefficients of power series, from the lowest power up.
final class Series {
  private Series() {}

  /// `1/k!` for k from `first` to `last`.
  static double[] inverseFactorials(int first, int last) {
    double[] coefficients = new double[last - first + 1];
    double factorial = 1;
    for (int k = 0; k <= last; k++) {
      factorial *= Math.max(1, k);
      if (k >= first) {
        coefficients[k - first] = 1 / factorial;
      }
    }
    return coefficients;
  }

  /// `1/(2k + 1)` for k from 0: the series of `artanh(s)/s` in `s²`.
  static double[] inverseOdds(int count) {
    double[] coefficients = new double[count];
    for (int k = 0; k < count; k++) {
      coefficients[k] = 1.0 / (2 * k + 1);
    }
    return coefficients;
  }

  /// `2/√π · (−1)ᵏ / (k! (2k + 1))` for k from 0: the series of `erf(x)/x` in `x²`.
  static double[] erf(int count) {
    double[] coefficients = inverseFactorials(0, count - 1);
    for (int k = 0; k < count; k++) {
      double sign = k % 2 == 0 ? 1 : -1;
      coefficients[k] *= sign * 2 / Math.sqrt(Math.PI) / (2 * k + 1);
    }
    return coefficients;
  }
}
