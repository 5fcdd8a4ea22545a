package org.einkorn.passes.schedule;

import java.util.ArrayList;
import java.util.List;
import org.einkorn.ir.expr.Walk;
import org.einkorn.ir.integer.Assumptions;
import org.einkorn.ir.loop.Module;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.ir.tensor.Guard;
import org.einkorn.passes.Pass;

/// Tests conditions that are the same in all rounds of a loop once, around the loop (loop
/// unswitching).
///
/// ```text
/// for vectorized j < 16 { for unrolled r < 8 { if 0 <= j < n { s } } }
/// → for vectorized j < 16 { if 0 <= j < n { for unrolled r < 8 { s } } }
/// ```
///
/// So lanes that are left out are found once for all rows of a tile, and what all rows read is
/// loaded once. A loop that threads share stays where it is.
public final class HoistGuards {
  /// `for v { if g { s } } → if g { for v { s } }` where `g` does not mention `v`, in functions
  /// that have a schedule.
  public static final Pass<Module> PASS =
      new Pass<>(
          "hoist-guards",
          "tests conditions around the loops that do not change them, in scheduled functions",
          (module, context) -> ScheduledFunctions.map(module, context, HoistGuards::hoisted));

  private HoistGuards() {}

  private static Stmt hoisted(Stmt statement) {
    Stmt current = statement.mapChildren(HoistGuards::hoisted);
    return switch (current) {
      case Stmt.For loop when mayStandInside(loop) && loop.body() instanceof Stmt.If inside ->
          hoisted(loop, inside);
      case Stmt.If(List<Guard> guards, Stmt.If(List<Guard> more, Stmt body)) -> {
        List<Guard> all = new ArrayList<>(guards);
        more.stream().filter(each -> !guards.contains(each)).forEach(all::add);
        yield new Stmt.If(all, body);
      }
      case Stmt _ -> current;
    };
  }

  private static boolean mayStandInside(Stmt.For loop) {
    return loop.kind() instanceof Stmt.LoopOrder order && order != Stmt.LoopOrder.PARALLEL;
  }

  private static Stmt hoisted(Stmt.For loop, Stmt.If inside) {
    List<Guard> outside = new ArrayList<>();
    List<Guard> left = new ArrayList<>();
    for (Guard guard : inside.guards()) {
      // Where the loop has no round, what divides may be 0 that is not in its rounds.
      boolean changes =
          !Scopes.canEvaluate(guard.index(), Assumptions.NONE)
              || !Scopes.canEvaluate(guard.extent(), Assumptions.NONE)
              || Walk.variables(guard.index()).contains(loop.variable())
              || Walk.variables(guard.extent()).contains(loop.variable());
      (changes ? left : outside).add(guard);
    }
    if (outside.isEmpty()) {
      return loop;
    }
    Stmt body = left.isEmpty() ? inside.body() : new Stmt.If(left, inside.body());
    return new Stmt.If(outside, loop.with(body));
  }
}
