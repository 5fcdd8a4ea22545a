package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Definition;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.ir.tensor.TensorType;
import org.einkorn.passes.rewrite.Failures;
import org.einkorn.runtime.DType;

/// Writes the binary steps of a contraction as definitions.
///
/// Each step joins two operands and reduces at once every axis that nothing later mentions. A step
/// that reduces nothing is not stored where its reader walks the same points: there the reader
/// joins its operands itself.
final class StepBuilder {
  private final Definition definition;
  private final Projection projection;
  private final TermNetwork network;
  private final Set<String> slices;
  private final Predicate<Axis> isNonEmpty;
  private final DType valueType;
  private final Supplier<String> names;
  private final List<Definition> made = new ArrayList<>();

  /// @param definition what the term belongs to
  /// @param slices the axes that every step has, first, so that one position of them can be stored
  ///   at a time
  /// @param isNonEmpty whether an axis is known to have a position
  /// @param names gives a name that nothing in the program has, each time another
  StepBuilder(
      Definition definition,
      Projection projection,
      TermNetwork network,
      Set<String> slices,
      Predicate<Axis> isNonEmpty,
      Supplier<String> names) {
    this.definition = definition;
    this.projection = projection;
    this.network = network;
    this.slices = slices;
    this.isNonEmpty = isNonEmpty;
    this.valueType = stepType(projection, network.term().valueType());
    this.names = names;
  }

  /// The type in which the operands of a step are joined: integer sums run in `i64`, as the
  /// intermediate of a sum that fits may not fit itself.
  static DType stepType(Projection projection, DType valueType) {
    return projection == Projection.SUM && valueType == DType.I32 ? DType.I64 : valueType;
  }

  /// The definitions before the last step, in order.
  List<Definition> made() {
    return List.copyOf(made);
  }

  /// The last step: a contraction that may stand for the network's term.
  ///
  /// @param steps the binary steps, in SSA numbering over the network's operands
  Contraction build(List<Step> steps) {
    List<Node> nodes = new ArrayList<>();
    for (int number = 0; number < network.operands().size(); number++) {
      nodes.add(leaf(number));
    }
    Set<Integer> open = new LinkedHashSet<>();
    for (int number = 0; number < nodes.size(); number++) {
      open.add(number);
    }
    for (Step step : steps) {
      open.remove(step.left());
      open.remove(step.right());
      Node joined = join(nodes.get(step.left()), nodes.get(step.right()));
      Set<String> needed = union(network.output(), slices);
      open.forEach(number -> needed.addAll(nodes.get(number).axes));
      boolean isLast = open.isEmpty();
      open.add(nodes.size());
      nodes.add(isLast ? joined : reduce(joined, needed));
    }
    return last(nodes.getLast());
  }

  /// A product that is not stored.
  ///
  /// @param first the first of the operands that are in it
  /// @param axes the axes that its factors mention
  /// @param guards the conditions under which its points count
  private record Node(int first, List<Scalar> factors, Set<String> axes, Set<Guard> guards) {}

  /// An operand, its private axes reduced.
  private Node leaf(int number) {
    TermNetwork.Operand operand = network.operands().get(number);
    Node node =
        new Node(
            number,
            List.of(Scalar.cast(valueType, operand.value())),
            operand.axes(),
            union(wherePointsAre(operand), new LinkedHashSet<>(operand.guards())));
    return operand.kept().equals(operand.axes()) ? node : store(node, operand.kept());
  }

  /// What may fail is not computed at all where the term has no point: the conditions that the axes
  /// that the operand does not have are not empty.
  private Set<Guard> wherePointsAre(TermNetwork.Operand operand) {
    Set<Guard> guards = new LinkedHashSet<>();
    if (operand.mayFail()) {
      for (Axis axis : network.term().axes()) {
        if (!operand.axes().contains(axis.name()) && !isNonEmpty.test(axis)) {
          guards.add(new Guard(IndexExpr.Constant.ZERO, axis.extent()));
        }
      }
    }
    return guards;
  }

  /// The product of two; factors stand in the order of the term's operands.
  private Node join(Node one, Node other) {
    Node left = one.first < other.first ? one : other;
    Node right = left == one ? other : one;
    Set<String> axes = union(left.axes, right.axes);
    Node storedLeft = storedUnless(left, axes);
    Node storedRight = storedUnless(right, axes);
    List<Scalar> factors =
        Stream.concat(storedLeft.factors.stream(), storedRight.factors.stream()).toList();
    return new Node(left.first, factors, axes, union(storedLeft.guards, storedRight.guards));
  }

  /// A product of several factors is worth storing where its reader walks more points than it has.
  private Node storedUnless(Node node, Set<String> axes) {
    return node.factors.size() == 1 || node.axes.equals(axes) ? node : store(node, node.axes);
  }

  private Node reduce(Node node, Set<String> needed) {
    Set<String> kept = new LinkedHashSet<>(node.axes);
    kept.retainAll(needed);
    return kept.equals(node.axes) ? node : store(node, kept);
  }

  /// `T[kept] = ⊕ over the other axes of the node's product`.
  private Node store(Node node, Set<String> needed) {
    Set<String> kept = union(slices, needed);
    List<Axis> spatial = new ArrayList<>(network.axesOf(slices));
    spatial.addAll(network.axesOf(minus(needed, slices)));
    List<Axis> axes = new ArrayList<>(spatial);
    axes.addAll(network.axesOf(minus(node.axes, kept)));
    List<IndexExpr> write = spatial.stream().map(Axis::variable).toList();
    Contraction contraction =
        new Contraction(axes, List.copyOf(node.guards), write, network.term().join(), node.factors);
    TensorType type = new TensorType(valueType, spatial.stream().map(Axis::extent).toList());
    String name = names.get();
    made.add(
        new Definition(
            name,
            type,
            new Body.Accumulate(projection, List.of(contraction)),
            definition.origin()));
    Set<Guard> stillOpen =
        node.guards.stream()
            .filter(guard -> kept.containsAll(TermNetwork.axesIn(guard)))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return new Node(node.first, List.of(new Scalar.Read(name, valueType, write)), kept, stillOpen);
  }

  /// The last step writes where the term writes, and walks what only the target mentions.
  private Contraction last(Node node) {
    Contraction term = network.term();
    Set<String> repeated = network.repeatedAxes();
    boolean reducesToo = !union(network.output(), slices).containsAll(node.axes);
    Node operand =
        repeated.isEmpty() || !reducesToo ? node : reduce(node, union(network.output(), slices));
    Set<String> axes = union(union(operand.axes, network.output()), union(slices, repeated));
    Set<Guard> late = union(operand.guards, new LinkedHashSet<>(network.lateGuards()));
    Set<Guard> guards = union(wherePointsWere(axes, late), late);
    return new Contraction(
        network.axesOf(axes), List.copyOf(guards), term.write(), term.join(), operand.factors);
  }

  /// Over an empty axis nothing is added, but a step over it gives the zero of ⊕, and 0 times an
  /// infinity is NaN, and a condition that may fail is tested: the conditions that the axes that
  /// steps before have reduced are not empty.
  private Set<Guard> wherePointsWere(Set<String> axes, Set<Guard> conditions) {
    Set<Guard> guards = new LinkedHashSet<>();
    boolean mayFail = conditions.stream().anyMatch(Failures::mayFail);
    if (mayFail || valueType.isFloat() || valueType.isComplex()) {
      for (Axis axis : network.term().axes()) {
        if (!axes.contains(axis.name()) && !isNonEmpty.test(axis)) {
          guards.add(new Guard(IndexExpr.Constant.ZERO, axis.extent()));
        }
      }
    }
    return guards;
  }

  private static <T> Set<T> union(Set<T> left, Set<T> right) {
    Set<T> all = new LinkedHashSet<>(left);
    all.addAll(right);
    return all;
  }

  private static Set<String> minus(Set<String> all, Set<String> some) {
    Set<String> left = new LinkedHashSet<>(all);
    left.removeAll(some);
    return left;
  }
}
