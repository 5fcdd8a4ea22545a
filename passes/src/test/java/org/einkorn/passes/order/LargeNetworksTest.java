package org.einkorn.passes.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.einkorn.passes.Objective;
import org.junit.jupiter.api.Test;

/// Networks too large to try all orders.
final class LargeNetworksTest {
  private static final long SEED = Long.getLong("einkorn.seed", 1_969);
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 12);

  @Test
  void aChainOfMatricesGetsTheTextbooksOptimum() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      int matrices = round == 0 ? 1_000 : 15 + random.nextInt(120);
      Network chain = KnownNetworks.chain(random, matrices, 1 + random.nextInt(100));
      long[] dimensions = new long[matrices + 1];
      for (int at = 0; at <= matrices; at++) {
        dimensions[at] = chain.extent(at);
      }
      ContractionPlan plan = search(KnownNetworks.shuffled(random, chain), 1);
      int number = round;
      assertEquals(
          BigInteger.valueOf(textbook(dimensions)),
          plan.cost().flops(),
          () -> "seed " + SEED + ", round " + number + ": " + matrices + " matrices");
    }
  }

  /// Matrix chain multiplication as it is taught.
  private static long textbook(long[] dimensions) {
    int matrices = dimensions.length - 1;
    long[][] least = new long[matrices][matrices];
    for (int length = 2; length <= matrices; length++) {
      for (int first = 0; first + length <= matrices; first++) {
        int last = first + length - 1;
        least[first][last] = Long.MAX_VALUE;
        for (int cut = first; cut < last; cut++) {
          long step = dimensions[first] * dimensions[cut + 1] * dimensions[last + 1];
          least[first][last] =
              Math.min(least[first][last], least[first][cut] + least[cut + 1][last] + step);
        }
      }
    }
    return least[0][matrices - 1];
  }

  /// The trials alone, on networks small enough to know the best.
  @Test
  void trialsFindTheBestTreeOfSmallNetworks() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      int operands = 10 + random.nextInt(4);
      for (Network network :
          List.of(
              KnownNetworks.tree(random, operands, 8),
              KnownNetworks.regular(random, operands & ~1, 3, 3),
              KnownNetworks.grid(3, operands / 3, 2))) {
        Hypergraph graph = Hypergraph.of(network);
        Pricing pricing = new Pricing(Objective.FLOPS, CostModel.FITTED, 0);
        double found =
            new TrialSearch(graph, pricing, options(1)).run(100_000_000).score(pricing).first();
        SubsetSearch all = new SubsetSearch(graph, graph.leaves(), pricing);
        all.run();
        assertEquals(all.cost(), found, 1e-9 * found, () -> "seed " + SEED + ": " + network);
      }
    }
  }

  /// Contracting a tree from its leaves to a root, whichever root and however each tensor takes up
  /// its children, is one of the orders.
  @Test
  void aTreeCostsNoMoreThanFromItsLeavesToAnyRoot() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      Network tree = KnownNetworks.tree(random, round == 0 ? 300 : 20 + random.nextInt(40), 8);
      double least = Double.POSITIVE_INFINITY;
      for (int root = 0; root < tree.operands().size(); root++) {
        least = Math.min(least, fromLeaves(tree, root, -1));
      }
      double found = search(tree, 1).cost().flops().doubleValue();
      double bound = least;
      assertTrue(found <= bound * (1 + 1e-12), () -> "seed " + SEED + ": " + tree);
    }
  }

  /// The operations that make one tensor of what hangs below an operand, its children taken up with
  /// the largest bond first.
  private static double fromLeaves(Network tree, int operand, int above) {
    List<Integer> below =
        tree.operands().get(operand).stream()
            .filter(index -> index != above)
            .sorted((one, two) -> Long.compare(tree.extent(two), tree.extent(one)))
            .toList();
    double elements = above < 0 ? 1 : tree.extent(above);
    for (int index : below) {
      elements *= tree.extent(index);
    }
    double sum = 0;
    for (int index : below) {
      for (int child = 0; child < tree.operands().size(); child++) {
        if (child != operand && tree.operands().get(child).contains(index)) {
          sum += fromLeaves(tree, child, index);
        }
      }
      sum += elements;
      elements /= tree.extent(index);
    }
    return sum;
  }

  @Test
  void moreBudgetIsNeverWorse() {
    Random random = new Random(SEED);
    for (Network network :
        List.of(
            KnownNetworks.grid(8, 8, 2),
            KnownNetworks.regular(random, 60, 3, 2),
            KnownNetworks.tree(random, 60, 9),
            RandomNetworks.positive(random, 40, 40))) {
      for (Objective objective : Objective.values()) {
        Score before = new Score(Double.POSITIVE_INFINITY, 0);
        for (int millis : List.of(0, 5, 20, 80, 200)) {
          SearchOptions options =
              options(1).withObjective(objective).withBudget(Duration.ofMillis(millis));
          PlanCost cost = ContractionOrder.search(network, options).cost();
          Score score =
              switch (objective) {
                case TIME -> new Score(cost.seconds(), 0);
                case FLOPS -> new Score(cost.flops().doubleValue(), 0);
                case SIZE -> new Score(cost.log2Size(), cost.flops().doubleValue());
              };
          Score last = before;
          assertTrue(
              score.first() <= last.first() * (1 + 1e-9),
              () -> "seed " + SEED + ", " + objective + ", " + options.budget() + ": " + network);
          before = score;
        }
      }
    }
  }

  @Test
  void threadsAndRepetitionChangeNothing() {
    Random random = new Random(SEED);
    for (Network network :
        List.of(KnownNetworks.grid(9, 7, 3), KnownNetworks.regular(random, 80, 3, 2))) {
      ContractionPlan plan = search(network, 1);
      assertEquals(plan, search(network, 1));
      assertEquals(plan, search(network, 3));
    }
  }

  /// Counts past what a double holds.
  @Test
  void extentsMayBeHuge() {
    Network chain = KnownNetworks.chain(new Random(SEED), 300, 1);
    List<Long> thousands = LongStream.range(0, 301).map(_ -> 1_000).boxed().toList();
    // Every index in the output, so that the result has 1000³⁰¹ elements.
    List<Integer> all = IntStream.range(0, 301).boxed().toList();
    Network network = new Network(chain.operands(), all, thousands);
    ContractionPlan plan = search(network, 1);
    assertEquals(BigInteger.valueOf(1_000).pow(301), plan.cost().largestIntermediate());
    assertEquals(903, plan.cost().log10Flops(), 0.01);
  }

  @Test
  void anIndexOfManyOperandsIsNoTrouble() {
    List<List<Integer>> operands =
        IntStream.range(0, 2_000).mapToObj(operand -> List.of(0, 1 + operand / 3)).toList();
    List<Long> extents = LongStream.range(0, 668).map(index -> 2 + index % 5).boxed().toList();
    ContractionPlan plan = search(new Network(operands, List.of(0), extents), 1);
    assertEquals(1_999, plan.steps().size());
    // Three operands to a number for each value of the index, and all those multiplied.
    assertTrue(plan.cost().log10Flops() < 5, () -> "" + plan.cost());
  }

  private static ContractionPlan search(Network network, int threads) {
    return ContractionOrder.search(network, options(threads));
  }

  private static SearchOptions options(int threads) {
    return SearchOptions.defaults()
        .withObjective(Objective.FLOPS)
        .withBudget(Duration.ofMillis(150))
        .withThreads(threads);
  }
}
