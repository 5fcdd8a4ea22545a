package org.einkorn.backend.llvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.einkorn.backend.llvm.binding.BasicBlock;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.LoopHint;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Usage;
import org.einkorn.ir.tensor.Guard;

/// Writes the statements of one function.
final class FunctionLowering {
  private final Code code;
  private final Builder builder;
  private final ExpressionLowering expressions;
  private final Control control;
  private final Prefetching prefetching;
  private Shape shape = Shape.STRAIGHT;

  /// What was written so far.
  private enum Shape {
    /// No loop.
    STRAIGHT,
    /// Loops of vectors, or around such.
    VECTORS,
    /// Another loop, of which LLVM may make one of vectors.
    LOOPS;

    Shape and(Shape other) {
      return compareTo(other) < 0 ? other : this;
    }
  }

  FunctionLowering(Code code, ExpressionLowering expressions) {
    this.code = code;
    this.builder = code.builder;
    this.expressions = expressions;
    this.control = new Control(code, expressions);
    this.prefetching = new Prefetching(code, expressions, control);
  }

  /// Writes a whole function: all of it, or the iterations `begin … end − 1` of its parallel loop.
  void body(Stmt body, Scope scope, Value begin, Value end) {
    if (body instanceof Stmt.For loop && loop.kind() == Stmt.LoopOrder.PARALLEL) {
      loop(loop, begin, end, scope);
    } else {
      execute(body, scope);
    }
  }

  /// Whether the loops of what was written are vector code.
  boolean isVectorCode() {
    return shape == Shape.VECTORS;
  }

  private void execute(Stmt statement, Scope scope) {
    switch (statement) {
      case Stmt.For loop -> loop(loop, scope);
      case Stmt.Block block -> block(block, scope.inner());
      case Stmt.Sequence(List<Stmt> statements) -> statements.forEach(each -> execute(each, scope));
      case Stmt.Allocate allocation -> allocate(allocation, scope.inner());
      case Stmt.If(List<Guard> guards, Stmt body) ->
          control.guarded(guards, scope, () -> execute(body, scope));
      case Stmt.When(var condition, Stmt body) -> {
        Value holds = expressions.scalar(condition, scope);
        control.when(holds, () -> execute(body, scope));
      }
      case Stmt.While(var condition, Stmt body) -> {
        shape = Shape.LOOPS;
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
    Shape before = shape;
    shape = Shape.STRAIGHT;
    control.loop(
        loop.variable(),
        begin,
        end,
        List.of(LoopHint.MUST_PROGRESS),
        round -> round(loop, round, scope.inner()));
    shape = before.and(shape == Shape.STRAIGHT ? Shape.LOOPS : shape);
  }

  private void round(Stmt.For loop, Value round, Scope scope) {
    scope.bind(loop.variable(), round, loop.extent());
    prefetching.ask(loop, scope);
    execute(loop.body(), scope);
  }

  private void loop(Stmt.For loop, Scope scope) {
    if (Unrolling.isWrittenOut(loop) && loop.extent() instanceof IndexExpr.Constant(long extent)) {
      for (long round = 0; round < extent; round++) {
        round(loop, code.i64(round), scope.inner());
      }
      return;
    }
    if (loop.kind() == Stmt.LoopOrder.VECTORIZED) {
      Optional<LaneCheck.Lanes> lanes = LaneCheck.of(loop);
      if (lanes.isPresent()) {
        Shape before = shape;
        new LaneLoop(code, expressions, control, loop, lanes.get())
            .write(scope, (round, inner) -> round(loop, round, inner));
        shape = before.and(Shape.VECTORS);
        return;
      }
    }
    loop(loop, code.i64(0), expressions.index(loop.extent(), scope), scope);
  }

  private void block(Stmt.Block block, Scope scope) {
    // Bindings see what is outside the block, not one another.
    List<Value> bindings =
        block.iters().stream().map(iter -> expressions.index(iter.binding(), scope)).toList();
    List<Value> reduced = new ArrayList<>();
    for (int number = 0; number < bindings.size(); number++) {
      Stmt.BlockIter iter = block.iters().get(number);
      scope.bind(iter.variable(), bindings.get(number), iter.extent());
      if (iter.kind() == Stmt.IterKind.REDUCE) {
        reduced.add(bindings.get(number));
      }
    }
    control.guarded(
        block.guards(),
        scope,
        () -> {
          block.init().ifPresent(init -> control.atStart(reduced, () -> execute(init, scope)));
          execute(block.body(), scope);
        });
  }

  private void allocate(Stmt.Allocate allocation, Scope scope) {
    Buffer buffer = allocation.buffer();
    Stmt body = allocation.body();
    if (buffer.type().rank() == 0) {
      Value register = code.stack(code.memory(buffer.type().dtype()), buffer.name());
      scope.bind(allocation, new Scope.Place(register, buffer, List.of()));
      execute(body, scope);
      return;
    }
    Code.Array array = code.beginArray(buffer, elements(buffer));
    if (storesSomeLanes(body, buffer.name(), false)) {
      code.undefine(array, buffer.type().dtype());
    }
    List<Value> extents =
        buffer.type().extents().stream().map(extent -> expressions.index(extent, scope)).toList();
    scope.bind(allocation, new Scope.Place(array.address(), buffer, extents));
    execute(body, scope);
    code.endArray(array);
  }

  /// Whether a loop of lanes stores to an array where a condition holds.
  private static boolean storesSomeLanes(Stmt statement, String array, boolean isInLanes) {
    return switch (statement) {
      case Stmt.For loop ->
          storesSomeLanes(
              loop.body(), array, isInLanes || loop.kind() == Stmt.LoopOrder.VECTORIZED);
      case Stmt.Block block -> storesSomeLanes(block.body(), array, isInLanes);
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.stream().anyMatch(each -> storesSomeLanes(each, array, isInLanes));
      case Stmt.Allocate(var buffer, Stmt body) -> storesSomeLanes(body, array, isInLanes);
      case Stmt.If(List<Guard> guards, Stmt body) ->
          isInLanes && Usage.of(body).writes(array) || storesSomeLanes(body, array, isInLanes);
      case Stmt.When(var condition, Stmt body) ->
          isInLanes && Usage.of(body).writes(array) || storesSomeLanes(body, array, isInLanes);
      case Stmt.While _, Stmt.Store _ -> false;
    };
  }

  private static long elements(Buffer buffer) {
    long elements = buffer.constantElements().orElse(Long.MAX_VALUE);
    if (elements > Buffer.MAX_LOCAL_BYTES / buffer.type().dtype().byteSize()) {
      throw Refusals.localArray(buffer);
    }
    return elements;
  }
}
