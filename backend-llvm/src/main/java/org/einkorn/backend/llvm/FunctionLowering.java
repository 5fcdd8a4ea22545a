package org.einkorn.backend.llvm;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.Comparison;
import org.einkorn.backend.llvm.binding.LoopHint;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;

/// Writes the statements of one function.
final class FunctionLowering {
  private final Code code;
  private final Builder builder;
  private final ExpressionLowering expressions;

  FunctionLowering(Code code, ExpressionLowering expressions) {
    this.code = code;
    this.builder = code.builder;
    this.expressions = expressions;
  }

  /// Writes a whole function: all of it, or the iterations `begin … end − 1` of its parallel loop.
  void body(Stmt body, Scope scope, Value begin, Value end) {
    if (body instanceof Stmt.For loop && loop.kind() == Stmt.LoopKind.PARALLEL) {
      loop(loop, begin, end, scope);
    } else {
      execute(body, scope);
    }
  }

  private void execute(Stmt statement, Scope scope) {
    switch (statement) {
      case Stmt.For loop -> loop(loop, code.i64(0), expressions.index(loop.extent(), scope), scope);
      case Stmt.Block block -> block(block, scope.inner());
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(each -> execute(each, scope));
      case Stmt.Allocate(Buffer buffer, Stmt body) -> {
        Scope inner = scope.inner();
        inner.bind(buffer.name(), register(buffer));
        execute(body, inner);
      }
      case Stmt.If(List<Guard> guards, Stmt body) ->
          guarded(guards, scope, () -> execute(body, scope));
      case Stmt.When(var condition, Stmt body) -> {
        BasicBlock holds = code.block("when");
        BasicBlock after = code.block("when.end");
        builder.branch(expressions.scalar(condition, scope), holds, after);
        code.begin(holds);
        execute(body, scope);
        builder.jump(after);
        code.begin(after);
      }
      case Stmt.While(var condition, Stmt body) -> {
        BasicBlock head = code.block("while");
        BasicBlock holds = code.block("while.body");
        BasicBlock after = code.block("while.end");
        builder.jump(head);
        code.begin(head);
        builder.branch(expressions.scalar(condition, scope), holds, after);
        code.begin(holds);
        execute(body, scope);
        builder.jump(head);
        code.begin(after);
      }
      case Stmt.Store(String buffer, List<IndexExpr> indices, var value) -> {
        Scope.Place place = scope.place(buffer);
        if (place.type() != value.type()) {
          throw new IllegalStateException(
              "a store of " + value.type() + " into `" + buffer + "`, which is " + place.type());
        }
        Value number = expressions.number(place, indices, scope);
        code.store(place.type(), place.address(), number, expressions.scalar(value, scope));
      }
    }
  }

  private void loop(Stmt.For loop, Value begin, Value end, Scope scope) {
    BasicBlock body = code.block(loop.variable() + ".loop");
    BasicBlock exit = code.block(loop.variable() + ".end");
    BasicBlock before = builder.block();
    builder.branch(builder.compare(Comparison.LESS, begin, end), body, exit);
    code.begin(body);
    Value variable = builder.phi(code.i64, loop.variable());
    builder.incoming(variable, begin, before);
    Scope inner = scope.inner();
    inner.bind(loop.variable(), variable);
    execute(loop.body(), inner);
    Value next = builder.addIndex(variable, code.i64(1));
    builder.incoming(variable, next, builder.block());
    builder.branchLoop(builder.compare(Comparison.LESS, next, end), body, exit, hints(loop));
    code.begin(exit);
  }

  /// A vectorized loop gets no hint: told to vectorize, LLVM would also reorder sums of floats. It
  /// vectorizes by itself what is independent.
  private static List<LoopHint> hints(Stmt.For loop) {
    List<LoopHint> hints = new ArrayList<>();
    hints.add(LoopHint.MUST_PROGRESS);
    if (loop.kind() == Stmt.LoopKind.UNROLLED && loop.extent() instanceof IndexExpr.Constant) {
      hints.add(LoopHint.UNROLL_FULLY);
    }
    return hints;
  }

  private void block(Stmt.Block block, Scope scope) {
    // Bindings see what is outside the block, not one another.
    List<Value> bindings =
        block.iters().stream().map(iter -> expressions.index(iter.binding(), scope)).toList();
    List<Value> reduced = new ArrayList<>();
    for (int number = 0; number < bindings.size(); number++) {
      Stmt.BlockIter iter = block.iters().get(number);
      scope.bind(iter.variable(), bindings.get(number));
      if (iter.kind() == Stmt.IterKind.REDUCE) {
        reduced.add(bindings.get(number));
      }
    }
    guarded(
        block.guards(),
        scope,
        () -> {
          block.init().ifPresent(init -> atStart(reduced, () -> execute(init, scope)));
          execute(block.body(), scope);
        });
  }

  /// Writes what happens where all of some iterators are 0.
  private void atStart(List<Value> iterators, Runnable body) {
    if (iterators.isEmpty()) {
      body.run();
      return;
    }
    Value isStart =
        iterators.stream()
            .map(iterator -> builder.compare(Comparison.EQUAL, iterator, code.i64(0)))
            .reduce(builder::and)
            .orElseThrow();
    BasicBlock start = code.block("init");
    BasicBlock after = code.block("reduce");
    builder.branch(isStart, start, after);
    code.begin(start);
    body.run();
    builder.jump(after);
    code.begin(after);
  }

  /// Writes what happens where every guard holds; a guard is looked at only if those before it
  /// hold.
  private void guarded(List<Guard> guards, Scope scope, Runnable body) {
    if (guards.isEmpty()) {
      body.run();
      return;
    }
    BasicBlock after = code.block("guarded.end");
    for (Guard guard : guards) {
      Value index = expressions.index(guard.index(), scope);
      BasicBlock isNatural = code.block("natural");
      builder.branch(
          builder.compare(Comparison.GREATER_EQUAL, index, code.i64(0)), isNatural, after);
      code.begin(isNatural);
      BasicBlock holds = code.block("guarded");
      Value extent = expressions.index(guard.extent(), scope);
      builder.branch(builder.compare(Comparison.LESS, index, extent), holds, after);
      code.begin(holds);
    }
    body.run();
    builder.jump(after);
    code.begin(after);
  }

  private Scope.Place register(Buffer buffer) {
    if (buffer.scope() != Buffer.Scope.REGISTER) {
      throw Refusals.localArray(buffer);
    }
    Value address = code.stack(code.memory(buffer.type().dtype()), buffer.name());
    return new Scope.Place(address, buffer.type().dtype(), List.of());
  }
}
