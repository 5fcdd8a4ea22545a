package org.einkorn.tune;

import java.util.List;

/// How well a cost model puts schedules in order that it has not seen.
public final class Ranking {
  /// Times that are nearer than this to one another have no order that can be told from noise.
  private static final double APART = 1.05;

  private Ranking() {}

  /// The share of pairs of which the faster one is ranked first; pairs whose times are within 5 %
  /// of one another do not count.
  ///
  /// @param learned what the model learns from
  /// @param heldOut what it is asked about
  /// @return NaN where there are no pairs that count
  public static double accuracy(
      List<Database.Entry> learned, List<Database.Entry> heldOut, long seed) {
    CostModel model = new CostModel(seed);
    learned.forEach(
        entry ->
            model.add(
                new CostModel.Sample(entry.features(), entry.seconds() / entry.modelSeconds())));
    double[] expected =
        heldOut.stream().mapToDouble(entry -> model.expected(entry.features())).toArray();
    int right = 0;
    int pairs = 0;
    for (int one = 0; one < expected.length; one++) {
      for (int other = 0; other < one; other++) {
        double ratio = heldOut.get(one).seconds() / heldOut.get(other).seconds();
        if (ratio > APART || ratio < 1 / APART) {
          pairs++;
          right += (ratio > 1) == (expected[one] > expected[other]) ? 1 : 0;
        }
      }
    }
    return (double) right / pairs;
  }
}
