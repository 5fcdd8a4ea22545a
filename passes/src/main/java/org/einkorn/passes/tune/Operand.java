package org.einkorn.passes.tune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.Affine;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.rewrite.Substitution;

/// An element that a block touches.
///
/// @param indices over the loops around the block
record Operand(String tensor, List<IndexExpr> indices) {
  Operand {
    indices = List.copyOf(indices);
  }

  /// What a block stores.
  static Operand of(Stmt.Store store, Stmt.Block block) {
    return new Operand(store.buffer(), overLoops(block).positions(store.indices()));
  }

  /// All that a value in a block reads, each once.
  static List<Operand> allOf(Scalar value, Stmt.Block block) {
    Substitution overLoops = overLoops(block);
    Set<Operand> found = new LinkedHashSet<>();
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read(String tensor, var _, List<IndexExpr> indices)) {
                found.add(new Operand(tensor, overLoops.positions(indices)));
              }
            })
        .visit(value);
    return List.copyOf(found);
  }

  private static Substitution overLoops(Stmt.Block block) {
    Map<String, IndexExpr> bindings = new HashMap<>();
    block.iters().forEach(iter -> bindings.put(iter.variable(), iter.binding()));
    return new Substitution(bindings);
  }

  /// Whether a position comes from data.
  boolean fetches() {
    return indices.stream().anyMatch(Walk::fetches);
  }

  /// Whether it is another element in each round of a loop.
  boolean changesWith(Axis axis) {
    return indices.stream().anyMatch(index -> mentions(index, axis));
  }

  /// Whether rounds of a loop touch elements side by side.
  boolean isUnit(Axis axis) {
    if (indices.isEmpty()
        || indices.subList(0, indices.size() - 1).stream()
            .anyMatch(index -> mentions(index, axis))) {
      return false;
    }
    Affine affine = Affine.of(indices.getLast());
    IndexExpr variable = IndexExpr.variable(axis.loop());
    return affine.coefficients().getOrDefault(variable, 0L) == 1
        && affine.coefficients().keySet().stream()
            .allMatch(atom -> atom.equals(variable) || !mentions(atom, axis));
  }

  /// Whether each position is a loop alone, each another one.
  boolean isPlain() {
    Set<IndexExpr> seen = new HashSet<>();
    return indices.stream()
        .allMatch(index -> index instanceof IndexExpr.Variable && seen.add(index));
  }

  /// The first axis whose position a loop changes; the number of axes where none is.
  int place(Axis axis) {
    int place = 0;
    while (place < indices.size() && !mentions(indices.get(place), axis)) {
      place++;
    }
    return place;
  }

  /// This with one position instead of those from one axis to another, the last not included.
  Operand withPosition(IndexExpr index, int first, int last) {
    List<IndexExpr> others = new ArrayList<>(indices);
    others.subList(first, last).clear();
    others.add(first, index);
    return new Operand(tensor, others);
  }

  private static boolean mentions(IndexExpr index, Axis axis) {
    return Walk.variables(index).contains(axis.loop());
  }
}
