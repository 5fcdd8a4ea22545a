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
  private static final ScalarCost FREE = new ScalarCost(0, 0, List.of());

  ScalarCost {
    choices = List.copyOf(choices);
  }

  /// One side of a `select` or the other; their costs differ.
  record Choice(Scalar condition, ScalarCost then, ScalarCost otherwise) {}

  boolean isFree() {
    return equals(FREE);
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
      case Scalar.Literal _, Scalar.Read _, Scalar.Position _ -> FREE;
      case Scalar.Unary(UnaryOp op, Scalar operand) ->
          operand.type().isComplex()
              ? of(operand).plus(ComplexCost.of(op, operand.type()))
              : of(operand);
      case Scalar.Cast(var type, Scalar operand) -> of(operand);
      // A square looks at its root once: see SplitComplex.
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
          when left.type().isComplex() && left.equals(right) ->
          of(left).plus(ComplexCost.of(op));
      case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) ->
          of(left).plus(of(right)).plus(left.type().isComplex() ? ComplexCost.of(op) : of(op));
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

  private static ScalarCost of(BinaryOp op) {
    return switch (op) {
      case MULTIPLY, DIVIDE -> new ScalarCost(1, 0, List.of());
      case ADD, SUBTRACT -> new ScalarCost(0, 1, List.of());
      case MODULO,
          POWER,
          MINIMUM,
          MAXIMUM,
          LOG_ADD_EXP,
          COMPLEX,
          FOLLOW,
          SLOPE,
          AND,
          OR,
          XOR,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL ->
          FREE;
    };
  }

  /// The cost of a store. Where it combines a value with the element that it overwrites, that is a
  /// combination ⊕, and counts as an addition whatever the operation is, but for a product.
  static ScalarCost of(Stmt.Store store) {
    boolean isCombination =
        store.value() instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
            && of(op).isFree()
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
