package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.frontend.check.Linear;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.Projection;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.runtime.DType;

/// Splits the body of a projection into the operands of its join: `A B` under a sum, `D + W` under
/// a minimum, which makes the pair a semiring that later passes know.
final class Joins {
  /// A join of more operands becomes a value like any other, which [Lengths] keeps short.
  private static final int MAX_OPERANDS = 100;

  private Joins() {}

  /// @param join the operation between the operands
  record Joined(BinaryOp join, List<Scalar> operands) {
    Joined {
      operands = List.copyOf(operands);
    }
  }

  static Joined single(Scalar value) {
    return new Joined(
        value.type() == DType.BOOL ? BinaryOp.AND : BinaryOp.MULTIPLY, List.of(value));
  }

  /// The projection for a value type: the greatest of Booleans is `any`.
  static Projection kind(Projection kind, DType type) {
    if (type != DType.BOOL) {
      return kind;
    }
    return switch (kind) {
      case SUM, MAX, ANY -> Projection.ANY;
      case PRODUCT, MIN, ALL -> Projection.ALL;
      case XOR -> Projection.XOR;
      case LOG_SUM_EXP -> throw new IllegalArgumentException("`lse` of Booleans");
    };
  }

  static Joined of(Emitter emitter, Node body, Projection kind, DType type, Emitter.Points points) {
    List<Node> parts = new ArrayList<>();
    BinaryOp join = type == DType.BOOL ? BinaryOp.AND : BinaryOp.MULTIPLY;
    boolean isTropical =
        switch (kind) {
          case MAX, MIN, LOG_SUM_EXP -> true;
          case SUM, PRODUCT, ANY, ALL, XOR -> false;
        };
    if (isTropical && body instanceof Node.Sum sum) {
      join = BinaryOp.ADD;
      parts.addAll(sum.terms());
    } else if (kind == Projection.MAX
        && body instanceof Node.Binary binary
        && binary.op() == BinaryOp.MINIMUM) {
      join = BinaryOp.MINIMUM;
      parts.add(binary.left());
      parts.add(binary.right());
    } else if (type == DType.BOOL
        && body instanceof Node.Logic logic
        && logic.op() == BinaryOp.AND) {
      parts.addAll(logic.operands());
    } else if (body instanceof Node.Product
        && (type != DType.BOOL || emitter.types.of(body).type() == DType.BOOL)) {
      flatten(body, parts);
    } else {
      parts.add(body);
    }
    if (parts.size() > MAX_OPERANDS) {
      return single(emitter.scalar(body, type, points));
    }
    List<Scalar> operands = parts.stream().map(part -> emitter.scalar(part, type, points)).toList();
    return new Joined(join, operands);
  }

  private static void flatten(Node node, List<Node> parts) {
    if (node instanceof Node.Product product) {
      product.factors().forEach(factor -> flatten(factor, parts));
    } else {
      parts.add(node);
    }
  }

  /// Whether the variables surely have at least one point.
  static boolean isSurelyPositive(Emitter emitter, List<String> variables) {
    return variables.stream()
        .allMatch(name -> Linear.of(emitter.extent(name).plus(-1)).isNonNegative());
  }

  /// Whether there is a point, as a Boolean.
  static Scalar isPositive(Emitter emitter, List<String> variables) {
    IndexExpr product = IndexExpr.Constant.ONE;
    for (String name : variables) {
      product = product.times(emitter.extent(name));
    }
    return new Scalar.Binary(
        BinaryOp.LESS,
        Scalar.Literal.of(DType.I64, 0),
        new Scalar.Position(Linear.normalize(product)));
  }
}
