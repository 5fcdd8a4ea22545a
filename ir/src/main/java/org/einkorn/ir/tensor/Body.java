package org.einkorn.ir.tensor;

import java.util.List;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;

/// How the elements of a defined tensor come about.
public sealed interface Body {
  /// Visits every expression of this body in text order.
  default void walk(Walk walk) {
    switch (this) {
      case Accumulate(var projection, List<Contraction> terms) -> {
        for (Contraction term : terms) {
          term.guards().forEach(guard -> walk.visit(guard.index()));
          term.write().forEach(walk::visit);
          term.operands().forEach(walk::visit);
        }
      }
      case Scan scan -> walk.visit(scan.operand());
    }
  }

  /// Elements start at the projection's identity; each term adds to them, in order.
  record Accumulate(Projection projection, List<Contraction> terms) implements Body {
    public Accumulate {
      terms = List.copyOf(terms);
      if (terms.isEmpty()) {
        throw new IllegalArgumentException("a definition needs a term");
      }
      var type = terms.getFirst().valueType();
      for (Contraction term : terms) {
        if (term.valueType() != type) {
          throw new IllegalArgumentException("terms of " + type + " and " + term.valueType());
        }
        if (term.write().size() != terms.getFirst().write().size()) {
          throw new IllegalArgumentException("terms of different rank");
        }
      }
      projection.identity(type);
    }

    /// Whether this is an elementwise equation: one term that writes each element at most once, so
    /// that nothing is combined and the value is stored as it is.
    public boolean isMap() {
      Contraction term = terms.getFirst();
      return terms.size() == 1 && term.writesPlainAxes() && term.reducedAxes().isEmpty();
    }
  }

  /// The prefix reduction `T[…, i, …] = ⊕ over k ≤ i of operand[…, k, …]` along `axis`.
  ///
  /// @param axis the position of the scanned axis in `axes`
  /// @param axes the axes of the target, in order
  /// @param operand the value at one point, of a compute type
  record Scan(Projection projection, int axis, List<Axis> axes, Scalar operand) implements Body {
    public Scan {
      axes = List.copyOf(axes);
      if (axis < 0 || axis >= axes.size()) {
        throw new IllegalArgumentException("no axis " + axis + " of " + axes.size());
      }
      projection.identity(operand.type());
    }
  }
}
