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
    return switch (statement) {
      case Stmt.For(var kind, String variable, IndexExpr extent, Stmt body) -> {
        if (!around.contains(variable)) {
          yield new Stmt.For(kind, variable, values.apply(extent), renamed(body, here));
        }
        String name = names.like(variable);
        Map<String, IndexExpr> inside = new HashMap<>(here);
        inside.put(variable, IndexExpr.variable(name));
        yield new Stmt.For(kind, name, values.apply(extent), renamed(body, inside));
      }
      case Stmt.Block block ->
          Statements.with(
              block,
              block.name(),
              block.iters().stream()
                  .map(
                      iter ->
                          new Stmt.BlockIter(
                              iter.kind(),
                              iter.variable(),
                              values.apply(iter.extent()),
                              values.apply(iter.binding())))
                  .toList(),
              block.init().map(init -> renamed(init, Map.of())),
              renamed(block.body(), Map.of()));
      case Stmt.If(var guards, Stmt body) ->
          new Stmt.If(values.guards(guards), renamed(body, here));
      case Stmt.When(var condition, Stmt body) ->
          new Stmt.When(values.apply(condition), renamed(body, here));
      case Stmt.While(var condition, Stmt body) ->
          new Stmt.While(values.apply(condition), renamed(body, here));
      case Stmt.Store(var buffer, var indices, var value) ->
          new Stmt.Store(buffer, values.positions(indices), values.apply(value));
      case Stmt.Sequence _, Stmt.Allocate _ ->
          Statements.mapChildren(statement, each -> renamed(each, here));
    };
  }
}
