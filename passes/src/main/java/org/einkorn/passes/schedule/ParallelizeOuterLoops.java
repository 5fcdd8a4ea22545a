package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.LoopOrder;
import org.einkorn.ir.schedule.LoopName;
import org.einkorn.ir.schedule.Step;
import org.einkorn.passes.Pass;
import org.einkorn.passes.PassContext;

/// Makes the outermost loop of a function parallel where its rounds have nothing to do with one
/// another: whatever they store, each stores and reads elements of its own. A loop with annotations
/// stays serial, as these ask.
public final class ParallelizeOuterLoops {
  /// `for serial i { … spatial … } → for parallel i { … }` at the root of a function.
  public static final Pass<Module> PASS =
      new Pass<>(
          "parallelize-outer-loops",
          "runs the outermost spatial loop of each function in parallel",
          ParallelizeOuterLoops::apply);

  private ParallelizeOuterLoops() {}

  private static Module apply(Module module, PassContext context) {
    Uses uses = new Uses();
    List<Function> functions = new ArrayList<>();
    boolean changed = false;
    for (Function function : module.functions()) {
      Function result =
          context.isScheduled(function.name()) ? function : apply(function, module, uses);
      changed |= result != function;
      functions.add(result);
    }
    return changed ? module.withFunctions(functions) : module;
  }

  private static Function apply(Function function, Module module, Uses uses) {
    if (!(function.body() instanceof Stmt.For loop)
        || loop.kind() != LoopOrder.SERIAL
        || !loop.annotations().isEmpty()) {
      return function;
    }
    if (IndependentRounds.of(loop.variable(), loop.body())) {
      return new Function(function.name(), loop.with(LoopOrder.PARALLEL), function.origin());
    }
    return storesBetween(loop) ? proved(function, loop, module, uses) : function;
  }

  /// Whether the loop is a digit of a position that is stored, as in `Y[h * n + l] = …`: only a
  /// proof says then that rounds store elements of their own.
  private static boolean storesBetween(Stmt.For loop) {
    boolean[] found = {false};
    Statements.forEach(
        loop.body(),
        each ->
            found[0] |=
                each instanceof Stmt.Block block
                    && block.body() instanceof Stmt.Store store
                    && store.indices().stream().anyMatch(index -> isDigit(loop, block, index)));
    return found[0];
  }

  private static boolean isDigit(Stmt.For loop, Stmt.Block block, IndexExpr index) {
    return !Walk.fetches(index)
        && !(index instanceof IndexExpr.Variable)
        && block.iters().stream()
            .filter(iter -> iter.kind() == Stmt.IterKind.SPATIAL)
            .filter(iter -> iter.binding().equals(IndexExpr.variable(loop.variable())))
            .anyMatch(iter -> Walk.variables(index).contains(iter.variable()));
  }

  private static Function proved(Function function, Stmt.For loop, Module module, Uses uses) {
    Schedule schedule = Schedule.ofVerified(module, function.name(), uses);
    return schedule.attempt(new Step.Parallel(LoopName.of(loop.variable())))
            instanceof Schedule.Attempt.Applied(Schedule parallel)
        ? parallel.function()
        : function;
  }
}
