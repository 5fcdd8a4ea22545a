package org.einkorn.backend.llvm;

import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Scalar;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.runtime.DType;

/// Decides which unrolled loops are written out, each round with its number as a constant, so that
/// local arrays become registers.
///
/// A schedule makes no more than some thousands of statements. Text can ask for any number; where
/// the code would be too large, a loop stays a loop: LLVM, told to unroll one of that size, takes
/// minutes or fails.
final class Unrolling {
  /// As many parts of expressions as what is written out may have.
  private static final long MOST_PARTS = 1 << 15;

  /// As many parts as a check for overflow counts for.
  private static final long CHECK = 64;

  /// As many parts as a loop counts for that is copied as a loop: LLVM analyzes the loops of a
  /// function together, in time that grows with the square of their number.
  private static final long LOOP = 128;

  private Unrolling() {}

  static boolean isWrittenOut(Stmt.For loop) {
    return loop.kind() == Stmt.LoopOrder.UNROLLED
        && loop.extent() instanceof IndexExpr.Constant
        && parts(loop) <= MOST_PARTS;
  }

  /// The parts of the expressions of a statement, those of unrolled and vectorized loops as often
  /// as they may be written.
  static long parts(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> {
        long inside = sum(1, parts(loop.body()));
        long extent =
            loop.extent() instanceof IndexExpr.Constant(long number) ? number : Long.MAX_VALUE;
        yield switch (loop.kind()) {
          case Stmt.LoopOrder.SERIAL, Stmt.LoopOrder.PARALLEL -> sum(inside, LOOP);
          case GridAxis _ -> sum(inside, LOOP);
          case Stmt.LoopOrder.UNROLLED ->
              extent == Long.MAX_VALUE ? inside : product(inside, extent);
          case Stmt.LoopOrder.VECTORIZED -> product(inside, Math.min(extent, LaneLoop.MOST_PIECES));
        };
      }
      case Stmt.Block block -> {
        long[] parts = {1};
        Walk walk = counter(parts);
        block.iters().forEach(iter -> walk.visit(iter.binding()));
        visit(block.guards(), walk);
        long init = block.init().map(Unrolling::parts).orElse(0L);
        yield sum(sum(parts[0], init), parts(block.body()));
      }
      case Stmt.Sequence(List<Stmt> statements) -> {
        long parts = 1;
        for (Stmt each : statements) {
          parts = sum(parts, parts(each));
        }
        yield parts;
      }
      case Stmt.Allocate(var buffer, Stmt body) -> sum(1, parts(body));
      case Stmt.If(List<Guard> guards, Stmt body) -> {
        long[] parts = {1};
        visit(guards, counter(parts));
        yield sum(parts[0], parts(body));
      }
      case Stmt.When(Scalar condition, Stmt body) -> sum(parts(condition), parts(body));
      case Stmt.While(Scalar condition, Stmt body) -> sum(parts(condition), parts(body));
      case Stmt.Store(var buffer, List<IndexExpr> indices, Scalar value) -> {
        long[] parts = {1};
        Walk walk = counter(parts);
        indices.forEach(walk::visit);
        walk.visit(value);
        yield parts[0];
      }
    };
  }

  private static long parts(Scalar scalar) {
    long[] parts = {1};
    counter(parts).visit(scalar);
    return parts[0];
  }

  private static void visit(List<Guard> guards, Walk walk) {
    for (Guard guard : guards) {
      walk.visit(guard.index());
      walk.visit(guard.extent());
    }
  }

  private static Walk counter(long[] parts) {
    return Walk.of(scalar -> parts[0] += weight(scalar), index -> parts[0]++);
  }

  /// LLVM takes time that grows with the square of the number of checks for overflow in a row.
  private static long weight(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Unary(var op, Scalar operand) -> operand.type().isInteger() ? CHECK : 1;
      case Scalar.Binary(var op, Scalar left, Scalar right) ->
          left.type().isInteger() && !op.isComparison() ? CHECK : 1;
      case Scalar.Cast(DType type, Scalar operand) ->
          type.isInteger() && operand.type() != DType.BOOL ? CHECK : 1;
      case Scalar.Dot _ -> Scalar.Dot.PRODUCTS * CHECK;
      case Scalar.Literal _,
          Scalar.Read _,
          Scalar.Position _,
          Scalar.MultiplyAdd _,
          Scalar.Select _ ->
          1;
    };
  }

  private static long sum(long left, long right) {
    long sum = left + right;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static long product(long parts, long rounds) {
    long least = Math.max(rounds, 1);
    return parts > Long.MAX_VALUE / least ? Long.MAX_VALUE : parts * least;
  }
}
