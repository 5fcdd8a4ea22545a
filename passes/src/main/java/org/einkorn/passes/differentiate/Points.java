package org.einkorn.passes.differentiate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Axis;
import org.einkorn.ir.tensor.Body;
import org.einkorn.ir.tensor.Contraction;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.rewrite.Expressions;
import org.einkorn.runtime.DType;

/// The points of a term, and the parts of its value that are stored at them.
///
/// @param owner the tensor that the term defines, after which parts are named
record Points(Jet jet, String owner, List<Axis> axes, List<Guard> guards) {
  Points {
    axes = List.copyOf(axes);
    guards = List.copyOf(guards);
  }

  int order() {
    return jet.order();
  }

  /// An element that is read, and how it changes.
  Series read(Scalar.Read read) {
    return Series.of(
        read,
        order(),
        n -> jet.coefficient(read.tensor(), n, read.indices(), read.type().compute()));
  }

  /// A part of the value, stored over those axes that it depends on.
  ///
  /// @param conditions under which it is computed; elsewhere it is 0
  Part part(Scalar value, List<Scalar> conditions) {
    Set<String> names = new LinkedHashSet<>(Walk.variables(value));
    conditions.forEach(condition -> names.addAll(Walk.variables(condition)));
    return part(value, conditions, names);
  }

  /// A part that is stored for each point.
  Part everywhere(Scalar value) {
    Set<String> names = new LinkedHashSet<>();
    axes.forEach(axis -> names.add(axis.name()));
    return part(value, List.of(), names);
  }

  private Part part(Scalar value, List<Scalar> conditions, Set<String> names) {
    // A guard may keep a position inside together with others, so what it speaks of comes along.
    List<Guard> inside = new ArrayList<>();
    int before;
    do {
      before = inside.size();
      for (Guard guard : guards) {
        Set<String> others = new LinkedHashSet<>(Walk.variables(guard.index()));
        boolean isShared = others.isEmpty() || others.stream().anyMatch(names::contains);
        if (isShared && !inside.contains(guard)) {
          inside.add(guard);
          names.addAll(others);
        }
      }
    } while (inside.size() > before);
    List<Axis> over = axes.stream().filter(axis -> names.contains(axis.name())).toList();
    Points points = new Points(jet, owner, over, inside);
    String base = jet.space().free(owner + ".part");
    DType type = value.type().compute();
    Scalar stored =
        Expressions.isAtom(value) ? value : points.stored(base, type, value, conditions);
    return new Part(
        stored,
        (n, coefficient) ->
            coefficient.map(
                some ->
                    points.stored(jet.space().free(jet.name(base, n)), type, some, conditions)));
  }

  private List<IndexExpr> variables() {
    return axes.stream().<IndexExpr>map(Axis::variable).toList();
  }

  private Scalar stored(String name, DType type, Scalar value, List<Scalar> conditions) {
    Scalar guarded = Partial.convert(type, value);
    for (Scalar condition : conditions.reversed()) {
      guarded = new Scalar.Select(condition, guarded, Partial.number(type, 0));
    }
    jet.space()
        .add(
            name,
            type,
            axes.stream().map(Axis::extent).toList(),
            new Body.Accumulate(
                Projection.SUM,
                List.of(
                    new Contraction(
                        axes, guards, variables(), BinaryOp.MULTIPLY, List.of(guarded)))));
    return new Scalar.Read(name, type, variables());
  }
}
