package org.einkorn.backend.llvm;

import java.util.List;
import java.util.function.Consumer;
import org.einkorn.backend.llvm.binding.Builder;
import org.einkorn.backend.llvm.binding.LoopHint;
import org.einkorn.backend.llvm.binding.Value;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Annotation;
import org.einkorn.ir.loop.NestedRead;
import org.einkorn.ir.loop.Stmt;

/// Asks for memory that a later round of a loop reads.
///
/// The positions of a read are worked out as the round works them out, with the variable of the
/// loop that much later, in loops of their own. Along a loop in which they lie side by side, one in
/// each line is asked for. Conditions around the read are not looked at: a line too many harms
/// nobody, and asking can't fail. But the round may be past the end, so nothing is promised of
/// addresses, nor of numbers on the way to them: sums and products wrap.
final class Prefetching {
  private static final int LINE_BYTES = 64;

  /// As many rounds as are written out; more are a loop.
  private static final long MOST_WRITTEN = 16;

  private final Code code;
  private final Builder builder;
  private final ExpressionLowering positions;
  private final Control control;

  Prefetching(Code code, ExpressionLowering expressions, Control control) {
    this.code = code;
    this.builder = code.builder;
    this.positions = expressions.wrapping();
    this.control = control;
  }

  /// Asks for what a round of a loop is annotated with.
  ///
  /// @param scope in which the variable of the loop has its value
  void ask(Stmt.For loop, Scope scope) {
    for (Annotation annotation : loop.annotations()) {
      switch (annotation) {
        case Annotation.Prefetch(String buffer, int distance) -> {
          Scope later = later(loop, distance, scope);
          for (NestedRead read : NestedRead.of(loop.body(), buffer)) {
            walk(read, buffer, read.path(), later);
          }
        }
        // Stands in loops over the threads of a grid, which no backend for CPUs takes.
        case Annotation.Mma _ -> {}
      }
    }
  }

  /// The same inside of a loop whose rounds are lanes, for some of them.
  ///
  /// @param scope in which the variable of that loop is the first of them
  /// @param names inside of the loop
  void askInLanes(Stmt.For loop, Scope scope, LaneNames names, int count) {
    for (Annotation annotation : loop.annotations()) {
      switch (annotation) {
        case Annotation.Prefetch(String buffer, int distance) -> {
          Scope later = later(loop, distance, scope);
          for (NestedRead read : NestedRead.of(loop.body(), buffer)) {
            int step =
                switch (change(read, names, read.path())) {
                  case NONE -> count;
                  case STEP -> perLine(buffer, scope);
                  case OTHER -> 1;
                };
            for (int lane = 0; lane < count; lane += step) {
              Scope each = later.inner();
              each.bind(names.lane(), builder.add(scope.number(names.lane()), code.i64(lane)));
              walk(read, buffer, read.path(), each);
            }
          }
        }
        // Stands in loops over the threads of a grid, which no backend for CPUs takes.
        case Annotation.Mma _ -> {}
      }
    }
  }

  private Scope later(Stmt.For loop, int distance, Scope scope) {
    Scope later = scope.inner();
    later.bind(loop.variable(), builder.add(scope.number(loop.variable()), code.i64(distance)));
    return later;
  }

  private static int perLine(String buffer, Scope scope) {
    return Math.max(1, LINE_BYTES / scope.place(buffer).type().byteSize());
  }

  private static LaneNames.Change change(NestedRead read, LaneNames names, List<Stmt> path) {
    LaneNames inside = names;
    for (Stmt each : path) {
      inside =
          switch (each) {
            case Stmt.For loop -> inside.insideLoop(loop);
            case Stmt.Block block -> inside.with(block.iters());
            case Stmt.Sequence _,
                Stmt.Allocate _,
                Stmt.If _,
                Stmt.When _,
                Stmt.While _,
                Stmt.Store _ ->
                inside;
          };
    }
    return inside.change(read.indices());
  }

  /// Goes through what the position depends on.
  private void walk(NestedRead read, String buffer, List<Stmt> path, Scope scope) {
    if (path.isEmpty()) {
      Scope.Place place = scope.place(buffer);
      Value number = positions.number(place, read.indices(), scope);
      code.prefetch(place.type(), place.address(), number);
      return;
    }
    List<Stmt> inner = path.subList(1, path.size());
    switch (path.getFirst()) {
      case Stmt.Block block -> walk(read, buffer, inner, bound(block, scope));
      case Stmt.For loop -> {
        boolean isAlong = change(read, LaneNames.of(loop), inner) == LaneNames.Change.STEP;
        long step = isAlong ? perLine(buffer, scope) : 1;
        rounds(
            loop,
            step,
            scope,
            number -> {
              Scope round = scope.inner();
              round.bind(loop.variable(), number);
              walk(read, buffer, inner, round);
            });
      }
      case Stmt.Sequence _, Stmt.Allocate _, Stmt.If _, Stmt.When _, Stmt.While _, Stmt.Store _ ->
          throw new IllegalStateException("a path of loops and blocks");
    }
  }

  private Scope bound(Stmt.Block block, Scope outside) {
    Scope inside = outside.inner();
    for (Stmt.BlockIter iter : block.iters()) {
      inside.bind(iter.variable(), positions.index(iter.binding(), outside));
    }
    return inside;
  }

  private void rounds(Stmt.For loop, long step, Scope scope, Consumer<Value> each) {
    if (loop.extent() instanceof IndexExpr.Constant(long extent) && extent <= MOST_WRITTEN * step) {
      for (long number = 0; number < extent; number += step) {
        each.accept(code.i64(number));
      }
      return;
    }
    Value last = builder.subtract(positions.index(loop.extent(), scope), code.i64(1));
    control.loop(
        loop.variable(),
        code.i64(0),
        last,
        step,
        List.of(LoopHint.MUST_PROGRESS, LoopHint.NOT_VECTORIZED),
        each);
  }
}
