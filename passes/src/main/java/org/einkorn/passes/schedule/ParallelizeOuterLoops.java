package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.loop.Stmt.LoopOrder;
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
    List<Function> functions = new ArrayList<>();
    boolean changed = false;
    for (Function function : module.functions()) {
      Function result = context.isScheduled(function.name()) ? function : apply(function);
      changed |= result != function;
      functions.add(result);
    }
    return changed ? module.withFunctions(functions) : module;
  }

  private static Function apply(Function function) {
    if (!(function.body() instanceof Stmt.For loop)
        || loop.kind() != LoopOrder.SERIAL
        || !loop.annotations().isEmpty()
        || !IndependentRounds.of(loop.variable(), loop.body())) {
      return function;
    }
    return new Function(function.name(), loop.with(LoopOrder.PARALLEL), function.origin());
  }
}
