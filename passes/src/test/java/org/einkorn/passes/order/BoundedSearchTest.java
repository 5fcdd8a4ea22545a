package org.einkorn.passes.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.einkorn.passes.Objective;
import org.junit.jupiter.api.Test;

/// The search within a bound against the table over all subsets.
final class BoundedSearchTest {
  private static final long SEED = Long.getLong("einkorn.seed", 2_014);
  private static final int ROUNDS = Integer.getInteger("einkorn.rounds", 40);
  private static final long LONG = Long.MAX_VALUE / 2;

  @Test
  void itFindsTheVeryTreeOfTheWholeTable() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      int tensors = 4 + random.nextInt(8);
      for (Network network :
          List.of(
              RandomNetworks.positive(random, 3, 10),
              KnownNetworks.shuffled(random, KnownNetworks.chain(random, tensors, 60)),
              KnownNetworks.tree(random, tensors, 8),
              KnownNetworks.grid(3, 1 + tensors / 4, 2))) {
        for (Objective objective : List.of(Objective.TIME, Objective.FLOPS)) {
          Hypergraph graph = Hypergraph.of(network);
          Pricing pricing = new Pricing(objective, CostModel.FITTED, 0);
          SubsetSearch all = new SubsetSearch(graph, graph.leaves(), pricing);
          ContractionTree best = ContractionOrder.exhaustive(all);
          double greedy = ContractionOrder.greedy(graph).score(pricing).first();
          String where = "seed " + SEED + ", " + objective + ": " + network;
          for (double bound : new double[] {all.cost(), Math.max(greedy, all.cost())}) {
            Optional<ContractionTree> found = new BoundedSearch(graph, pricing, bound, LONG).run();
            assertEquals(best.steps(), found.orElseThrow(() -> missing(where)).steps(), where);
          }
        }
      }
    }
  }

  private static AssertionError missing(String where) {
    return new AssertionError("no tree: " + where);
  }

  @Test
  void aBoundBelowTheBestLeavesNoTree() {
    Network chain = KnownNetworks.chain(new Random(SEED), 9, 60);
    Hypergraph graph = Hypergraph.of(chain);
    Pricing pricing = new Pricing(Objective.FLOPS, CostModel.FITTED, 0);
    SubsetSearch all = new SubsetSearch(graph, graph.leaves(), pricing);
    all.run();
    assertTrue(new BoundedSearch(graph, pricing, all.cost() * 0.999, LONG).run().isEmpty());
  }

  @Test
  void itGivesUpWhereTimeIsShort() {
    Network grid = KnownNetworks.grid(5, 5, 2);
    Hypergraph graph = Hypergraph.of(grid);
    Pricing pricing = new Pricing(Objective.TIME, CostModel.FITTED, 0);
    double loose = 1e6 * ContractionOrder.greedy(graph).score(pricing).first();
    assertTrue(new BoundedSearch(graph, pricing, loose, 1_000_000).run().isEmpty());
  }
}
