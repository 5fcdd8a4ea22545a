package org.einkorn.frontend.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.einkorn.frontend.check.Linear;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.algebra.UnaryOp;
import org.einkorn.ir.expr.IndexExpr;

/// What a condition says of positions: linear expressions that are at least 0 where it holds.
final class Facts {
  private Facts() {}

  /// What holds where `condition` does.
  static List<Linear> of(Node condition) {
    List<Linear> facts = new ArrayList<>();
    switch (condition) {
      case Node.Logic logic when logic.op() == BinaryOp.AND ->
          logic.operands().forEach(operand -> facts.addAll(of(operand)));
      case Node.Binary binary -> {
        Optional<Linear> left = linear(binary.left());
        Optional<Linear> right = linear(binary.right());
        if (left.isPresent() && right.isPresent()) {
          Linear difference = right.get().plus(left.get(), -1);
          switch (binary.op()) {
            case LESS -> facts.add(difference.plus(Linear.of(1), -1));
            case LESS_EQUAL -> facts.add(difference);
            case EQUAL -> {
              facts.add(difference);
              facts.add(difference.times(-1));
            }
            default -> {}
          }
        }
      }
      default -> {}
    }
    return facts;
  }

  /// What holds where `condition` does not.
  static List<Linear> ofNot(Node condition) {
    return switch (condition) {
      case Node.Binary(BinaryOp op, Node low, Node high, var origin) ->
          switch (op) {
            case LESS -> of(new Node.Binary(BinaryOp.LESS_EQUAL, high, low, origin));
            case LESS_EQUAL -> of(new Node.Binary(BinaryOp.LESS, high, low, origin));
            default -> List.of();
          };
      case Node.Not not -> of(not.operand());
      case Node.Logic logic when logic.op() == BinaryOp.OR -> {
        List<Linear> all = new ArrayList<>();
        logic.operands().forEach(operand -> all.addAll(ofNot(operand)));
        yield all;
      }
      default -> List.of();
    };
  }

  private static Optional<Linear> linear(Node node) {
    return switch (node) {
      case Node.Whole(long value) -> Optional.of(Linear.of(value));
      case Node.Place(IndexExpr index) -> Optional.of(Linear.of(index));
      case Node.Convert convert when convert.type().isInteger() -> linear(convert.operand());
      case Node.Unary unary when unary.op() == UnaryOp.NEGATE ->
          linear(unary.operand()).map(operand -> operand.times(-1));
      case Node.Binary binary when binary.op() == BinaryOp.SUBTRACT ->
          linear(binary.left())
              .flatMap(left -> linear(binary.right()).map(right -> left.plus(right, -1)));
      case Node.Sum sum -> {
        Optional<Linear> total = Optional.of(Linear.of(0));
        for (Node term : sum.terms()) {
          Optional<Linear> next = linear(term);
          total = total.flatMap(left -> next.map(right -> left.plus(right, 1)));
        }
        yield total;
      }
      case Node.Product product -> {
        Optional<Linear> total = Optional.of(Linear.of(1));
        for (Node factor : product.factors()) {
          Optional<Linear> next = linear(factor);
          total =
              total.flatMap(
                  left ->
                      next.map(
                          right -> Linear.of(new IndexExpr.Product(left.expr(), right.expr()))));
        }
        yield total;
      }
      default -> Optional.empty();
    };
  }

  /// Whether facts keep a position below `extent`.
  static boolean endsInside(
      List<Linear> facts, IndexExpr position, IndexExpr extent, UnaryOperator<IndexExpr> resolve) {
    Linear room =
        Linear.of(resolve.apply(extent))
            .plus(Linear.of(resolve.apply(position)), -1)
            .plus(Linear.of(1), -1);
    return follows(facts, room, resolve);
  }

  /// Whether facts, or its shape, keep a position from being negative.
  static boolean startsInside(
      List<Linear> facts, IndexExpr position, UnaryOperator<IndexExpr> resolve) {
    Linear value = Linear.of(resolve.apply(position));
    return value.isNonNegative() || follows(facts, value, resolve);
  }

  private static boolean follows(
      List<Linear> facts, Linear wanted, UnaryOperator<IndexExpr> resolve) {
    return facts.stream()
        .anyMatch(fact -> wanted.plus(Linear.of(resolve.apply(fact.expr())), -1).isNonNegative());
  }
}
