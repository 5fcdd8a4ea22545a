package org.einkorn.passes.cost;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.rewrite.Substitution;

/// The operations that evaluating an expression once executes; those on complex numbers count as
/// what they are of real ones.
///
/// @param multiplies those that are always executed
/// @param adds those that are always executed
/// @param choices what a condition decides, in text order
record ScalarCost(long multiplies, long adds, List<Choice> choices) {
  ScalarCost {
    choices = List.copyOf(choices);
  }

  /// One side of a `select` or the other; their costs differ.
  record Choice(Scalar condition, ScalarCost then, ScalarCost otherwise) {}

  boolean isFree() {
    return equals(Costs.FREE);
  }

  ScalarCost plus(ScalarCost other) {
    List<Choice> all = new ArrayList<>(choices);
    all.addAll(other.choices);
    return new ScalarCost(multiplies + other.multiplies, adds + other.adds, all);
  }

  /// The cost with other positions in its conditions.
  ScalarCost with(Substitution positions) {
    return new ScalarCost(
        multiplies,
        adds,
        choices.stream()
            .map(
                choice ->
                    new Choice(
                        positions.apply(choice.condition),
                        choice.then.with(positions),
                        choice.otherwise.with(positions)))
            .toList());
  }

  /// The cost of a value. Positions cost nothing, whatever they are computed from.
  static ScalarCost of(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Literal _, Scalar.Read _, Scalar.Position _ -> Costs.FREE;
      case Scalar.Unary(UnaryOp op, Scalar operand) ->
          of(operand).plus(Costs.of(op, operand.type()));
      case Scalar.Cast(var type, Scalar operand) -> of(operand);
      // A square looks at its root once: see SplitComplex.
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
          when left.type().isComplex() && left.equals(right) ->
          of(left).plus(Costs.of(op, left.type()));
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          of(left).plus(of(right)).plus(Costs.of(op, left.type()));
      case Scalar.MultiplyAdd fused -> of(fused.rounded());
      case Scalar.Dot dot -> of(dot.sums());
      case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
        ScalarCost first = of(then);
        ScalarCost second = of(otherwise);
        ScalarCost sides =
            first.equals(second)
                ? first
                : new ScalarCost(0, 0, List.of(new Choice(condition, first, second)));
        yield of(condition).plus(sides);
      }
    };
  }

  /// The cost of a store. Where it combines a value with the element that it overwrites, that is a
  /// combination ⊕, and counts as an addition whatever the operation is, but for a product.
  static ScalarCost of(Stmt.Store store) {
    boolean isCombination =
        store.value() instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
            && Costs.of(op, left.type()).isFree()
            && !op.isComparison()
            && op != BinaryOp.MODULO
            && op != BinaryOp.POWER
            && left instanceof Scalar.Read read
            && read.tensor().equals(store.buffer())
            && read.indices().equals(store.indices());
    ScalarCost value = of(store.value());
    return isCombination ? value.plus(new ScalarCost(0, 1, List.of())) : value;
  }
}
