package org.einkorn.passes.schedule;

import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.LoopOrder;
import org.einkorn.ir.schedule.Step;
import org.einkorn.ir.text.ExprPrinter;

/// `for i < 4 { s } → for unrolled i < 4 { s }`
///
/// The rounds run in the same order. How many statements there will be is counted before anything
/// is written out, with all unrolled loops around and inside. A loop that stays one counts as
/// [#LOOP] statements: compilers analyze each against those around it.
final class UnrollLoop implements Primitive<Step.Unroll> {
  /// As many statements as unrolled loops may make.
  static final long MAX_STATEMENTS = 4096;

  /// What a copy of a loop weighs, in statements.
  static final long LOOP = 16;

  private static final String SPLIT = "split it, and unroll the inner loop";

  @Override
  public Module apply(Nest nest, Step.Unroll step) {
    Nest.Site<Stmt.For> site = nest.loop(step.loop());
    Stmt.For loop = site.statement();
    nest.requireSerial(loop);
    if (!(loop.extent() instanceof IndexExpr.Constant)) {
      throw nest.refuse(
          Reason.EXTENT_UNKNOWN,
          loop,
          "`" + ExprPrinter.print(loop.extent()) + "` rounds are no number that is known",
          SPLIT);
    }
    Stmt.For unrolled = loop.with(LoopOrder.UNROLLED);
    long statements = statements(unrolled);
    for (Stmt around : site.around()) {
      if (around instanceof Stmt.For outer && outer.kind() == LoopOrder.UNROLLED) {
        statements = times(statements, outer);
      }
    }
    if (statements > MAX_STATEMENTS) {
      String many = statements == Long.MAX_VALUE ? "2^63 or more" : Long.toString(statements);
      throw nest.refuse(
          Reason.TOO_LARGE,
          loop,
          "as much code as " + many + " statements, where " + MAX_STATEMENTS + " are enough",
          SPLIT);
    }
    return nest.replace(loop, unrolled);
  }

  private static long statements(Stmt statement) {
    long inside = 1;
    for (Stmt each : statement.children()) {
      inside = sum(inside, statements(each));
    }
    if (!(statement instanceof Stmt.For loop)) {
      return inside;
    }
    return switch (loop.kind()) {
      case LoopOrder.UNROLLED -> times(inside, loop);
      case LoopOrder.VECTORIZED -> inside;
      case LoopOrder.SERIAL, LoopOrder.PARALLEL -> sum(inside, LOOP - 1);
      case GridAxis _ -> sum(inside, LOOP - 1);
    };
  }

  private static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  private static long times(long statements, Stmt.For loop) {
    long rounds = loop.extent() instanceof IndexExpr.Constant(long value) ? Math.max(value, 1) : 1;
    long high = Math.multiplyHigh(statements, rounds);
    long low = statements * rounds;
    return high != 0 || low < 0 ? Long.MAX_VALUE : low;
  }
}
