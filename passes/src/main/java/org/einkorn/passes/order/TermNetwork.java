package org.einkorn.passes.order;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.einkorn.ir.expr.IndexEvaluator;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.passes.rewrite.Failures;

/// A contraction as a hypergraph: operands are nodes, axes are edges between all that mention them.
///
/// An operand is any expression; all that matters is which axes it mentions. So a convolution, a
/// gather or a `select` is an operand like a plain read. A guard is no operand: it holds for each
/// operand that mentions all its axes, and is tested where that operand is read.
final class TermNetwork {
  private final Contraction term;
  private final List<Operand> operands;
  private final Set<String> output;
  private final List<Guard> lateGuards;
  private final Set<String> repeatedAxes;

  /// @param axes the axes that it mentions
  /// @param kept those that anything else mentions; the others can be reduced before any join
  /// @param guards the conditions on its axes
  record Operand(Scalar value, Set<String> axes, Set<String> kept, List<Guard> guards) {
    /// Whether reading it, or testing where it is read, may end the run with an error.
    boolean mayFail() {
      return Failures.mayFail(value) || guards.stream().anyMatch(Failures::mayFail);
    }
  }

  private TermNetwork(
      Contraction term,
      List<Operand> operands,
      Set<String> output,
      List<Guard> lateGuards,
      Set<String> repeatedAxes) {
    this.term = term;
    this.operands = List.copyOf(operands);
    this.output = output;
    this.lateGuards = List.copyOf(lateGuards);
    this.repeatedAxes = repeatedAxes;
  }

  static TermNetwork of(Contraction term) {
    List<Set<String>> mentioned = term.operands().stream().map(Walk::variables).toList();
    Set<String> output = writtenAxes(term);
    List<Guard> late = new ArrayList<>();
    for (Guard guard : term.guards()) {
      Set<String> axes = axesIn(guard);
      if (mentioned.stream().noneMatch(set -> set.containsAll(axes))) {
        late.add(guard);
        output.addAll(axes);
      }
    }
    Map<String, Integer> uses = new HashMap<>();
    mentioned.forEach(axes -> axes.forEach(axis -> uses.merge(axis, 1, Integer::sum)));
    List<Operand> operands = new ArrayList<>();
    for (int number = 0; number < mentioned.size(); number++) {
      Set<String> axes = mentioned.get(number);
      Set<String> kept = new LinkedHashSet<>(axes);
      kept.removeIf(axis -> uses.getOrDefault(axis, 0) == 1 && !output.contains(axis));
      List<Guard> guards =
          term.guards().stream()
              .filter(guard -> !late.contains(guard) && axes.containsAll(axesIn(guard)))
              .toList();
      operands.add(new Operand(term.operands().get(number), axes, kept, guards));
    }
    Set<String> repeated = new LinkedHashSet<>();
    for (Axis axis : term.axes()) {
      if (!uses.containsKey(axis.name()) && !output.contains(axis.name())) {
        repeated.add(axis.name());
      }
    }
    return new TermNetwork(term, operands, output, late, repeated);
  }

  /// This network where no axis is reduced before a join.
  TermNetwork withPrivateAxes() {
    List<Operand> whole =
        operands.stream()
            .map(each -> new Operand(each.value, each.axes, each.axes, each.guards))
            .toList();
    return new TermNetwork(term, whole, output, lateGuards, repeatedAxes);
  }

  Contraction term() {
    return term;
  }

  List<Operand> operands() {
    return operands;
  }

  /// The axes that live to the last step: those that the target's position mentions, and those of
  /// late guards.
  Set<String> output() {
    return output;
  }

  /// Whether there is anything to decide: an order of joins, or an axis to reduce before one.
  boolean hasChoice() {
    return operands.size() > 2
        || operands.size() == 2
            && operands.stream().anyMatch(operand -> !operand.kept.equals(operand.axes));
  }

  /// Guards that no single operand can test: the last step does.
  List<Guard> lateGuards() {
    return lateGuards;
  }

  /// Axes that nothing mentions: each repeats the whole term.
  Set<String> repeatedAxes() {
    return repeatedAxes;
  }

  /// These axes, in the term's order.
  List<Axis> axesOf(Collection<String> names) {
    return term.axes().stream().filter(axis -> names.contains(axis.name())).toList();
  }

  /// The hypergraph that the search takes: private axes are reduced before it, and axes that only
  /// the target mentions cost every order the same.
  ///
  /// @param sizes the value of each symbol, or a guess
  Network network(ToLongFunction<String> sizes) {
    Map<String, Integer> numbers = new HashMap<>();
    List<Long> extents = new ArrayList<>();
    for (Axis axis : term.axes()) {
      numbers.put(axis.name(), extents.size());
      extents.add(Math.max(0, IndexEvaluator.extent(axis.extent(), sizes)));
    }
    Set<String> present = new HashSet<>();
    operands.forEach(operand -> present.addAll(operand.kept));
    List<List<Integer>> edges =
        operands.stream().map(operand -> numbersOf(operand.kept, numbers)).toList();
    Set<String> kept = new LinkedHashSet<>(output);
    kept.retainAll(present);
    return new Network(edges, numbersOf(kept, numbers), extents);
  }

  private static List<Integer> numbersOf(Set<String> axes, Map<String, Integer> numbers) {
    return axes.stream()
        .map(
            axis -> {
              Integer number = numbers.get(axis);
              if (number == null) {
                throw new IllegalStateException("`" + axis + "` is no axis of the term");
              }
              return number;
            })
        .toList();
  }

  private static Set<String> writtenAxes(Contraction term) {
    Set<String> found = new LinkedHashSet<>();
    term.write().forEach(index -> found.addAll(Walk.variables(index)));
    return found;
  }

  /// The axes that a condition mentions.
  static Set<String> axesIn(Guard guard) {
    return Expressions.variables(List.of(guard));
  }
}
