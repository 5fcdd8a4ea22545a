package org.einkorn.passes.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.einkorn.passes.Objective;
import org.junit.jupiter.api.Test;

/// Plans keep a limit of memory, and the error names the smallest that can be kept.
final class MemoryLimitTest {
  private static final long SEED = Long.getLong("einkorn.seed", 20_200_527);
  private static final int NETWORKS = Integer.getInteger("einkorn.networks", 60);

  @Test
  void aPlanKeepsItsLimit() {
    Random random = new Random(SEED);
    for (int at = 0; at < 4 * NETWORKS; at++) {
      Network network = RandomNetworks.positive(random, 2, 9);
      ContractionPlan free = ContractionOrder.search(network, options());
      BigInteger smallest = smallest(network);
      BigInteger peak = free.cost().peak();
      BigInteger room = peak.subtract(smallest).max(BigInteger.ZERO);
      BigInteger limit = smallest.add(new BigInteger(room.bitLength(), random).min(room));
      ContractionPlan plan =
          ContractionOrder.search(
              network, options().withMemoryLimitElements(limit.longValueExact()));
      assertTrue(
          plan.cost().peak().compareTo(limit) <= 0,
          () -> "seed " + SEED + ": " + network + " under " + limit + " got " + plan);
      assertEquals(
          plan.cost(), PlanCost.of(network, plan.steps(), plan.slices()), () -> "seed " + SEED);
    }
  }

  @Test
  void theLimitNamedIsTheSmallest() {
    Random random = new Random(SEED);
    for (int at = 0; at < NETWORKS; at++) {
      Network network = RandomNetworks.positive(random, 2, 5);
      BigInteger least = leastPeak(network);
      assertEquals(least, smallest(network), () -> "seed " + SEED + ": " + network);
      ContractionPlan plan =
          ContractionOrder.search(
              network, options().withMemoryLimitElements(least.longValueExact()));
      assertEquals(least, plan.cost().peak(), () -> "seed " + SEED + ": " + network);
      assertThrows(
          MemoryLimitException.class,
          () ->
              ContractionOrder.search(
                  network, options().withMemoryLimitElements(least.longValueExact() - 1)),
          () -> "seed " + SEED + ": " + network);
    }
  }

  /// A large network says at once what can't be.
  @Test
  void aLargeNetworkNamesItsSmallestLimit() {
    Network grid = KnownNetworks.grid(20, 20, 3);
    MemoryLimitException failure =
        assertThrows(
            MemoryLimitException.class,
            () -> ContractionOrder.search(grid, options().withMemoryLimitElements(2)));
    assertEquals(BigInteger.valueOf(3), failure.smallestElements());
  }

  /// One operand holds the result and all others make a number, so nothing need be sliced.
  @Test
  void scalingTakesOneElementLessThanSlices() {
    Network network =
        new Network(
            List.of(List.of(0), List.of(1), List.of(1, 2), List.of(2)),
            List.of(0),
            List.of(50L, 7L, 5L));
    ContractionPlan plan = ContractionOrder.search(network, options().withMemoryLimitElements(51));
    assertEquals(BigInteger.valueOf(51), plan.cost().peak());
    assertEquals(List.of(), plan.slices());
    assertEquals(BigInteger.valueOf(51), smallest(network));
  }

  private static SearchOptions options() {
    return SearchOptions.defaults()
        .withObjective(Objective.FLOPS)
        .withBudget(Duration.ofMillis(20));
  }

  /// What the error names, asked with a limit that nothing keeps.
  private static BigInteger smallest(Network network) {
    return assertThrows(
            MemoryLimitException.class,
            () -> ContractionOrder.search(network, options().withMemoryLimitElements(0)))
        .smallestElements();
  }

  /// The least peak of all orders with all sets of slices, by trying them.
  private static BigInteger leastPeak(Network network) {
    List<List<Step>> orders = new ArrayList<>();
    List<Integer> live = new ArrayList<>();
    for (int operand = 0; operand < network.operands().size(); operand++) {
      live.add(operand);
    }
    collect(live, network.operands().size(), new ArrayList<>(), orders);
    BigInteger least = BigInteger.ONE.shiftLeft(1_000);
    int indices = network.extents().size();
    for (int set = 0; set < 1 << indices; set++) {
      List<Integer> slices = new ArrayList<>();
      for (int index = 0; index < indices; index++) {
        if ((set >> index & 1) == 1) {
          slices.add(index);
        }
      }
      for (List<Step> order : orders) {
        least = least.min(PlanCost.of(network, order, slices).peak());
      }
    }
    return least;
  }

  private static void collect(
      List<Integer> live, int next, List<Step> steps, List<List<Step>> orders) {
    if (live.size() < 2) {
      orders.add(List.copyOf(steps));
      return;
    }
    for (int one = 0; one < live.size(); one++) {
      for (int two = one + 1; two < live.size(); two++) {
        List<Integer> rest = new ArrayList<>(live);
        Step step = new Step(live.get(one), live.get(two));
        rest.removeAll(List.of(step.left(), step.right()));
        rest.add(next);
        steps.add(step);
        collect(rest, next + 1, steps, orders);
        steps.removeLast();
      }
    }
  }
}
