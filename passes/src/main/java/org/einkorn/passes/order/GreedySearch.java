package org.einkorn.passes.order;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// Contracts, again and again, the pair of tensors that share an index and whose result is smallest
/// for what it replaces; then multiplies what is left, smallest first.
///
/// A pair scores `elements of the result − weight × elements of the two`, compared on a logarithmic
/// scale with Gumbel noise of a temperature, so that pairs are drawn with Boltzmann probabilities.
///
/// Source: the greedy search of opt_einsum, with noise as in Gray and Kourtis, Hyper-optimized
/// tensor network contraction, Quantum 5, 410 (2021), section 4.1.
final class GreedySearch {
  /// Of the tensors that share one index with a new one, how many are considered.
  private static final int MOST_PARTNERS = 32;

  /// How many legs are looked at for the partners of one tensor: a bound for tensors of very many.
  private static final int MOST_LEGS = 200_000;

  private final Hypergraph graph;
  private final double weight;
  private final double temperature;
  private final SplittableRandom random;

  private final ContractionTree tree;
  private final double[] log2Sizes;
  private final boolean[] isLive;
  private final int[][] holders;
  private final int[] holderCounts;
  private final int[] stamps;
  private final PriorityQueue<Candidate> candidates = new PriorityQueue<>();
  private long work;

  private record Candidate(double score, int one, int two) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int order = Double.compare(score, other.score);
      order = order != 0 ? order : Integer.compare(one, other.one);
      return order != 0 ? order : Integer.compare(two, other.two);
    }
  }

  private record Sized(double log2Size, int node) implements Comparable<Sized> {
    @Override
    public int compareTo(Sized other) {
      int order = Double.compare(log2Size, other.log2Size);
      return order != 0 ? order : Integer.compare(node, other.node);
    }
  }

  GreedySearch(Hypergraph graph, double weight, double temperature, SplittableRandom random) {
    this.graph = graph;
    this.weight = weight;
    this.temperature = temperature;
    this.random = random;
    tree = new ContractionTree(graph);
    int most = Math.max(1, 2 * graph.operands() - 1);
    log2Sizes = new double[most];
    isLive = new boolean[most];
    stamps = new int[most];
    Arrays.fill(stamps, -1);
    holders = new int[graph.indices()][4];
    holderCounts = new int[graph.indices()];
  }

  /// The tree; for fewer than two operands it has no inner node.
  ContractionTree run() {
    for (int leaf = 0; leaf < graph.operands(); leaf++) {
      enter(leaf);
    }
    while (!candidates.isEmpty()) {
      Candidate next = candidates.remove();
      if (isLive[next.one] && isLive[next.two]) {
        leave(next.one);
        leave(next.two);
        enter(tree.join(next.one, next.two));
      }
    }
    joinRest();
    return tree;
  }

  /// Legs looked at so far.
  long work() {
    return work;
  }

  private void enter(int node) {
    isLive[node] = true;
    log2Sizes[node] = tree.log2Size(node);
    int[] own = tree.legs(node).indices();
    int room = Math.clamp(MOST_LEGS / Math.max(1, own.length), 8, 4_096);
    for (int index : own) {
      int[] nodes = holders[index];
      int partners = 0;
      for (int at = holderCounts[index] - 1;
          at >= 0 && partners < MOST_PARTNERS && room > 0;
          at--) {
        int other = nodes[at];
        if (stamps[other] != node) {
          stamps[other] = node;
          partners++;
          room--;
          candidates.add(new Candidate(score(node, other), other, node));
        }
      }
      if (holderCounts[index] == nodes.length) {
        holders[index] = Arrays.copyOf(nodes, 2 * nodes.length);
      }
      holders[index][holderCounts[index]++] = node;
    }
  }

  private void leave(int node) {
    isLive[node] = false;
    for (int index : tree.legs(node).indices()) {
      int[] nodes = holders[index];
      int at = 0;
      while (nodes[at] != node) {
        at++;
      }
      System.arraycopy(nodes, at + 1, nodes, at, --holderCounts[index] - at);
    }
  }

  private double score(int one, int two) {
    Legs result = graph.contract(tree.legs(one), tree.legs(two));
    work += tree.legs(one).size() + tree.legs(two).size();
    double made = graph.log2Size(result);
    double most = Math.max(made, Math.max(log2Sizes[one], log2Sizes[two]));
    double difference =
        Pricing.power(made - most)
            - weight
                * (Pricing.power(log2Sizes[one] - most) + Pricing.power(log2Sizes[two] - most));
    // The logarithm of the difference, with its sign; small differences of either sign meet at 0.
    double magnitude = Math.max(0, Math.log(Math.abs(difference)) / Math.log(2) + most + 1);
    double score = difference < 0 ? -magnitude : magnitude;
    return temperature == 0
        ? score
        : score + temperature * Math.log(-Math.log(1 - random.nextDouble()));
  }

  private void joinRest() {
    PriorityQueue<Sized> rest = new PriorityQueue<>();
    for (int node = 0; node < tree.nodes(); node++) {
      if (isLive[node]) {
        rest.add(new Sized(log2Sizes[node], node));
      }
    }
    while (rest.size() > 1) {
      int node = tree.join(rest.remove().node, rest.remove().node);
      rest.add(new Sized(tree.log2Size(node), node));
    }
  }
}
