package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Searches the trees of a network that is too large to try them all: numbered trials, each of
/// which makes a tree afresh or takes one of the best so far, anneals it and reconfigures it.
///
/// Trials run in waves. What a wave does depends on the seed and on the outcome of the waves before
/// it, never on the clock, the budget or the number of threads; and a wave begins only if the work
/// it is known to need still fits. So a larger budget runs the same waves and then more, and what
/// is returned, the best of all, never gets worse.
final class TrialSearch {
  /// Trials that may run at once.
  private static final int WAVE = 4;

  private static final int POOL = 6;

  /// The width of reconfigurations, of the first waves and later.
  private static final int NARROW = 5;

  private static final int WIDTH = 8;
  private static final int NARROW_WAVES = 4;

  /// Past so many legs in one tree, only the first tree is made: a pool of others takes too much
  /// memory.
  private static final long MOST_LEGS = 4_000_000;

  /// Nominal nanoseconds for a unit of each part's work.
  private static final long NANOS_GREEDY = 40;

  private static final long NANOS_BISECTION = 14;
  static final long NANOS_RECONFIGURATION = 4;
  private static final long NANOS_INTERVAL = 5;
  static final long NANOS_ANNEALING = 2;

  private final Hypergraph graph;
  private final Pricing pricing;
  private final SearchOptions options;
  private final SplittableRandom random;
  private final List<Trial> pool = new ArrayList<>();
  private int wave;
  private long spentNanos;

  private record Trial(ContractionTree tree, Score score, long nanos) {}

  TrialSearch(Hypergraph graph, Pricing pricing, SearchOptions options) {
    this.graph = graph;
    this.pricing = pricing;
    this.options = options;
    random = new SplittableRandom(options.seed());
  }

  /// Searches on until there is no room for another wave.
  ///
  /// @param budgetNanos nominal nanoseconds of one thread, from the start of the search
  /// @return the best tree found so far
  ContractionTree run(long budgetNanos) {
    begin();
    if (isTooLarge(pool.getFirst().tree) || !hasRoom(budgetNanos)) {
      return pool.getFirst().tree;
    }
    try (ExecutorService workers =
        Executors.newFixedThreadPool(Math.min(options.threads(), WAVE))) {
      for (; hasRoom(budgetNanos); wave++) {
        for (Trial trial : runAll(workers, wave(wave, sweeps(), width(), random))) {
          keep(trial);
        }
      }
    }
    return pool.getFirst().tree;
  }

  /// Makes the trees that need no trials, if they are not made yet.
  ///
  /// @return the best tree found so far
  ContractionTree begin() {
    if (pool.isEmpty()) {
      keep(greedy(random.split(), 1, 0));
      if (isLine()) {
        keep(arranged());
      }
    }
    return pool.getFirst().tree;
  }

  private int sweeps() {
    long allowance = Math.max(spentNanos / (4 * WAVE), 1_000_000);
    return Math.clamp(allowance / sweepNanos(), 10, 1_000_000);
  }

  private int width() {
    return wave < NARROW_WAVES ? NARROW : WIDTH;
  }

  private boolean hasRoom(long budgetNanos) {
    long planned = WAVE * (sweeps() * sweepNanos() + restNanos(width()));
    return spentNanos + planned <= budgetNanos;
  }

  private static List<Trial> runAll(ExecutorService workers, List<Callable<Trial>> wave) {
    try {
      List<Trial> trials = new ArrayList<>();
      for (Future<Trial> done : workers.invokeAll(wave)) {
        trials.add(done.get());
      }
      return trials;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a trial of a contraction order failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the search for a contraction order was interrupted", e);
    }
  }

  private List<Callable<Trial>> wave(int number, int sweeps, int width, SplittableRandom random) {
    ContractionTree best = pool.getFirst().tree;
    ContractionTree other = pool.get(random.nextInt(pool.size())).tree;
    SplittableRandom[] own = new SplittableRandom[WAVE];
    for (int trial = 0; trial < WAVE; trial++) {
      own[trial] = random.split();
    }
    double warm = 0.1 * Math.pow(10, random.nextDouble());
    double slack = 0.02 + 0.38 * random.nextDouble();
    int starts = random.nextInt(3) == 0 ? 8 : 1 + random.nextInt(2);
    boolean isGreedy = number % 3 == 0;
    return List.of(
        () -> refined(best, warm, sweeps, width, own[0], 0),
        () -> refined(other, 2 * warm, sweeps, width, own[1], 0),
        () -> bisected(slack, starts, sweeps, width, own[2]),
        () ->
            isGreedy
                ? noisy(sweeps, width, own[3])
                : bisected(0.42 - slack, 2, sweeps, width, own[3]));
  }

  private void keep(Trial trial) {
    spentNanos += trial.nanos;
    boolean isKnown = pool.stream().anyMatch(held -> held.score.equals(trial.score));
    if (!isKnown) {
      pool.add(trial);
      // A stable sort: of equals, and there are none, the first found would come first.
      pool.sort(Comparator.comparing(Trial::score));
      if (pool.size() > POOL) {
        pool.removeLast();
      }
    }
  }

  private Trial greedy(SplittableRandom random, double weight, double temperature) {
    GreedySearch search = new GreedySearch(graph, weight, temperature, random);
    ContractionTree tree = search.run();
    return new Trial(tree, tree.score(pricing), search.work() * NANOS_GREEDY);
  }

  private Trial noisy(int sweeps, int width, SplittableRandom random) {
    double weight = 0.2 + 1.8 * random.nextDouble();
    Trial start = greedy(random, weight, Math.pow(10, -2 * random.nextDouble()));
    return refined(start.tree, 1, sweeps, width, random, start.nanos);
  }

  private Trial bisected(double slack, int starts, int sweeps, int width, SplittableRandom random) {
    Bisection bisection = new Bisection(graph, slack, starts, random);
    int[] order = bisection.order();
    ContractionTree tree = new ContractionTree(graph);
    joinHalves(tree, order, 0, order.length);
    return refined(tree, 0.5, sweeps, width, random, bisection.work() * NANOS_BISECTION);
  }

  private static int joinHalves(ContractionTree tree, int[] order, int begin, int end) {
    if (end == begin + 1) {
      return order[begin];
    }
    int middle = (begin + end) >>> 1;
    int left = joinHalves(tree, order, begin, middle);
    return tree.join(left, joinHalves(tree, order, middle, end));
  }

  private Trial refined(
      ContractionTree from,
      double hottest,
      int sweeps,
      int width,
      SplittableRandom random,
      long before) {
    Annealing annealing = new Annealing(from, pricing, random);
    annealing.run(hottest, 0.04, sweeps);
    ContractionTree tree = annealing.tree();
    Reconfiguration pieces = new Reconfiguration(tree, pricing, width, random);
    for (int sweep = 0; sweep < 2 && pieces.sweep(); sweep++) {}
    long nanos =
        before + annealing.work() * NANOS_ANNEALING + pieces.work() * NANOS_RECONFIGURATION;
    return new Trial(tree, tree.score(pricing), nanos);
  }

  /// Nominal nanoseconds of one sweep of annealing.
  private long sweepNanos() {
    return Math.max(1, graph.operands() * Annealing.moveWork(graph) * NANOS_ANNEALING);
  }

  /// Nominal nanoseconds of a trial beside its annealing.
  private long restNanos(int width) {
    return graph.operands()
        * (10_000 + 2 * Reconfiguration.pieceWork(width) * NANOS_RECONFIGURATION);
  }

  private static boolean isTooLarge(ContractionTree tree) {
    long legs = 0;
    for (int node = 0; node < tree.nodes(); node++) {
      legs += tree.legs(node).size();
    }
    return Math.max(legs, tree.nodes() * (tree.graph().indices() / 64L)) > MOST_LEGS;
  }

  private boolean isLine() {
    return graph.operands() <= IntervalSearch.LIMIT && new Arrangement(graph).isLine();
  }

  private Trial arranged() {
    ContractionTree tree = new IntervalSearch(graph, new Arrangement(graph).order(), pricing).run();
    long nanos = IntervalSearch.work(graph.operands()) * NANOS_INTERVAL;
    return new Trial(tree, tree.score(pricing), nanos);
  }
}
