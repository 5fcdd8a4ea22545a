package org.einkorn.passes.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.einkorn.passes.Objective;
import org.junit.jupiter.api.Test;

/// Networks, steps and plans as data.
final class PlanTest {
  private static final long SEED = Long.getLong("einkorn.seed", 2_018);

  /// `ij,jk,kl->il`, extents 2, 3, 5, 7.
  private static final Network CHAIN =
      new Network(
          List.of(List.of(0, 1), List.of(1, 2), List.of(2, 3)),
          List.of(0, 3),
          List.of(2L, 3L, 5L, 7L));

  @Test
  void aNetworkRefusesWhatIsNone() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Network(List.of(List.of(0)), List.of(), List.of(-1L)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Network(List.of(List.of(1)), List.of(), List.of(2L)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Network(List.of(List.of(0)), List.of(0, 0), List.of(2L)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Network(List.of(List.of(0)), List.of(1), List.of(2L, 3L)));
  }

  @Test
  void aPathIsPositionsAndComesBack() {
    List<Step> steps = List.of(new Step(1, 2), new Step(0, 3));
    assertEquals(List.of(List.of(1, 2), List.of(0, 1)), Step.toLinearPath(3, steps));
    assertEquals(List.of(List.of(0)), Step.toLinearPath(1, List.of()));
    assertEquals(List.of(), Step.fromLinearPath(1, List.of(List.of(0))));
    assertEquals(List.of(), Step.toLinearPath(0, List.of()));
    assertThrows(
        IllegalArgumentException.class, () -> Step.fromLinearPath(3, List.of(List.of(0, 1))));
    assertThrows(
        IllegalArgumentException.class, () -> Step.fromLinearPath(2, List.of(List.of(0, 2))));
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      int operands = 2 + random.nextInt(30);
      List<List<Integer>> path = new ArrayList<>();
      for (int live = operands; live > 1; live--) {
        int one = random.nextInt(live - 1);
        path.add(List.of(one, one + 1 + random.nextInt(live - 1 - one)));
      }
      List<Step> back = Step.fromLinearPath(operands, path);
      assertEquals(path, Step.toLinearPath(operands, back), () -> "seed " + SEED);
    }
  }

  @Test
  void aPlanCountsItsCost() {
    ContractionPlan plan =
        ContractionPlan.of(CHAIN, List.of(new Step(0, 1), new Step(3, 2)), List.of(), false);
    // (2·3)(3·5) → 2·5, then (2·5)(5·7) → 2·7.
    assertEquals(BigInteger.valueOf(30 + 70), plan.cost().flops());
    assertEquals(BigInteger.valueOf(100), plan.cost().multiplies());
    assertEquals(BigInteger.valueOf(100), plan.cost().adds());
    assertEquals(BigInteger.valueOf(14), plan.cost().largestIntermediate());
    assertEquals(BigInteger.valueOf(10 + 14), plan.cost().peak());
    assertEquals(BigInteger.valueOf(24), plan.cost().written());
    assertEquals(List.of(List.of(0, 2), List.of(0, 3)), plan.results());
    assertEquals(List.of(List.of(0, 1), List.of(0, 1)), plan.linearPath());
  }

  @Test
  void slicesRunEverythingAgain() {
    ContractionPlan plan =
        ContractionPlan.of(CHAIN, List.of(new Step(0, 1), new Step(3, 2)), List.of(2), false);
    // For each of 5 values of k: (2·3)(3) → 2, then (2)(7) → 2·7, added up.
    assertEquals(BigInteger.valueOf(5 * (6 + 14)), plan.cost().flops());
    assertEquals(BigInteger.valueOf(5 * (6 + 14)), plan.cost().adds());
    assertEquals(BigInteger.valueOf(14), plan.cost().largestIntermediate());
    assertEquals(BigInteger.valueOf(2 + 14), plan.cost().peak());
    ContractionPlan beside =
        ContractionPlan.of(CHAIN, List.of(new Step(0, 1), new Step(3, 2)), List.of(3), false);
    // For each of 7 values of l: 2·3·5, then 2·5; the result is put together, not added up.
    assertEquals(BigInteger.valueOf(7 * (30 + 10)), beside.cost().flops());
    assertEquals(BigInteger.valueOf(10 + 14), beside.cost().peak());
  }

  @Test
  void aPlanContractsEverythingOnce() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ContractionPlan.of(CHAIN, List.of(new Step(0, 1)), List.of(), false));
    assertThrows(
        IllegalArgumentException.class,
        () -> ContractionPlan.of(CHAIN, List.of(new Step(0, 1), new Step(0, 2)), List.of(), false));
    assertThrows(
        IllegalArgumentException.class,
        () -> ContractionPlan.of(CHAIN, List.of(new Step(0, 4), new Step(1, 2)), List.of(), false));
  }

  /// None, one, a diagonal, an index of one operand, a scalar, an extent of 0.
  @Test
  void smallNetworksHavePlans() {
    assertEquals(BigInteger.ZERO, flops(List.of(), List.of(), List.of()));
    assertEquals(BigInteger.valueOf(4), flops(List.of(List.of(0, 0)), List.of(0), List.of(4L)));
    assertEquals(BigInteger.valueOf(12), flops(List.of(List.of(0, 1)), List.of(), List.of(4L, 3L)));
    assertEquals(BigInteger.ONE, flops(List.of(List.of(), List.of()), List.of(), List.of()));
    assertEquals(
        BigInteger.ZERO, flops(List.of(List.of(0), List.of(0, 1)), List.of(1), List.of(0L, 5L)));
    // A shared batch index of three operands, which the output keeps.
    assertEquals(
        BigInteger.valueOf(12 + 6),
        flops(List.of(List.of(0, 1), List.of(0, 1), List.of(0)), List.of(0), List.of(6L, 2L)));
  }

  private static BigInteger flops(
      List<List<Integer>> operands, List<Integer> output, List<Long> extents) {
    Network network = new Network(operands, output, extents);
    return ContractionOrder.search(network, SearchOptions.defaults().withObjective(Objective.FLOPS))
        .cost()
        .flops();
  }
}
