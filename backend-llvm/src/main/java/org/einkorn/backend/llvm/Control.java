package org.einkorn.backend.llvm;

import java.util.List;
import java.util.function.Consumer;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.LoopHint;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.tensor.Guard;

/// Writes loops and branches.
final class Control {
  private final Code code;
  private final Builder builder;
  private final ExpressionLowering expressions;

  Control(Code code, ExpressionLowering expressions) {
    this.code = code;
    this.builder = code.builder;
    this.expressions = expressions;
  }

  /// Writes `body` for `begin`, `begin + step`, … as long as that is at most `last`.
  void loop(
      String variable,
      Value begin,
      Value last,
      long step,
      List<LoopHint> hints,
      Consumer<Value> body) {
    loop(variable, begin, Comparison.LESS_EQUAL, last, step, hints, body);
  }

  /// Writes `body` for `begin … end − 1`.
  void loop(String variable, Value begin, Value end, List<LoopHint> hints, Consumer<Value> body) {
    loop(variable, begin, Comparison.LESS, end, 1, hints, body);
  }

  private void loop(
      String variable,
      Value begin,
      Comparison goesOn,
      Value bound,
      long step,
      List<LoopHint> hints,
      Consumer<Value> body) {
    BasicBlock inside = code.block(variable + ".loop");
    BasicBlock exit = code.block(variable + ".end");
    BasicBlock before = builder.block();
    builder.branch(builder.compare(goesOn, begin, bound), inside, exit);
    code.begin(inside);
    Value number = builder.phi(code.i64, variable);
    builder.incoming(number, begin, before);
    body.accept(number);
    Value next = builder.addIndex(number, code.i64(step));
    builder.incoming(number, next, builder.block());
    builder.branchLoop(builder.compare(goesOn, next, bound), inside, exit, hints);
    code.begin(exit);
  }

  /// Writes what happens where a condition holds.
  void when(Value condition, Runnable body) {
    BasicBlock holds = code.block("when");
    BasicBlock after = code.block("when.end");
    builder.branch(condition, holds, after);
    code.begin(holds);
    body.run();
    builder.jump(after);
    code.begin(after);
  }

  /// Writes what happens where a condition holds, and what happens elsewhere.
  void choose(Value condition, Runnable then, Runnable otherwise) {
    BasicBlock holds = code.block("then");
    BasicBlock fails = code.block("else");
    BasicBlock after = code.block("chosen");
    builder.branch(condition, holds, fails);
    code.begin(holds);
    then.run();
    builder.jump(after);
    code.begin(fails);
    otherwise.run();
    builder.jump(after);
    code.begin(after);
  }

  /// Writes what happens where all of some iterators are 0.
  void atStart(List<Value> iterators, Runnable body) {
    iterators.stream()
        .map(iterator -> builder.compare(Comparison.EQUAL, iterator, code.i64(0)))
        .reduce(builder::and)
        .ifPresentOrElse(isStart -> when(isStart, body), body);
  }

  /// Writes what happens where every guard holds; a guard is looked at only if those before it
  /// hold.
  void guarded(List<Guard> guards, Scope scope, Runnable body) {
    if (guards.isEmpty()) {
      body.run();
      return;
    }
    BasicBlock after = code.block("guarded.end");
    for (Guard guard : guards) {
      Value index = expressions.index(guard.index(), scope);
      Value isNatural = builder.compare(Comparison.GREATER_EQUAL, index, code.i64(0));
      if (Walk.fetches(guard.extent())) {
        BasicBlock natural = code.block("natural");
        builder.branch(isNatural, natural, after);
        code.begin(natural);
        isNatural = code.bool(true);
      }
      BasicBlock holds = code.block("guarded");
      Value extent = expressions.index(guard.extent(), scope);
      Value isBelow = builder.compare(Comparison.LESS, index, extent);
      builder.branch(builder.and(isNatural, isBelow), holds, after);
      code.begin(holds);
    }
    body.run();
    builder.jump(after);
    code.begin(after);
  }
}
