package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.PassContext;

/// The functions that have a schedule, by it or by the model.
final class ScheduledFunctions {
  private ScheduledFunctions() {}

  /// A module whose scheduled functions have other bodies; the same one where none has.
  static Module map(Module module, PassContext context, UnaryOperator<Stmt> bodies) {
    boolean isSame = true;
    List<Function> functions = new ArrayList<>();
    for (Function function : module.functions()) {
      Stmt body =
          context.isScheduled(function.name()) ? bodies.apply(function.body()) : function.body();
      isSame &= body == function.body();
      functions.add(new Function(function.name(), body, function.origin()));
    }
    return isSame ? module : module.withFunctions(functions);
  }
}
