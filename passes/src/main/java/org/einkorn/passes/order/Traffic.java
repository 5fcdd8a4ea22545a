package org.einkorn.passes.order;

/// What it costs a loop nest to reach the elements of one tensor: cache lines that change hands.
///
/// Three prices, each for a line: a small one whenever the innermost loop enters another line,
/// wherever that lies; one for each line that the first cache must fetch; and one for each that the
/// second must. The first is how Carr, McKinley and Tseng, *Compiler optimizations for improving
/// data locality* (ASPLOS 1994), rank loops; the others follow from which loops find their lines
/// still in the cache. That holds fewer lines the further apart they lie, if the distance is a
/// multiple of a power of two: they share its sets.
final class Traffic {
  private static final double LINE_BYTES = 64;

  /// In nanoseconds, as measured on the loops of this compiler: `bench/RESULTS.md`.
  private static final double PER_ENTRY = 0.3;

  private static final Cache FIRST = new Cache(64, 12, 2);
  private static final Cache SECOND = new Cache(1024, 16, 8);

  private Traffic() {}

  /// One level of cache.
  ///
  /// @param ways the lines of one set
  /// @param price of fetching a line from the next level
  private record Cache(long sets, double ways, double price) {
    /// Which share of lines is lost before they are needed again: none while they fill half of the
    /// sets they fall into, all where they are half as many again as these hold.
    ///
    /// @param divisor what the distances of the lines have in common; 0 where there is one line
    double lost(double lines, long divisor) {
      long distance = (long) (LINE_BYTES * sets);
      double capacity = ways * (divisor == 0 ? sets : distance / gcd(distance, divisor));
      return Math.clamp(lines / capacity - 0.5, 0.0, 1.0);
    }
  }

  /// The cost of one access, in nanoseconds.
  ///
  /// @param trips how often each loop runs, outermost first
  /// @param strideBytes by how much each loop moves the access
  static double of(double[] trips, double[] strideBytes) {
    return PER_ENTRY * entries(trips, strideBytes)
        + fetches(trips, strideBytes, FIRST)
        + fetches(trips, strideBytes, SECOND);
  }

  private static double entries(double[] trips, double[] strideBytes) {
    double entries = 1;
    for (int loop = 0; loop < trips.length; loop++) {
      entries *= loop == trips.length - 1 ? lines(trips[loop], strideBytes[loop]) : trips[loop];
    }
    return entries;
  }

  private static double fetches(double[] trips, double[] strideBytes, Cache cache) {
    double touched = 1;
    double fetched = 1;
    long divisor = 0;
    double kept = 1;
    for (int loop = trips.length - 1; loop >= 0; loop--) {
      double more = lines(trips[loop], strideBytes[loop]);
      // What the loops inside touched is still there at the next round, or it is not.
      kept *= 1 - cache.lost(touched, divisor);
      fetched *= kept * more + (1 - kept) * trips[loop];
      touched *= more;
      divisor = more > 1 ? gcd(divisor, distance(strideBytes[loop])) : divisor;
    }
    return cache.price * fetched;
  }

  /// The distance between neighbouring lines that a loop touches.
  private static long distance(double strideBytes) {
    return (long) Math.max(LINE_BYTES, strideBytes);
  }

  private static long gcd(long one, long other) {
    return other == 0 ? one : gcd(other, one % other);
  }

  /// Into how many lines a loop spreads what one round touches.
  private static double lines(double trips, double strideBytes) {
    return strideBytes >= LINE_BYTES ? trips : Math.max(1, trips * strideBytes / LINE_BYTES);
  }
}
