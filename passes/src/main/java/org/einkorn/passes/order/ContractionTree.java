package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.einkorn.passes.Objective;

/// A binary tree over the operands, with the legs of each node. Nodes below the number of operands
/// are leaves; the others have two children and come in no particular order.
final class ContractionTree {
  private final Hypergraph graph;
  private final int[] left;
  private final int[] right;
  private final Legs[] legs;
  private int root;
  private int nodes;

  /// A tree without inner nodes yet.
  ContractionTree(Hypergraph graph) {
    this.graph = graph;
    int most = Math.max(1, 2 * graph.operands() - 1);
    left = new int[most];
    right = new int[most];
    legs = Arrays.copyOf(graph.leaves(), most);
    nodes = graph.operands();
    root = 0;
  }

  private ContractionTree(ContractionTree other, Hypergraph graph) {
    this.graph = graph;
    left = other.left.clone();
    right = other.right.clone();
    legs = other.legs.clone();
    nodes = other.nodes;
    root = other.root;
  }

  ContractionTree copy() {
    return new ContractionTree(this, graph);
  }

  /// The tree of steps in the numbering of [Step].
  static ContractionTree of(Hypergraph graph, List<Step> steps) {
    ContractionTree tree = new ContractionTree(graph);
    for (Step step : steps) {
      tree.join(step.left(), step.right());
    }
    return tree;
  }

  /// The same tree over a graph with other extents.
  ContractionTree over(Hypergraph other) {
    return new ContractionTree(this, other);
  }

  Hypergraph graph() {
    return graph;
  }

  /// Makes a node of two, which becomes the root.
  int join(int one, int two) {
    legs[nodes] = graph.contract(legs[one], legs[two]);
    left[nodes] = one;
    right[nodes] = two;
    root = nodes;
    return nodes++;
  }

  /// Gives a node other children; its legs stay what they are.
  void setChildren(int node, int one, int two) {
    left[node] = one;
    right[node] = two;
  }

  void setLegs(int node, Legs other) {
    legs[node] = other;
  }

  int root() {
    return root;
  }

  int nodes() {
    return nodes;
  }

  boolean isLeaf(int node) {
    return node < graph.operands();
  }

  int left(int node) {
    return left[node];
  }

  int right(int node) {
    return right[node];
  }

  Legs legs(int node) {
    return legs[node];
  }

  /// Inner nodes, children before parents, the root last.
  int[] bottomUp() {
    int[] order = new int[Math.max(0, graph.operands() - 1)];
    int at = order.length;
    int[] stack = new int[order.length + 1];
    int depth = 0;
    if (at > 0) {
      stack[depth++] = root;
    }
    while (depth > 0) {
      int node = stack[--depth];
      order[--at] = node;
      if (!isLeaf(left[node])) {
        stack[depth++] = left[node];
      }
      if (!isLeaf(right[node])) {
        stack[depth++] = right[node];
      }
    }
    return order;
  }

  /// The operands as they stand in the tree from left to right.
  int[] leafOrder() {
    int[] order = new int[graph.operands()];
    int at = 0;
    int[] stack = new int[graph.operands() + 1];
    int depth = 0;
    stack[depth++] = root;
    while (depth > 0) {
      int node = stack[--depth];
      if (isLeaf(node)) {
        order[at++] = node;
      } else {
        stack[depth++] = right[node];
        stack[depth++] = left[node];
      }
    }
    return order;
  }

  /// The binary logarithm of the number of points of the step that makes a node.
  double log2Points(int node) {
    return graph.log2Size(legs[left[node]].union(legs[right[node]]));
  }

  double log2Size(int node) {
    return graph.log2Size(legs[node]);
  }

  /// The cost of the step that makes a node under an objective that adds up.
  double cost(int node, Pricing pricing) {
    return pricing.node(pricing.linear(log2Size(node)))
        + pricing.pointFactor() * pricing.linear(log2Points(node));
  }

  /// What the tree is worth under an objective.
  Score score(Pricing pricing) {
    double sum = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (int node : bottomUp()) {
      sum += cost(node, pricing);
      largest = Math.max(largest, log2Size(node));
    }
    return pricing.objective() == Objective.SIZE ? new Score(largest, sum) : new Score(sum, 0);
  }

  /// The steps in an order of execution that keeps few elements live: of two subtrees the one first
  /// whose own peak exceeds what it leaves by more.
  ///
  /// Source: Liu, On the storage requirement in the out-of-core multifrontal method, ACM TOMS 12
  /// (1986), theorem 3.2: the best of all orders that finish one subtree before they begin another.
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    int[] numbers = new int[nodes];
    for (int leaf = 0; leaf < graph.operands(); leaf++) {
      numbers[leaf] = leaf;
    }
    for (int node : inOrder()) {
      steps.add(new Step(numbers[left[node]], numbers[right[node]]));
      numbers[node] = graph.operands() + steps.size() - 1;
    }
    return steps;
  }

  /// The inner nodes in the order of [#steps].
  List<Integer> inOrder() {
    double[] elements = new double[nodes];
    double[] peaks = new double[nodes];
    for (int node : bottomUp()) {
      elements[node] = Pricing.power(log2Size(node));
      peaks[node] = peakOf(node, peaks, elements);
    }
    return postorder(peaks, elements);
  }

  private boolean isRightFirst(int node, double[] peaks, double[] elements) {
    int one = left[node];
    int two = right[node];
    return peaks[two] - elements[two] > peaks[one] - elements[one];
  }

  private double peakOf(int node, double[] peaks, double[] elements) {
    boolean rightFirst = isRightFirst(node, peaks, elements);
    int first = rightFirst ? right[node] : left[node];
    int second = rightFirst ? left[node] : right[node];
    double both = elements[first] + elements[second] + elements[node];
    return Math.max(Math.max(peaks[first], elements[first] + peaks[second]), both);
  }

  private List<Integer> postorder(double[] peaks, double[] elements) {
    List<Integer> order = new ArrayList<>();
    int[] stack = new int[2 * nodes];
    int depth = 0;
    if (root < nodes && !isLeaf(root)) {
      stack[depth++] = root;
    }
    while (depth > 0) {
      int node = stack[--depth];
      if (node < 0) {
        order.add(~node);
        continue;
      }
      boolean rightFirst = isRightFirst(node, peaks, elements);
      int first = rightFirst ? right[node] : left[node];
      int second = rightFirst ? left[node] : right[node];
      stack[depth++] = ~node;
      if (!isLeaf(second)) {
        stack[depth++] = second;
      }
      if (!isLeaf(first)) {
        stack[depth++] = first;
      }
    }
    return order;
  }
}
