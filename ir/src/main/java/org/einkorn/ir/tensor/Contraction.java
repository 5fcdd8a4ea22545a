package org.einkorn.ir.tensor;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// A join of operands over a domain, written through index expressions.
///
/// @param axes the iteration domain, a box; outermost first
/// @param guards points at which a guard fails are left out
/// @param write where the joined value goes, one expression for each axis of the target
/// @param join the operation ⊗ between operands
/// @param operands at least one, all of one compute type
public record Contraction(
    List<Axis> axes,
    List<Guard> guards,
    List<IndexExpr> write,
    BinaryOp join,
    List<Scalar> operands) {

  public Contraction {
    axes = List.copyOf(axes);
    guards = List.copyOf(guards);
    write = List.copyOf(write);
    operands = List.copyOf(operands);
    if (operands.isEmpty()) {
      throw new IllegalArgumentException("a contraction needs an operand");
    }
    DType type = operands.getFirst().type();
    for (Scalar operand : operands) {
      if (operand.type() != type) {
        throw new IllegalArgumentException("operands of " + type + " and " + operand.type());
      }
    }
    if (!type.isCompute()) {
      throw new IllegalArgumentException(type + " is no compute type");
    }
    Set<String> names = new HashSet<>();
    for (Axis axis : axes) {
      if (!names.add(axis.name())) {
        throw new IllegalArgumentException("two axes `" + axis.name() + "`");
      }
    }
  }

  /// The contraction with other positions, in guards and where it writes, and other operands.
  /// Extents stay.
  public Contraction mapParts(UnaryOperator<IndexExpr> positions, UnaryOperator<Scalar> values) {
    return new Contraction(
        axes,
        guards.stream()
            .map(guard -> new Guard(positions.apply(guard.index()), guard.extent()))
            .toList(),
        write.stream().map(positions).toList(),
        join,
        operands.stream().map(values).toList());
  }

  /// The type of the joined value and of the accumulator.
  public DType valueType() {
    return operands.getFirst().type();
  }

  /// Whether this is the body of a rule: a conjunction of truth values.
  public boolean isConjunction() {
    return valueType() == DType.BOOL && (operands.size() == 1 || join == BinaryOp.AND);
  }

  /// The operands joined into one expression, left to right.
  public Scalar joined() {
    Scalar value = operands.getFirst();
    for (Scalar operand : operands.subList(1, operands.size())) {
      value = new Scalar.Binary(join, value, operand);
    }
    return value;
  }

  /// Whether every point writes an element of its own, with the element's position made of plain
  /// axes: `write` is a selection of distinct axes.
  public boolean writesPlainAxes() {
    Set<String> seen = new HashSet<>();
    for (IndexExpr index : write) {
      if (!(index instanceof IndexExpr.Variable(String name)) || !seen.add(name)) {
        return false;
      }
    }
    return true;
  }

  /// The names of the axes that `write` does not mention as a plain axis: those that are reduced.
  public Set<String> reducedAxes() {
    Set<String> reduced = new LinkedHashSet<>();
    for (Axis axis : axes) {
      if (!write.contains(axis.variable())) {
        reduced.add(axis.name());
      }
    }
    return reduced;
  }
}
