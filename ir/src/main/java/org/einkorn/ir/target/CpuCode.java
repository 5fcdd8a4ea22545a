package org.einkorn.ir.target;

import org.einkorn.ir.loop.Buffer;
import org.einkorn.ir.loop.Function;
import org.einkorn.ir.loop.GridAxis;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;

/// What a backend for CPUs asks of a module.
public final class CpuCode {
  private CpuCode() {}

  /// Refuses loops that are bound to the blocks or threads of a grid, and memory that such threads
  /// share.
  ///
  /// @param backend its name, as a user chooses it by
  /// @throws RefusedException E0710 where there is such a loop or such memory
  public static void requireNoGrid(Module module, String backend) {
    for (Function function : module.functions()) {
      requireNoGrid(function.body(), function, backend);
    }
  }

  private static void requireNoGrid(Stmt statement, Function function, String backend) {
    if (statement instanceof Stmt.For loop && loop.kind() instanceof GridAxis axis) {
      throw refusal(
          backend,
          "loop `%s` of `%s` is bound to `%s`"
              .formatted(loop.variable(), function.name(), axis.text()));
    }
    if (statement instanceof Stmt.Allocate(Buffer buffer, Stmt _)
        && buffer.scope() == Buffer.Scope.SHARED) {
      throw refusal(
          backend,
          "`%s` of `%s` is memory that the threads of a grid share"
              .formatted(buffer.name(), function.name()));
    }
    statement.children().forEach(each -> requireNoGrid(each, function, backend));
  }

  private static RefusedException refusal(String backend, String what) {
    return new RefusedException(
        "E0710",
        "the backend `" + backend + "` makes code for a CPU, and " + what,
        "run it on the backend `interp`; for a CPU, let the schedule say `parallel` and `vectorize`"
            + " instead of `bind`, and `local` instead of `shared`");
  }
}
