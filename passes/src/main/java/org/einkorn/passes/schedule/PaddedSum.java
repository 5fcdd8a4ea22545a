package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.einkorn.ir.algebra.BinaryOp;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.runtime.DType;

/// `target[at] = target[at] + term`, where the term is a product of elements: what a block of
/// [PadEinsum] does.
///
/// @param operands where the term reads each tensor
record PaddedSum(
    String target, List<IndexExpr> at, Scalar term, Map<String, List<IndexExpr>> operands) {
  PaddedSum {
    at = List.copyOf(at);
    operands = Map.copyOf(operands);
  }

  static PaddedSum of(Stmt.Block block, Nest nest) {
    if (!(block.body() instanceof Stmt.Store(String target, List<IndexExpr> at, Scalar value))) {
      throw nest.refuse(Reason.NO_MATCH, block, "does more than one store");
    }
    Scalar before = new Scalar.Read(target, value.type(), at);
    Optional<Scalar> term =
        value instanceof Scalar.Binary(BinaryOp op, Scalar left, Scalar right)
                && op == BinaryOp.ADD
                && left.equals(before) != right.equals(before)
            ? Optional.of(left.equals(before) ? right : left)
            : Optional.empty();
    if (term.isEmpty()) {
      throw nest.refuse(
          Reason.NO_MATCH, block, "does not add something to what is at the same place");
    }
    Map<String, List<IndexExpr>> operands = new LinkedHashMap<>();
    collect(term.get(), operands, block, nest);
    if (operands.containsKey(target)) {
      throw nest.refuse(Reason.NO_MATCH, block, "adds up what it reads of `" + target + "`");
    }
    return new PaddedSum(target, at, term.get(), operands);
  }

  /// Elements, numbers, products and conversions that fail for no numbers.
  private static void collect(
      Scalar term, Map<String, List<IndexExpr>> operands, Stmt.Block block, Nest nest) {
    boolean isPlain =
        switch (term) {
          case Scalar.Read(String tensor, DType _, List<IndexExpr> indices) -> {
            List<IndexExpr> old = operands.putIfAbsent(tensor, indices);
            if (old != null && !old.equals(indices)) {
              throw nest.refuse(
                  Reason.NO_MATCH, block, "reads `" + tensor + "` at several positions");
            }
            yield indices.stream().noneMatch(Walk::fetches);
          }
          case Scalar.Literal _ -> true;
          case Scalar.Binary(BinaryOp op, Scalar left, Scalar right) -> {
            collect(left, operands, block, nest);
            collect(right, operands, block, nest);
            yield op == BinaryOp.MULTIPLY;
          }
          case Scalar.Cast(DType type, Scalar operand) -> {
            collect(operand, operands, block, nest);
            yield type.isFloat() || operand.type().isInteger() && operand.type().fitsIn(type);
          }
          case Scalar.MultiplyAdd _,
              Scalar.Dot _,
              Scalar.Unary _,
              Scalar.Select _,
              Scalar.Position _ ->
              false;
        };
    if (!isPlain) {
      throw nest.refuse(Reason.NO_MATCH, block, "does not add a product of elements");
    }
  }

  List<Scalar.Read> reads() {
    List<Scalar.Read> reads = new ArrayList<>();
    Walk.ofScalars(
            part -> {
              if (part instanceof Scalar.Read read) {
                reads.add(read);
              }
            })
        .visit(term);
    return reads;
  }

  /// Whether the term is +0 where all elements are that are read at a position over an iterator;
  /// the others may be any numbers, infinite or NaN.
  boolean isZero(String iterator) {
    return isZero(term, iterator);
  }

  private static boolean isZero(Scalar term, String iterator) {
    return switch (term) {
      case Scalar.Read read ->
          read.indices().stream().anyMatch(index -> Walk.variables(index).contains(iterator));
      case Scalar.Literal(DType _, long bits) -> bits == 0;
      case Scalar.Cast(DType _, Scalar operand) -> isZero(operand, iterator);
      case Scalar.Binary(BinaryOp _, Scalar left, Scalar right) -> {
        boolean isLeft = isZero(left, iterator);
        boolean isRight = isZero(right, iterator);
        yield term.type().isInteger() ? isLeft || isRight : isLeft && isRight;
      }
      case Scalar.MultiplyAdd _, Scalar.Dot _, Scalar.Unary _, Scalar.Select _, Scalar.Position _ ->
          false;
    };
  }

  /// Whether the sum is never −0, so that +0 may be added to it: it begins with +0, and a sum of
  /// two numbers is −0 only if both are. All other stores to it, anywhere, are of +0.
  boolean isNeverMinusZero(Stmt.Block block, Nest nest) {
    if (!term.type().isFloat()) {
      return true;
    }
    boolean[] isSafe = {true};
    for (Function function : nest.module().functions()) {
      Statements.forEach(
          function.body(),
          each -> {
            if (each instanceof Stmt.Store(String buffer, List<IndexExpr> _, Scalar value)
                && buffer.equals(target)
                && each != block.body()) {
              isSafe[0] &= value instanceof Scalar.Literal(DType _, long bits) && bits == 0;
            }
          });
    }
    return isSafe[0];
  }

  /// The axis at which the target is indexed by an iterator alone, if no other is indexed by it.
  Optional<Integer> axis(String iterator) {
    return axis(at, iterator);
  }

  static Optional<Integer> axis(List<IndexExpr> indices, String iterator) {
    Optional<Integer> found = Optional.empty();
    for (int axis = 0; axis < indices.size(); axis++) {
      if (Walk.variables(indices.get(axis)).contains(iterator)) {
        boolean isAlone = indices.get(axis).equals(IndexExpr.variable(iterator));
        if (!isAlone || found.isPresent()) {
          return Optional.empty();
        }
        found = Optional.of(axis);
      }
    }
    return found;
  }

  static boolean mentions(List<IndexExpr> indices, Set<String> iterators) {
    return indices.stream()
        .anyMatch(index -> Walk.variables(index).stream().anyMatch(iterators::contains));
  }
}
