package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.IterKind;
import org.einkorn.ir.loop.Stmt.LoopKind;
import org.einkorn.passes.Pass;

/// Makes the outermost loop of a function parallel where it is spatial: every block below binds one
/// of its spatial iterators to exactly this loop, so that iterations write elements of their own.
public final class ParallelizeOuterLoops {
  /// `for serial i { … spatial … } → for parallel i { … }` at the root of a function.
  public static final Pass<Module> PASS =
      new Pass<>(
          "parallelize-outer-loops",
          "runs the outermost spatial loop of each function in parallel",
          ParallelizeOuterLoops::apply);

  private ParallelizeOuterLoops() {}

  private static Module apply(Module module) {
    List<Function> functions = new ArrayList<>();
    boolean changed = false;
    for (Function function : module.functions()) {
      Function result = apply(function);
      changed |= result != function;
      functions.add(result);
    }
    return changed
        ? new Module(module.name(), module.signature(), module.buffers(), functions)
        : module;
  }

  private static Function apply(Function function) {
    if (!(function.body()
        instanceof Stmt.For(LoopKind kind, String variable, IndexExpr extent, Stmt body))) {
      return function;
    }
    Set<String> locals = new HashSet<>();
    if (kind != LoopKind.SERIAL || !isSpatial(variable, body, locals)) {
      return function;
    }
    return new Function(
        function.name(),
        new Stmt.For(LoopKind.PARALLEL, variable, extent, body),
        function.origin());
  }

  /// Whether every block below writes shared memory only at elements of this iteration.
  private static boolean isSpatial(String loop, Stmt statement, Set<String> locals) {
    return switch (statement) {
      case Stmt.For(var kind, var variable, var extent, Stmt body) -> isSpatial(loop, body, locals);
      case Stmt.Sequence(List<Stmt> statements) ->
          statements.stream().allMatch(inner -> isSpatial(loop, inner, locals));
      case Stmt.Allocate(var buffer, Stmt body) -> {
        locals.add(buffer.name());
        yield isSpatial(loop, body, locals);
      }
      case Stmt.If(var guards, Stmt body) -> isSpatial(loop, body, locals);
      case Stmt.Store store -> locals.contains(store.buffer());
      case Stmt.Block block -> writesOwnElements(loop, block, locals);
    };
  }

  private static boolean writesOwnElements(String loop, Stmt.Block block, Set<String> locals) {
    for (Stmt.BlockIter iter : block.iters()) {
      if (iter.kind() == IterKind.SPATIAL && iter.binding().equals(IndexExpr.variable(loop))) {
        IndexExpr own = IndexExpr.variable(iter.variable());
        return block.writes().stream()
            .allMatch(
                write ->
                    locals.contains(write.buffer())
                        || write.ranges().contains(new Stmt.Range(own, IndexExpr.Constant.ONE)));
      }
    }
    return block.writes().stream().allMatch(write -> locals.contains(write.buffer()));
  }
}
