package org.einkorn.passes.cost;

import java.util.List;
import java.util.Map;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.runtime.DType;

/// What one operation takes. Products and quotients count as multiplications, sums and differences
/// as additions, and nothing else counts; operations on complex numbers count as what they are of
/// their parts.
final class Costs {
  static final ScalarCost FREE = cost(0, 0);

  private static final Map<BinaryOp, ScalarCost> REAL =
      Map.of(
          BinaryOp.ADD, cost(0, 1),
          BinaryOp.SUBTRACT, cost(0, 1),
          BinaryOp.MULTIPLY, cost(1, 0),
          BinaryOp.DIVIDE, cost(1, 0));

  /// A product is `(ac − bd) + (ad + bc)i`; a quotient takes Smith's method.
  private static final Map<BinaryOp, ScalarCost> COMPLEX =
      Map.of(
          BinaryOp.ADD, cost(0, 2),
          BinaryOp.SUBTRACT, cost(0, 2),
          BinaryOp.MULTIPLY, cost(4, 2),
          BinaryOp.DIVIDE, cost(6, 3));

  private Costs() {}

  private static ScalarCost cost(long multiplies, long adds) {
    return new ScalarCost(multiplies, adds, List.of());
  }

  /// @param type that of the operands
  static ScalarCost of(BinaryOp op, DType type) {
    return (type.isComplex() ? COMPLEX : REAL).getOrDefault(op, FREE);
  }

  /// @param type that of the operand
  static ScalarCost of(UnaryOp op, DType type) {
    if (type.isComplex() && op == UnaryOp.ABS) {
      return cost(type == DType.C64 ? 2 : 3, 1);
    }
    return type.isComplex() && op == UnaryOp.EXP ? cost(2, 0) : FREE;
  }
}
