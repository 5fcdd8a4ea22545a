package org.einkorn.passes.demand;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Fixpoint;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Expressions;

/// How a rule passes what is asked of its head on to one atom of its body: the atoms that are
/// evaluated before it, and the axes of the atom at which the position is known then.
///
/// Atoms are taken in the order in which they come to share an index with what is known; those that
/// tell nothing about the atom in question are left out again.
///
/// @param read the atom, which is an element of a state
/// @param axes its axes at which the position is known
/// @param before the operands that say so, besides what is asked of the head
/// @param known the indices that have a value then
record Passing(Scalar.Read read, Set<Integer> axes, List<Scalar> before, Set<String> known) {
  Passing {
    axes = Set.copyOf(axes);
    before = List.copyOf(before);
    known = Set.copyOf(known);
  }

  /// How a rule passes it on, to each atom that is an element of a state.
  ///
  /// @param asked the indices of the head that are asked for
  static List<Passing> of(Contraction rule, Set<String> asked, Fixpoint fixpoint) {
    List<Passing> found = new ArrayList<>();
    Set<String> known = new LinkedHashSet<>(asked);
    List<Scalar> before = new ArrayList<>();
    List<Scalar> open = new ArrayList<>(rule.operands());
    while (!open.isEmpty()) {
      List<Scalar> now = open;
      Set<String> sofar = known;
      Scalar next =
          open.stream()
              .filter(operand -> fixpoint.source(operand).isEmpty() && isNext(operand, sofar))
              .findFirst()
              .or(() -> now.stream().filter(operand -> isNext(operand, sofar)).findFirst())
              .orElse(open.getFirst());
      open.remove(next);
      fixpoint
          .source(next)
          .ifPresent(read -> found.add(needed(read, asked, List.copyOf(before), sofar)));
      before.add(next);
      if (next instanceof Scalar.Read) {
        known.addAll(Expressions.variables(next));
      }
    }
    return found;
  }

  /// Whether all of an operand is known, or something of an atom that tells the rest.
  private static boolean isNext(Scalar operand, Set<String> known) {
    Set<String> variables = Expressions.variables(operand);
    return known.containsAll(variables)
        || operand instanceof Scalar.Read && variables.stream().anyMatch(known::contains);
  }

  /// Without the operands that tell nothing about the positions of the atom.
  private static Passing needed(
      Scalar.Read read, Set<String> asked, List<Scalar> before, Set<String> known) {
    Set<Integer> axes = knownAxes(read, known);
    List<Scalar> kept = new ArrayList<>(before);
    for (Scalar operand : before.reversed()) {
      List<Scalar> without = new ArrayList<>(kept);
      without.remove(operand);
      if (knownAxes(read, reached(asked, without)).equals(axes)) {
        kept = without;
      }
    }
    Set<String> reached = reached(asked, kept);
    return new Passing(read, axes, kept, reached);
  }

  private static Set<String> reached(Set<String> asked, List<Scalar> operands) {
    Set<String> known = new HashSet<>(asked);
    List<Scalar> open = new ArrayList<>(operands);
    boolean grows = true;
    while (grows) {
      grows = false;
      for (Scalar operand : List.copyOf(open)) {
        if (isNext(operand, known)) {
          open.remove(operand);
          grows |= known.addAll(Expressions.variables(operand));
        }
      }
    }
    return known;
  }

  private static Set<Integer> knownAxes(Scalar.Read read, Set<String> known) {
    Set<Integer> axes = new HashSet<>();
    for (int axis = 0; axis < read.indices().size(); axis++) {
      if (known.containsAll(Walk.variables(read.indices().get(axis)))) {
        axes.add(axis);
      }
    }
    return axes;
  }

  /// The guards of a rule that speak of known indices only.
  List<Guard> guards(Contraction rule) {
    return rule.guards().stream()
        .filter(guard -> known.containsAll(Walk.variables(guard.index())))
        .toList();
  }

  /// The positions of the atom on the axes at which they are known.
  List<IndexExpr> positions(Set<Integer> on) {
    List<IndexExpr> at = new ArrayList<>();
    for (int axis = 0; axis < read.indices().size(); axis++) {
      if (on.contains(axis)) {
        at.add(read.indices().get(axis));
      }
    }
    return at;
  }
}
