package org.einkorn.passes.schedule;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.einkorn.ir.expr.IndexExpr;
import org.einkorn.ir.loop.Stmt;
import org.einkorn.passes.rewrite.Substitution;

/// Gives loops that come to stand inside of others of their names names of their own.
final class Renaming {
  private final Set<String> around;
  private final FreshNames names;

  private Renaming(Set<String> around, FreshNames names) {
    this.around = Set.copyOf(around);
    this.names = names;
  }

  /// The statement, no loop of which has a name that is around.
  ///
  /// @param names for the loops
  static Stmt of(Stmt statement, Set<String> around, FreshNames names) {
    return new Renaming(around, names).renamed(statement, Map.of());
  }

  private Stmt renamed(Stmt statement, Map<String, IndexExpr> here) {
    Substitution values = new Substitution(here);
    Stmt own = statement.mapOwn(values::apply, values::apply);
    return switch (own) {
      case Stmt.For loop when around.contains(loop.variable()) -> {
        String name = names.like(loop.variable());
        Map<String, IndexExpr> inside = new HashMap<>(here);
        inside.put(loop.variable(), IndexExpr.variable(name));
        yield loop.with(name, loop.extent(), renamed(loop.body(), inside));
      }
      // A block sees no loop around it.
      case Stmt.Block _ -> own.mapChildren(each -> renamed(each, Map.of()));
      case Stmt.For _,
          Stmt.Sequence _,
          Stmt.Allocate _,
          Stmt.If _,
          Stmt.When _,
          Stmt.While _,
          Stmt.Store _ ->
          own.mapChildren(each -> renamed(each, here));
    };
  }
}
