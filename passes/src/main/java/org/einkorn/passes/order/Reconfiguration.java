package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Improves a tree piece by piece: takes a node and opens the nodes below it until a few tensors
/// are left, and puts the best of all trees over those in place of the one that is there.
///
/// Source: subtree reconfiguration, Gray and Kourtis, Quantum 5, 410 (2021), section 4.3.
final class Reconfiguration {
  private final ContractionTree tree;
  private final Pricing pricing;
  private final int width;
  private final SplittableRandom random;
  private long work;

  /// @param width how many tensors one piece is made from
  Reconfiguration(ContractionTree tree, Pricing pricing, int width, SplittableRandom random) {
    this.tree = tree;
    this.pricing = pricing;
    this.width = width;
    this.random = random;
  }

  /// Visits every inner node once, from the leaves to the root.
  ///
  /// @return whether anything got better
  boolean sweep() {
    boolean isBetter = false;
    for (int node : tree.bottomUp()) {
      isBetter |= improve(node);
    }
    return isBetter;
  }

  long work() {
    return work;
  }

  /// The work that one piece takes.
  static long pieceWork(int width) {
    return SubsetSearch.work(width) + 30L * (1 << width) + 100;
  }

  private boolean improve(int node) {
    List<Integer> opened = new ArrayList<>(List.of(node));
    List<Integer> closed = new ArrayList<>(List.of(tree.left(node), tree.right(node)));
    while (closed.size() < width) {
      int next = nextToOpen(closed);
      if (next < 0) {
        break;
      }
      int open = closed.remove(/* index */ next);
      opened.add(open);
      closed.add(tree.left(open));
      closed.add(tree.right(open));
    }
    if (closed.size() < 3) {
      return false;
    }
    Legs[] legs = closed.stream().map(tree::legs).toArray(Legs[]::new);
    SubsetSearch search = new SubsetSearch(tree.graph(), legs, pricing);
    search.run();
    work += pieceWork(legs.length);
    if (!isBetter(search, opened)) {
      return false;
    }
    rebuild(node, opened, closed, search);
    return true;
  }

  /// The inner node that has most elements, or at random one of the others.
  private int nextToOpen(List<Integer> closed) {
    int choice = -1;
    double most = Double.NEGATIVE_INFINITY;
    for (int at = 0; at < closed.size(); at++) {
      int node = closed.get(at);
      if (!tree.isLeaf(node)) {
        double size = tree.log2Size(node) * (0.5 + random.nextDouble());
        if (size > most) {
          most = size;
          choice = at;
        }
      }
    }
    return choice;
  }

  private boolean isBetter(SubsetSearch search, List<Integer> opened) {
    double sum = 0;
    double largest = 0;
    for (int node : opened) {
      sum += tree.cost(node, pricing);
      largest = Math.max(largest, pricing.linear(tree.log2Size(node)));
    }
    double tolerance = 1 - 1e-9;
    return switch (pricing.objective()) {
      case TIME, FLOPS -> search.cost() < sum * tolerance;
      case SIZE ->
          search.largest() < largest * tolerance
              || (search.largest() <= largest / tolerance && search.cost() < sum * tolerance);
    };
  }

  private void rebuild(int node, List<Integer> opened, List<Integer> closed, SubsetSearch search) {
    List<Integer> free = new ArrayList<>(opened);
    free.remove(Integer.valueOf(node));
    int[] nodes = new int[search.all() + 1];
    Arrays.fill(nodes, -1);
    for (int at = 0; at < closed.size(); at++) {
      nodes[1 << at] = closed.get(at);
    }
    int made = place(search.all(), nodes, free, search, node);
    if (made != node) {
      throw new IllegalStateException("a piece of the tree has lost its root");
    }
  }

  private int place(int subset, int[] nodes, List<Integer> free, SubsetSearch search, int own) {
    if (nodes[subset] >= 0) {
      return nodes[subset];
    }
    int half = search.half(subset);
    int one = place(half, nodes, free, search, -1);
    int two = place(subset ^ half, nodes, free, search, -1);
    int node = own >= 0 ? own : free.removeLast();
    tree.setChildren(node, one, two);
    tree.setLegs(node, tree.graph().contract(tree.legs(one), tree.legs(two)));
    return node;
  }
}
