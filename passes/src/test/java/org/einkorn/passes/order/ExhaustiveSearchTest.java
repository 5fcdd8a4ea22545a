package org.einkorn.passes.order;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.einkorn.passes.Objective;
import org.junit.jupiter.api.Test;

/// The order found for a small network is the best of all binary trees.
final class ExhaustiveSearchTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20_140_917);
  private static final int NETWORKS = Integer.getInteger("einkorn.networks", 3_000);

  @Test
  void operationsAreTheFewest() {
    Random random = new Random(SEED);
    for (int at = 0; at < NETWORKS; at++) {
      Network network = RandomNetworks.next(random, 2, 9);
      ContractionPlan plan = plan(network, Objective.FLOPS);
      double least =
          new ExhaustiveSearch(network, (points, _, _) -> points, c -> c[0] + c[1] + c[2]).least();
      double found = plan.cost().flops().doubleValue();
      assertEquals(least, found, 1e-12 * least, () -> about(network, plan));
    }
  }

  @Test
  void theLargestIntermediateIsTheSmallest() {
    Random random = new Random(SEED);
    for (int at = 0; at < NETWORKS; at++) {
      Network network = RandomNetworks.next(random, 2, 8);
      ContractionPlan plan = plan(network, Objective.SIZE);
      double least =
          new ExhaustiveSearch(
                  network, (_, _, writes) -> writes, c -> Math.max(c[0], Math.max(c[1], c[2])))
              .least();
      double found = plan.cost().largestIntermediate().doubleValue();
      assertEquals(least, found, 1e-12 * least, () -> about(network, plan));
    }
  }

  @Test
  void theTimePredictedIsTheLeast() {
    Random random = new Random(SEED);
    for (int at = 0; at < NETWORKS; at++) {
      Network network = RandomNetworks.next(random, 2, 8);
      ContractionPlan plan = plan(network, Objective.TIME);
      double least =
          new ExhaustiveSearch(network, CostModel.FITTED::seconds, c -> c[0] + c[1] + c[2]).least();
      assertEquals(least, plan.cost().seconds(), 1e-12 * least, () -> about(network, plan));
    }
  }

  private static ContractionPlan plan(Network network, Objective objective) {
    return ContractionOrder.search(network, SearchOptions.defaults().withObjective(objective));
  }

  private static String about(Network network, ContractionPlan plan) {
    return "seed " + SEED + ": " + network + " got " + plan;
  }
}
