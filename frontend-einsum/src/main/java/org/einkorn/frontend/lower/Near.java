package org.einkorn.frontend.lower;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Names that a user may have meant.
final class Near {
  private Near() {}

  /// The names within two slips of the pen of `name`, nearest first.
  static List<String> to(String name, Collection<String> known) {
    int most = name.length() <= 4 ? 1 : 2;
    return known.stream()
        .filter(other -> !other.equals(name) && distance(name, other) <= most)
        .sorted(
            Comparator.comparingInt((String other) -> distance(name, other))
                .thenComparing(Comparator.naturalOrder()))
        .limit(3)
        .toList();
  }

  /// Insertions, deletions, replacements and swaps of neighbors; a change of case counts as half of
  /// one, rounded down.
  private static int distance(String one, String two) {
    if (one.toLowerCase(Locale.ROOT).equals(two.toLowerCase(Locale.ROOT))) {
      return 0;
    }
    int[][] cost = new int[one.length() + 1][two.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= two.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replace = one.charAt(i - 1) == two.charAt(j - 1) ? 0 : 1;
        int least =
            Math.min(
                cost[i - 1][j - 1] + replace, Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1));
        boolean swapped =
            i > 1
                && j > 1
                && one.charAt(i - 1) == two.charAt(j - 2)
                && one.charAt(i - 2) == two.charAt(j - 1);
        cost[i][j] = swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
      }
    }
    return cost[one.length()][two.length()];
  }
}
