package org.einkorn.passes.order;

import java.util.Optional;
import org.einkorn.passes.Objective;

/// A search of trees that can be continued.
final class Trees {
  /// Nominal nanoseconds to tabulate one subset.
  private static final long NANOS_SUBSET = 60;

  /// The part of the budget that a search of the subsets worth making may take beside the trials.
  private static final int BOUNDED_SHARE = 16;

  private final Hypergraph graph;
  private final SearchOptions options;
  private final ContractionTree greedy;
  private final Pricing pricing;
  private final TrialSearch trials;
  private Optional<ContractionTree> optimal;
  private long boundedNanos;

  Trees(Hypergraph graph, SearchOptions options) {
    this.graph = graph;
    this.options = options;
    greedy = ContractionOrder.greedy(graph);
    pricing = ContractionOrder.pricing(greedy, options);
    trials = new TrialSearch(graph, pricing, options);
    optimal = graph.operands() < 3 ? Optional.of(greedy) : Optional.empty();
  }

  Pricing pricing() {
    return pricing;
  }

  /// Whether the best tree is known to be the best there is.
  boolean isOptimal() {
    return optimal.isPresent();
  }

  /// The best tree there is, where few operands or a large budget allow to try all, or the best
  /// found.
  ///
  /// @param budgetNanos nominal nanoseconds, all that was spent before included
  ContractionTree best(long budgetNanos) {
    if (optimal.isEmpty() && graph.operands() <= ContractionOrder.EXHAUSTIVE) {
      SubsetSearch all = new SubsetSearch(graph, graph.leaves(), pricing);
      optimal = Optional.of(ContractionOrder.exhaustive(all));
    }
    if (optimal.isPresent()) {
      return optimal.get();
    }
    optimal = bounded(budgetNanos / BOUNDED_SHARE);
    if (optimal.isPresent()) {
      return optimal.get();
    }
    boolean isFew = graph.operands() <= SubsetSearch.LIMIT;
    ContractionTree found = trials.run(isFew ? budgetNanos / 4 : budgetNanos);
    if (!isFew || NANOS_SUBSET << graph.operands() > budgetNanos / 4) {
      return isFew ? trials.run(budgetNanos) : found;
    }
    boolean hasBound = options.objective() != Objective.SIZE;
    double bound = hasBound ? found.score(pricing).first() : Double.POSITIVE_INFINITY;
    SubsetSearch subsets = new SubsetSearch(graph, graph.leaves(), pricing, bound);
    if (subsets.work() * ContractionOrder.NANOS_PAIR <= budgetNanos - budgetNanos / 4) {
      optimal = Optional.of(ContractionOrder.exhaustive(subsets));
      return optimal.get();
    }
    return trials.run(budgetNanos);
  }

  /// The best tree there is, where the trees that need no trials leave few subsets worth making;
  /// not tried again before there is twice the time.
  private Optional<ContractionTree> bounded(long nanos) {
    boolean hasBound = options.objective() != Objective.SIZE;
    if (!hasBound || graph.operands() > BoundedSearch.LIMIT || nanos < 2 * boundedNanos) {
      return Optional.empty();
    }
    boundedNanos = nanos;
    double bound = trials.begin().score(pricing).first();
    return new BoundedSearch(graph, pricing, bound, nanos).run();
  }
}
